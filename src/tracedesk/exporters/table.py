"""The columns of a table of spans, for CSV and Parquet: one row a span, named as OpenTelemetry names things."""

from __future__ import annotations

from typing import Any

from tracedesk.exporters.plain import as_json
from tracedesk.exporters.told import Told
from tracedesk.model.llm import CostStatus

COLUMNS: dict[str, type] = {
    "trace_id": str, "span_id": str, "parent_span_id": str, "name": str, "service.name": str, "kind": str,
    "start_time_unix_nano": int, "end_time_unix_nano": int, "duration_ns": int, "status_code": str, "status_message": str,
    "span_kind": str, "model": str, "input_tokens": int, "output_tokens": int, "cache_read_tokens": int, "cost_nano_usd": int,
    "cost_status": str, "user_id": str, "session_id": str, "counted": bool, "attributes": str, "resource": str, "events": str}
"""Name → type. `cost_nano_usd` and the counts are empty where they are not known, which is not 0; `counted` is false where
they are counted on another span. `attributes`, `resource` and `events` are JSON."""
CODES = ("unset", "ok", "error")
KINDS = ("", "internal", "server", "client", "producer", "consumer")


def row(one: Told) -> dict[str, Any]:
    """The values of a span; None where it says nothing."""
    span, facts = one.span, one.row
    return {
        "trace_id": span.trace_id.hex(), "span_id": span.span_id.hex(), "parent_span_id": span.parent_id.hex() if span.parent_id
        else None, "name": span.name, "service.name": span.resource.service, "kind": one.kind,
        "start_time_unix_nano": span.start_ns, "end_time_unix_nano": span.end_ns,
        "duration_ns": None if span.end_ns is None else span.end_ns - span.start_ns,
        "status_code": CODES[span.status] if span.status < len(CODES) else str(span.status),
        "status_message": span.status_message or None,
        "span_kind": KINDS[span.otel_kind] if 0 < span.otel_kind < len(KINDS) else None, "model": facts.model,
        "input_tokens": facts.input_tokens, "output_tokens": facts.output_tokens, "cache_read_tokens": facts.cache_read_tokens,
        "cost_nano_usd": facts.cost_nusd if CostStatus(facts.cost_status).known else None,
        "cost_status": CostStatus(facts.cost_status).label if facts.cost_status else None, "user_id": facts.user_id,
        "session_id": facts.session_id, "counted": one.counted, "attributes": as_json(span.attributes),
        "resource": as_json(span.resource.attributes),
        "events": as_json([{"name": event.name, "time_unix_nano": event.time_ns, "attributes": event.attributes}
                           for event in span.events]) if span.events else None}
