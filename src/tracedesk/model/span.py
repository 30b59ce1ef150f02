"""Spans and log records as received, decoded to plain Python values.

`Value` is what an OTLP AnyValue becomes: str, bool, int, float, bytes, list, dict or None. These objects are made for
every span on the hot path of the engine, so they are slotted and not frozen; by convention nobody changes one after
`wire` or an importer made it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any, Protocol

Value = Any


class Note(IntFlag):
    """What was mended or is odd about a span; stored, so never renumber. Shown to the user, never hidden."""

    NONE = 0
    REPAIRED_TEXT = 1        # invalid UTF-8 or lone surrogates became U+FFFD
    SATURATED = 2            # a time or integer beyond int64 was cut to it
    END_BEFORE_START = 4
    ODD_TIME = 8             # before 2000 or after 2100
    SELF_PARENT = 16
    DROPPED = 32             # the sender dropped attributes, events or links
    TRUNCATED = 64           # we cut a value on purpose
    PENDING = 128            # the sender said that this span is not finished (Logfire's pending spans)


@dataclass(slots=True)
class Resource:
    """Who sent it. `key` identifies equal resources inside one engine run; `raw` is the OTLP Resource message."""

    attributes: dict[str, Value] = field(default_factory=dict)
    schema_url: str = ""
    dropped_attributes: int = 0
    raw: bytes = b""

    @property
    def service(self) -> str:
        """`service.name`, or `unknown_service` as the resource conventions say."""
        name = self.attributes.get("service.name")
        return name if isinstance(name, str) and name else "unknown_service"


@dataclass(slots=True)
class Scope:
    """The instrumentation scope. `raw` is the OTLP InstrumentationScope message."""

    name: str = ""
    version: str = ""
    attributes: dict[str, Value] = field(default_factory=dict)
    schema_url: str = ""
    dropped_attributes: int = 0
    raw: bytes = b""


@dataclass(slots=True)
class Event:
    """A span event; `time_ns` since 1970."""

    name: str
    time_ns: int
    attributes: dict[str, Value] = field(default_factory=dict)
    dropped_attributes: int = 0


@dataclass(slots=True)
class Link:
    """A span link; ids are bytes."""

    trace_id: bytes
    span_id: bytes
    attributes: dict[str, Value] = field(default_factory=dict)
    trace_state: str = ""
    flags: int = 0
    dropped_attributes: int = 0


@dataclass(slots=True)
class Span:
    """One span as received. Times are ns since 1970; `end_ns` is None while it has not ended.

    `otel_kind` is OTLP's SpanKind number, `status` OTLP's status code. `raw` is the OTLP Span message (valid protobuf,
    strings repaired) that the store keeps; `wire.encode` fills it where an importer made the span.
    """

    trace_id: bytes
    span_id: bytes
    parent_id: bytes | None
    name: str
    start_ns: int
    end_ns: int | None
    attributes: dict[str, Value]
    resource: Resource
    scope: Scope
    otel_kind: int = 0
    status: int = 0
    status_message: str = ""
    events: list[Event] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    trace_state: str = ""
    flags: int = 0
    dropped_attributes: int = 0
    dropped_events: int = 0
    dropped_links: int = 0
    notes: int = 0
    raw: bytes = b""


class Received(Protocol):
    """What is known of a span before its message is read: a `Span` is one."""

    @property
    def trace_id(self) -> bytes:
        """Its trace."""

    @property
    def span_id(self) -> bytes:
        """Its id."""

    @property
    def parent_id(self) -> bytes | None:
        """The span above it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def resource(self) -> Resource:
        """Who sent it."""

    @property
    def scope(self) -> Scope:
        """The instrumentation scope."""

    @property
    def raw(self) -> bytes:
        """The OTLP Span message."""


@dataclass(slots=True)
class LogRecord:
    """One log record. Ids are None where the record belongs to no span; `time_ns` falls back to the observed time."""

    trace_id: bytes | None
    span_id: bytes | None
    time_ns: int
    body: Value
    attributes: dict[str, Value]
    resource: Resource
    scope: Scope
    event_name: str = ""
    severity_number: int = 0
    severity_text: str = ""
    observed_ns: int = 0
    flags: int = 0
    dropped_attributes: int = 0
    notes: int = 0
    raw: bytes = b""
