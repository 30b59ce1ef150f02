"""Protobuf request bodies → SpanBatch. The fast way is the real parser; `borders` saves what it would refuse whole.

A span's `raw` is its OTLP message as it came, because that is what the store keeps. Resources and
scopes are shared between the spans of a group and, by their bytes, between requests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError as ProtobufError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope as ScopeMessage
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as LogMessage
from opentelemetry.proto.resource.v1.resource_pb2 import Resource as ResourceMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from tracedesk.base.errors import DecodeError
from tracedesk.model.batch import Rejection, SpanBatch
from tracedesk.model.span import Event, Link, LogRecord, Note, Resource, Scope, Span
from tracedesk.wire import borders, checks
from tracedesk.wire.checks import INT64_MAX, Refused
from tracedesk.wire.values import attributes, to_python

_SHARED_LIMIT = 1_024
_NOWHERE = (0, 0)


def decode_traces(body: bytes, *, origin: str = "", places: list[tuple[int, int]] | None = None) -> SpanBatch:
    """The spans of an ExportTraceServiceRequest (or TracesData, which has the same wire form).

    Where the message of each span lies in the body is added to `places`: (0, 0) where that is not known.

    Raises:
        DecodeError: the body is no such message at all.
    """
    batch = SpanBatch(origin=origin, size_bytes=len(body))
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except ProtobufError:
        _salvage(body, batch, SpanMessage, span_of, batch.spans)
        return batch
    spans, at = batch.spans, [] if places is None else places
    groups = iter(borders.places(body) or ())
    for block in request.resource_spans:
        resource = resource_of(block.resource, block.schema_url)
        for group in block.scope_spans:
            scope = scope_of(group.scope, group.schema_url)
            messages, found = group.spans, next(groups, ())
            if len(found) != len(messages):
                found = [_NOWHERE] * len(messages)
            for message, place in zip(messages, found, strict=True):
                try:
                    spans.append(span_of(message, resource, scope, body[place[0]:place[1]]))
                    at.append(place)
                except Refused as error:
                    refuse(batch, str(error), message.name)
    return batch


def decode_logs(body: bytes, *, origin: str = "") -> SpanBatch:
    """The log records of an ExportLogsServiceRequest (or LogsData).

    Raises:
        DecodeError: the body is no such message at all.
    """
    batch = SpanBatch(origin=origin, size_bytes=len(body))
    try:
        request = ExportLogsServiceRequest.FromString(body)
    except ProtobufError:
        _salvage(body, batch, LogMessage, log_of, batch.logs)
        return batch
    for block in request.resource_logs:
        resource = resource_of(block.resource, block.schema_url)
        for group in block.scope_logs:
            scope = scope_of(group.scope, group.schema_url)
            for message in group.log_records:
                try:
                    batch.logs.append(log_of(message, resource, scope))
                except Refused as error:
                    refuse(batch, str(error), message.event_name or "log record")
    return batch


def count_metrics(body: bytes, *, origin: str = "") -> SpanBatch:
    """How many data points an ExportMetricsServiceRequest holds; metrics are accepted and counted.

    Raises:
        DecodeError: the body is no such message.
    """
    try:
        request = ExportMetricsServiceRequest.FromString(body)
    except ProtobufError as error:
        raise DecodeError("The body is not an OTLP metrics request.", hint=str(error)) from error
    points = 0
    for block in request.resource_metrics:
        for group in block.scope_metrics:
            for metric in group.metrics:
                which = metric.WhichOneof("data")
                points += len(getattr(metric, which).data_points) if which else 0
    return SpanBatch(origin=origin, size_bytes=len(body), metric_points=points)


def refuse(batch: SpanBatch, reason: str, name: str, count: int = 1) -> None:
    """Note that one item of a batch, or so many, cannot be kept."""
    for known in batch.rejected:
        if known.reason == reason:
            known.count += count
            return
    batch.rejected.append(Rejection(reason, count, name[:80]))


def _salvage(body: bytes, batch: SpanBatch, kind: type[Any], build: Callable[..., Any], into: list[Any]) -> None:
    """Read a request that the parser refused, item by item."""
    for resource_raw, schema, scope_raw, scope_schema, items in borders.groups(body):
        resource_message, resource_note = _parse(ResourceMessage, resource_raw)
        scope_message, scope_note = _parse(ScopeMessage, scope_raw)
        resource = resource_of(resource_message or ResourceMessage(), schema)
        scope = scope_of(scope_message or ScopeMessage(), scope_schema)
        for raw in items:
            message, note = _parse(kind, raw)
            if message is None:
                refuse(batch, checks.BAD_ATTRIBUTES, borders.name_of(raw, kind))
                continue
            try:
                made = build(message, resource, scope)
            except Refused as error:
                refuse(batch, str(error), borders.name_of(raw, kind))
                continue
            made.notes |= note | resource_note | scope_note
            into.append(made)


def _parse(kind: type[Any], raw: bytes) -> tuple[Any, int]:
    """(message or None, notes) of an item's bytes, repaired where only its text is wrong."""
    try:
        return kind.FromString(raw), 0
    except ProtobufError:
        try:
            return borders.repaired(kind, raw), int(Note.REPAIRED_TEXT)
        except ProtobufError:
            return None, 0


def span_of(message: Any, resource: Resource, scope: Scope, raw: bytes = b"") -> Span:
    """The Span of an OTLP Span message, whose bytes are `raw` where they are at hand. A status code that OTLP does not have
    reads as unset; the bytes keep it.

    Raises:
        Refused: an id is wrong.
    """
    start_ns, end_ns, notes = checks.times(message.start_time_unix_nano, message.end_time_unix_nano)
    trace_id, span_id, parent = message.trace_id, message.span_id, message.parent_span_id
    if len(trace_id) != 16 or len(span_id) != 8 or not any(trace_id) or not any(span_id):
        checks.trace_id(trace_id)
        checks.span_id(span_id)
    parent_id = checks.parent_id(parent) if parent else None
    if parent_id == span_id:
        notes |= Note.SELF_PARENT
    status = message.status
    dropped = message.dropped_attributes_count
    dropped_events, dropped_links = message.dropped_events_count, message.dropped_links_count
    if dropped or dropped_events or dropped_links:
        notes |= Note.DROPPED
    events = [_event(event) for event in message.events] if message.events else []
    if events and any(event.time_unix_nano > INT64_MAX for event in message.events):
        notes |= Note.SATURATED
    code = status.code
    return Span(
        trace_id, span_id, parent_id, message.name, start_ns, end_ns, attributes(message.attributes), resource, scope,
        message.kind, code if 0 <= code <= 2 else 0, status.message, events,
        [_link(link) for link in message.links] if message.links else [],
        message.trace_state, message.flags, dropped, dropped_events, dropped_links, int(notes),
        raw or message.SerializeToString())


def _event(message: Any) -> Event:
    return Event(message.name, min(message.time_unix_nano, INT64_MAX), attributes(message.attributes),
                 message.dropped_attributes_count)


def _link(message: Any) -> Link:
    return Link(message.trace_id, message.span_id, attributes(message.attributes), message.trace_state, message.flags,
                message.dropped_attributes_count)


def log_of(message: Any, resource: Resource, scope: Scope) -> LogRecord:
    """The LogRecord of an OTLP LogRecord message; ids that are no ids are None.

    Raises:
        Refused: an id is there and wrong.
    """
    trace_id = checks.trace_id(message.trace_id) if any(message.trace_id) else None
    span_id = checks.span_id(message.span_id) if any(message.span_id) else None
    observed = min(message.observed_time_unix_nano, INT64_MAX)
    time_ns = min(message.time_unix_nano, INT64_MAX) or observed
    notes = Note.DROPPED if message.dropped_attributes_count else Note.NONE
    if message.time_unix_nano > INT64_MAX or message.observed_time_unix_nano > INT64_MAX:
        notes |= Note.SATURATED
    return LogRecord(
        trace_id, span_id, time_ns, to_python(message.body), attributes(message.attributes), resource, scope,
        message.event_name, message.severity_number, message.severity_text, observed, message.flags,
        message.dropped_attributes_count, int(notes), message.SerializeToString())


_resources: dict[tuple[bytes, str], Resource] = {}
_scopes: dict[tuple[bytes, str], Scope] = {}


def resource_of(message: Any, schema_url: str = "") -> Resource:
    """The Resource of a message; equal messages give the same object."""
    raw = message.SerializeToString()
    found = _resources.get((raw, schema_url))
    if found is None:
        found = Resource(attributes(message.attributes), schema_url, message.dropped_attributes_count, raw)
        _keep(_resources, (raw, schema_url), found)
    return found


def scope_of(message: Any, schema_url: str = "") -> Scope:
    """The Scope of a message; equal messages give the same object."""
    raw = message.SerializeToString()
    found = _scopes.get((raw, schema_url))
    if found is None:
        found = Scope(message.name, message.version, attributes(message.attributes), schema_url,
                      message.dropped_attributes_count, raw)
        _keep(_scopes, (raw, schema_url), found)
    return found


def _keep(table: dict[Any, Any], key: Any, value: Any) -> None:
    """Remember a shared object; when the table is full it starts anew."""
    if len(table) >= _SHARED_LIMIT:
        table.clear()
    table[key] = value
