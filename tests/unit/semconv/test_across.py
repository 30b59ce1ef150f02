"""Model calls recorded in two traces: which spans are one call, and which only look alike."""

from __future__ import annotations

from itertools import islice, permutations
from pathlib import Path
from typing import Any

import pytest

from tracedesk.cli.target import from_files
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.row import SpanRow
from tracedesk.semconv.across import MOST_NEAR, MOST_TRACES, counted_across, keys
from tracedesk.semconv.counting import not_counted

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "dialects"
T0_NS = 1_772_359_200_000_000_000
MS = 1_000_000
ASKED, RESULT = "Message with {request_data[model]!r}", "streaming response from {x} took {y}s"
OWN = "anthropic.messages.create"


def row(number: int, parent: int | None = None, tokens: tuple[int | None, int | None] = (None, None), *, at_ms: float = 0,
        length_ms: float = 80, **more: Any) -> SpanRow:
    """A model call; times count from T0_NS."""
    start = T0_NS + round(at_ms * MS)
    fields = {"name": "x", "model": "claude-4", "kind": int(Kind.LLM), **more}
    return SpanRow(number.to_bytes(16, "big"), number.to_bytes(8, "big"), parent and parent.to_bytes(8, "big"),
                   fields.pop("name"), fields.pop("service", "bot"), start, start + round(length_ms * MS),
                   input_tokens=tokens[0], output_tokens=tokens[1], **fields)


def repeats(*traces: SpanRow | list[SpanRow]) -> dict[int, int]:
    """Numbers of the spans that repeat a call of another trace → the span that has its figures; the same in any order."""
    listed = [one if isinstance(one, list) else [one] for one in traces]
    answers = []
    for order in islice(permutations(listed), 24):
        found = counted_across([(rows, not_counted(rows)) for rows in order])
        answers.append({int.from_bytes(span, "big"): int.from_bytes(on, "big") for one in found for span, on in one.items()})
    assert all(answer == answers[0] for answer in answers)
    return answers[0]


def own(number: int, tokens: tuple[int | None, int | None] = (53, 21), **more: Any) -> SpanRow:
    """What Anthropic's SDK writes of a stream: a trace of its own."""
    return row(number, None, tokens, **{"name": OWN, "response_id": f"m{number}", "at_ms": 1, "length_ms": 77, **more})


@pytest.mark.parametrize(("at_ms", "found"), [(0.1, {2: 1}), (80, {2: 1}), (90, {})])
def test_one_response_id_is_one_call_if_it_ran_at_the_same_time(at_ms: float, found: dict[int, int]) -> None:
    assert repeats(row(1, None, (53, 21), response_id="m"), row(2, None, (53, 21), response_id="m", at_ms=at_ms)) == found


def test_of_one_response_id_the_one_with_tokens_stays() -> None:
    one, other = row(1, response_id="m"), row(2, None, (53, 21), response_id="m")
    assert repeats(one, other) == {1: 2}
    assert counted_across([([one], {}), ([other], {other.span_id: None})]) == [{}, {}]


def test_a_response_id_that_everybody_has_is_none() -> None:
    spans = [row(number, None, (53, 21), response_id="m") for number in range(1, MOST_TRACES + 2)]
    assert repeats(*spans[:-1]) == {2: 1, 3: 1, 4: 1}
    assert repeats(*spans) == {}


def test_a_stream_split_over_traces_is_counted_once() -> None:
    """Logfire outside any span: the request and the result are roots of two traces."""
    asked = row(1, name=ASKED, length_ms=12, title="hi")
    said = row(3, None, (53, 21), name=RESULT, at_ms=81, length_ms=0, title="hi")
    assert repeats(asked, said, row(4, None, (53, 21), name=RESULT, at_ms=90, length_ms=0, title="hi")) == {1: 3}
    assert repeats(asked, row(3, name=RESULT, at_ms=81, length_ms=0, title="hi")) == {1: 3}
    assert repeats(asked, said._replace(response_id="m")) == {1: 3}


@pytest.mark.parametrize("other", [{"model": "gpt"}, {"service": "eve"}, {"title": "ho"}, {"host": "h"}, {"at_ms": 9},
                                   {"at_ms": 200_000}])
def test_a_result_of_another_request_is_not_its_own(other: dict[str, Any]) -> None:
    said = {"name": RESULT, "at_ms": 81, "length_ms": 0, "title": "hi", **other}
    assert repeats(row(1, name=ASKED, length_ms=12, title="hi"), row(3, None, (53, 21), **said)) == {}


def test_a_failed_request_and_one_that_came_later_are_not_those_of_a_stream() -> None:
    said = row(3, None, (53, 21), name=RESULT, at_ms=100, length_ms=0)
    assert repeats(row(1, name=ASKED, status=int(Status.ERROR)), row(2, name=ASKED, at_ms=200), said) == {}


def test_requests_beside_one_another_have_a_result_each() -> None:
    asked = [row(number, name=ASKED, at_ms=number, length_ms=1) for number in (1, 2, 3)]
    said = [row(number, None, (53, 21), name=RESULT, at_ms=50 + number, length_ms=0) for number in (4, 5)]
    assert repeats(*asked, *said) == {3: 4, 2: 5}             # the first was never read to its end: a call without result


def test_a_result_has_its_figures_where_the_sdk_traced_the_call_inside_the_request() -> None:
    asked, inner = row(1, name=ASKED, length_ms=12), own(2)._replace(parent_id=(1).to_bytes(8, "big"))
    said = row(3, None, (53, 21), name=RESULT, at_ms=79.2, length_ms=0)
    assert not_counted([asked, inner]) == {asked.span_id: inner.span_id}
    assert repeats([asked, inner], said) == {3: 2}
    assert repeats([asked, inner], said._replace(output_tokens=30)) == {}
    never_read = row(5, name=ASKED, at_ms=-20, length_ms=12)
    assert repeats([asked, inner], said, never_read) == {3: 2}


@pytest.mark.parametrize(("tokens", "found"), [((53, 21), {2: 1}), ((0, 21), {1: 2}), ((None, 21), {1: 2}), ((33, 21), {1: 2}),
                                               ((52, 21), {}), ((53, 20), {}), ((53, None), {})])
def test_a_call_that_an_sdk_traced_alone_is_the_one_around_it(tokens: tuple[int | None, int | None], found: dict) -> None:
    """LangChain's callbacks over Anthropic's streams, which know the input or not, or not what was cached."""
    assert repeats(row(1, None, tokens), own(2, cache_read_tokens=20)) == found


@pytest.mark.parametrize("other", [
    {"at_ms": 1_200, "length_ms": 10}, {"at_ms": 81}, {"at_ms": 30, "length_ms": 77}, {"at_ms": -20, "length_ms": 50},
    {"length_ms": 5_000}, {"model": "claude-5"}, {"service": "eve"}, {"kind": 2}, {"name": "messages.create"}])
def test_equal_figures_at_another_time_or_of_another_call_are_two_calls(other: dict[str, Any]) -> None:
    assert repeats(row(1, None, (53, 21)), own(2, **other)) == {}


def test_an_instrumentation_within_what_the_sdk_traced_alone_is_one_call() -> None:
    """OpenInference for JavaScript: `messages.stream()` of the SDK calls the instrumented `create`; a clock of milliseconds."""
    assert repeats(row(1, None, (54, 21), at_ms=1, length_ms=80.7), own(2, (54, 21), at_ms=0, length_ms=82)) == {2: 1}
    found = from_files([GOLDEN / "js_oi_stream" / "spans.otlp.pb"])
    counted = [row for target in found for row in target.rows if row.kind == Kind.LLM and row.span_id not in target.counted_on]
    assert [(row.input_tokens, row.output_tokens) for row in sorted(counted, key=lambda row: row.start_ns)] == [
        (54, 21), (55, 22), (56, 23)]


def test_as_many_calls_stay_as_there_were() -> None:
    """Four streams at once with the same figures, and one that the SDK alone saw."""
    seen = [row(number, None, (0, 21), at_ms=number / 10) for number in range(1, 5)]
    traced = [own(number, at_ms=1 + number / 10) for number in range(5, 10)]
    assert len(repeats(*seen, *traced)) == 4


def test_more_than_can_be_told_apart_are_left() -> None:
    seen = [row(number, None, (0, 21)) for number in range(MOST_NEAR)]
    assert len(repeats(*seen, own(900))) == 0
    assert len(repeats(*seen[1:], own(900))) == 1


def test_a_call_is_found_over_the_border_between_two_pieces_of_time() -> None:
    for border_ns, length in ((1 << 32, 1_000), (1 << 37, 100_000)):
        border = -(-T0_NS // border_ns) * border_ns - T0_NS
        at = border / MS - 0.5
        assert repeats(row(1, None, (53, 21), at_ms=at), own(2, at_ms=at + 1)) == {2: 1}
        assert repeats(row(1, name=ASKED, at_ms=at, length_ms=0.1),
                       row(2, None, (53, 21), name=RESULT, at_ms=at + length, length_ms=0)) == {1: 2}


def test_what_is_no_such_call_has_no_key_but_its_response_id() -> None:
    assert keys(row(1, kind=int(Kind.TOOL), response_id="m")) == ()
    assert keys(row(1, None, (5, 5), model="gpt-4o")) == ()
    assert keys(row(1, None, (5, 5), response_id="m")) == ((0, "m", 0, 0),)


def test_a_request_that_mistrals_sdk_traced_alone_is_the_call_around_it() -> None:
    told = {"model": "mistral-small", "provider": "mistral"}
    around = row(1, None, (42, 17), response_id="c1", **told)
    own = {"name": "chat_completion_v1_chat_completions_post", "length_ms": 70, "at_ms": 2, **told}
    first, second = row(2, None, (42, 17), **own), row(3, None, (42, 17), **own)
    assert repeats(around, first) == {2: 1}
    assert repeats(around, row(2, None, (41, 17), **own)) == {}
    assert repeats(first, second) == {}


def test_of_one_response_id_the_one_that_knows_more_of_its_input_cached_stays() -> None:
    outer = row(1, None, (73, 21), response_id="m1", cache_write_tokens=0)
    inner = row(2, None, (73, 21), response_id="m1", cache_write_tokens=40)
    assert repeats(outer, inner) == {1: 2}
