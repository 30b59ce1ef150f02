"""Foreign records → spans and log records in batches, with the checks that every span passes.

A format says what it found; here ids become bytes, times are cut to what fits, values to what OTLP carries, and what cannot
be a span is skipped in words. Ids that are no hex of the right size are kept as attributes in the words of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

import orjson

from tracedesk.importers.importer import Report
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link, LogRecord, Resource, Scope, Span
from tracedesk.wire import checks, encode
from tracedesk.wire.checks import LIST_LEVELS, MAP_LEVELS, MAX_LEVELS
from tracedesk.wire.json_ids import FileIds

BATCH_SPANS = 1_000
TRACE_ID, SPAN_ID, PARENT_ID = "tracedesk.file.trace_id", "tracedesk.file.span_id", "tracedesk.file.parent_id"
"""Attributes that keep an id as the file writes it, where it is not hex of the right size."""

NO_PARENT = frozenset({"", "undefined", "root", "null", "None", "0", "nan", "NaN"})
STATUS_OK, STATUS_ERROR = 1, 2


class Unreadable(Exception):  # noqa: N818
    """One record cannot be a span or log record; the message says why. Caught by `Making.record`."""


class Making:
    """Makes the spans of one file. Call `record` around each, `full` to hand on what is ready, `rest` at the end."""

    def __init__(self, report: Report, *, scope: str) -> None:
        self.report = report
        self.scope = Scope(scope)
        self.scope.raw = encode.scope_raw(self.scope)
        self._batch = SpanBatch(origin="file")
        self._ids = FileIds()
        self._resources: dict[bytes, Resource] = {}
        self._scopes: dict[str, Scope] = {scope: self.scope}

    # -- batches --

    @contextmanager
    def record(self, where: str) -> Iterator[None]:
        """Around the reading of one record: what cannot be read is skipped and counted."""
        try:
            yield
        except Unreadable as error:
            self.report.skip(str(error), first=where)

    def full(self) -> Iterator[SpanBatch]:
        """The batch, once it is large."""
        if len(self._batch.spans) + len(self._batch.logs) >= BATCH_SPANS:
            yield from self.rest()

    def rest(self) -> Iterator[SpanBatch]:
        """What is left; also says how ids were written."""
        for way in self._ids.ways:
            self.report.assume(f"ids are {way}")
        if self._batch.spans or self._batch.logs:
            done, self._batch = self._batch, SpanBatch(origin="file")
            yield done

    # -- parts --

    def resource(self, attributes: Mapping[str, Any]) -> Resource:
        """The resource with these attributes; equal ones are one object."""
        made = Resource(_kept(attributes))
        made.raw = encode.resource_raw(made)
        return self._resources.setdefault(made.raw, made)

    def scope_of(self, name: str | None, version: str = "") -> Scope:
        """The scope of that name; the format's own where there is none."""
        if not name:
            return self.scope
        known = self._scopes.get(f"{name} {version}")
        if known is None:
            known = self._scopes[f"{name} {version}"] = Scope(name, version)
            known.raw = encode.scope_raw(known)
        return known

    def trace_id(self, value: Any) -> bytes:
        """Sixteen bytes of a trace id in any form; of text that is no id a hash, always the same.

        Raises:
            Unreadable: there is none.
        """
        found = self._id(value, 16)
        if found is None:
            raise Unreadable("it has no trace id")
        return found

    def span_id(self, value: Any) -> bytes:
        """Eight bytes of a span id, as `trace_id`.

        Raises:
            Unreadable: there is none.
        """
        found = self._id(value, 8)
        if found is None:
            raise Unreadable("it has no span id")
        return found

    def parent_id(self, value: Any) -> bytes | None:
        """Eight bytes of a parent's span id, None for all the ways of saying that there is none."""
        return self._id(value, 8)

    def _id(self, value: Any, size: int) -> bytes | None:
        if value is None or isinstance(value, bool | float) or (isinstance(value, str) and value.strip() in NO_PARENT):
            return None
        if isinstance(value, str | int | list | dict):
            try:
                found = self._ids.read(value, size, "id")
            except checks.Refused:
                found = hashed(value, size)
            return found if any(found) else None
        return None

    # -- spans and logs --

    def span(
        self, *, trace: Any, span: Any, parent: Any = None, name: str | None, start_ns: int | None, end_ns: int | None = None,
        attributes: Mapping[str, Any] | None = None, resource: Resource | None = None, scope: Scope | None = None,
        otel_kind: int = 0, status: int = 0, status_message: str | None = None, events: list[Event] | None = None,
        links: list[Link] | None = None, trace_state: str = "", notes: int = 0,
    ) -> Span:
        """Make a span and put it into the batch. Ids in any form; attributes without their Nones.

        Raises:
            Unreadable: it has no id or no start.
        """
        trace_id, span_id, parent_id = self.trace_id(trace), self.span_id(span), self.parent_id(parent)
        if start_ns is None:
            raise Unreadable("it has no start time")
        start, end, odd = checks.times(max(0, start_ns), max(0, end_ns or 0))
        kept = _kept(attributes or {})
        for key, given, made in ((TRACE_ID, trace, trace_id), (SPAN_ID, span, span_id), (PARENT_ID, parent, parent_id)):
            if made is not None and isinstance(given, str | int) and not _is_hex(given, made):
                kept.setdefault(key, str(given))
        for event in events or ():
            event.time_ns = min(max(0, event.time_ns), checks.INT64_MAX)
            event.attributes = _kept(event.attributes)
        made_span = Span(
            trace_id, span_id, parent_id, name or "", start, end, kept, resource or self.resource({}), scope or self.scope,
            otel_kind=otel_kind, status=status, status_message=status_message or "", events=events or [], links=links or [],
            trace_state=trace_state, notes=notes | odd)
        made_span.raw = encode.span_raw(made_span)
        self._batch.spans.append(made_span)
        return made_span

    def log(
        self, *, trace: Any = None, span: Any = None, time_ns: int | None, body: Any,
        attributes: Mapping[str, Any] | None = None, resource: Resource | None = None, scope: Scope | None = None,
        event_name: str = "", severity_text: str = "", severity_number: int = 0,
    ) -> LogRecord:
        """Make a log record and put it into the batch.

        Raises:
            Unreadable: it has no time.
        """
        if time_ns is None:
            raise Unreadable("it has no time")
        made = LogRecord(
            self._id(trace, 16), self._id(span, 8), min(max(0, time_ns), checks.INT64_MAX), bounded(body),
            _kept(attributes or {}), resource or self.resource({}), scope or self.scope, event_name=event_name,
            severity_text=severity_text, severity_number=severity_number)
        made.raw = encode.log_raw(made)
        self._batch.logs.append(made)
        return made


def hashed(value: Any, size: int) -> bytes:
    """An id made of any text: equal texts give equal ids, in this file and the next (BLAKE2b)."""
    return blake2b(str(value).encode("utf-8", "replace"), digest_size=size).digest()


def _is_hex(given: str | int, made: bytes) -> bool:
    """Whether the id as given says no more than the bytes: hex in either case, with 0x, dashes of a UUID, fewer zeros."""
    return isinstance(given, str) and given.strip().lower().removeprefix("0x").replace("-", "").lstrip("0") \
        == made.hex().lstrip("0")


def _kept(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as OTLP carries them, without their Nones."""
    return {str(key): bounded(value) for key, value in attributes.items() if value is not None}


def bounded(value: Any, depth: int = 0) -> Any:
    """A value as OTLP carries it: nested deeper than its parsers read, it becomes JSON text."""
    if isinstance(value, dict):
        if depth + MAP_LEVELS > MAX_LEVELS:
            return _as_text(value)
        return {str(key): bounded(item, depth + MAP_LEVELS) for key, item in value.items()}
    if isinstance(value, list | tuple):
        if depth + LIST_LEVELS > MAX_LEVELS:
            return _as_text(value)
        return [bounded(item, depth + LIST_LEVELS) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def _as_text(value: Any) -> str:
    """JSON text, or Python's own where even that is nested too deep."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except (orjson.JSONEncodeError, RecursionError):
        return "nested too deep to show"
