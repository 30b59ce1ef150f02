"""Calls recorded twice are counted once: in one trace, and in two."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import reading, send, span, span_id, storing, trace_id
from tracedesk.model.kinds import Kind
from tracedesk.semconv.across import MOST_TRACES
from tracedesk.store import questions
from tracedesk.store.writer import Writer


def call(trace: int, number: int = 1, **fields):
    """A model call of 10 tokens and 7,000 nano-dollars."""
    fields = {"kind": Kind.LLM, "model": "gpt", "input_tokens": 10, "cost_nusd": 7_000, "response_id": "r1", **fields}
    return span(trace, number, **fields)


@pytest.fixture
def writer(tmp_path: Path):
    with storing(tmp_path / "t.db") as opened:
        yield opened


def sums(writer: Writer) -> dict[int, tuple[int, int | None, int | None]]:
    """(model calls, input tokens, cost) by trace; the per-minute sums must agree with them."""
    writer.settle()
    with reading(writer.store.path) as store:
        found = {int.from_bytes(one.trace_id, "big"): (one.llm_calls, one.input_tokens, one.cost_nusd)
                 for one in questions.traces(store)}
        with store.reading() as db:
            tokens, cost = db.execute("SELECT coalesce(sum(input_tokens), 0), coalesce(sum(cost_nusd), 0) FROM sums").fetchone()
    assert tokens == sum(one[1] or 0 for one in found.values())
    assert cost == sum(one[2] or 0 for one in found.values())
    return found


def test_a_call_in_two_traces_is_counted_once(writer: Writer) -> None:
    send(writer, [call(1, start_ms=0, length_ms=50), call(2, start_ms=5, length_ms=30)])
    assert sums(writer) == {1: (1, 10, 7_000), 2: (0, None, None)}
    with reading(writer.store.path) as store:
        assert questions.counted_on(store, trace_id(2)) == {span_id(1): span_id(1)}
        assert questions.counted_on(store, trace_id(1)) == {}


def test_the_one_that_knows_its_tokens_stays(writer: Writer) -> None:
    send(writer, [call(1, input_tokens=None, cost_nusd=None)])
    assert sums(writer) == {1: (1, None, None)}
    send(writer, [call(2, start_ms=2)])
    assert sums(writer) == {1: (0, None, None), 2: (1, 10, 7_000)}


def test_an_id_seen_again_later_is_another_call(writer: Writer) -> None:
    """A cache, or the same file imported under fresh ids."""
    send(writer, [call(1, start_ms=0, length_ms=10), call(2, start_ms=11, length_ms=10)])
    assert sums(writer) == {1: (1, 10, 7_000), 2: (1, 10, 7_000)}


def test_an_id_that_everybody_has_is_none(writer: Writer) -> None:
    for number in range(1, MOST_TRACES + 1):
        send(writer, [call(number)])
    assert [calls for calls, _, _ in sums(writer).values()].count(1) == 1
    send(writer, [call(MOST_TRACES + 1)])
    assert set(sums(writer).values()) == {(1, 10, 7_000)}
    send(writer, [call(MOST_TRACES, length_ms=11, response_id="another")])
    assert [calls for calls, _, _ in sums(writer).values()].count(1) == 2


def test_a_better_message_with_another_id_is_on_its_own_again(writer: Writer) -> None:
    send(writer, [call(1, length_ms=None), call(2, start_ms=0, length_ms=None)])
    assert sums(writer)[2] == (0, None, None)
    send(writer, [call(2, start_ms=0, length_ms=5, response_id="r2")])
    assert sums(writer) == {1: (1, 10, 7_000), 2: (1, 10, 7_000)}


def test_an_agent_that_repeats_the_sum_is_not_counted(writer: Writer) -> None:
    send(writer, [span(1, 1, kind=Kind.AGENT, input_tokens=20, cost_nusd=14_000, cost_status=0),
                  call(1, 2, parent=1, response_id="a"), call(1, 3, parent=1, response_id="b")])
    assert sums(writer) == {1: (2, 20, 14_000)}
