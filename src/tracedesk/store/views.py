"""Views for whoever asks in SQL: the packed parts unpacked again, ids in hex, codes as words. They live in the asking
connection only (`sql.py`), under names that hide the tables they are made of; those are still there as `main.traces`, ...

A condition on `trace_id` opens that trace alone; a question about all spans opens every part: 15 µs a span.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Scope
from tracedesk.store import facts, payloads
from tracedesk.store.logs import unpacked
from tracedesk.store.schema import PART_BITS
from tracedesk.wire.stored import decode_log, decode_resource, decode_span

_LAST = (1 << PART_BITS) - 1


@dataclass(frozen=True, slots=True)
class View:
    """One view: what a row of it is, its columns as (name, SQL), and where they come from."""

    name: str
    says: str
    columns: tuple[tuple[str, str], ...]
    source: str

    @property
    def statement(self) -> str:
        """The statement that makes it."""
        listed = ", ".join(f"{sql} AS {name}" for name, sql in self.columns)
        return f"CREATE TEMP VIEW IF NOT EXISTS {self.name} AS SELECT {listed} FROM {self.source}"


def _words(column: str, codes: type[Kind] | type[Status]) -> str:
    return f"CASE {column} " + " ".join(f"WHEN {int(one)} THEN '{one.label}'" for one in codes) + " END"


_TRACE_NUMBERS = ("start_ns", "duration_ns", "span_count", "error_count", "unfinished_count", "llm_calls", "input_tokens",
                  "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost_nusd", "priced_calls",
                  "unpriced_calls")
_SPAN_FIELDS = ("span_id", "parent_id", "name", "service", "kind", "status", "start_ns", "end_ns", "duration_ns", "operation",
                "provider", "model", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
                "reasoning_tokens", "ttft_ns", "cost_nusd", "cost_status", "response_id", "user_id", "session_id", "error_type",
                "error_message", "title", "label", "tags", "host", "signs")
_PARTS = "main.traces t JOIN main.{table} p ON p.id BETWEEN t.trace_no << {bits} AND (t.trace_no << {bits}) + {last}, "
_TRACE_ID = ("trace_id", "hex_id(t.trace_id)")


def _of(row: str, names: tuple[str, ...], first: int = 0) -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{row}.value ->> {number}") for number, name in enumerate(names, first))


def _unpacked(table: str, function: str) -> str:
    parts = _PARTS.format(table=table, bits=PART_BITS, last=_LAST)
    return f"{parts} json_each({function}(p.data)) j"


VIEWS = (
    View("traces", "a trace", (
        _TRACE_ID, ("name", "c.card ->> 0"), ("title", "c.card ->> 1"), ("service", "c.card ->> '$[2][0]'"),
        ("status", _words("t.status", Status)), *((name, f"t.{name}") for name in _TRACE_NUMBERS),
        ("cost_usd", "t.cost_nusd / 1e9"), ("user_id", "c.card ->> '$[4][0]'"), ("session_id", "c.card ->> '$[5][0]'"),
        ("error", "c.card ->> 6"), ("tags", "c.card -> 7")),
        "main.traces t JOIN main.cards c USING (trace_no)"),
    View("spans", "a span; `counted` is 0 where its tokens and cost are counted on another span", (
        _TRACE_ID, *_of("j", _SPAN_FIELDS),
        ("counted", "NOT EXISTS (SELECT 1 FROM main.uncounted u WHERE u.trace_no = t.trace_no "
                    "AND u.span_id = unhex(j.value ->> 0))")),
        _unpacked("facts", "unpack_spans")),
    View("attributes", "an attribute of a span, as received; `value` is text, a number, or JSON", (
        _TRACE_ID, *_of("j", ("span_id", "key", "value"))), _unpacked("payloads", "unpack_attributes")),
    View("events", "an event of a span; `attributes` is JSON", (
        _TRACE_ID, *_of("j", ("span_id", "time_ns", "name", "attributes"))), _unpacked("payloads", "unpack_events")),
    View("logs", "a log record; ids are NULL where it belongs to none; `body` and `attributes` are JSON", (
        ("trace_id", "hex_id(t.trace_id)"), ("span_id", "nullif(hex_id(l.span_id), '')"), ("time_ns", "l.time_ns"),
        *_of("j", ("severity", "event_name", "body", "attributes"))),
        "main.logs l LEFT JOIN main.traces t USING (trace_no), json_each(unpack_log(l.data)) j"),
    View("signs", "a sign of a span (a refusal, timeout, score, ...) and what tells it", (
        _TRACE_ID, ("span_id", "hex_id(g.span_id)"), ("sign", "g.key"), ("rule", "g.rule"), ("value", "g.value"),
        ("evidence", "g.text")), "main.traces t JOIN main.signs g USING (trace_no)"),
    View("minutes", "sums per minute, service, kind, model and status (see `bucket` of main.sums for durations)", (
        ("minute_ns", "s.minute * 60000000000"), ("service", "e.service"),
        ("kind", _words("e.kind", Kind)), ("model", "nullif(e.model, '')"),
        ("status", _words("e.status", Status)), ("bucket", "s.bucket"),
        *((name, f"s.{name}") for name in ("calls", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
                                            "reasoning_tokens", "cost_nusd", "priced_calls", "unpriced_calls"))),
        "main.sums s JOIN main.series e USING (series_no)"),
)


def in_words() -> str:
    """The views and their columns, for a help text."""
    return "\n\n".join(f"{view.name}: {view.says}.\n  {', '.join(name for name, _ in view.columns)}" for view in VIEWS)


def create(connection: Any) -> None:
    """Make the views and their functions in a connection that is for reading."""
    for name, function in _FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    connection.execute("PRAGMA query_only = OFF")           # it forbids temporary views too
    try:
        for view in VIEWS:
            connection.execute(view.statement)
    finally:
        connection.execute("PRAGMA query_only = ON")


_KINDS = {int(kind): kind.label for kind in Kind}
_COSTS = {int(status): status.label for status in CostStatus if status}


def _hex_id(value: bytes | None) -> str | None:
    return None if value is None else bytes(value).hex()


def _unpack_spans(data: bytes) -> str:
    return _json([_span(entry.row) for entry in facts.entries(b"", data)])


def _span(row: SpanRow) -> list[Any]:
    made: list[Any] = []
    for name in _SPAN_FIELDS:
        match name:
            case "span_id" | "parent_id":
                made.append(_hex_id(getattr(row, name)))
            case "kind":
                made.append(_KINDS.get(row.kind, Kind.OTHER.label))
            case "status":
                made.append(Status(row.status).label)
            case "cost_status":
                made.append(_COSTS.get(row.cost_status))
            case "duration_ns":
                made.append(None if row.end_ns is None else max(0, row.end_ns - row.start_ns))
            case _:
                made.append(getattr(row, name))
    return made


def _received(data: bytes) -> Iterator[Any]:
    nobody = decode_resource(b"")
    for payload in payloads.unpack(data):
        if payload.raw:
            yield decode_span(payload.raw, nobody, Scope())


def _unpack_attributes(data: bytes) -> str:
    return _json([[span.span_id.hex(), key, _plain(value)]
                  for span in _received(data) for key, value in span.attributes.items()])


def _unpack_events(data: bytes) -> str:
    return _json([[span.span_id.hex(), event.time_ns, event.name, _jsonable(event.attributes)]
                  for span in _received(data) for event in span.events])


def _unpack_log(data: bytes) -> str:
    log = decode_log(unpacked(data), decode_resource(b""), Scope())
    return _json([[log.severity_text or None, log.event_name or None, _plain(log.body), _jsonable(log.attributes)]])


def _plain(value: Any) -> Any:
    """A scalar as it is, anything else as JSON text."""
    made = _jsonable(value)
    return _json(made) if isinstance(made, list | dict) else made


def _jsonable(value: Any) -> Any:
    """OTLP's way: bytes as base64, NaN and the infinities as their names."""
    match value:
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case list():
            return [_jsonable(item) for item in value]
        case dict():
            return {str(key): _jsonable(item) for key, item in value.items()}
    return value


def _json(value: Any) -> str:
    return orjson.dumps(value).decode("utf-8")


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "hex_id": _hex_id, "unpack_spans": _unpack_spans, "unpack_attributes": _unpack_attributes, "unpack_events": _unpack_events,
    "unpack_log": _unpack_log,
}
