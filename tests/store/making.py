"""Spans for the store's tests, and a preparation that needs no dialect: attributes named like fields of a row become them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.model.span import LogRecord, Note, Resource, Scope, Span
from tracedesk.semconv.counting import not_counted
from tracedesk.store.connect import Store, open_store
from tracedesk.store.facts import storable
from tracedesk.store.payloads import packed_words
from tracedesk.store.writer import Writer
from tracedesk.wire.encode import span_raw

T0_NS = 1_772_359_200_000_000_000
MS = 1_000_000
KEY = bytes(range(32))
_ROW_FIELDS = frozenset(SpanRow._fields) - {"trace_id", "span_id", "parent_id", "name", "start_ns", "end_ns", "status", "notes"}


class Made(NamedTuple):
    """What the writer wants for a span."""

    row: SpanRow
    words: bytes
    span: Span


def trace_id(number: int) -> bytes:
    """A trace id."""
    return number.to_bytes(16, "big")


def span_id(number: int) -> bytes:
    """A span id."""
    return number.to_bytes(8, "big")


def span(trace: int, number: int, parent: int | None = None, name: str = "step", *, start_ms: float = 0,
         length_ms: float | None = 10, status: int = 0, service: str = "bot", notes: int = 0, **fields: Any) -> Span:
    """A span; times are relative to T0_NS, a `length_ms` of None is unfinished, fields are those of a row (and `text`)."""
    start = T0_NS + round(start_ms * MS)
    if parent == number:
        notes |= int(Note.SELF_PARENT)                # as `wire` does
    if notes & Note.PENDING:
        fields["pending"] = True                      # what is noted of a span stands in its message
    return Span(
        trace_id(trace), span_id(number), None if parent is None else span_id(parent), name, start,
        None if length_ms is None else start + round(length_ms * MS), fields, Resource({"service.name": service}),
        Scope("test"), status=status, notes=notes)


def log(trace: int | None, number: int | None, text: str, *, at_ms: float = 0, service: str = "bot") -> LogRecord:
    """A log record whose body is text that its span is then found by."""
    return LogRecord(None if trace is None else trace_id(trace), None if number is None else span_id(number),
                     T0_NS + round(at_ms * MS), text, {}, Resource({"service.name": service}), Scope("test"))


def made(spoken: Span, logs: Sequence[LogRecord] = ()) -> Made:
    """The row and text of a span and its log records. The title is the first log's body, if the span has none."""
    fields = {name: value for name, value in spoken.attributes.items() if name in _ROW_FIELDS}
    if "cost_nusd" in fields:
        fields.setdefault("cost_status", int(CostStatus.PRICED))
    if logs:
        fields.setdefault("title", str(logs[0].body))
    row = storable(SpanRow(
        spoken.trace_id, spoken.span_id, spoken.parent_id, spoken.name, spoken.resource.service, spoken.start_ns,
        spoken.end_ns, status=spoken.status, notes=int(spoken.notes), **fields))
    text = "\n".join([spoken.attributes.get("text", ""), *(str(record.body) for record in logs)]).strip()
    return Made(row, packed_words(row, text), replace(spoken, raw=span_raw(spoken)))


def send(writer: Writer, spans: Iterable[Span], logs: Sequence[LogRecord] = ()):
    """One batch, as the engine does it."""
    return writer.write([made(one, records) for one, records in writer.gather(list(spans), logs)], logs)


@contextmanager
def storing(path: Path) -> Iterator[Writer]:
    """A writer on a store at `path`."""
    with open_store(path, role="write", key=KEY) as store:
        yield store.writer(not_counted)


def reading(path: Path) -> Store:
    """The store at `path`, open for reading."""
    return open_store(path, role="read", key=KEY)


PENDING = int(Note.PENDING)
