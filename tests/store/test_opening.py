"""Opening a trace: its columns, read without rows, are those that its rows would give."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from tests.store.making import T0_NS, reading, send, span, span_id, storing, trace_id
from tracedesk.base.errors import NotFound
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Strings, build_trace
from tracedesk.store import questions


def shape(trace) -> dict[str, object]:
    """The columns of a trace as plain lists."""
    def plain(value):
        if isinstance(value, Strings):
            return [value[index] for index in range(len(value.codes))]
        return value.tolist() if isinstance(value, np.ndarray) else value
    return {field.name: plain(getattr(trace, field.name)) for field in fields(trace)}


def test_columns_are_those_of_the_rows(tmp_path: Path) -> None:
    event = f'"e":[[{T0_NS},"first token"]],"l":[["{trace_id(1).hex()}","{span_id(1).hex()}"]]'
    spans = [span(
        1, number, number // 3 or None, f"step {number % 7}", start_ms=number % 50,
        length_ms=None if number % 11 == 0 else number,
        status=number % 3, kind=Kind(number % 15), model=["gpt", None, "llama"][number % 3], otel_kind=number % 6,
        input_tokens=number if number % 2 else None, cost_nusd=number if number % 4 else None, service=f"s{number % 3}",
        label=f"label {number}", error_message="boom" if number % 5 == 0 else None, ttft_ns=number if number % 7 == 0 else None,
        tags='{"environment":"prod"}' if number % 9 == 0 else None,
        marks=f"{{{event}}}" if number % 10 == 0 else None)
        for number in range(1, 1_300)]
    with storing(tmp_path / "t.db") as writer:
        for at in range(0, len(spans), 400):
            send(writer, spans[at:at + 400])
    with reading(tmp_path / "t.db") as store:
        assert shape(questions.trace(store, trace_id(1))) == shape(build_trace(questions.rows(store, trace_id(1))))
        with pytest.raises(NotFound):
            questions.trace(store, trace_id(2))


def test_odd_parents_become_roots(tmp_path: Path) -> None:
    """An orphan, its own parent, and a cycle of two: all are shown, none is lost, nothing hangs."""
    with storing(tmp_path / "t.db") as writer:
        send(writer, [span(1, 1), span(1, 2, 99), span(1, 3, 3), span(1, 4, 5, start_ms=5), span(1, 5, 4, start_ms=6)])
    with reading(tmp_path / "t.db") as store:
        trace = questions.trace(store, trace_id(1))
        found = {trace.span_ids[index]: (trace.parent[index], bool(trace.orphan[index])) for index in range(trace.n)}
    assert found == {span_id(1): (-1, False), span_id(2): (-1, True), span_id(3): (-1, True), span_id(4): (-1, True),
                     span_id(5): (found[span_id(5)][0], False)}
    assert trace.span_ids[found[span_id(5)][0]] == span_id(4)


def test_unfinished_then_finished_is_one_span(tmp_path: Path) -> None:
    with storing(tmp_path / "t.db") as writer:
        send(writer, [span(1, 1, length_ms=None), span(1, 2, 1, start_ms=3, length_ms=4)])
        with reading(tmp_path / "t.db") as store:
            assert questions.summary(store, trace_id(1)).unfinished_count == 1
            assert questions.summary(store, trace_id(1)).status_label == "unfinished"
            assert questions.trace(store, trace_id(1)).end_ns[0] == T0_NS + 7_000_000
        send(writer, [span(1, 1, length_ms=20)])
        send(writer, [span(1, 1, length_ms=None)])
    with reading(tmp_path / "t.db") as store:
        found = questions.summary(store, trace_id(1))
        assert (found.span_count, found.unfinished_count, found.duration_ns) == (2, 0, 20_000_000)
        assert not questions.trace(store, trace_id(1)).unfinished.any()
