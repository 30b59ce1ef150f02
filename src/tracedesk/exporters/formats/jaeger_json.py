"""Jaeger JSON, as its UI opens it. Jaeger knows microseconds: the nanoseconds go along as tags and are read back by the import.
Attributes that are lists or objects become JSON text."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson

from tracedesk.exporters.exporter import Exporter, Spans
from tracedesk.exporters.plain import as_json, finite
from tracedesk.ingest.stages import Prices
from tracedesk.model.span import Event, Resource, Span
from tracedesk.wire.kept import END_NS, START_NS, TIME_NS

KINDS = ("", "internal", "server", "client", "producer", "consumer")
CODES = ("", "OK", "ERROR")


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write all traces into one `data`."""
    file.write(b'{"data":[')
    before = b"\n"
    for trace in traces:
        file.write(before + orjson.dumps(_trace(trace)))
        before = b",\n"
    file.write(b'\n],"total":0,"limit":0,"offset":0,"errors":null}\n')


def _trace(trace: Spans) -> dict[str, Any]:
    processes: dict[str, Any] = {}
    keys: dict[str, str] = {}
    spans = []
    for span, _ in trace:
        process = _process(span.resource)
        text = orjson.dumps(process).decode()
        key = keys.setdefault(text, f"p{len(keys) + 1}")
        processes[key] = process
        spans.append(_span(span, key))
    return {"traceID": trace[0][0].trace_id.hex() if trace else "", "spans": spans, "processes": processes, "warnings": None}


def _process(resource: Resource) -> dict[str, Any]:
    return {"serviceName": resource.service, "tags": [_tag(key, value) for key, value in resource.attributes.items()
                                                      if key != "service.name"]}


def _span(span: Span, process: str) -> dict[str, Any]:
    trace = span.trace_id.hex()
    tags = [_tag(key, value) for key, value in span.attributes.items()]
    if 0 < span.otel_kind < len(KINDS):
        tags.append(_tag("span.kind", KINDS[span.otel_kind]))
    if 0 < span.status < len(CODES):
        tags.append(_tag("otel.status_code", CODES[span.status]))
        if span.status == 2:
            tags.append(_tag("error", True))
    for key, text in (("otel.status_description", span.status_message), ("otel.scope.name", span.scope.name),
                      ("otel.scope.version", span.scope.version), ("w3c.tracestate", span.trace_state)):
        if text:
            tags.append(_tag(key, text))
    end = span.end_ns if span.end_ns is not None else span.start_ns
    tags.append(_tag(START_NS, span.start_ns))
    if span.end_ns is not None:
        tags.append(_tag(END_NS, span.end_ns))
    references = [{"refType": "CHILD_OF", "traceID": trace, "spanID": span.parent_id.hex()}] if span.parent_id else []
    references += [{"refType": "FOLLOWS_FROM", "traceID": link.trace_id.hex(), "spanID": link.span_id.hex()}
                   for link in span.links]
    return {"traceID": trace, "spanID": span.span_id.hex(), "operationName": finite(span.name), "references": references,
            "flags": 1, "startTime": span.start_ns // 1000, "duration": max(0, (end - span.start_ns) // 1000), "tags": tags,
            "logs": [_log(event) for event in span.events], "processID": process, "warnings": None}


def _log(event: Event) -> dict[str, Any]:
    return {"timestamp": event.time_ns // 1000,
            "fields": [_tag("event", event.name), _tag(TIME_NS, event.time_ns),
                       *(_tag(key, value) for key, value in event.attributes.items())]}


def _tag(key: str, value: Any) -> dict[str, Any]:
    """A tag by its type; whole numbers beyond what JavaScript counts exactly are text, as Jaeger itself writes them."""
    if isinstance(value, bool):
        return {"key": finite(key), "type": "bool", "value": value}
    if isinstance(value, int):
        return {"key": finite(key), "type": "int64", "value": value if abs(value) < 2**53 else str(value)}
    if isinstance(value, float):
        return {"key": finite(key), "type": "float64", "value": finite(value)}
    if isinstance(value, bytes):
        return {"key": finite(key), "type": "binary", "value": base64.b64encode(value).decode()}
    return {"key": finite(key), "type": "string", "value": finite(value) if isinstance(value, str) else as_json(value)}


PART = Exporter("jaeger", "Jaeger JSON", ".jaeger.json", write)
