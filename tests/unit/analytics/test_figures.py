"""Every figure of every panel against counting by hand over the views of `tracedesk sql`, on random stores."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.helpers.counted_by_hand import DAYS, END_NS, HOUR_NS, START_NS, Counted, counted, fill
from tracedesk.analytics.asking import asked
from tracedesk.analytics.catalogue import panel
from tracedesk.analytics.panel import Asked, Figure, Histogram, Line, Stat, Table
from tracedesk.model.query import parse

QUERIES = ("", "status = error", "prompt = refund-v2", "user = eva", "model = gpt", "tag.tier = gold", "sign = timeout",
           "prompt = nobody")
MIDDLE_NS = START_NS + DAYS * 12 * HOUR_NS
KNOWN = ("priced", "free", "reported")


@pytest.fixture(scope="module", params=[1, 2, 3])
def by_hand(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    path = tmp_path_factory.mktemp("metrics") / "t.db"
    fill(path, request.param)
    found = counted(path)
    yield found
    found.store.close()


@pytest.fixture(params=QUERIES, ids=lambda query: query or "everything")
def question(request: Any) -> Asked:
    return asked(parse(request.param), MIDDLE_NS, END_NS, step_ns=HOUR_NS)


def answer(by_hand: Counted, key: str, question: Asked) -> Any:
    return panel(key).answer(by_hand.store, question)


def now(by_hand: Counted, question: Asked) -> list[dict[str, Any]]:
    return by_hand.requests(str(question.query), question.start_ns, question.end_ns)


def before(by_hand: Counted, question: Asked) -> list[dict[str, Any]]:
    return by_hand.requests(str(question.query), 2 * question.start_ns - question.end_ns, question.start_ns)


def buckets(requests: list[dict[str, Any]], first_ns: int, step_ns: int, count: int) -> list[list[dict[str, Any]]]:
    made: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for one in requests:
        made[(one["start_ns"] - first_ns) // step_ns].append(one)
    return made


def rank(values: list[Any], share: float) -> Any:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return next((value for at, value in enumerate(ordered, 1) if at >= share * len(ordered) - 1e-9), None)


def same(found: Any, expected: list[float | None]) -> None:
    np.testing.assert_allclose(found, [math.nan if value is None else value for value in expected], rtol=1e-12)


def cost(requests: list[dict[str, Any]]) -> int | None:
    known = [one["cost_nusd"] for one in requests if one["cost_nusd"] is not None]
    return sum(known) if known else None


def spark_of(stat: Stat, by_hand: Counted, question: Asked) -> list[list[dict[str, Any]]]:
    """The requests of each bucket of a tile."""
    first = question.start_ns - (question.start_ns + question.offset_ns) % question.step_ns
    return buckets(now(by_hand, question), first, question.step_ns, len(stat.spark.values))


def test_requests(by_hand: Counted, question: Asked) -> None:
    stat = answer(by_hand, "requests", question)
    assert stat.figure == Figure(len(now(by_hand, question)), "count")
    assert stat.before == Figure(len(before(by_hand, question)), "count")
    same(stat.spark.values, [len(bucket) for bucket in spark_of(stat, by_hand, question)])


def test_latency(by_hand: Counted, question: Asked) -> None:
    line: Line = answer(by_hand, "latency", question)
    done = [one for one in now(by_hand, question) if not one["unfinished_count"]]
    per_bucket = buckets(done, line.start_ns, line.step_ns, len(line.series[0].values))
    assert [one.label for one in line.series] == ["p99", "p95", "p50"]
    for series, share in zip(line.series, (0.99, 0.95, 0.5), strict=True):
        assert series.total == Figure(rank([one["duration_ns"] for one in done], share), "ns")
        same(series.values, [rank([one["duration_ns"] for one in bucket], share) for bucket in per_bucket])
        assert series.counts.tolist() == [len(bucket) for bucket in per_bucket]
    tile: Stat = answer(by_hand, "latency_p95", question)
    earlier = [one["duration_ns"] for one in before(by_hand, question) if not one["unfinished_count"]]
    assert (tile.figure, tile.before) == (line.series[1].total, Figure(rank(earlier, 0.95), "ns"))


def test_error_rate(by_hand: Counted, question: Asked) -> None:
    stat = answer(by_hand, "error_rate", question)
    requests = now(by_hand, question)
    assert stat.figure.value == (sum(one["status"] == "error" for one in requests) / len(requests) if requests else None)
    same(stat.spark.values, [sum(one["status"] == "error" for one in bucket) / len(bucket) if bucket else None
                             for bucket in spark_of(stat, by_hand, question)])


def test_costs(by_hand: Counted, question: Asked) -> None:
    requests = now(by_hand, question)
    partly = any(one["unpriced_calls"] for one in requests)
    stat = answer(by_hand, "cost", question)
    assert stat.figure == Figure(cost(requests), "nusd", partly)
    assert stat.before.value == cost(before(by_hand, question))
    same(stat.spark.values, [cost(bucket) for bucket in spark_of(stat, by_hand, question)])
    each = answer(by_hand, "cost_per_request", question)
    whole = cost(requests)
    assert each.figure == Figure(None if whole is None else whole / len(requests), "nusd", partly)


def test_cost_per_success(by_hand: Counted, question: Asked) -> None:
    stat = answer(by_hand, "cost_per_success", question)
    requests = now(by_hand, question)
    starts = {span["span_id"]: span["start_ns"] for span in by_hand.spans}
    told: dict[str, tuple[Any, float]] = {}
    for sign in by_hand.signs:
        if sign["sign"] == "success":
            at = (starts[sign["span_id"]], sign["span_id"])
            told[sign["trace_id"]] = max(told.get(sign["trace_id"], (at, sign["value"])), (at, sign["value"]))
    marked = [one for one in requests if one["trace_id"] in told]
    done = [one for one in marked if told[one["trace_id"]][1] > 0] if marked else [
        one for one in requests if one["status"] != "error" and not one["unfinished_count"]]
    whole = cost(requests)
    assert stat.figure.value == (whole / len(done) if whole is not None and done else None)


def test_users(by_hand: Counted, question: Asked) -> None:
    requests = [one for one in now(by_hand, question) if one["user_id"]]
    users = {one["user_id"] for one in requests}
    whole = cost(requests)
    assert answer(by_hand, "cost_per_user", question).figure.value == (whole / len(users) if whole is not None else None)
    stat = answer(by_hand, "users", question)
    assert stat.figure.value == len(users)
    same(stat.spark.values, [len({one["user_id"] for one in bucket if one["user_id"]})
                             for bucket in spark_of(stat, by_hand, question)])


RATES = {"Timeouts": {"timeout"}, "Retries": {"retry"}, "Refusals": {"refusal"}, "Guardrail blocks": {"blocked", "filter"},
         "Jailbreak attempts": {"jailbreak"}}


def test_rates(by_hand: Counted, question: Asked) -> None:
    table: Table = answer(by_hand, "rates", question)
    requests, earlier = now(by_hand, question), before(by_hand, question)
    signs = {(sign["trace_id"], sign["sign"]) for sign in by_hand.signs}
    for row in table.rows[1:]:
        title, rate, moved, spark, count = row.cells
        shown = [{one["trace_id"] for one in side if any((one["trace_id"], key) in signs for key in RATES[title])}
                 for side in (requests, earlier)]
        assert count.value == len(shown[0])
        assert rate.value == (len(shown[0]) / len(requests) if requests else None)
        if requests and earlier:
            assert moved.value == pytest.approx(len(shown[0]) / len(requests) - len(shown[1]) / len(earlier), abs=1e-15)
        assert {one["trace_id"] for one in by_hand.requests(row.query, question.start_ns, question.end_ns)} & {
            one["trace_id"] for one in requests} == shown[0]
        assert np.nansum(spark.values * spark.counts) == pytest.approx(len(shown[0]))


def test_cost_by_model(by_hand: Counted, question: Asked) -> None:
    line: Line = answer(by_hand, "cost_by_model", question)
    requests = {one["trace_id"]: one for one in now(by_hand, question)}
    calls = by_hand.calls(requests.values())
    assert {series.label for series in line.series} == {call["model"] or "no model" for call in calls}
    for series in line.series:
        own = [call for call in calls if (call["model"] or "no model") == series.label]
        priced = [call for call in own if call["cost_status"] in KNOWN and call["cost_nusd"] is not None]
        partly = any(call["cost_status"] and call not in priced for call in own)
        assert series.total == Figure(sum(call["cost_nusd"] for call in priced) if priced else None, "nusd", partly)
        sums: Counter[int] = Counter()
        for call in priced:
            sums[(requests[call["trace_id"]]["start_ns"] - line.start_ns) // line.step_ns] += call["cost_nusd"]
        same(series.values, [sums.get(at) for at in range(len(series.values))])


@pytest.mark.parametrize("by", ["prompt", "service", "tag.feature", "tag.tier", "user", "model", "provider", "experiment"])
def test_attribution(by_hand: Counted, question: Asked, by: str) -> None:
    grouped_by = asked(question.query, question.start_ns, question.end_ns, step_ns=HOUR_NS, by=by)
    table: Table = answer(by_hand, "attribution", grouped_by)
    requests = now(by_hand, question)
    *rows, total = table.rows
    assert (total.total, total.cells[2].value) == (True, len(requests))
    assert total.cells[5] == Figure(cost(requests), "nusd", any(one["unpriced_calls"] for one in requests))
    expected: dict[str, list[Any]] = {}
    calls = by_hand.calls(requests)
    for one in requests:
        own = [call for call in calls if call["trace_id"] == one["trace_id"]]
        for value in values_of(by_hand, one, own, by):
            mine = [call for call in own if (call[by] or "") == value] if by in ("model", "provider") else own
            known = [call["cost_nusd"] for call in mine if call["cost_status"] in KNOWN and call["cost_nusd"] is not None]
            tokens = [call[name] for call in mine for name in ("input_tokens", "output_tokens") if call[name] is not None]
            line = expected.setdefault(value, [0, [], [], 0])
            line[0] += 1
            line[1] += [sum(tokens)] if tokens else []
            line[2] += known
            line[3] += sum(bool(call["cost_status"]) and (call["cost_status"] not in KNOWN or call["cost_nusd"] is None)
                           for call in mine)
    assert len(rows) == len(expected)
    for row in rows:
        name = row.cells[0]
        value = "" if name.startswith("no ") and row.query == "" else name
        count, tokens, costs, unpriced = expected[value]
        assert row.cells[2].value == count
        assert row.cells[3].value == (pytest.approx(sum(tokens) / len(tokens)) if tokens else None)
        assert row.cells[5] == Figure(sum(costs) if costs else None, "nusd", unpriced > 0)


def values_of(by_hand: Counted, one: dict[str, Any], calls: list[dict[str, Any]], by: str) -> set[str]:
    """The values of `by` that a trace has, "" where it has none."""
    if by in ("model", "provider"):
        return {call[by] or "" for call in calls} or {""}
    spans = [span for span in by_hand.spans if span["trace_id"] == one["trace_id"]]
    if by == "service":
        return {span["service"] for span in spans}
    if by == "user":
        return {span["user_id"] for span in spans if span["user_id"]} or {""}
    key = {"prompt": "prompt_version"}.get(by, by.removeprefix("tag."))
    return {json.loads(span["tags"])[key] for span in spans if span["tags"] and key in json.loads(span["tags"])} or {""}


def test_tokens_per_request(by_hand: Counted, question: Asked) -> None:
    histogram: Histogram = answer(by_hand, "tokens_per_request", question)
    sizes = {}
    for one in now(by_hand, question):
        known = [one[name] for name in ("input_tokens", "output_tokens") if one[name] is not None]
        if known and sum(known):
            sizes[one["trace_id"]] = sum(known)
    alone = {query.removeprefix("id = "): value for value, query in histogram.outliers}
    assert all(sizes[trace_id] == value for trace_id, value in alone.items())
    rest = [size for trace_id, size in sizes.items() if trace_id not in alone]
    counts = sum(group.values for group in histogram.groups) if histogram.groups else np.zeros(len(histogram.edges) - 1)
    for at, (low, high) in enumerate(zip(histogram.edges[:-1], histogram.edges[1:], strict=True)):
        assert counts[at] == sum(low <= size < high or (high == histogram.edges[-1] and size == high) for size in rest)
    for group, median in zip(histogram.groups, histogram.medians, strict=True):
        if group.query:
            own = {one["trace_id"] for one in by_hand.requests(group.query, question.start_ns, question.end_ns)}
            assert median == rank([size for trace_id, size in sizes.items() if trace_id in own and trace_id not in alone], 0.5)


def test_dearest(by_hand: Counted, question: Asked) -> None:
    table: Table = answer(by_hand, "dearest", question)
    expected = sorted(-one["cost_nusd"] for one in now(by_hand, question) if one["cost_nusd"] is not None)[:10]
    assert [-row.cells[4].value for row in table.rows] == expected
    by_id = {one["trace_id"]: one for one in by_hand.traces}
    for row in table.rows:
        one = by_id[row.cells[0]]
        assert row.query == f"id = {one['trace_id']}"
        assert (row.cells[4].value, row.cells[4].at_least) == (one["cost_nusd"], one["unpriced_calls"] > 0)


def test_steps(by_hand: Counted, question: Asked) -> None:
    meant = {one["trace_id"] for one in now(by_hand, question)}
    spans = [span for span in by_hand.spans if span["trace_id"] in meant and span["duration_ns"] is not None]
    kinds: dict[str, list[int]] = {}
    names: dict[tuple[str, str], list[int]] = {}
    for span in spans:
        kinds.setdefault(span["kind"], []).append(span["duration_ns"])
        name = "job #" if span["name"].startswith("job") else span["name"]
        names.setdefault((name, span["kind"]), []).append(span["duration_ns"])
    table: Table = answer(by_hand, "latency_by_kind", question)
    assert {row.cells[0]: [cell.value for cell in row.cells[1:5]] for row in table.rows} == {
        kind: [len(took), rank(took, 0.5), rank(took, 0.95), rank(took, 0.99)] for kind, took in kinds.items()}
    table = answer(by_hand, "slowest_steps", question)
    for row in table.rows:
        took = names[row.cells[0], row.cells[1]]
        assert [cell.value for cell in row.cells[2:6]] == [len(took), rank(took, 0.5), rank(took, 0.95), max(took)]
    slowest = sorted((rank(took, 0.95) for took in names.values()), reverse=True)
    assert [row.cells[4].value for row in table.rows] == slowest[:15]


def test_models(by_hand: Counted, question: Asked) -> None:
    calls = by_hand.calls(now(by_hand, question))
    waits: dict[str, list[int]] = {}
    speeds: dict[str, list[float]] = {}
    for call in calls:
        model = call["model"] or "no model"
        if call["ttft_ns"] is not None:
            waits.setdefault(model, []).append(call["ttft_ns"])
        took, wait = call["duration_ns"], call["ttft_ns"]
        if call["kind"] == "llm" and took and call["output_tokens"]:
            writing = took - wait if wait is not None and wait < took else took
            speeds.setdefault(model, []).append(call["output_tokens"] * 1e9 / writing)
    table: Table = answer(by_hand, "ttft_by_model", question)
    assert {row.cells[0]: [cell.value for cell in row.cells[2:5]] for row in table.rows} == {
        model: [len(found), rank(found, 0.5), rank(found, 0.95)] for model, found in waits.items()}
    table = answer(by_hand, "speed_by_model", question)
    assert {row.cells[0] for row in table.rows} == set(speeds)
    for row in table.rows:
        found = speeds[row.cells[0]]
        assert [cell.value for cell in row.cells[2:5]] == pytest.approx([len(found), rank(found, 0.5), rank(found, 0.1)])


def test_what_is_thought_of_it(by_hand: Counted, question: Asked) -> None:
    meant = {one["trace_id"] for one in now(by_hand, question)}
    signs = [sign for sign in by_hand.signs if sign["trace_id"] in meant]
    scores = [sign["value"] for sign in signs if sign["sign"] == "score"]
    judged = [value for value in scores if 0 <= value <= 1]
    stat = answer(by_hand, "judge_score", question)
    assert stat.figure.value == (pytest.approx(sum(judged) / len(judged)) if judged else None)
    votes = [sign["value"] for sign in signs if sign["sign"] == "vote"]
    stat = answer(by_hand, "feedback", question)
    assert stat.figure.value == (sum(vote > 0 for vote in votes) / len(votes) if votes else None)
    table: Table = answer(by_hand, "scores", question)
    assert {row.cells[0]: row.cells[1].value for row in table.rows} == dict(Counter(
        sign["rule"] for sign in signs if sign["sign"] == "score"))
    attempts = Counter((sign["trace_id"], sign["span_id"], sign["rule"]) for sign in signs if sign["sign"] == "jailbreak")
    table = answer(by_hand, "jailbreaks", question)
    assert Counter((row.cells[1], row.cells[2], row.cells[3]) for row in table.rows) == attempts


def test_cache_share(by_hand: Counted, question: Asked) -> None:
    both = [one for one in now(by_hand, question) if one["cache_read_tokens"] is not None and one["input_tokens"] is not None]
    into = sum(one["input_tokens"] for one in both)
    assert answer(by_hand, "cache_share", question).figure.value == (
        sum(one["cache_read_tokens"] for one in both) / into if into else None)
