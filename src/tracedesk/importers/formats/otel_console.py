"""Console dumps of OpenTelemetry SDKs: Python's ConsoleSpanExporter, JavaScript's ReadableSpan as JSON, and Python span
objects dumped by frameworks (any-agent), whose trace ids are whole numbers of 128 bits.

Python prints pretty objects one after another, other output between them; its times are microseconds and it has no scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import Making, Unreadable
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, integer, mapping, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link
from tracedesk.wire.json_reader import SPAN_KINDS, STATUS_CODES


def sniff(glance: Glance) -> Sniff:
    """Spans with `context` and ids that begin 0x or are whole numbers, or with `spanContext`."""
    spans = at(glance.document, "spans")
    first = spans[0] if isinstance(spans, list) and spans and isinstance(spans[0], dict) else glance.first
    trace_id = at(first, "context", "trace_id")
    if isinstance(trace_id, str) and trace_id.startswith("0x") and "kind" in first:
        return Sniff(0.95, "spans whose context.trace_id begins 0x")
    if isinstance(trace_id, int) and "start_time" in first:
        return Sniff(0.95, "spans whose context.trace_id is a whole number")
    if isinstance(at(first, "spanContext"), dict) and isinstance(at(first, "startTime"), list):
        return Sniff(0.95, "spans with spanContext and startTime in [s, ns]")
    return NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span a record."""
    making = Making(report, scope="console")
    for value, where in records(source, report, each=("", "spans"), keep=("spans",)):
        if isinstance(value, dict) and "context" not in value and "spanContext" not in value:
            report.skip("a record is not a span", first=where)
            continue
        with making.record(where):
            if isinstance(value, dict) and "spanContext" in value:
                _javascript(value, making)
            else:
                _python(value, making)
        yield from making.full()
    yield from making.rest()


def _python(span: Any, making: Making) -> None:
    if not isinstance(span, dict):
        raise Unreadable("a record is not a span")
    context, parent, status = mapping(span.get("context")), span.get("parent"), mapping(span.get("status"))
    code = (text(status.get("status_code")) or "").upper().rpartition(".")[2]
    resource = mapping(mapping(span.get("resource")).get("attributes"))
    making.span(
        trace=context.get("trace_id"), span=context.get("span_id"),
        parent=at(parent, "span_id") if isinstance(parent, dict) else span.get("parent_id"), name=text(span.get("name")),
        start_ns=time_ns(span.get("start_time")), end_ns=time_ns(span.get("end_time")),
        attributes=mapping(span.get("attributes")), resource=making.resource(resource) if resource else None,
        otel_kind=SPAN_KINDS.get((text(span.get("kind")) or "").upper().rpartition(".")[2], 0),
        status=STATUS_CODES.get(code, 0),
        status_message=text(status.get("description")), events=_events(span, "timestamp"), links=_links(span, making),
        trace_state=_state(context.get("trace_state")))


def _state(value: Any) -> str:
    """`trace_state`, where it says anything: Python prints an empty one as `[]`."""
    found = text(value)
    return found if found and found != "[]" else ""


def _javascript(span: dict[str, Any], making: Making) -> None:
    context, status = mapping(span.get("spanContext")), mapping(span.get("status"))
    scope = mapping(span.get("instrumentationScope") or span.get("instrumentationLibrary"))
    kind, code = integer(span.get("kind")), integer(status.get("code"))
    resource = mapping(span.get("resource"))
    making.span(
        trace=context.get("traceId"), span=context.get("spanId"),
        parent=span.get("parentSpanId") or at(span, "parentSpanContext", "spanId"), name=text(span.get("name")),
        start_ns=_pair(span.get("startTime")), end_ns=_pair(span.get("endTime")), attributes=mapping(span.get("attributes")),
        resource=making.resource(mapping(resource.get("attributes") or resource.get("_attributes"))) if resource else None,
        scope=making.scope_of(text(scope.get("name")), text(scope.get("version")) or ""),
        otel_kind=kind + 1 if kind is not None and 0 <= kind <= 4 else 0,     # the SDK counts from 0, OTLP from 1
        status=code if code in (0, 1, 2) else 0, status_message=text(status.get("message")), events=_events(span, "time"),
        links=_links(span, making))


def _pair(value: Any) -> int | None:
    """Nanoseconds of [seconds, nanoseconds]."""
    seconds, rest = integer(at(value, 0)), integer(at(value, 1))
    return None if seconds is None or rest is None else seconds * 10**9 + rest


def _events(span: dict[str, Any], key: str) -> list[Event]:
    found: list[Event] = []
    for one in map(mapping, sequence(span.get("events"))):
        moment = _pair(one.get(key)) if isinstance(one.get(key), list) else time_ns(one.get(key))
        if moment is not None:
            found.append(Event(text(one.get("name")) or "event", moment, dict(mapping(one.get("attributes")))))
    return found


def _links(span: dict[str, Any], making: Making) -> list[Link]:
    found: list[Link] = []
    for one in map(mapping, sequence(span.get("links"))):
        context = mapping(one.get("context"))
        trace, other = context.get("trace_id") or context.get("traceId"), context.get("span_id") or context.get("spanId")
        if trace and other:
            found.append(Link(making.trace_id(trace), making.span_id(other), dict(mapping(one.get("attributes")))))
    return found


SAMPLE = b"""{
    "name": "agent",
    "context": {"trace_id": "0x7a2f190a1d5c4b0f8e3c2b1a09f8e7d6", "span_id": "0x00000000000000a1", "trace_state": "[]"},
    "kind": "SpanKind.INTERNAL", "parent_id": null,
    "start_time": "2026-03-01T10:00:00.000000Z", "end_time": "2026-03-01T10:00:02.400000Z",
    "status": {"status_code": "UNSET"}, "attributes": {}, "events": [], "links": [],
    "resource": {"attributes": {"service.name": "bot"}, "schema_url": ""}
}
{
    "name": "chat",
    "context": {"trace_id": "0x7a2f190a1d5c4b0f8e3c2b1a09f8e7d6", "span_id": "0x00000000000000a2", "trace_state": "[]"},
    "kind": "SpanKind.CLIENT", "parent_id": "0x00000000000000a1",
    "start_time": "2026-03-01T10:00:00.100000Z", "end_time": "2026-03-01T10:00:02.300000Z",
    "status": {"status_code": "OK"},
    "attributes": {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 42}, "events": [], "links": [],
    "resource": {"attributes": {"service.name": "bot"}, "schema_url": ""}
}
"""

PART = Importer("otel-console", "OpenTelemetry console dump (Python, JavaScript)", (".json", ".jsonl", ".log"), sniff, read,
                SAMPLE, leaves_out="Python's console exporter prints neither scope nor nanoseconds.")
