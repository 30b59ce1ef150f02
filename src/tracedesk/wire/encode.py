"""Spans and log records → OTLP, protobuf and JSON. The JSON is the strict form: hex ids, 64-bit integers as text, integer
enums, base64 bytes, NaN and infinities as words.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope as ScopeMessage
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as LogMessage
from opentelemetry.proto.resource.v1.resource_pb2 import Resource as ResourceMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Status as StatusMessage

from tracedesk.model.span import LogRecord, Resource, Scope, Span
from tracedesk.wire.values import INT64_MAX, INT64_MIN, clean, key_values, to_any_value

UINT32_MAX = 2**32 - 1


def span_raw(span: Span) -> bytes:
    """The OTLP Span message of a span: as received where it was, else made from its fields."""
    return span.raw or _span_message(span).SerializeToString()


def log_raw(log: LogRecord) -> bytes:
    """The OTLP LogRecord message of a record: as received where it was, else made from its fields."""
    return log.raw or _log_message(log).SerializeToString()


def resource_raw(resource: Resource) -> bytes:
    """The OTLP Resource message of a resource."""
    if resource.raw:
        return resource.raw
    made = ResourceMessage(attributes=key_values(resource.attributes), dropped_attributes_count=resource.dropped_attributes)
    return made.SerializeToString()


def scope_raw(scope: Scope) -> bytes:
    """The OTLP InstrumentationScope message of a scope."""
    if scope.raw:
        return scope.raw
    made = ScopeMessage(name=clean(scope.name), version=clean(scope.version), attributes=key_values(scope.attributes),
                        dropped_attributes_count=scope.dropped_attributes)
    return made.SerializeToString()


def traces_request(spans: Iterable[Span]) -> bytes:
    """An ExportTraceServiceRequest with these spans, grouped by resource and scope."""
    request = ExportTraceServiceRequest()
    for resource, scopes in _grouped(spans):
        block = request.resource_spans.add(schema_url=resource.schema_url)
        block.resource.ParseFromString(resource_raw(resource))
        for scope, members in scopes:
            group = block.scope_spans.add(schema_url=scope.schema_url)
            group.scope.ParseFromString(scope_raw(scope))
            group.spans.extend(SpanMessage.FromString(span_raw(span)) for span in members)
    return request.SerializeToString()


def logs_request(logs: Iterable[LogRecord]) -> bytes:
    """An ExportLogsServiceRequest with these records, grouped by resource and scope."""
    request = ExportLogsServiceRequest()
    for resource, scopes in _grouped(logs):
        block = request.resource_logs.add(schema_url=resource.schema_url)
        block.resource.ParseFromString(resource_raw(resource))
        for scope, members in scopes:
            group = block.scope_logs.add(schema_url=scope.schema_url)
            group.scope.ParseFromString(scope_raw(scope))
            group.log_records.extend(LogMessage.FromString(log_raw(log)) for log in members)
    return request.SerializeToString()


def traces_json(spans: Iterable[Span]) -> dict[str, Any]:
    """The same as OTLP/JSON: `{"resourceSpans": [...]}`."""
    return {"resourceSpans": [
        {"resource": _resource_json(resource), **_schema(resource.schema_url), "scopeSpans": [
            {"scope": _scope_json(scope), **_schema(scope.schema_url), "spans": [_span_json(span) for span in members]}
            for scope, members in scopes]}
        for resource, scopes in _grouped(spans)]}


def logs_json(logs: Iterable[LogRecord]) -> dict[str, Any]:
    """Log records as OTLP/JSON: `{"resourceLogs": [...]}`."""
    return {"resourceLogs": [
        {"resource": _resource_json(resource), **_schema(resource.schema_url), "scopeLogs": [
            {"scope": _scope_json(scope), **_schema(scope.schema_url), "logRecords": [_log_json(log) for log in members]}
            for scope, members in scopes]}
        for resource, scopes in _grouped(logs)]}


def _grouped(items: Iterable[Any]) -> list[tuple[Resource, list[tuple[Scope, list[Any]]]]]:
    """Items by resource, then by scope, in the order of their first appearance."""
    resources: dict[tuple[bytes, str], tuple[Resource, dict[tuple[bytes, str], tuple[Scope, list[Any]]]]] = {}
    for item in items:
        resource, scope = item.resource, item.scope
        _, scopes = resources.setdefault((resource_raw(resource), resource.schema_url), (resource, {}))
        scopes.setdefault((scope_raw(scope), scope.schema_url), (scope, []))[1].append(item)
    return [(resource, list(scopes.values())) for resource, scopes in resources.values()]


def _count(value: int) -> int:
    return min(max(0, value), UINT32_MAX)


def _span_message(span: Span) -> SpanMessage:
    message = SpanMessage(
        trace_id=span.trace_id, span_id=span.span_id, parent_span_id=span.parent_id or b"", name=clean(span.name),
        kind=span.otel_kind,  # type: ignore[arg-type]
        start_time_unix_nano=max(0, span.start_ns), end_time_unix_nano=max(0, span.end_ns or 0),
        attributes=key_values(span.attributes), trace_state=clean(span.trace_state), flags=_count(span.flags),
        dropped_attributes_count=_count(span.dropped_attributes), dropped_events_count=_count(span.dropped_events),
        dropped_links_count=_count(span.dropped_links))
    if span.status or span.status_message:
        message.status.CopyFrom(StatusMessage(code=span.status, message=clean(span.status_message)))  # type: ignore[arg-type]
    for event in span.events:
        message.events.add(name=clean(event.name), time_unix_nano=max(0, event.time_ns),
                           attributes=key_values(event.attributes), dropped_attributes_count=_count(event.dropped_attributes))
    for link in span.links:
        message.links.add(trace_id=link.trace_id, span_id=link.span_id, attributes=key_values(link.attributes),
                          trace_state=clean(link.trace_state), flags=_count(link.flags),
                          dropped_attributes_count=_count(link.dropped_attributes))
    return message


def _log_message(log: LogRecord) -> LogMessage:
    message = LogMessage(
        time_unix_nano=max(0, log.time_ns), observed_time_unix_nano=max(0, log.observed_ns),
        severity_number=log.severity_number,  # type: ignore[arg-type]
        severity_text=clean(log.severity_text), attributes=key_values(log.attributes), event_name=clean(log.event_name),
        trace_id=log.trace_id or b"", span_id=log.span_id or b"", flags=_count(log.flags),
        dropped_attributes_count=_count(log.dropped_attributes))
    if log.body is not None:
        message.body.CopyFrom(to_any_value(log.body))
    return message


def _schema(url: str) -> dict[str, str]:
    return {"schemaUrl": url} if url else {}


def _present(**members: Any) -> dict[str, Any]:
    """Members that are not proto3's default, which OTLP/JSON leaves out."""
    return {name: value for name, value in members.items() if value not in (0, "", None) and value != []}


def _resource_json(resource: Resource) -> dict[str, Any]:
    return _present(attributes=attributes_json(resource.attributes), droppedAttributesCount=resource.dropped_attributes)


def _scope_json(scope: Scope) -> dict[str, Any]:
    return _present(name=clean(scope.name), version=clean(scope.version), attributes=attributes_json(scope.attributes),
                    droppedAttributesCount=scope.dropped_attributes)


def _span_json(span: Span) -> dict[str, Any]:
    status = _present(code=span.status, message=clean(span.status_message))
    return {
        "traceId": span.trace_id.hex(), "spanId": span.span_id.hex(), "name": clean(span.name),
        "startTimeUnixNano": str(span.start_ns),
        **_present(
            parentSpanId=span.parent_id.hex() if span.parent_id else "", kind=span.otel_kind,
            endTimeUnixNano=str(span.end_ns) if span.end_ns else "", attributes=attributes_json(span.attributes),
            traceState=clean(span.trace_state), flags=_count(span.flags), droppedAttributesCount=span.dropped_attributes,
            droppedEventsCount=span.dropped_events, droppedLinksCount=span.dropped_links,
            events=[{"name": clean(event.name), "timeUnixNano": str(event.time_ns),
                     **_present(attributes=attributes_json(event.attributes),
                                droppedAttributesCount=event.dropped_attributes)} for event in span.events],
            links=[{"traceId": link.trace_id.hex(), "spanId": link.span_id.hex(),
                    **_present(attributes=attributes_json(link.attributes), traceState=clean(link.trace_state),
                               flags=_count(link.flags), droppedAttributesCount=link.dropped_attributes)}
                   for link in span.links]),
        **({"status": status} if status else {}),
    }


def _log_json(log: LogRecord) -> dict[str, Any]:
    return {
        "timeUnixNano": str(log.time_ns),
        **_present(
            observedTimeUnixNano=str(log.observed_ns) if log.observed_ns else "", severityNumber=log.severity_number,
            severityText=clean(log.severity_text), attributes=attributes_json(log.attributes),
            eventName=clean(log.event_name), traceId=log.trace_id.hex() if log.trace_id else "",
            spanId=log.span_id.hex() if log.span_id else "", flags=_count(log.flags),
            droppedAttributesCount=log.dropped_attributes),
        **({"body": value_json(log.body)} if log.body is not None else {}),
    }


def attributes_json(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    """Attributes as OTLP/JSON key-value objects."""
    return [{"key": clean(str(key)), "value": value_json(value)} for key, value in attributes.items()]


def value_json(value: Any) -> dict[str, Any]:
    """One value as an OTLP/JSON AnyValue."""
    if value is None:
        return {}
    if isinstance(value, str):
        return {"stringValue": clean(value)}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue" if INT64_MIN <= value <= INT64_MAX else "stringValue": str(value)}
    if isinstance(value, float):
        if math.isfinite(value):
            return {"doubleValue": value}
        return {"doubleValue": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": attributes_json(value)}}
    if isinstance(value, Sequence):
        return {"arrayValue": {"values": [value_json(item) for item in value]}}
    return {"stringValue": clean(str(value))}
