"""OTLP/JSON → SpanBatch. Not plain protobuf JSON: hex ids, integer enums, 64-bit integers as text or number.

`lenient=False` is the receiver's reading, as the specification says. `lenient=True` is for files: snake_case keys, enum
names, ids in other encodings, plain-object attributes, protobufjs Longs, times as floats, old names. Whatever is wrong
with one span refuses that span and says why; only a body that is no OTLP object at all raises.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from tracedesk.base.errors import DecodeError
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link, LogRecord, Note, Resource, Scope, Span
from tracedesk.wire import checks, encode
from tracedesk.wire.checks import INT64_MAX, MAX_DEPTH, Refused
from tracedesk.wire.json_ids import lenient_id, strict_id
from tracedesk.wire.otlp_proto import refuse

INT64_MIN = -(2**63)
UINT64_MAX = 2**64 - 1
SPAN_KINDS = {f"SPAN_KIND_{name}": number for number, name in
              enumerate(("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"))}
STATUS_CODES = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}
SNAKE = str.maketrans({chr(code): f"_{chr(code + 32)}" for code in range(65, 91)})


def parse(body: bytes) -> Any:
    """The JSON value of a body.

    Raises:
        DecodeError: it is not JSON; the message says where.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DecodeError(f"The body is not JSON: {error}.", hint="OTLP/JSON is one UTF-8 JSON object.") from error


def decode_traces(document: Any, *, origin: str = "", lenient: bool = False) -> SpanBatch:
    """The spans of an OTLP/JSON traces object, given as bytes or already parsed.

    Raises:
        DecodeError: it is no JSON, or no object with `resourceSpans`.
    """
    return _decode(document, "resourceSpans", ("scopeSpans", "instrumentationLibrarySpans"), "spans",
                   Reader(lenient), origin)


def decode_logs(document: Any, *, origin: str = "", lenient: bool = False) -> SpanBatch:
    """The log records of an OTLP/JSON logs object, given as bytes or already parsed.

    Raises:
        DecodeError: it is no JSON, or no object with `resourceLogs`.
    """
    return _decode(document, "resourceLogs", ("scopeLogs", "instrumentationLibraryLogs"), "logRecords",
                   Reader(lenient), origin)


def count_metrics(document: Any, *, origin: str = "", lenient: bool = False) -> SpanBatch:
    """How many data points an OTLP/JSON metrics object holds.

    Raises:
        DecodeError: it is no JSON, or no object with `resourceMetrics`.
    """
    reader = Reader(lenient)
    root, size = _root(document)
    points = 0
    for block in reader.items(root, "resourceMetrics"):
        for group in reader.items(block, "scopeMetrics"):
            for metric in reader.items(group, "metrics"):
                for data in metric.values():
                    if isinstance(data, dict):
                        points += sum(1 for _ in reader.items(data, "dataPoints"))
    return SpanBatch(origin=origin, size_bytes=size, metric_points=points)


def _root(document: Any) -> tuple[dict[str, Any], int]:
    size = len(document) if isinstance(document, bytes) else 0
    root = parse(document) if isinstance(document, bytes) else document
    if not isinstance(root, dict):
        raise DecodeError("The body is JSON, but not an OTLP object.", hint="It must be an object like {\"resourceSpans\": […]}.")
    return root, size


def _decode(document: Any, blocks: str, groups: tuple[str, ...], items: str, reader: Reader, origin: str) -> SpanBatch:
    root, size = _root(document)
    batch = SpanBatch(origin=origin, size_bytes=size)
    build: Callable[..., Any] = reader.span if items == "spans" else reader.log
    into: list[Any] = batch.spans if items == "spans" else batch.logs
    if reader.get(root, blocks) is not None and not isinstance(reader.get(root, blocks), list):
        raise DecodeError(f"`{blocks}` must be a list.", hint="Each entry is one resource with its scopes.")
    for block in reader.items(root, blocks):
        resource, notes = reader.resource(block)
        for group in (group for name in groups for group in reader.items(block, name)):
            scope, scope_notes = reader.scope(group)
            for item in reader.items(group, items):
                name = reader.soft_text(item, "name")
                try:
                    made = build(item, resource, scope)
                except Refused as error:
                    refuse(batch, str(error), name)
                    continue
                made.notes |= notes | scope_notes
                into.append(made)
    return batch


class Reader:
    """Reads members of OTLP/JSON objects, strictly or leniently. `notes` gathers what was mended in the present item."""

    def __init__(self, lenient: bool) -> None:
        self.lenient = lenient
        self.notes = 0
        self._id = lenient_id if lenient else strict_id

    def get(self, item: dict[str, Any], name: str) -> Any:
        """A member by its lowerCamelCase name; in files also by its snake_case name."""
        value = item.get(name)
        if value is None and self.lenient:
            return item.get(name.translate(SNAKE))
        return value

    def items(self, item: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
        """The objects of a list member; anything else in it is passed over."""
        value = self.get(item, name)
        if isinstance(value, list):
            yield from (entry for entry in value if isinstance(entry, dict))

    def text(self, item: dict[str, Any], name: str) -> str:
        """A text member, "" where it is absent, or Refused."""
        value = self.get(item, name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Refused(f"{name} must be text")
        return value

    def integer(self, item: dict[str, Any], name: str, top: int = UINT64_MAX) -> int:
        """A whole number, given as number or text, 0 where it is absent; cut to 0…top with a note, or Refused."""
        number = self._whole(self.get(item, name), name)
        if number > top or number < 0:
            self.notes |= Note.SATURATED
            return min(max(number, 0), top)
        return number

    def _whole(self, value: Any, name: str) -> int:
        if value is None or value == "":
            return 0
        if isinstance(value, bool):
            raise Refused(f"{name} must be a whole number")
        if isinstance(value, int):
            return value
        if isinstance(value, str) and len(value) <= 40:
            try:
                return int(value) if value.strip().lstrip("+-").isascii() else self._no_number(name)
            except ValueError:
                if self.lenient:
                    value = _float(value)
        if isinstance(value, float) and math.isfinite(value) and (self.lenient or value.is_integer()):
            return int(value)
        if self.lenient and isinstance(value, dict) and isinstance(value.get("low"), int):
            return ((int(value.get("high") or 0) & 0xFFFFFFFF) << 32) | (value["low"] & 0xFFFFFFFF)
        return self._no_number(name)

    @staticmethod
    def _no_number(name: str) -> int:
        raise Refused(f"{name} must be a whole number")

    def time(self, item: dict[str, Any], name: str) -> int:
        """A time in ns; in files seconds, milliseconds and microseconds are told by their size."""
        number = self.integer(item, name)
        if self.lenient and 0 < number < 10**17:
            value = self.get(item, name)
            exact = value if isinstance(value, float) else number
            for limit, factor in ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3)):
                if number < limit:
                    return int(exact * factor) if number > 10**8 else number
        return number

    def enum(self, item: dict[str, Any], name: str, names: dict[str, int]) -> int:
        """An enum: an integer; in files also its name."""
        value = self.get(item, name)
        if self.lenient and isinstance(value, str) and not value.isdigit():
            found = names.get(value, names.get(f"SPAN_KIND_{value.upper()}", names.get(f"STATUS_CODE_{value.upper()}")))
            return 0 if found is None else found
        number = self._whole(value, name)
        return number if 0 <= number <= 2**31 - 1 else 0

    def resource(self, block: dict[str, Any]) -> tuple[Resource, int]:
        """The resource of a block and what was mended in it; a broken one loses its attributes, not its spans."""
        self.notes = 0
        item = self.get(block, "resource")
        item = item if isinstance(item, dict) else {}
        made = Resource(self._attributes_or_none(item), self.soft_text(block, "schemaUrl"))
        made.raw = encode.resource_raw(made)
        return made, self.notes

    def scope(self, group: dict[str, Any]) -> tuple[Scope, int]:
        """The scope of a group and what was mended in it."""
        self.notes = 0
        item = self.get(group, "scope") or self.get(group, "instrumentationLibrary")
        item = item if isinstance(item, dict) else {}
        made = Scope(self.soft_text(item, "name"), self.soft_text(item, "version"), self._attributes_or_none(item),
                     self.soft_text(group, "schemaUrl"))
        made.raw = encode.scope_raw(made)
        return made, self.notes

    def soft_text(self, item: dict[str, Any], name: str) -> str:
        """A text member where a wrong type matters to nobody: "" then."""
        value = self.get(item, name)
        return value if isinstance(value, str) else ""

    def _attributes_or_none(self, item: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.attributes(item)
        except Refused:
            self.notes |= Note.DROPPED
            return {}

    def span(self, item: dict[str, Any], resource: Resource, scope: Scope) -> Span:
        """One span, or Refused."""
        self.notes = 0
        trace_id = checks.trace_id(self._id(self.get(item, "traceId"), 16, "traceId"))
        span_id = checks.span_id(self._id(self.get(item, "spanId"), 8, "spanId"))
        parent_id = checks.parent_id(self._parent(item))
        start_ns, end_ns, notes = checks.times(self.time(item, "startTimeUnixNano"), self.time(item, "endTimeUnixNano"))
        status = self.get(item, "status")
        status = status if isinstance(status, dict) else {}
        span = Span(
            trace_id, span_id, parent_id, self.text(item, "name"), start_ns, end_ns, self.attributes(item), resource, scope,
            self.enum(item, "kind", SPAN_KINDS), self.enum(status, "code", STATUS_CODES), self.text(status, "message"),
            [self._event(event) for event in self.items(item, "events")],
            [self._link(link) for link in self.items(item, "links")],
            self.text(item, "traceState"), self.integer(item, "flags", 2**32 - 1), *self._dropped(item))
        if span.parent_id == span_id:
            notes |= Note.SELF_PARENT
        if span.dropped_attributes or span.dropped_events or span.dropped_links:
            notes |= Note.DROPPED
        span.notes = int(notes) | self.notes
        span.raw = encode.span_raw(span)
        return span

    def _parent(self, item: dict[str, Any]) -> bytes:
        value = self.get(item, "parentSpanId")
        if isinstance(value, str) and value and not value.strip("0"):
            return b""
        return self._id(value, 8, "parentSpanId")

    def _dropped(self, item: dict[str, Any]) -> tuple[int, int, int]:
        top = 2**32 - 1
        return (self.integer(item, "droppedAttributesCount", top), self.integer(item, "droppedEventsCount", top),
                self.integer(item, "droppedLinksCount", top))

    def _event(self, item: dict[str, Any]) -> Event:
        return Event(self.text(item, "name"), min(self.time(item, "timeUnixNano"), INT64_MAX), self.attributes(item),
                     self.integer(item, "droppedAttributesCount", 2**32 - 1))

    def _link(self, item: dict[str, Any]) -> Link:
        return Link(self._id(self.get(item, "traceId"), 16, "link traceId"),
                    self._id(self.get(item, "spanId"), 8, "link spanId"), self.attributes(item),
                    self.text(item, "traceState"), self.integer(item, "flags", 2**32 - 1),
                    self.integer(item, "droppedAttributesCount", 2**32 - 1))

    def log(self, item: dict[str, Any], resource: Resource, scope: Scope) -> LogRecord:
        """One log record, or Refused."""
        self.notes = 0
        trace_id, span_id = (self._id(self.get(item, name), size, name) for name, size in (("traceId", 16), ("spanId", 8)))
        observed = min(self.time(item, "observedTimeUnixNano"), INT64_MAX)
        body = self.get(item, "body")
        record = LogRecord(
            checks.trace_id(trace_id) if any(trace_id) else None, checks.span_id(span_id) if any(span_id) else None,
            min(self.time(item, "timeUnixNano"), INT64_MAX) or observed, self.value(body, 0) if body is not None else None,
            self.attributes(item), resource, scope, self.text(item, "eventName"), self.enum(item, "severityNumber", {}),
            self.text(item, "severityText"), observed, self.integer(item, "flags", 2**32 - 1),
            self.integer(item, "droppedAttributesCount", 2**32 - 1))
        record.notes = self.notes | (int(Note.DROPPED) if record.dropped_attributes else 0)
        record.raw = encode.log_raw(record)
        return record

    def attributes(self, item: dict[str, Any]) -> dict[str, Any]:
        """The `attributes` member: key-value objects; in files also a plain object."""
        listed = self.get(item, "attributes")
        if listed is None:
            return {}
        if self.lenient and isinstance(listed, dict):
            return {key: _bounded(value, 0) for key, value in listed.items()}
        if not isinstance(listed, list):
            raise Refused("attributes must be a list of key-value objects")
        return self._pairs(listed, 0)

    def _pairs(self, listed: list[Any], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for pair in listed:
            if not isinstance(pair, dict):
                raise Refused("attributes must be a list of key-value objects")
            key = pair.get("key")
            if key is not None and not isinstance(key, str):
                raise Refused("an attribute's key must be text")
            found[key or ""] = self.value(pair.get("value"), depth)
        return found

    def value(self, value: Any, depth: int) -> Any:
        """An AnyValue object: the first member that is there and not null."""
        if value is None:
            return None
        if not isinstance(value, dict):
            if self.lenient:
                return _bounded(value, depth)
            raise Refused("an attribute's value must be an object like {\"stringValue\": …}")
        if depth > MAX_DEPTH:
            raise Refused(checks.BAD_ATTRIBUTES)
        for name, read in _VALUE_READERS.items():
            inner = self.get(value, name)
            if inner is not None:
                return read(self, inner, depth)
        return None

    def _string(self, inner: Any, depth: int) -> Any:
        if isinstance(inner, str):
            return inner
        raise Refused("stringValue must be text")

    def _bool(self, inner: Any, depth: int) -> Any:
        if isinstance(inner, bool):
            return inner
        raise Refused("boolValue must be true or false")

    def _int(self, inner: Any, depth: int) -> Any:
        number = self._whole(inner, "intValue")
        if isinstance(inner, dict) and number >= 2**63:
            number -= 2**64
        if not INT64_MIN <= number <= INT64_MAX:
            self.notes |= Note.SATURATED
            return INT64_MAX if number > 0 else INT64_MIN
        return number

    def _double(self, inner: Any, depth: int) -> Any:
        if isinstance(inner, int | float) and not isinstance(inner, bool):
            return float(inner)
        number = _float(inner) if isinstance(inner, str) else None
        if number is None:
            raise Refused("doubleValue must be a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
        return number

    def _bytes(self, inner: Any, depth: int) -> Any:
        if self.lenient and isinstance(inner, dict | list):
            data = inner.get("data") if isinstance(inner, dict) else inner
            try:
                return bytes(data or ())
            except (TypeError, ValueError) as error:
                raise Refused("bytesValue must be base64") from error
        if not isinstance(inner, str):
            raise Refused("bytesValue must be base64")
        try:
            return base64.b64decode(inner.replace("-", "+").replace("_", "/") + "=" * (-len(inner) % 4), validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused("bytesValue must be base64") from error

    def _list(self, inner: Any, depth: int) -> Any:
        values = self.get(inner, "values") if isinstance(inner, dict) else inner if self.lenient else None
        if values is None and isinstance(inner, dict):
            return []
        if not isinstance(values, list):
            raise Refused("arrayValue must be an object with a list of values")
        return [self.value(item, depth + 1) for item in values]

    def _map(self, inner: Any, depth: int) -> Any:
        values = self.get(inner, "values") if isinstance(inner, dict) else inner if self.lenient else None
        if values is None and isinstance(inner, dict):
            return {}
        if not isinstance(values, list):
            raise Refused("kvlistValue must be an object with a list of values")
        return self._pairs(values, depth + 1)


_VALUE_READERS: dict[str, Callable[[Reader, Any, int], Any]] = {
    "stringValue": Reader._string, "boolValue": Reader._bool, "intValue": Reader._int, "doubleValue": Reader._double,
    "arrayValue": Reader._list, "kvlistValue": Reader._map, "bytesValue": Reader._bytes,
}


def _float(text: str) -> float | None:
    """A number in JSON's own spelling or one of OTLP's three words, or None."""
    words = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    if text in words:
        return words[text]
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _bounded(value: Any, depth: int) -> Any:
    """A plain JSON value as an attribute, or Refused where it is nested too deep."""
    if depth > MAX_DEPTH:
        raise Refused(checks.BAD_ATTRIBUTES)
    if isinstance(value, dict):
        return {key: _bounded(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_bounded(item, depth + 1) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not INT64_MIN <= value <= INT64_MAX:
        return float(value)
    return value
