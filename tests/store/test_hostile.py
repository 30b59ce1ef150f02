"""Odd and hostile spans: kept with their neighbours, and every question about them has an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.spans import NAUGHTY
from tests.store.making import T0_NS, reading, send, span, span_id, storing, trace_id
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.query import parse
from tracedesk.model.span import Span
from tracedesk.store import questions, sql, views

TOP = 2**63 - 1


def moved(one: Span, start_ns: int, end_ns: int | None) -> Span:
    one.start_ns, one.end_ns = start_ns, end_ns
    return one


HOSTILE = {
    "tokens and costs that no sum holds": [span(1, number, kind=Kind.LLM, input_tokens=TOP, output_tokens=TOP, cost_nusd=TOP,
                                                cache_read_tokens=TOP) for number in (1, 2, 3)],
    "numbers beyond 64 bits": [span(1, 1, kind=Kind.LLM, input_tokens=2**70, cost_nusd=2**80, ttft_ns=2**90)],
    "negative counts": [span(1, 1, kind=Kind.LLM, input_tokens=-5, cost_nusd=-7)],
    "the end before the start": [moved(span(1, 1), T0_NS, T0_NS - 10**9), span(1, 2, 1, start_ms=-5, length_ms=1)],
    "1970, 2262 and nothing between": [moved(span(1, 1), 0, 1), moved(span(1, 2, 1), TOP, TOP), moved(span(1, 3, 1), 0, None)],
    "a parent chain of 3,000": [span(1, number, number - 1 if number > 1 else None) for number in range(1, 3_001)],
    "3,000 of them, then one more": [span(1, number, 1 if number > 1 else None, input_tokens=TOP, kind=Kind.LLM)
                                     for number in range(1, 3_002)],
    "a cycle": [span(1, 1, 2), span(1, 2, 3), span(1, 3, 1)],
    "codes that nobody knows": [span(1, 1, status=7, kind=200, otel_kind=2**31 + 5, cost_status=9)],
    "every note at once": [span(1, 1, notes=0xFFFFFF)],
    "tags that are no tags": [span(1, number, tags=text) for number, text in enumerate(
        ["[1]", "{", "null", '{"a":"\\ud800"}', '{"a":{"b":[1]}}', '{"a":null,"":""}', "[" * 5_000], 1)],
    "texts": [span(1, number, 1 if number > 1 else None, text, text=text, model=text, user_id=text, error_message=text,
                   title=text, label=text, kind=Kind.LLM, status=Status.ERROR, service=text or "x", response_id=text)
              for number, text in enumerate([*NAUGHTY, "\ud800", "x\x1fy"], 1)],
    "a name of a megabyte": [span(1, 1, None, "n" * 1_000_000, text="t" * 1_000_000)],
    "the same id with different parents": [span(1, 1, 2), span(1, 1, 3, length_ms=20), span(1, 1, None)],
}


@pytest.mark.parametrize("what", HOSTILE)
def test_every_question_has_an_answer(tmp_path: Path, what: str) -> None:
    spans = HOSTILE[what]
    with storing(tmp_path / "t.db") as writer:
        send(writer, [*spans[:len(spans) // 2], span(2, 1, text="neighbour"), *spans[len(spans) // 2:]])
        send(writer, spans[-1:])
        send(writer, [span(1, 9_999, 1)])
        writer.settle()
    here = trace_id(1)
    with reading(tmp_path / "t.db") as store:
        assert {one.trace_id for one in questions.traces(store)} == {here, trace_id(2)}
        assert [one.trace_id for one in questions.traces(store, parse("neighbour"))] == [trace_id(2)]
        summary, trace, rows = questions.summary(store, here), questions.trace(store, here), questions.rows(store, here)
        kept = len({one.span_id for one in spans}) + 1
        assert summary.span_count == trace.n == len(rows) == kept
        assert summary.duration_ns >= 0
        assert (trace.end_ns >= trace.start_ns).all()
        assert len(questions.spans(store, here)) == kept
        assert questions.span(store, here, span_id(9_999))[0].name == "step"
        assert questions.count(store, parse("service has x tokens > 0 error has boom")) >= 0
        assert int(questions.density(store, parse(""), 48, 7).counts.sum()) == 2
        assert sum(count for _, count in questions.facets(store, parse(""))["name"]) == 2
        assert questions.peers(store, here, trace.span_ids[:3]).runs >= 0
        for view in views.VIEWS:
            sql.ask(store, f"SELECT * FROM {view.name}")
