"""Rows of `traces` and `cards` → TraceSummary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from tracedesk.model.summary import TraceSummary

COLUMNS = ("t.trace_id, t.first_seen, t.changed, t.start_ns, t.duration_ns, t.status, t.span_count, t.error_count, "
           "t.unfinished_count, t.root_seen, t.llm_calls, t.input_tokens, t.output_tokens, t.cache_read_tokens, "
           "t.cache_write_tokens, t.reasoning_tokens, t.cost_nusd, t.priced_calls, t.unpriced_calls, c.card, c.fingerprint")
"""What `summary` reads, from `traces t JOIN cards c USING (trace_no)`."""


def summary(found: tuple[Any, ...]) -> TraceSummary:
    """The summary of one row of `COLUMNS`."""
    (trace_id, first_seen, changed, start_ns, duration_ns, status, spans, errors, unfinished, root_seen, llm_calls, tokens_in,
     tokens_out, cache_read, cache_write, reasoning, cost_nusd, priced, unpriced, card, fingerprint) = found
    name, title, services, models, users, sessions, error, pairs = orjson.loads(card)
    tags: dict[str, str] = {}
    for key, value in pairs:
        tags.setdefault(key, value)
    return TraceSummary(
        trace_id=trace_id, name=name, title=title, services=tuple(services), start_ns=start_ns, end_ns=start_ns + duration_ns,
        span_count=spans, error_count=errors, unfinished_count=unfinished, root_seen=bool(root_seen), status=status,
        llm_calls=llm_calls, input_tokens=tokens_in, output_tokens=tokens_out, cache_read_tokens=cache_read,
        cache_write_tokens=cache_write, reasoning_tokens=reasoning, cost_nusd=cost_nusd, priced_calls=priced,
        unpriced_calls=unpriced, user_id=users[0] if users else None, session_id=sessions[0] if sessions else None,
        models=tuple(models), error_message=error, fingerprint=fingerprint, tags=tags, first_seen=first_seen, changed=changed)


def summaries(rows: Iterable[tuple[Any, ...]]) -> list[TraceSummary]:
    """The summaries of rows of `COLUMNS`."""
    return [summary(found) for found in rows]
