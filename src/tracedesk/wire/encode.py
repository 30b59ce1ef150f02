"""Spans and log records → OTLP: the messages that the store keeps, whole requests, and legal OTLP/JSON.

Where a span still has its `raw` message that is used as it is, unknown fields included. Whoever changes a span on
purpose clears its `raw` first.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope as ScopeMessage
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as LogMessage
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.resource.v1.resource_pb2 import Resource as ResourceMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tracedesk.model.span import LogRecord, Resource, Scope, Span
from tracedesk.wire.values import clean, key_values, to_any_value

Item = TypeVar("Item", Span, LogRecord)
UINT32_MAX = 2**32 - 1


def _count(value: int) -> int:
    """A count or flags, cut to what OTLP's 32 bits hold."""
    return min(max(0, value), UINT32_MAX)


def _time(value: int | None) -> int:
    """A time; OTLP has none before 1970, and 0 is its word for unknown."""
    return max(0, value or 0)


def span_message(span: Span) -> SpanMessage:
    """The OTLP Span message of a span, made from its fields (not from `raw`)."""
    message = SpanMessage(
        trace_id=span.trace_id, span_id=span.span_id, trace_state=clean(span.trace_state),
        parent_span_id=span.parent_id or b"", flags=_count(span.flags), name=clean(span.name), kind=span.otel_kind,  # type: ignore[arg-type]
        start_time_unix_nano=_time(span.start_ns), end_time_unix_nano=_time(span.end_ns),
        attributes=key_values(span.attributes), dropped_attributes_count=_count(span.dropped_attributes),
        dropped_events_count=_count(span.dropped_events), dropped_links_count=_count(span.dropped_links))
    for event in span.events:
        message.events.add(time_unix_nano=_time(event.time_ns), name=clean(event.name),
                           attributes=key_values(event.attributes),
                           dropped_attributes_count=_count(event.dropped_attributes))
    for link in span.links:
        message.links.add(trace_id=link.trace_id, span_id=link.span_id, trace_state=clean(link.trace_state),
                          attributes=key_values(link.attributes), flags=_count(link.flags),
                          dropped_attributes_count=_count(link.dropped_attributes))
    if span.status or span.status_message:
        message.status.code = span.status  # type: ignore[assignment]
        message.status.message = clean(span.status_message)
    return message


def log_message(log: LogRecord) -> LogMessage:
    """The OTLP LogRecord message of a log record, made from its fields (not from `raw`)."""
    return LogMessage(
        trace_id=log.trace_id or b"", span_id=log.span_id or b"", time_unix_nano=_time(log.time_ns),
        observed_time_unix_nano=_time(log.observed_ns), severity_number=log.severity_number,  # type: ignore[arg-type]
        severity_text=clean(log.severity_text), body=None if log.body is None else to_any_value(log.body),
        attributes=key_values(log.attributes), dropped_attributes_count=_count(log.dropped_attributes), flags=_count(log.flags),
        event_name=clean(log.event_name))


def span_raw(span: Span) -> bytes:
    """The OTLP Span message of a span, encoded."""
    return span.raw or span_message(span).SerializeToString()


def log_raw(log: LogRecord) -> bytes:
    """The OTLP LogRecord message of a log record, encoded."""
    return log.raw or log_message(log).SerializeToString()


def resource_raw(resource: Resource) -> bytes:
    """The OTLP Resource message of a resource, encoded."""
    if resource.raw:
        return resource.raw
    return ResourceMessage(attributes=key_values(resource.attributes),
                           dropped_attributes_count=_count(resource.dropped_attributes)).SerializeToString()


def scope_raw(scope: Scope) -> bytes:
    """The OTLP InstrumentationScope message of a scope, encoded."""
    if scope.raw:
        return scope.raw
    return ScopeMessage(name=clean(scope.name), version=clean(scope.version), attributes=key_values(scope.attributes),
                        dropped_attributes_count=_count(scope.dropped_attributes)).SerializeToString()


def traces_request(spans: Iterable[Span]) -> bytes:
    """An ExportTraceServiceRequest (equally a TracesData) of these spans, grouped by resource and scope."""
    return _traces(spans).SerializeToString()


def logs_request(logs: Iterable[LogRecord]) -> bytes:
    """An ExportLogsServiceRequest (equally a LogsData) of these records, grouped by resource and scope."""
    return _logs(logs).SerializeToString()


def traces_json(spans: Iterable[Span]) -> dict[str, Any]:
    """TracesData as OTLP/JSON: hex ids, 64-bit integers as text, enums as integers; give it to any JSON writer."""
    return to_json(_traces(spans))


def logs_json(logs: Iterable[LogRecord]) -> dict[str, Any]:
    """LogsData as OTLP/JSON."""
    return to_json(_logs(logs))


def _traces(spans: Iterable[Span]) -> TracesData:
    data = TracesData()
    for resource, scopes in _grouped(spans):
        block = data.resource_spans.add(schema_url=clean(resource.schema_url))
        block.resource.ParseFromString(resource_raw(resource))
        for scope, items in scopes:
            group = block.scope_spans.add(schema_url=clean(scope.schema_url))
            group.scope.ParseFromString(scope_raw(scope))
            for span in items:
                group.spans.add().ParseFromString(span_raw(span))
    return data


def _logs(logs: Iterable[LogRecord]) -> LogsData:
    data = LogsData()
    for resource, scopes in _grouped(logs):
        block = data.resource_logs.add(schema_url=clean(resource.schema_url))
        block.resource.ParseFromString(resource_raw(resource))
        for scope, items in scopes:
            group = block.scope_logs.add(schema_url=clean(scope.schema_url))
            group.scope.ParseFromString(scope_raw(scope))
            for log in items:
                group.log_records.add().ParseFromString(log_raw(log))
    return data


Grouped = Sequence[tuple[Resource, Sequence[tuple[Scope, list[Item]]]]]


def _grouped(items: Iterable[Item]) -> Grouped[Item]:
    """Items by resource and scope, in the order of their first appearance; equal ones are one group."""
    resources: dict[tuple[bytes, str], tuple[Resource, dict[tuple[bytes, str], tuple[Scope, list[Item]]]]] = {}
    for item in items:
        _, scopes = resources.setdefault((resource_raw(item.resource), item.resource.schema_url), (item.resource, {}))
        _, found = scopes.setdefault((scope_raw(item.scope), item.scope.schema_url), (item.scope, []))
        found.append(item)
    return [(resource, list(scopes.values())) for resource, scopes in resources.values()]


_IDS = frozenset({"trace_id", "span_id", "parent_span_id"})


def to_json(message: Any) -> dict[str, Any]:
    """Any OTLP message by the JSON rules of the OTLP specification. Unset fields are left out, as proto3 does."""
    out: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.message_type is not None:
            made: Any = [to_json(item) for item in value] if field.is_repeated else to_json(value)
        elif field.is_repeated:
            made = [_scalar(field, item) for item in value]
        else:
            made = _scalar(field, value)
        out[field.json_name] = made
    return out


def _scalar(field: Any, value: Any) -> Any:
    kind = field.cpp_type
    if field.type == field.TYPE_BYTES:
        return value.hex() if field.name in _IDS else base64.b64encode(value).decode("ascii")
    if kind in (field.CPPTYPE_INT64, field.CPPTYPE_UINT64):
        return str(value)
    if kind == field.CPPTYPE_DOUBLE and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
