"""What the store keeps → what was received: the inverse of the `raw` of spans, log records, resources and scopes."""

from __future__ import annotations

from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope as ScopeMessage
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as LogMessage
from opentelemetry.proto.resource.v1.resource_pb2 import Resource as ResourceMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from tracedesk.model.span import LogRecord, Resource, Scope, Span
from tracedesk.wire.otlp_proto import log_of, resource_of, scope_of, span_of


def decode_span(raw: bytes, resource: Resource, scope: Scope) -> Span:
    """The span of a stored OTLP Span message."""
    return span_of(SpanMessage.FromString(raw), resource, scope, raw)


def decode_log(raw: bytes, resource: Resource, scope: Scope) -> LogRecord:
    """The log record of a stored OTLP LogRecord message."""
    return log_of(LogMessage.FromString(raw), resource, scope)


def decode_resource(raw: bytes, schema_url: str = "") -> Resource:
    """The resource of a stored OTLP Resource message."""
    return resource_of(ResourceMessage.FromString(raw), schema_url)


def decode_scope(raw: bytes, schema_url: str = "") -> Scope:
    """The scope of a stored OTLP InstrumentationScope message."""
    return scope_of(ScopeMessage.FromString(raw), schema_url)
