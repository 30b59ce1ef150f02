"""Rows that change although their messages do not: dialects and prices may understand a stored span differently."""

from __future__ import annotations

from pathlib import Path

from tests.store.content import content
from tests.store.making import made, reading, send, span, span_id, storing, trace_id
from tracedesk.model.kinds import Kind
from tracedesk.model.span import Span
from tracedesk.store import questions

TOKENS = {"input_tokens": 10, "output_tokens": 5, "cost_nusd": 7_000}


def call(trace: int, name: str, number: int = 1, **fields) -> Span:
    """A model call."""
    return span(trace, number, **{"name": name, "kind": Kind.LLM, "model": "gpt", **fields})


def test_a_row_that_is_read_anew_moves_what_other_traces_count(tmp_path: Path) -> None:
    """The outer span of a trace turns out to be a call, although its message and words are the same."""
    outer, inner = call(1, "x", 1, **TOKENS), call(1, "y", 2, parent=1, response_id="m", **TOKENS)
    other = call(2, "z", 3, start_ms=1, response_id="m", **TOKENS)
    as_chain = made(outer)._replace(row=made(outer).row._replace(kind=int(Kind.CHAIN), input_tokens=None, output_tokens=None,
                                                                 cost_nusd=None, cost_status=0))
    with storing(tmp_path / "a.db") as writer:
        writer.write([made(outer), made(inner), made(other)])
        writer.settle()
    with storing(tmp_path / "b.db") as writer:
        writer.write([as_chain, made(inner), made(other)])
        writer.settle()
        writer.write([made(outer)])
        writer.settle()
    assert content(tmp_path / "a.db", []) == content(tmp_path / "b.db", [])


def test_a_row_that_is_read_anew_twice_before_anybody_looks_is_looked_at(tmp_path: Path) -> None:
    item = made(call(1, "x", response_id="m", **TOKENS))
    with storing(tmp_path / "t.db") as writer:
        writer.write([item])
        writer.settle()
        for tokens in (11, 12):
            writer.write([item._replace(row=item.row._replace(input_tokens=tokens))])
        writer.settle()
        send(writer, [call(2, "y", 2, start_ms=1, response_id="m", **TOKENS)])
        writer.settle()
    with reading(tmp_path / "t.db") as store:
        assert questions.counted_on(store, trace_id(2)) == {span_id(2): span_id(1)}
