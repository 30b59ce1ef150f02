"""Questions to a store that is open for reading. Every one has an end: a LIMIT and a time limit (`Store.reading`)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from tracedesk.base.errors import DataError, NotFound
from tracedesk.model.query import Term, TraceQuery, Word
from tracedesk.model.row import SpanRow
from tracedesk.model.span import LogRecord, Span
from tracedesk.model.summary import TraceSummary
from tracedesk.model.trace import Trace, arrange
from tracedesk.store import columns
from tracedesk.store import logs as log_store
from tracedesk.store import spans as stored
from tracedesk.store.connect import Store
from tracedesk.store.overview import Density, density, facets
from tracedesk.store.peers import Peer, Peers, peers
from tracedesk.store.search import condition
from tracedesk.store.summaries import COLUMNS, summaries
from tracedesk.store.summaries import summary as summary_of

__all__ = [
    "EVERYTHING", "Cursor", "Density", "Peer", "Peers", "StoreStats", "count", "counted_on", "density", "facets", "ids",
    "loose_logs", "peers", "resolve", "rows", "span", "spans", "stats", "summaries_of", "summary", "trace", "trace_logs",
    "traces", "whole",
]

EVERYTHING = TraceQuery()
OPEN_LIMIT_S = 20.0
"""Seconds for opening one trace, however large."""

_NEWEST = "ORDER BY t.start_ns DESC, t.trace_id DESC"

Cursor = tuple[int, bytes]
"""(start_ns, trace_id) of the last trace of a page: the next page begins after it."""


@dataclass(frozen=True, slots=True)
class StoreStats:
    """What a store holds. `oldest_ns` and `newest_ns` are starts of traces, None while there are none."""

    traces: int
    spans: int
    logs: int
    size_bytes: int
    oldest_ns: int | None
    newest_ns: int | None
    unfinished_traces: int
    text_waiting: int
    key_place: str


def traces(
    store: Store, query: TraceQuery = EVERYTHING, *, limit: int = 200, before: Cursor | None = None
) -> list[TraceSummary]:
    """A page of the traces that match, newest start first; `before` is the (start_ns, trace_id) of the page's predecessor."""
    with store.reading() as db:
        where, values = condition(db, query)
        if before is not None:
            where += " AND (t.start_ns, t.trace_id) < (?, ?) AND t.start_ns <= ?"
            values = [*values, *before, before[0]]
        rows = db.execute(
            f"SELECT {COLUMNS} FROM (SELECT * FROM traces t WHERE {where} {_NEWEST} LIMIT ?) t "
            f"JOIN cards c USING (trace_no) {_NEWEST}", (*values, limit)).fetchall()
    return summaries(rows)


def count(store: Store, query: TraceQuery = EVERYTHING) -> int:
    """How many traces match."""
    with store.reading() as db:
        where, values = condition(db, query)
        return int(db.execute(f"SELECT count(*) FROM traces t WHERE {where}", values).fetchone()[0])


def summary(store: Store, trace_id: bytes) -> TraceSummary:
    """One trace in one line.

    Raises:
        NotFound: the store does not have it.
    """
    with store.reading() as db:
        found = db.execute(f"SELECT {COLUMNS} FROM traces t JOIN cards c USING (trace_no) WHERE t.trace_id = ?",
                           (trace_id,)).fetchone()
    if found is None:
        raise stored.no_trace(trace_id)
    return summary_of(found)


def summaries_of(store: Store, trace_ids: list[bytes]) -> list[TraceSummary]:
    """The summaries of these traces, in this order; those that the store does not have are left out."""
    with store.reading() as db:
        statement = f"SELECT {COLUMNS} FROM traces t JOIN cards c USING (trace_no) WHERE t.trace_id = ?"
        found = [db.execute(statement, (trace_id,)).fetchone() for trace_id in trace_ids]
    return summaries(row for row in found if row is not None)


def calls_of_model(store: Store, model: str, *, traces_at_most: int = 50) -> list[SpanRow]:
    """The calls of a model, or of a dated version of it (`gpt-4o-2024-08-06` of `gpt-4o`), in the latest traces that name
    it: what its speed is fitted from."""
    versions = re.compile(re.escape(model) + r"(?:[-@:]?\d[\d-]*)?$")
    named = traces(store, TraceQuery((Term("model", "=", (Word(model + "*"),)),)), limit=traces_at_most)
    return [row for summary in named for row in rows(store, summary.trace_id) if row.model and versions.match(row.model)]


def trace(store: Store, trace_id: bytes) -> Trace:
    """The columns of one trace.

    Raises:
        NotFound: the store does not have it.
    """
    with store.reading(OPEN_LIMIT_S) as db:
        found = columns.of_trace(db, trace_id, stored.trace_no_of(db, trace_id))
    return arrange(found)


def rows(store: Store, trace_id: bytes) -> list[SpanRow]:
    """The narrow facts of all spans of a trace, in no particular order.

    Raises:
        NotFound: the store does not have it.
    """
    with store.reading(OPEN_LIMIT_S) as db:
        return [entry.row for entry in stored.entries(db, trace_id, stored.trace_no_of(db, trace_id))]


def span(store: Store, trace_id: bytes, span_id: bytes) -> tuple[Span, list[LogRecord]]:
    """One span as it was received, with its log records.

    Raises:
        NotFound: the store does not have it.
    """
    with store.reading() as db:
        trace_no = stored.trace_no_of(db, trace_id)
        found = stored.stored_span(db, trace_id, trace_no, span_id)
        if found is None:
            raise NotFound(f"Trace {trace_id.hex()} has no span {span_id.hex()}.")
        return found, log_store.of_span(db, trace_no, span_id)


def some_spans(store: Store, trace_id: bytes, span_ids: Collection[bytes]) -> list[Span]:
    """Those of these spans that the trace has, as they were received, in no particular order."""
    with store.reading() as db:
        return stored.stored_spans(db, trace_id, span_ids)


def spans(store: Store, trace_id: bytes) -> list[tuple[Span, list[LogRecord]]]:
    """All spans of a trace as they were received, each with its log records, by start.

    Raises:
        NotFound: the store does not have it.
    """
    with store.reading(OPEN_LIMIT_S) as db:
        trace_no = stored.trace_no_of(db, trace_id)
        reader = stored.Reader(db, trace_no)
        found = [reader.span(entry) for entry in
                 sorted(stored.entries(db, trace_id, trace_no), key=lambda entry: (entry.part, entry.slot))]
        logs = log_store.of_trace(db, trace_no)
    found.sort(key=lambda span: (span.start_ns, span.span_id))
    return [(span, logs.get(span.span_id, [])) for span in found]


def whole(store: Store, trace_id: bytes) -> list[tuple[Span, list[LogRecord]]]:
    """Like `spans`; log records that name no span of the trace stand with its first span. For whoever writes it all down.

    Raises:
        NotFound: the store does not have it.
    """
    found = spans(store, trace_id)
    here = {span.span_id for span, _ in found}
    loose = [log for span_id, records in trace_logs(store, trace_id).items() if span_id not in here for log in records]
    first, records = found[0]
    return [(first, [*records, *loose]), *found[1:]]


def ids(store: Store, query: TraceQuery = EVERYTHING, *, limit: int = 1_000_000) -> list[bytes]:
    """The ids of the traces that match, newest start first."""
    with store.reading(OPEN_LIMIT_S) as db:
        where, values = condition(db, query)
        return [row[0] for row in db.execute(
            f"SELECT t.trace_id FROM traces t WHERE {where} {_NEWEST} LIMIT ?", (*values, limit))]


def trace_logs(store: Store, trace_id: bytes) -> dict[bytes, list[LogRecord]]:
    """The log records of a trace by span id; under b"" those that name no span of it."""
    with store.reading() as db:
        return log_store.of_trace(db, stored.trace_no_of(db, trace_id))


def loose_logs(store: Store, *, limit: int = 1_000) -> list[LogRecord]:
    """The latest log records that belong to no trace."""
    with store.reading() as db:
        return log_store.loose(db, limit)


def counted_on(store: Store, trace_id: bytes) -> dict[bytes, bytes | None]:
    """Spans of a trace whose tokens and cost are counted on another span → that span (maybe in another trace)."""
    with store.reading() as db:
        return dict(db.execute("SELECT span_id, counted_on FROM uncounted WHERE trace_no = ?",
                               (stored.trace_no_of(db, trace_id),)))


def resolve(store: Store, prefix: str) -> bytes:
    """The trace id that begins with these hex digits.

    Raises:
        NotFound: none does.
        DataError: the prefix is no hex, or several begin with it.
    """
    text = prefix.strip().lower()
    if not text or len(text) > 32 or any(c not in "0123456789abcdef" for c in text):
        raise DataError(f"“{prefix}” is no trace id.", hint="Trace ids are up to 32 hexadecimal digits.")
    low, high = bytes.fromhex(text.ljust(32, "0")), bytes.fromhex(text.ljust(32, "f"))
    with store.reading() as db:
        found = [row[0] for row in db.execute("SELECT trace_id FROM traces WHERE trace_id BETWEEN ? AND ? LIMIT 3",
                                              (low, high))]
    if not found:
        raise NotFound(f"No trace begins with {text}.", hint="`tracedesk traces` lists what there is.")
    if len(found) > 1:
        raise DataError(f"Several traces begin with {text}.",
                        hint="Give more digits: " + ", ".join(one.hex()[:12] for one in found))
    return bytes(found[0])


def stats(store: Store) -> StoreStats:
    """What the store holds."""
    with store.reading() as db:
        traces, spans, unfinished, oldest, newest = db.execute(
            "SELECT count(*), coalesce(sum(span_count), 0), coalesce(sum(unfinished_count > 0), 0), min(start_ns), "
            "max(start_ns) FROM traces WHERE start_ns IS NOT NULL").fetchone()
        logs = db.execute("SELECT count(*) FROM logs").fetchone()[0]
        waiting = db.execute("SELECT count(*) FROM pending").fetchone()[0]
        size = int(db.execute("PRAGMA page_count").fetchone()[0]) * int(db.execute("PRAGMA page_size").fetchone()[0])
    return StoreStats(traces, spans, logs, size, oldest, newest, unfinished, waiting, store.key_place)
