"""What real SDKs sent, through the whole way into the store: in any order, and read as from the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import KEY
from tracedesk.cli.target import from_files
from tracedesk.importers.detect import load
from tracedesk.ingest.keeping import keep, slices
from tracedesk.model.batch import SpanBatch
from tracedesk.pricing.book import PriceBook
from tracedesk.semconv.counting import not_counted
from tracedesk.store import questions
from tracedesk.store.connect import open_store

NAMES = ("claude_code", "langfuse_sdk", "mlflow_openai", "oi_langchain", "oi_openai", "otel_openai_v2_events",
         "otel_openai_v2_latest", "plain_names", "pydantic_ai_v5", "strands", "tl_openai", "vercel_ai_v6")


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook()


def kept(path: Path, batches: list[SpanBatch], book: PriceBook):
    """(rows by trace, spans counted elsewhere by trace) after these batches."""
    with open_store(path, role="write", key=KEY) as store:
        writer = store.writer(not_counted)
        for batch in batches:
            for piece in slices([batch]):
                keep(writer, book, piece)
        writer.settle()
    with open_store(path, role="read", key=KEY) as store:
        ids = questions.ids(store)
        return ({one: sorted(questions.rows(store, one), key=lambda row: row.span_id) for one in ids},
                {one: questions.counted_on(store, one) for one in ids})


@pytest.mark.parametrize("name", NAMES)
def test_a_capture_is_the_same_however_it_comes(shared: Path, tmp_path: Path, name: str, book: PriceBook) -> None:
    files = [path for path in (shared / "captures" / f"{name}.otlp.pb", shared / "captures" / f"{name}.logs.otlp.pb")
             if path.exists()]
    spans, logs = [], []
    for file in files:
        more, records, _ = load(file)
        spans += more
        logs += records
    rows, elsewhere = kept(tmp_path / "a.db", [SpanBatch(spans, logs)], book)
    assert rows
    ways = {
        "spans, then records": [SpanBatch(spans), SpanBatch([], logs)],
        "records, then spans": [SpanBatch([], logs), SpanBatch(spans)],
        "one by one, backwards": [*(SpanBatch([span]) for span in spans[::-1]), *(SpanBatch([], [log]) for log in logs[::-1])],
    }
    for number, (way, batches) in enumerate(ways.items()):
        assert kept(tmp_path / f"{number}.db", batches, book) == (rows, elsewhere), way
    for target in from_files(files):
        assert sorted(target.rows, key=lambda row: row.span_id) == rows[target.trace.trace_id]
        assert dict(target.counted_on) == elsewhere[target.trace.trace_id]
