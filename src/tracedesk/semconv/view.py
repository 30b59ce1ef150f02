"""One span as the dialects look at it: attributes, own log records, and JSON decoded at most once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.model.span import Event, LogRecord, Resource, Span
from tracedesk.semconv.values import structure

_UNREAD = object()


class View:
    """What a computed source or a kind rule may ask. `logs` are the span's own records in time order, `others` those of its
    parent. `lists` is shared by all spans with the same attribute names, for what is known from the names alone."""

    __slots__ = ("_decoded", "attributes", "events", "kind", "lists", "logs", "name", "others", "resource", "span")

    def __init__(self, span: Span, logs: Sequence[LogRecord]) -> None:
        self.span = span
        self.name = span.name
        self.attributes: dict[str, Any] = span.attributes
        self.resource: Resource = span.resource
        self.events: Sequence[Event] = span.events
        self.logs = logs
        self.others: Sequence[LogRecord] = ()
        self.kind = Kind.OTHER
        self.lists: dict[str, Any] = {}
        self._decoded: dict[Any, Any] | None = None

    def decoded(self, attr: str, decode: Any = structure) -> Any:
        """The list or map that an attribute holds (decoded once), or None."""
        memo = self._decoded
        if memo is None:
            memo = self._decoded = {}
        key = (attr, decode)
        found = memo.get(key, _UNREAD)
        if found is _UNREAD:
            found = memo[key] = decode(self.attributes.get(attr))
        return found

    def event(self, name: str) -> Event | None:
        """The first span event of that name."""
        for found in self.events:
            if found.name == name:
                return found
        return None

    def logs_named(self, name: str) -> list[LogRecord]:
        """The log records of this span with that event name."""
        return [record for record in self.logs if event_name(record) == name]


def event_name(record: LogRecord) -> str:
    """The event name of a log record: its own field, or the attribute that older SDKs write."""
    if record.event_name:
        return record.event_name
    named = record.attributes.get("event.name")
    return named if isinstance(named, str) else ""
