"""“What is different about these?” against counting by hand, and that it finds what was put there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.counted_by_hand import END_NS, HOUR_NS, START_NS, Counted, counted, fill
from tests.store.making import reading, send, span, storing, trace_id
from tracedesk.analytics.asking import asked, whole_range
from tracedesk.analytics.difference import ATTRIBUTE, PARTS, Z, difference
from tracedesk.analytics.panel import Asked
from tracedesk.analytics.sampled import SAMPLE
from tracedesk.model.kinds import Kind
from tracedesk.model.query import TraceQuery, parse
from tracedesk.store.connect import Store


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    path = tmp_path_factory.mktemp("difference") / "t.db"
    fill(path, 11, traces=120)
    found = counted(path)
    yield found
    found.store.close()


def question(query: str) -> Asked:
    return asked(parse(query), START_NS, END_NS, step_ns=HOUR_NS)


@pytest.mark.parametrize("query", ["status = error", "prompt = refund-v2", "duration > 6s", "model = gpt tag.tier = gold"])
def test_every_line_counts_what_its_filter_finds(by_hand: Counted, query: str) -> None:
    found = difference(by_hand.store, question(query), attributes=False)
    these = {one["trace_id"] for one in by_hand.requests(query, START_NS, END_NS)}
    everyone = {one["trace_id"] for one in by_hand.requests("", START_NS, END_NS)}
    assert (found.chosen, found.others) == (len(these), len(everyone - these))
    assert found.found
    for line in found.found:
        assert (line.chosen_share, line.others_share) == (line.chosen / found.chosen, line.others / found.others)
        pooled = (line.chosen + line.others) / len(everyone)
        assert abs(line.difference) > Z * math.sqrt(pooled * (1 - pooled) * (1 / found.chosen + 1 / found.others))
        if line.query:
            having = {one["trace_id"] for one in by_hand.requests(line.query, START_NS, END_NS)}
            if line.key == "duration":                       # the filter knows running traces by the time seen so far
                having -= {one["trace_id"] for one in by_hand.traces if one["unfinished_count"]}
            assert (line.chosen, line.others) == (len(having & these), len(having - these)), line
    sizes = [abs(line.difference) for line in found.found]
    assert sizes == sorted(sizes, reverse=True)


def test_a_set_of_traces_is_compared_with_the_rest_of_the_filter(by_hand: Counted) -> None:
    error = by_hand.requests("status = error", START_NS, END_NS)
    ids = tuple(bytes.fromhex(one["trace_id"]) for one in error[:9])
    found = difference(by_hand.store, question("status = error"), trace_ids=ids)
    assert (found.chosen, found.others) == (9, len(error) - 9)
    among = difference(by_hand.store, question("status = error"), chosen=parse("model = gpt"))
    assert among.chosen == len(by_hand.requests("status = error model = gpt", START_NS, END_NS))
    assert among.chosen + among.others == len(error)


@pytest.fixture
def slow_shop(tmp_path: Path) -> Iterator[Store]:
    """200 requests; those of tier gold are slow, and nothing else tells them apart."""
    with storing(tmp_path / "t.db") as writer:
        send(writer, [span(number, 1, start_ms=number, length_ms=900 + number if number % 5 == 0 else 10 + number % 7,
                           kind=Kind.AGENT, tags='{"tier":"gold"}' if number % 5 == 0 else '{"tier":"tin"}',
                           user_id=f"u-{number % 9}") for number in range(1, 201)])
        writer.settle()
    with reading(tmp_path / "t.db") as store:
        yield store


def test_it_finds_what_slow_requests_share(slow_shop: Store) -> None:
    start, end = whole_range(slow_shop)
    found = difference(slow_shop, asked(parse("duration > 500ms"), start, end))
    first = {(line.key, line.value): line.difference for line in found.found}
    assert first["tag.tier", "gold"] == 1.0
    assert first["tag.tier", "tin"] == -1.0
    assert {line.key for line in found.found if not line.key.startswith(ATTRIBUTE)} == {"tag.tier", "duration"}, (
        "users are spread by chance")
    assert sum(line.key == "duration" for line in found.found) <= PARTS


def test_attributes_of_a_sample_tell_too(slow_shop: Store) -> None:
    start, end = whole_range(slow_shop)
    found = difference(slow_shop, asked(parse("duration > 500ms"), start, end))
    assert found.sample == (SAMPLE, SAMPLE)
    told = {(line.key, line.value): line for line in found.found if line.key.startswith(ATTRIBUTE)}
    assert set(told) == {(f"{ATTRIBUTE}tags", '{"tier":"gold"}'), (f"{ATTRIBUTE}tags", '{"tier":"tin"}')}
    gold = told[f"{ATTRIBUTE}tags", '{"tier":"gold"}']
    assert (gold.chosen, gold.others, gold.query) == (SAMPLE, 0, "")


def test_nothing_to_compare_says_so(slow_shop: Store) -> None:
    start, end = whole_range(slow_shop)
    nobody = difference(slow_shop, asked(parse("user = nobody"), start, end))
    assert (nobody.found, nobody.chosen, nobody.others) == ((), 0, 200)
    everyone = difference(slow_shop, asked(TraceQuery(), start, end))
    assert (everyone.found, everyone.chosen, everyone.others) == ((), 200, 0)
    unknown = difference(slow_shop, asked(TraceQuery(), start, end), trace_ids=(trace_id(10**6),))
    assert unknown.chosen == 0
