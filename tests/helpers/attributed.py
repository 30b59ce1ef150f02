"""Spans and log records of given attributes, for tests of what is understood of them."""

from __future__ import annotations

from typing import Any

from tracedesk.model.span import Event, LogRecord, Resource, Scope, Span

RESOURCE = Resource({"service.name": "shop"})


def span(attributes: dict[str, Any], *, name: str = "call", scope: str = "", events: tuple[Event, ...] = ()) -> Span:
    """A span of one second with a parent."""
    return Span(b"\1" * 16, b"\2" * 8, b"\3" * 8, name, 10**18, 10**18 + 10**9, attributes, RESOURCE, Scope(scope),
                events=list(events))


def log(name: str, body: Any, owner: bytes = b"\2" * 8, **attributes: Any) -> LogRecord:
    """A log record of that span, or of another."""
    return LogRecord(b"\1" * 16, owner, 10**18 + 5, body, attributes, RESOURCE, Scope(), event_name=name)
