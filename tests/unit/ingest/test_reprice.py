"""A store that was read and priced again is the store that receives everything today."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.content import content
from tests.store.making import KEY, MS, T0_NS, reading, span_id, storing, trace_id
from tracedesk.engine.job_kinds.reprice import PART
from tracedesk.ingest.reprice import Repriced, reprice
from tracedesk.ingest.stages import prepare_all
from tracedesk.model.llm import CostStatus
from tracedesk.model.span import LogRecord, Resource, Scope, Span
from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.override import Override
from tracedesk.semconv.counting import not_counted
from tracedesk.store import prices, questions, state
from tracedesk.store.connect import notebook, open_store
from tracedesk.store.writer import Writer

OLD = PriceBook()
NEW = PriceBook((Override("llama-guard3:8b", nusd_per_mtok={"input": 100_000_000, "output": 0}),
                 Override("gpt-4o", "prefix", nusd_per_mtok={"input": 1_000_000_000, "output": 2_000_000_000})))
WORDS = ["refund", "chat"]


def a_call(trace: int, number: int, parent: int | None = None, *, model: str = "gpt-4o", tokens: int = 1_000, start_ms: int = 0,
           **more: Any) -> Span:
    """A model call."""
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model, "gen_ai.usage.input_tokens": tokens,
                  "gen_ai.usage.output_tokens": 10, "gen_ai.provider.name": "openai", **more}
    start_ns = T0_NS + start_ms * MS
    return Span(trace_id(trace), span_id(number), None if parent in (None, number) else span_id(parent), "chat", start_ns,
                start_ns + 5 * MS, attributes, Resource({"service.name": "bot"}), Scope("test"))


def send(writer: Writer, book: PriceBook, spans: Sequence[Span], logs: Sequence[LogRecord] = ()) -> None:
    """One batch, as the engine takes it in."""
    writer.write(prepare_all(writer.gather(list(spans), logs), book), logs)


def done(writer: Writer, book: PriceBook) -> Repriced:
    """Reprice to the end."""
    steps = reprice(writer, book)
    while True:
        try:
            next(steps)
        except StopIteration as over:
            return over.value


SPANS = st.builds(a_call, st.integers(1, 3), st.integers(1, 9), st.sampled_from((None, 1, 2, 3)),
                  model=st.sampled_from(("gpt-4o", "gpt-4o-2024-05-13", "llama-guard3:8b", "o3", "nobody-knows")),
                  tokens=st.sampled_from((0, 14, 1_000, 300_000)), start_ms=st.sampled_from((0, 5, 70_000)),
                  **{"gen_ai.response.id": st.sampled_from((None, None, "r1", "r2"))})
LOGS = st.builds(lambda trace, number, at: LogRecord(
    trace_id(trace), span_id(number), T0_NS + at, {"content": f"refund {at}"}, {"event.name": "gen_ai.user.message"},
    Resource({"service.name": "bot"}), Scope("test")), st.integers(1, 3), st.integers(1, 9), st.integers(0, 3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=st.lists(SPANS, min_size=1, max_size=12), logs=st.lists(LOGS, max_size=4), small=st.sampled_from((3, 2_048)))
def test_the_store_is_that_of_a_fresh_start(spans: list[Span], logs: list[LogRecord], small: int) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(state, "SMALL", small)
            for name, first, last in (("a.db", NEW, None), ("b.db", OLD, NEW)):
                with storing(folder / name) as writer:
                    send(writer, first, spans[:5])
                    send(writer, first, spans[5:], logs)
                    writer.settle()
                    if last is not None:
                        done(writer, last)
                        writer.settle()
            fresh, again = content(folder / "a.db", WORDS), content(folder / "b.db", WORDS)
        for table, rows in fresh.items():
            assert again[table] == rows, table
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Three calls in two traces, one of them without a price."""
    with storing(tmp_path / "t.db") as writer:
        send(writer, OLD, [a_call(1, 1), a_call(1, 2, model="llama-guard3:8b"), a_call(2, 1)])
        writer.settle()
    return tmp_path / "t.db"


def test_costs_and_sums_follow_the_price(store: Path) -> None:
    with storing(store) as writer:
        assert questions.summary(writer.store, trace_id(1)).unpriced_calls == 1
        assert done(writer, NEW) == Repriced(3, 3, 3)
        assert done(writer, NEW) == Repriced(3, 3, 0)
        summary = questions.summary(writer.store, trace_id(1))
        assert (summary.cost_nusd, summary.unpriced_calls) == (1_020_000 + 100_000, 0)
        with writer.store.reading() as db:
            assert db.execute("SELECT sum(cost_nusd), sum(priced_calls), sum(unpriced_calls) FROM sums").fetchone() == (
                2 * 1_020_000 + 100_000, 3, 0)


def test_a_price_taken_back_leaves_the_call_unknown(store: Path) -> None:
    with storing(store) as writer:
        done(writer, NEW)
        done(writer, OLD)
        found = {row.span_id: row for row in questions.rows(writer.store, trace_id(1))}
        assert (found[span_id(2)].cost_nusd, found[span_id(2)].cost_status) == (None, CostStatus.UNKNOWN_MODEL)


def test_the_messages_stay_where_they_are(store: Path) -> None:
    with reading(store) as before, before.reading() as db:
        payloads = db.execute("SELECT id, data FROM payloads ORDER BY id").fetchall()
    with storing(store) as writer:
        done(writer, NEW)
        writer.settle()
        assert [span.attributes["gen_ai.request.model"] for span, _ in questions.spans(writer.store, trace_id(1))] == [
            "gpt-4o", "llama-guard3:8b"]
        with writer.store.reading() as db:
            assert db.execute("SELECT id, data FROM payloads ORDER BY id").fetchall() == payloads


def test_what_is_done_stays_done_when_it_is_stopped(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracedesk.ingest.reprice.PIECE_SPANS", 1)
    with storing(store) as writer:
        steps = reprice(writer, NEW)
        assert next(steps) == Repriced(0, 3, 0)
        assert next(steps) == Repriced(2, 3, 2)
        steps.close()
        assert questions.summary(writer.store, trace_id(1)).unpriced_calls == 0
        assert questions.summary(writer.store, trace_id(2)).cost_nusd == 2_600_000


def test_the_engine_does_it_with_the_prices_of_the_store(store: Path) -> None:
    with notebook(store, key=KEY) as book:
        prices.put(book, Override("llama-guard3:8b", nusd_per_mtok={"input": 0, "output": 0}))
    with open_store(store, role="write", key=KEY) as opened:
        work = PART.work(opened.writer(not_counted), {})
        assert next(work) == (0, 3)
        assert next(work) == (3, 3)
        with pytest.raises(StopIteration) as over:
            next(work)
        assert over.value.value == "3 spans read again, 1 changed."
        rows = questions.rows(opened, trace_id(1))
        assert {(row.model, row.cost_nusd) for row in rows} == {("gpt-4o", 2_600_000), ("llama-guard3:8b", 0)}
