"""Names under which an export keeps what its format has no place for; the import of that format takes them back."""

from __future__ import annotations

START_NS, END_NS = "tracedesk.start_time_unix_nano", "tracedesk.end_time_unix_nano"
TIME_NS = "tracedesk.time_unix_nano"
TRACE, SPAN, PARENT = "tracedesk.trace_id", "tracedesk.span_id", "tracedesk.parent_span_id"
DERIVED_COLUMNS = frozenset({"duration_ns", "kind", "model", "input_tokens", "output_tokens", "cache_read_tokens",
                             "cost_nano_usd", "cost_status", "user_id", "session_id", "counted"})
"""Columns of our tables that say again what the attributes say."""
