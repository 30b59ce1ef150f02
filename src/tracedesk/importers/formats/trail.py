"""TRAIL (a benchmark of Patronus AI): one trace per file, children nested in their parents, every attribute as text.

A span has a start and an ISO 8601 duration. `parent_span_id` goes before the nesting where it names a span of the file.
Log records stand in their span. Counts are read from text, because OpenInference has them as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import Making, Unreadable
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, integer, mapping, number, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link
from tracedesk.wire.json_reader import SPAN_KINDS, STATUS_CODES

_DURATION = re.compile(r"P(?:(\d{1,6})D)?T?(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,12})?)S)?")
_COUNTS = re.compile(r"(token_count|\.index$|temperature|max_tokens|\.score$)")
READ = {"timestamp", "trace_id", "span_id", "parent_span_id", "trace_state", "span_name", "span_kind", "service_name",
        "resource_attributes", "scope_name", "scope_version", "span_attributes", "duration", "status_code", "status_message",
        "events", "links", "logs", "child_spans"}


def sniff(glance: Glance) -> Sniff:
    """`spans` with `child_spans` or `span_attributes`."""
    first = at(glance.document, "spans", 0)
    found = isinstance(first, dict) and ("child_spans" in first or ("span_attributes" in first and "duration" in first))
    return Sniff(0.95, "spans with child_spans") if found else NOT_MINE


def iso_duration_ns(value: Any) -> int | None:
    """Nanoseconds of an ISO 8601 duration of days, hours, minutes and seconds; None where it is none."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value not in ("P", "PT") else None
    if match is None:
        return None
    days, hours, minutes = (int(part or 0) for part in match.groups()[:3])
    return ((days * 24 + hours) * 60 + minutes) * 60 * 10**9 + int(Decimal(match[4] or 0) * 10**9)


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """All spans, parents before their children."""
    making = Making(report, scope="trail")
    for document, where in records(source, report, keep=("spans", "child_spans")):
        nested = list(_nested(document, where))
        ids = {text(at(span, "span_id")) for span, _, _ in nested}
        for span, around, place in nested:
            with making.record(place):
                _span(span, around, ids, making)
            yield from making.full()
    yield from making.rest()


def _nested(document: Any, where: str) -> Iterator[tuple[Any, str | None, str]]:
    """(span, id of the span around it, place)."""
    waiting: list[tuple[Any, str | None, str]] = [(span, None, f"{where} spans[{number_:,}]".strip())
                                                  for number_, span in enumerate(sequence(at(document, "spans")), 1)]
    waiting.reverse()
    while waiting:
        span, around, place = waiting.pop()
        yield span, around, place
        waiting += [(child, text(at(span, "span_id")), place) for child in reversed(sequence(at(span, "child_spans")))]


def _span(span: Any, around: str | None, ids: set[str | None], making: Making) -> None:
    if not isinstance(span, dict):
        raise Unreadable("a record is not a span")
    start, length = time_ns(span.get("timestamp")), iso_duration_ns(span.get("duration"))
    said = text(span.get("parent_span_id"))
    parent = said if said in ids or around is None else around
    code = (text(span.get("status_code")) or "").upper()
    for name in span.keys() - READ:
        making.report.drop_field(str(name))
    resource = making.resource({"service.name": text(span.get("service_name")), **mapping(span.get("resource_attributes"))})
    scope = making.scope_of(text(span.get("scope_name")), text(span.get("scope_version")) or "")
    making.span(
        trace=span.get("trace_id"), span=span.get("span_id"), parent=parent, name=text(span.get("span_name")), start_ns=start,
        end_ns=None if start is None or length is None else start + length,
        attributes={key: _value(key, value) for key, value in mapping(span.get("span_attributes")).items()},
        resource=resource, scope=scope, otel_kind=SPAN_KINDS.get((text(span.get("span_kind")) or "").upper(), 0),
        status=STATUS_CODES.get(code, 0),
        status_message=text(span.get("status_message")), trace_state=text(span.get("trace_state")) or "",
        events=[Event(text(one.get("Name") or one.get("name")) or "event", moment,
                      dict(mapping(one.get("Attributes") or one.get("attributes"))))
                for one in map(mapping, sequence(span.get("events")))
                if (moment := time_ns(one.get("Timestamp") or one.get("timestamp"))) is not None],
        links=[link for one in map(mapping, sequence(span.get("links"))) if (link := _link(one, making)) is not None])
    for log in map(mapping, sequence(span.get("logs"))):
        rest = {f"trail.{key}": value for key, value in log.items() if key in ("evaluations", "annotations") and value}
        making.log(trace=span.get("trace_id"), span=span.get("span_id"), time_ns=time_ns(log.get("timestamp")),
                   body=log.get("body"), attributes={**mapping(log.get("log_attributes")), **rest},
                   resource=resource, scope=making.scope_of(text(log.get("scope_name")), text(log.get("scope_version")) or ""),
                   severity_text=text(log.get("severity_text")) or "", severity_number=integer(log.get("severity_number")) or 0)


def _link(one: dict[str, Any], making: Making) -> Link | None:
    trace, span = (one.get(f"{name}_id") or one.get(f"{name.title()}Id") for name in ("trace", "span"))
    if not text(trace) or not text(span):
        return None
    return Link(making.trace_id(trace), making.span_id(span), dict(mapping(one.get("attributes") or one.get("Attributes"))))


def _value(key: str, value: Any) -> Any:
    """Numbers where OpenInference has numbers; everything else is text, as it stands in the file."""
    found = number(value) if isinstance(value, str) and _COUNTS.search(key) else None
    return value if found is None else found


SAMPLE = b"""{"trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","spans":[{"timestamp":"2026-03-01T10:00:00.000000Z",
"trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","span_id":"00000000000000a1","parent_span_id":null,"span_name":"main",
"span_kind":"Internal","service_name":"bot","span_attributes":{"openinference.span.kind":"AGENT"},"duration":"PT2.4S",
"status_code":"Ok","child_spans":[{"timestamp":"2026-03-01T10:00:00.100000Z","trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",
"span_id":"00000000000000a2","parent_span_id":"00000000000000a1","span_name":"chat","span_kind":"Client","service_name":"bot",
"span_attributes":{"openinference.span.kind":"LLM","llm.model_name":"gpt-4o-mini","llm.token_count.prompt":"42"},
"duration":"PT1M2.2S","status_code":"Unset","child_spans":[]}]}]}
"""

PART = Importer("trail", "TRAIL traces", (".json",), sniff, read, SAMPLE)
