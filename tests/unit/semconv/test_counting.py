"""Each model call counted once: every way in which real SDKs write one twice."""

from __future__ import annotations

from typing import Any

import pytest

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.row import SpanRow
from tracedesk.semconv.counting import error_causes, not_counted


def row(number: int, parent: int | None, kind: Kind, tokens: tuple[int | None, int | None] = (None, None),
        **more: Any) -> SpanRow:
    """A span of trace 1, a second long unless told."""
    return SpanRow(b"\1" * 16, bytes([number]) * 8, None if parent is None else bytes([parent]) * 8, more.pop("name", "x"), "s",
                   more.pop("start_ns", number), more.pop("end_ns", number + 10**9), int(kind), input_tokens=tokens[0],
                   output_tokens=tokens[1], **more)


def left_out(*rows: SpanRow) -> dict[int, int | None]:
    """Numbers of the spans that do not count → the span that does."""
    return {span[0]: on[0] if on else None for span, on in not_counted(rows).items()}


def test_an_agent_repeats_the_sum_of_its_calls() -> None:
    assert left_out(row(1, None, Kind.AGENT, (103, 36)), row(2, 1, Kind.CHAIN), row(3, 2, Kind.LLM, (61, 19)),
                    row(4, 2, Kind.LLM, (42, 17))) == {1: None}


def test_an_agent_alone_keeps_its_figures() -> None:
    assert left_out(row(1, None, Kind.AGENT, (103, 36)), row(2, 1, Kind.TOOL)) == {}


def test_an_sdk_that_traces_itself_writes_the_call_below_the_instrumentation() -> None:
    assert left_out(row(1, None, Kind.LLM, (53, 21), response_id="m1"),
                    row(2, 1, Kind.LLM, (53, 21), response_id="m1")) == {2: 1}


def test_of_two_spans_of_one_answer_the_one_that_knows_its_tokens_stays() -> None:
    assert left_out(row(1, None, Kind.LLM, response_id="m1"), row(2, 1, Kind.LLM, (53, 21), response_id="m1")) == {1: 2}


def test_of_two_counts_of_one_stream_the_one_without_its_first_count_stays() -> None:
    assert left_out(row(1, None, Kind.LLM, (53, 22), response_id="m1"),
                    row(2, 1, Kind.LLM, (53, 21), response_id="m1")) == {1: 2}


def test_of_two_counts_of_one_answer_the_one_with_its_cached_tokens_stays() -> None:
    cached = {"response_id": "m1", "cache_read_tokens": 20, "model": "claude"}
    assert left_out(row(1, None, Kind.LLM, (33, 21), response_id="m1", model="claude"),
                    row(2, 1, Kind.LLM, (53, 21), **cached)) == {1: 2}
    assert left_out(row(1, None, Kind.LLM, (33, 1), model="claude"), row(2, 1, Kind.LLM, (53, 21), **cached)) == {1: 2}
    assert left_out(row(1, None, Kind.LLM, (33, 90), model="claude"), row(2, 1, Kind.LLM, (53, 21), **cached)) == {}


def test_of_two_spans_of_one_answer_the_one_that_knows_more_of_its_input_cached_stays() -> None:
    told = {"response_id": "m1", "cache_read_tokens": 20}
    outer = row(1, None, Kind.LLM, (73, 21), cache_write_tokens=0, **told)
    inner = row(2, None, Kind.LLM, (73, 21), cache_write_tokens=40, **told)
    assert left_out(outer, inner) == {1: 2}


def test_a_stream_beside_the_span_of_an_sdk_that_traces_itself_is_one_call() -> None:
    cached = {"response_id": "m1", "cache_read_tokens": 20, "model": "claude"}
    later = {**cached, "start_ns": 3 * 10**9, "end_ns": 4 * 10**9}
    beside = row(1, 9, Kind.LLM, (33, 21), model="claude")
    assert left_out(row(9, None, Kind.AGENT), beside, row(2, 9, Kind.LLM, (53, 21), **cached)) == {1: 2}
    assert left_out(row(9, None, Kind.AGENT), beside, row(2, 9, Kind.LLM, (53, 21), **later)) == {}
    assert left_out(row(9, None, Kind.AGENT), beside, row(2, 9, Kind.LLM, (53, 21), response_id="m1", model="gpt")) == {}


def test_a_failed_call_beside_the_span_of_an_sdk_that_traces_itself_is_one_call() -> None:
    def failed(number: int, name: str, start: int, end: int) -> SpanRow:
        return row(number, 9, Kind.LLM, name=name, start_ns=start, end_ns=end, status=int(Status.ERROR), model="claude")

    one, two = failed(1, "anthropic.chat", 0, 90), failed(2, "anthropic.chat", 10, 80)
    its_own = failed(3, "anthropic.messages.create", 5, 89), failed(4, "anthropic.messages.create", 12, 79)
    assert left_out(row(9, None, Kind.AGENT), one, two, *its_own) == {3: 1, 4: 2}
    assert left_out(row(9, None, Kind.AGENT), one, two) == {}
    assert left_out(row(9, None, Kind.AGENT), one, failed(3, "anthropic.messages.create", 5, 91)) == {}


def test_a_stream_whose_input_nobody_knew_is_the_call_inside() -> None:
    inner = row(2, 1, Kind.LLM, (53, 21), response_id="m1", model="claude")
    assert left_out(row(1, None, Kind.LLM, (0, 21), model="claude"), inner) == {1: 2}
    assert left_out(row(1, None, Kind.LLM, (0, 9), model="claude"), inner) == {}


def test_answers_of_one_id_one_after_another_are_several() -> None:
    later = {"start_ns": 2 * 10**9, "end_ns": 3 * 10**9}
    assert left_out(row(1, None, Kind.AGENT), row(2, 1, Kind.LLM, (42, 17), response_id="chatcmpl-0"),
                    row(3, 1, Kind.LLM, (45, 23), response_id="chatcmpl-0", **later)) == {}


def test_equal_figures_of_different_answers_are_two_calls() -> None:
    assert left_out(row(1, None, Kind.LLM, (42, 17), response_id="a"), row(2, 1, Kind.LLM, (42, 17), response_id="b")) == {}


@pytest.mark.parametrize(("start_ns", "skipped"), [(10**9, {}), (10**9 - 1, {3: 2})])
def test_a_call_below_one_that_is_over_is_another(start_ns: int, skipped: dict[int, int | None]) -> None:
    first = row(2, 1, Kind.LLM, (45, 23), start_ns=0, end_ns=10**9)
    failed = row(3, 2, Kind.LLM, start_ns=start_ns, end_ns=start_ns + 5, status=int(Status.ERROR))
    last = row(5, 4, Kind.LLM, (42, 17), start_ns=2 * 10**9, end_ns=3 * 10**9)
    assert left_out(row(1, None, Kind.CHAIN), first, failed, row(4, 3, Kind.CHAIN), last) == skipped


def test_predict_over_chat_is_one_call() -> None:
    assert left_out(row(1, None, Kind.LLM), row(2, 1, Kind.LLM, (42, 17))) == {1: 2}
    assert left_out(row(1, None, Kind.LLM, (42, 17)), row(2, 1, Kind.LLM)) == {2: 1}


def test_one_output_token_more_on_a_stream_is_the_same_call() -> None:
    assert left_out(row(1, None, Kind.LLM, (53, 22), model="claude"), row(2, 1, Kind.LLM, (53, 21), model="claude")) == {2: 1}


def test_a_call_that_is_the_sum_of_calls_inside_is_no_call() -> None:
    assert left_out(row(1, None, Kind.LLM, (103, 36)), row(2, 1, Kind.LLM, (61, 19)),
                    row(3, 1, Kind.LLM, (42, 17))) == {1: None}


def test_an_embedding_inside_a_call_counts() -> None:
    assert left_out(row(1, None, Kind.LLM, (42, 17)), row(2, 1, Kind.EMBEDDING, (14, None))) == {}


def test_a_stream_split_in_two_is_counted_where_its_figures_are() -> None:
    stream = "streaming response from 'gpt-4o-mini' took 0.05s"
    assert left_out(row(1, None, Kind.OTHER), row(2, 1, Kind.LLM), row(3, 1, Kind.LLM, (45, 23), name=stream)) == {2: 3}


def test_a_stream_split_in_three_is_counted_once() -> None:
    stream = "streaming response from 'claude' took 0.05s"
    assert left_out(row(1, None, Kind.OTHER), row(2, 1, Kind.LLM), row(3, 2, Kind.LLM, (53, 21), response_id="m"),
                    row(4, 1, Kind.LLM, (53, 21), name=stream)) == {2: 4, 3: 4}


def test_cycles_and_orphans_end() -> None:
    rows = [row(1, 2, Kind.AGENT, (5, 5)), row(2, 1, Kind.AGENT, (5, 5)), row(3, 9, Kind.LLM, (5, 5))]
    assert 3 not in left_out(*rows)


def test_of_one_failure_the_deepest_span_is_the_cause() -> None:
    failed = {"status": int(Status.ERROR)}
    rows = [row(1, None, Kind.AGENT, **failed), row(2, 1, Kind.CHAIN, **failed), row(3, 2, Kind.TOOL, **failed),
            row(4, 1, Kind.TOOL, **failed), row(5, 1, Kind.LLM)]
    assert {span[0] for span in error_causes(rows)} == {3, 4}
