"""Gather, prepare, write: some batches become rows in one or more transactions, and a bug of ours costs one span.

A span or log record on which preparing or writing breaks is found by halving what is written together, logged without a
word of what it says, noted in its batch as refused, and left out. What this machine refuses (`WorldError`) is no such
case: that is raised, and nothing of the transaction is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tracedesk.base.errors import WorldError
from tracedesk.base.log import crash_text, logger
from tracedesk.ingest.stages import Prepared, Prices, prepare_all
from tracedesk.ingest.worker import PreparedAhead
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import LogRecord, Span
from tracedesk.store.changes import Changes
from tracedesk.store.writer import Writer
from tracedesk.wire.otlp_proto import refuse

AT_ONCE = 2_000
"""Most spans, and most log records, of one transaction."""

BROKE = "TraceDesk broke at it; its log says where"

log = logger("intake")


class Slice(NamedTuple):
    """What one transaction writes; beside each span and record the batch that it came in."""

    spans: Sequence[tuple[Span | PreparedAhead, SpanBatch]]
    logs: Sequence[tuple[LogRecord, SpanBatch]]


def slices(batches: Sequence[SpanBatch]) -> Iterator[Slice]:
    """All spans and log records of some batches, at most `AT_ONCE` of each at a time."""
    spans = [(span, batch) for batch in batches for span in (*batch.spans, *batch.ahead)]
    logs = [(record, batch) for batch in batches for record in batch.logs]
    for at in range(0, max(len(spans), len(logs)), AT_ONCE):
        yield Slice(spans[at:at + AT_ONCE], logs[at:at + AT_ONCE])


def keep(writer: Writer, book: Prices, piece: Slice) -> Changes:
    """Write a slice in one transaction; where that breaks, in as many as it takes to leave out what it breaks at.

    Raises:
        WorldError: this machine said no; of a slice that was halved some transactions may be kept.
    """
    spans, logs = piece
    try:
        prepared = _prepared(writer, book, spans, [record for record, _ in logs])
        return writer.write(prepared, [record for record, _ in logs])
    except WorldError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug of ours, or a span that nobody thought of
        if len(spans) + len(logs) == 1:
            log.error("one span or record left out: writing it broke\n%s", crash_text(error))  # noqa: TRY400 - no text of it
            for span, batch in spans:
                refuse(batch, BROKE, span.name)
            for record, batch in logs:
                refuse(batch, BROKE, record.event_name or "log record")
            return Changes(0)
        log.warning("writing %d spans and %d log records broke; looking for the one it breaks at", len(spans), len(logs))
    half, log_half = (len(spans) + 1) // 2, (len(logs) + 1) // 2 if len(spans) < 2 else len(logs) // 2
    keep(writer, book, Slice(spans[:half], logs[:log_half]))
    return keep(writer, book, Slice(spans[half:], logs[log_half:]))


def _prepared(
    writer: Writer, book: Prices, spans: Sequence[tuple[Span | PreparedAhead, SpanBatch]], logs: Sequence[LogRecord]
) -> list[Prepared | PreparedAhead]:
    """The spans, and those stored ones that a record names, prepared. A span that cannot be is noted in its batch."""
    gathered = writer.gather([span for span, _ in spans], logs)
    ready = [span for span, records in gathered if isinstance(span, PreparedAhead) and not records]
    others = [(at, span, records) for at, (span, records) in enumerate(gathered) if isinstance(span, Span) or records]
    try:
        return [*ready, *prepare_all([(_opened(span), records) for _, span, records in others], book)]
    except Exception:  # noqa: BLE001 - found below, one by one
        log.warning("preparing %d spans broke; looking for those it breaks at", len(others))
    rows: list[Prepared | PreparedAhead] = [*ready]
    for at, span, records in others:
        try:
            rows += prepare_all([(_opened(span), records)], book)
        except Exception as error:  # noqa: BLE001 - see the top
            log.error("one span left out: preparing it broke\n%s", crash_text(error))  # noqa: TRY400 - no text of it
            if at < len(spans):
                refuse(spans[at][1], BROKE, span.name)
    return rows


def _opened(span: Span | PreparedAhead) -> Span:
    return span if isinstance(span, Span) else span.opened()
