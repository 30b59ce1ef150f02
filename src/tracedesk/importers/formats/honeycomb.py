"""Honeycomb: batches of events as its API takes them (`time`, `data`), and raw rows as JSON or CSV.

Rows of the annotation types `span_event` and `link` belong to the span `trace.parent_id`; they are read in a first pass.
Durations are milliseconds with a fraction. Times are RFC 3339, or epoch numbers told by their size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tracedesk.importers.glance import Glance, records_or_rows
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, Making, Unreadable
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, duration_ns, integer, mapping, number, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link
from tracedesk.wire.json_reader import SPAN_KINDS

TIMES = ("time", "Timestamp UTC", "timestamp", "_timestamp", "Time", "meta.timestamp")
NAMES = {"trace.trace_id", "trace.span_id", "trace.parent_id", "name", "service.name", "service_name", "duration_ms", "error",
         "status_code", "status_message", "span.kind", "library.name", "library.version", "meta.annotation_type",
         "meta.signal_type", *TIMES}
"""Columns that become parts of a span; all others are its attributes."""


class _Beside(NamedTuple):
    """Events and links of one span."""

    events: list[Event]
    links: list[Link]


def sniff(glance: Glance) -> Sniff:
    """Flat rows with `trace.trace_id`, alone or under `data`."""
    names = glance.columns or set(glance.first) | set(mapping(at(glance.first, "data")))
    if "trace.trace_id" not in names:
        return NOT_MINE
    return Sniff(0.9 if "duration_ms" in names or "trace.span_id" in names else 0.5, "the fields trace.trace_id, duration_ms")


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """Spans of the rows."""
    making = Making(report, scope="honeycomb")
    beside: dict[tuple[bytes, bytes], _Beside] = {}
    for row, _ in _rows(source, Report("")):
        if "meta.annotation_type" in row:
            _annotation(row, making, beside)
    for row, where in _rows(source, report):
        with making.record(where):
            _span(row, making, beside)
        yield from making.full()
    for ids, left in beside.items():
        if left.events or left.links:
            report.skip("an event or link belongs to a span that is not in the file", first=f"span {ids[1].hex()}")
    yield from making.rest()


def _rows(source: Source, report: Report) -> Iterator[tuple[dict[str, Any], str]]:
    """(flat row, where): of a batch the data with the time of its envelope."""
    for value, where in records_or_rows(source, report, each=("",)):
        row = dict(mapping(value))
        if isinstance(row.get("data"), dict):
            row = {"time": row.get("time"), "samplerate": row.get("samplerate"), **row["data"]}
        yield row, where


def _annotation(row: dict[str, Any], making: Making, beside: dict[tuple[bytes, bytes], _Beside]) -> None:
    trace_id, span_id = row.get("trace.trace_id"), making.parent_id(row.get("trace.parent_id"))
    if not text(trace_id) or span_id is None:
        return
    mine = beside.setdefault((making.trace_id(trace_id), span_id), _Beside([], []))
    own = {key: value for key, value in row.items() if key not in NAMES and not key.startswith("trace.link.")}
    if row["meta.annotation_type"] == "link":
        other, far = making.parent_id(row.get("trace.link.span_id")), text(row.get("trace.link.trace_id"))
        if other is not None and far:
            mine.links.append(Link(making.trace_id(far), other, own))
    elif row["meta.annotation_type"] == "span_event":
        mine.events.append(Event(text(row.get("name")) or "event", _time(row) or 0, own))


def _time(row: dict[str, Any]) -> int | None:
    return next((found for name in TIMES if (found := time_ns(row.get(name))) is not None), None)


def _span(row: dict[str, Any], making: Making, beside: dict[tuple[bytes, bytes], _Beside]) -> None:
    if text(row.get("meta.annotation_type")):
        return                                               # was read in the first pass
    if text(row.get("meta.signal_type")) in ("log", "metric"):
        raise Unreadable("a row is a log or a metric, not a span")
    if text(row.get("trace.trace_id")) is None:
        raise Unreadable("a row has no trace.trace_id: it belongs to no trace")
    start, length = _time(row), duration_ns(row.get("duration_ms"), "ms")
    error, code = row.get("error"), integer(row.get("status_code"))
    failed = code == STATUS_ERROR or (code is None and error not in (None, False, "", "false", "False", 0, "0"))
    library = text(row.get("library.name"))
    ids = making.trace_id(row["trace.trace_id"]), making.span_id(row.get("trace.span_id"))
    own = {key: _plain(value) for key, value in row.items() if key not in NAMES}
    if isinstance(error, str) and error.lower() not in ("", "true", "false"):
        own["error"] = error
    events, links = beside.pop(ids, _Beside([], []))
    making.span(
        trace=row["trace.trace_id"], span=row.get("trace.span_id"), parent=row.get("trace.parent_id"),
        name=text(row.get("name")), start_ns=start, end_ns=None if start is None or length is None else start + length,
        attributes=own, resource=making.resource({"service.name": text(row.get("service.name") or row.get("service_name"))}),
        scope=making.scope_of(library, text(row.get("library.version")) or "") if library else None,
        otel_kind=SPAN_KINDS.get((text(row.get("span.kind")) or "").upper(), 0),
        status=STATUS_ERROR if failed else code if code == 1 else 0,
        status_message=text(row.get("status_message")), events=events, links=links)


def _plain(value: Any) -> Any:
    """A cell of a table as the value that it spells: rows in CSV have text only."""
    if isinstance(value, str):
        if value in ("true", "false"):
            return value == "true"
        found = number(value)
        return value if found is None or str(found) != value else found
    return value


SAMPLE = b"""[{"time":"2026-03-01T10:00:00.000Z","samplerate":1,"data":{"trace.trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",
"trace.span_id":"00000000000000a1","name":"agent","service.name":"bot","duration_ms":2400.25}},
{"time":"2026-03-01T10:00:00.010Z","data":{"trace.trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",
"trace.span_id":"00000000000000a2","trace.parent_id":"00000000000000a1","name":"chat","service.name":"bot",
"duration_ms":1440,"span.kind":"client","gen_ai.request.model":"gpt-4o-mini","gen_ai.usage.input_tokens":52}}]
"""

PART = Importer("honeycomb", "Honeycomb events (JSON, CSV)", (".json", ".jsonl", ".csv"), sniff, read, SAMPLE,
                leaves_out="Honeycomb downloads only the rows and columns that were on the screen, by default 1,000 rows, and "
                           "cuts texts at 64 KiB.")
