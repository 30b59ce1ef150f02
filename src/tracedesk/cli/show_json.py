"""The JSON of `tracedesk show --json`: a contract, see CLI.md. Unknown is null, times are ns, money is nano-dollars."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tracedesk.cli.printing import jsonable
from tracedesk.cli.target import Received, Target
from tracedesk.model.kinds import Status
from tracedesk.model.llm import Cost, CostStatus, LlmFields
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Event, Link, LogRecord
from tracedesk.pricing.book import PriceBook
from tracedesk.semconv.read import read
from tracedesk.store.totals import Totals
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.critical_path import Piece, critical_path
from tracedesk.whatif.slack import UNLIMITED, slack

TOKENS = ("input", "output", "cache_read", "cache_write", "reasoning")


def show_json(target: Target, book: PriceBook) -> dict[str, Any]:
    """Everything about one trace."""
    trace, rows = target.trace, {row.span_id: row for row in target.rows}
    totals = Totals.of(target.rows, target.counted_on)
    baseline = Baseline.of(trace)
    slack_ns, self_ns = slack(baseline).tolist(), trace.self_ns.tolist()
    card = totals.card()
    users, sessions = card[4], card[5]
    spans = []
    for index, span_id in enumerate(trace.span_ids):
        row, one = rows[span_id], target.received[span_id]
        made = span_json(row, one, book)
        made |= {"depth": int(trace.depth[index]), "self_ns": self_ns[index],
                 "slack_ns": None if slack_ns[index] == UNLIMITED else slack_ns[index], **_counted(row, target.counted_on)}
        spans.append(made)
    return {
        "trace_id": trace.trace_id.hex(), "name": card[0], "start_ns": totals.start, "end_ns": totals.end,
        "duration_ns": max(0, totals.end - totals.start), "services": card[2], "span_count": totals.spans,
        "error_count": totals.bad, "user_id": users[0] if users else None, "session_id": sessions[0] if sessions else None,
        "tags": trace_tags(target.rows, totals.speaker()),
        "tokens": dict(zip(TOKENS, totals.tokens, strict=True)),
        "cost": {"nano_usd": totals.cost, "priced_calls": totals.priced, "unpriced_calls": totals.unpriced,
                 "unpriced": unpriced(target)},
        "critical_path": [_piece(piece, trace.span_ids) for piece in critical_path(baseline)],
        "spans": spans,
        "logs": [log_json(log) for log in target.loose],
    }


def span_json(row: SpanRow, one: Received, book: PriceBook) -> dict[str, Any]:
    """One span by itself: what it says, how it was understood, and what it cost."""
    span, fields = one.span, read(one.span, one.logs)
    return {
        "span_id": span.span_id.hex(), "parent_id": span.parent_id.hex() if span.parent_id else None, "name": span.name,
        "service": row.service, "kind": fields.kind.label, "kind_from": fields.kind_from, "dialects": list(fields.dialects),
        "start_ns": span.start_ns, "end_ns": span.end_ns, "status": Status(row.status).label,
        "status_message": span.status_message or None,
        "fields": {name: jsonable(value) for name, value in sorted(fields.values.items())},
        "sources": dict(sorted(fields.sources.items())),
        "cost": cost_json(row, fields, book),
        "attributes": jsonable(span.attributes), "events": [event_json(event) for event in span.events],
        "links": [link_json(link) for link in span.links],
        "logs": [log_json(log) for log in one.logs if log.span_id == span.span_id],
    }


def cost_json(row: SpanRow, fields: LlmFields, book: PriceBook) -> dict[str, Any]:
    """The cost as it was stored; its parts where they are those of today's price. `status` is null for what is no call."""
    if row.cost_status == CostStatus.NONE:
        return {"nano_usd": None, "status": None, "reason": None, "parts": {}}
    now: Cost = book.price(fields, row.start_ns)
    same = (now.nusd, now.status) == (row.cost_nusd, row.cost_status)
    return {"nano_usd": row.cost_nusd, "status": CostStatus(row.cost_status).label, "reason": now.reason if same else None,
            "parts": now.parts_nusd if same else {}}


def unpriced(target: Target) -> list[dict[str, Any]]:
    """The calls without a price that a sum leaves out, by model and reason, most calls first."""
    calls: dict[tuple[str | None, str], int] = {}
    for row in target.rows:
        status, counts = CostStatus(row.cost_status), bool(row.cost_status) and row.span_id not in target.counted_on
        if counts and status is not CostStatus.NONE and not status.known:
            calls[row.model, status.label] = calls.get((row.model, status.label), 0) + 1
    return [{"model": model, "calls": count, "reason": reason}
            for (model, reason), count in sorted(calls.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1]))]


def trace_tags(rows: Sequence[SpanRow], speaker: SpanRow) -> dict[str, Any]:
    """The tags of all spans; where several say one key the root wins, then the earliest."""
    found: dict[str, Any] = {}
    for row in [speaker, *sorted(rows, key=lambda row: (row.start_ns, row.span_id))]:
        if row.tags:
            found = {**json.loads(row.tags), **found}
    return found


def _counted(row: SpanRow, counted_on: Mapping[bytes, bytes | None]) -> dict[str, Any]:
    """Whether the figures of a span count, and where they count instead."""
    if row.span_id in counted_on:
        owner = counted_on[row.span_id]
        return {"counted": False, "counted_on": owner.hex() if owner else None}
    return {"counted": bool(row.cost_status)}


def _piece(piece: Piece, span_ids: Sequence[bytes]) -> dict[str, Any]:
    return {"span_id": span_ids[piece.span].hex(), "start_ns": piece.start_ns, "end_ns": piece.end_ns, "kind": piece.kind}


def event_json(event: Event) -> dict[str, Any]:
    """A span event."""
    return {"name": event.name, "time_ns": event.time_ns, "attributes": jsonable(event.attributes)}


def link_json(link: Link) -> dict[str, Any]:
    """A link to a span, maybe of another trace."""
    return {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex(), "attributes": jsonable(link.attributes)}


def log_json(log: LogRecord) -> dict[str, Any]:
    """A log record; `name` is the name of the event it stands for, where it has one."""
    return {"time_ns": log.time_ns, "severity": log.severity_text or log.severity_number or None,
            "name": log.event_name or None, "body": jsonable(log.body), "attributes": jsonable(log.attributes)}
