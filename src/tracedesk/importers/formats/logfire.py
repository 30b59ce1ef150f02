"""Pydantic Logfire: answers of its query API on `records`, as JSON (rows or columns) or CSV.

A user's SELECT decides the columns; trace_id, span_id and start_timestamp must be there. Logs are zero-length children of
their span. A pending span is the early word of a span; it is left out where the span itself is in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance, records_or_rows
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, STATUS_OK, Making, Unreadable
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, duration_ns, integer, mapping, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link, Note

READ = {"trace_id", "span_id", "parent_span_id", "kind", "start_timestamp", "end_timestamp", "duration", "span_name",
        "attributes", "otel_status_code", "otel_status_message", "otel_scope_name", "otel_scope_version", "otel_events",
        "otel_links",
        "otel_resource_attributes", "service_name", "created_at", "message", "level", "tags", "day", "project_id"}


def sniff(glance: Glance) -> Sniff:
    """`span_name` and `start_timestamp`, as columns, in rows, or by name in `columns`."""
    document = glance.document
    first = at(document, "rows", 0) or glance.first
    named: set[Any] = {at(one, "name") for one in sequence(at(document, "columns")) if isinstance(at(one, "name"), str)}
    names = set(glance.columns) or (set(first) if isinstance(first, dict) else set()) | named
    return Sniff(0.95, "the columns span_name and start_timestamp") if "start_timestamp" in names and (
        "span_id" in names or "span_name" in names) else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span a row."""
    making = Making(report, scope="logfire")
    real = {(text(row.get("trace_id")), text(row.get("span_id"))) for row, _ in _rows(source, Report(""))
            if row.get("kind") != "pending_span"}
    for row, where in _rows(source, report):
        with making.record(where):
            pending = row.get("kind") == "pending_span"
            if not (pending and (text(row.get("trace_id")), text(row.get("span_id"))) in real):
                _span(row, pending, making)
        yield from making.full()
    yield from making.rest()


def _rows(source: Source, report: Report) -> Iterator[tuple[dict[str, Any], str]]:
    for value, where in records_or_rows(source, report, each=("", "rows"), keep=("rows",)):
        columns = [one for one in map(mapping, sequence(at(value, "columns"))) if isinstance(one.get("values"), list)]
        if columns:                                          # the older form: a list of values per column
            for number in range(max(len(one["values"]) for one in columns)):
                yield {str(one.get("name")): at(one["values"], number) for one in columns}, f"row {number + 1:,}"
        elif isinstance(value, dict):
            yield value, where
        else:
            report.skip("a record is not a row", first=where)


def _moment(value: Any) -> int | None:
    return time_ns(value.isoformat() if hasattr(value, "isoformat") else value)


def _span(row: dict[str, Any], pending: bool, making: Making) -> None:
    if not text(row.get("trace_id")):
        raise Unreadable("a row has no trace_id")
    start, end = _moment(row.get("start_timestamp")), _moment(row.get("end_timestamp"))
    length = duration_ns(row.get("duration"), "s")
    if end is None and start is not None and length is not None:
        end = start + length
    if end is None and row.get("kind") in ("log", "span_event"):
        end = start
    code = (text(row.get("otel_status_code")) or "").upper()
    failed = code == "ERROR" or (not code and row.get("is_exception") in (True, "true", "True"))
    own = {key: value for key, value in row.items() if key not in READ and value not in (None, "", [], {})}
    service = text(row.get("service_name"))
    scope = text(row.get("otel_scope_name"))
    making.span(
        trace=row["trace_id"], span=row.get("span_id"), parent=row.get("parent_span_id"),
        name=text(row.get("span_name") or row.get("message")), start_ns=start, end_ns=None if pending else end,
        attributes={**mapping(row.get("attributes")), **{f"logfire.{key}": value for key, value in own.items()},
                    "logfire.msg": text(row.get("message")), "logfire.level": row.get("level"),
                    "logfire.tags": sequence(row.get("tags")) or None, "logfire.kind": text(row.get("kind"))},
        resource=making.resource({**mapping(row.get("otel_resource_attributes")),
                                  **({"service.name": service} if service else {})}),
        scope=making.scope_of(scope, text(row.get("otel_scope_version")) or ""),
        status=STATUS_ERROR if failed else STATUS_OK if code == "OK" else 0,
        status_message=text(row.get("otel_status_message")),
        events=[Event(text(one.get("event_name") or one.get("name")) or "event", moment, dict(mapping(one.get("attributes"))))
                for one in map(mapping, sequence(row.get("otel_events")))
                if (moment := _moment(one.get("event_timestamp") or one.get("timestamp"))) is not None],
        links=[Link(making.trace_id(context["trace_id"]), making.span_id(context["span_id"]),
                    dict(mapping(one.get("attributes")))) for one in map(mapping, sequence(row.get("otel_links")))
               if (context := mapping(one.get("context")) or one).get("trace_id") and context.get("span_id")],
        notes=int(Note.PENDING) if pending else 0)
    if integer(row.get("level")) is None and row.get("level"):
        making.report.assume("levels are words, not Logfire's numbers")


SAMPLE = b"""{"columns":[{"name":"trace_id","datatype":"Utf8","nullable":false}],"rows":[
{"trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","span_id":"00000000000000a1","parent_span_id":null,"kind":"span",
"start_timestamp":"2026-03-01T10:00:00.000000Z","end_timestamp":"2026-03-01T10:00:02.400000Z","duration":2.4,
"span_name":"agent run","service_name":"bot","attributes":{"gen_ai.operation.name":"invoke_agent"}},
{"trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","span_id":"00000000000000a2","parent_span_id":"00000000000000a1","kind":"span",
"start_timestamp":"2026-03-01T10:00:00.100000Z","end_timestamp":null,"duration":2.2,"span_name":"chat gpt-4o-mini",
"service_name":"bot","attributes":{"gen_ai.operation.name":"chat","gen_ai.usage.input_tokens":42}}]}
"""

PART = Importer("logfire", "Pydantic Logfire query result", (".json", ".csv", ".parquet"), sniff, read, SAMPLE)
