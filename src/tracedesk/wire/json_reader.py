"""Members of OTLP/JSON objects → spans and log records, strictly as the specification says or leniently as files are.

Lenient: snake_case keys, enum names, ids in other encodings, plain-object attributes, protobufjs Longs, times in other
units, old names. Whatever is wrong with one item is raised as Refused with a sentence that names the field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as LogMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from tracedesk.base.clock import parse_iso
from tracedesk.model.span import Event, Link, LogRecord, Note, Resource, Scope, Span
from tracedesk.wire import checks, encode
from tracedesk.wire.checks import INT64_MAX, LIST_LEVELS, MAP_LEVELS, MAX_LEVELS, Refused
from tracedesk.wire.json_ids import FileIds, base64_bytes, strict_id

INT64_MIN = -(2**63)
UINT32_MAX = 2**32 - 1
UINT64_MAX = 2**64 - 1
SPAN_KINDS = {name: number for number, name in
              enumerate(("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"))}
STATUS_CODES = {"UNSET": 0, "OK": 1, "ERROR": 2}
SPAN_MEMBERS = frozenset(field.json_name for field in SpanMessage.DESCRIPTOR.fields)
LOG_MEMBERS = frozenset(field.json_name for field in LogMessage.DESCRIPTOR.fields)
SNAKE = str.maketrans({chr(code): f"_{chr(code + 32)}" for code in range(65, 91)})
_WHOLE = re.compile(r"-?[0-9]+")


class Reader:
    """Reads members of OTLP/JSON objects, strictly or leniently.

    One lenient reader serves one file, because it remembers how that file writes ids and times; `assumed` then says what
    it took for granted. `notes` gathers what was mended in the present item.
    """

    def __init__(self, lenient: bool) -> None:
        self.lenient = lenient
        self.notes = 0
        self._file_ids = FileIds()
        self._id = self._file_ids.read if lenient else strict_id
        self._unit_ns: int | None = None
        self._assumed: dict[str, None] = {}
        self._dropped_names: dict[str, None] = {}

    @property
    def assumed(self) -> list[str]:
        """What was taken for granted in this file, in words."""
        return [*(f"ids are {way}" for way in self._file_ids.ways), *self._assumed]

    @property
    def dropped(self) -> list[str]:
        """Names of members of spans and log records that OTLP does not have; they are not kept."""
        return list(self._dropped_names)

    def _note_strangers(self, item: dict[str, Any], known: frozenset[str]) -> None:
        if self.lenient and not item.keys() <= known:
            for name in item.keys() - known:
                if re.sub("_([a-z])", lambda found: found[1].upper(), name) not in known and len(self._dropped_names) < 50:
                    self._dropped_names[name[:80]] = None

    def get(self, item: dict[str, Any], name: str) -> Any:
        """A member by its lowerCamelCase name; in files also by its snake_case name."""
        value = item.get(name)
        if value is None and self.lenient:
            return item.get(name.translate(SNAKE))
        return value

    def items(self, item: dict[str, Any], name: str) -> list[dict[str, Any]]:
        """The objects of a list member (nulls passed over), or Refused where it is something else."""
        value = self.get(item, name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Refused(f"{name} must be a list")
        found = [entry for entry in value if entry is not None]
        if not all(isinstance(entry, dict) for entry in found):
            raise Refused(f"{name} must be a list of objects")
        return found

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
        if isinstance(value, str):
            if len(value) <= 40 and _WHOLE.fullmatch(value):
                return int(value)
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
        """A time in ns. In files also ISO text, and numbers in s, ms or µs, told by the size of the file's first time."""
        value = self.get(item, name)
        if not self.lenient or value is None or value == "":
            return self.integer(item, name)
        exact: int | Decimal
        if isinstance(value, str) and not _WHOLE.fullmatch(value):
            moment = parse_iso(value)
            if moment is not None:
                self._assumed["times are ISO 8601 text, without a zone UTC"] = None
                return max(0, moment)
            exact = _decimal(value, name)
        else:
            exact = Decimal(repr(value)) if isinstance(value, float) and math.isfinite(value) else self._whole(value, name)
        if self._unit_ns is None and exact > 0:
            self._unit_ns, unit = _unit_of(exact, isinstance(value, str))
            if self._unit_ns != 1:
                self._assumed[f"times are in {unit}"] = None
        number = int(exact * (self._unit_ns or 1)) if exact < _LEAST_NS else int(exact)
        if not 0 <= number <= UINT64_MAX:
            self.notes |= Note.SATURATED
        return min(max(number, 0), UINT64_MAX)

    def enum(self, item: dict[str, Any], name: str, names: dict[str, int]) -> int:
        """An enum: an integer; in files also its name."""
        value = self.get(item, name)
        if self.lenient and isinstance(value, str) and not value.isdigit():
            plain = value.upper().removeprefix("SPAN_KIND_").removeprefix("STATUS_CODE_")
            return names.get(plain.removeprefix("SPANKIND.").removeprefix("STATUSCODE."), 0)
        number = self._whole(value, name)
        return number if 0 <= number <= 2**31 - 1 else 0

    def resource(self, block: dict[str, Any]) -> tuple[Resource, int]:
        """The resource of a block and what was mended in it; a broken one loses its attributes, not its spans."""
        self.notes = 0
        item = self.get(block, "resource")
        item = item if isinstance(item, dict) else {}
        made = Resource(self._attributes_or_none(item), self.soft_text(block, "schemaUrl"), self._soft_count(item))
        made.raw = encode.resource_raw(made)
        return made, self.notes

    def scope(self, group: dict[str, Any]) -> tuple[Scope, int]:
        """The scope of a group and what was mended in it."""
        self.notes = 0
        item = self.get(group, "scope") or self.get(group, "instrumentationLibrary")
        item = item if isinstance(item, dict) else {}
        made = Scope(self.soft_text(item, "name"), self.soft_text(item, "version"), self._attributes_or_none(item),
                     self.soft_text(group, "schemaUrl"), self._soft_count(item))
        made.raw = encode.scope_raw(made)
        return made, self.notes

    def soft_text(self, item: dict[str, Any], name: str) -> str:
        """A text member where a wrong type matters to nobody: "" then."""
        value = self.get(item, name)
        return value if isinstance(value, str) else ""

    def _soft_count(self, item: dict[str, Any]) -> int:
        value = self.get(item, "droppedAttributesCount")
        return min(max(0, value), UINT32_MAX) if isinstance(value, int) else 0

    def _attributes_or_none(self, item: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.attributes(item)
        except Refused:
            self.notes |= Note.DROPPED
            return {}

    def span(self, item: dict[str, Any], resource: Resource, scope: Scope) -> Span:
        """One span, or Refused."""
        self.notes = 0
        self._note_strangers(item, SPAN_MEMBERS)
        trace_id = checks.trace_id(self._id(self.get(item, "traceId"), 16, "traceId"))
        span_id = checks.span_id(self._id(self.get(item, "spanId"), 8, "spanId"))
        parent_id = checks.parent_id(self._parent(item))
        start_ns, end_ns, notes = checks.times(self.time(item, "startTimeUnixNano"), self.time(item, "endTimeUnixNano"))
        code, message = self._status(item)
        span = Span(
            trace_id, span_id, parent_id, self.text(item, "name"), start_ns, end_ns, self.attributes(item), resource, scope,
            self.enum(item, "kind", SPAN_KINDS), code, message,
            [self._event(event) for event in self.items(item, "events")],
            [self._link(link) for link in self.items(item, "links")],
            self.text(item, "traceState"), self.integer(item, "flags", UINT32_MAX), *self._dropped(item))
        if span.parent_id == span_id:
            notes |= Note.SELF_PARENT
        if span.dropped_attributes or span.dropped_events or span.dropped_links:
            notes |= Note.DROPPED
        span.notes = int(notes) | self.notes
        span.raw = encode.span_raw(span)
        return span

    def _status(self, item: dict[str, Any]) -> tuple[int, str]:
        """(code, message); a code that OTLP does not have reads as unset."""
        status = self.get(item, "status")
        if self.lenient and isinstance(status, str | int):
            status = {"code": status}
        if status is None:
            return 0, ""
        if not isinstance(status, dict):
            raise Refused("status must be an object")
        code = self.enum(status, "code", STATUS_CODES)
        return code if code in (0, 1, 2) else 0, self.text(status, "message")

    def _parent(self, item: dict[str, Any]) -> bytes:
        value = self.get(item, "parentSpanId")
        if isinstance(value, str) and value and not value.strip("0"):
            return b""
        return self._id(value, 8, "parentSpanId")

    def _dropped(self, item: dict[str, Any]) -> tuple[int, int, int]:
        top = UINT32_MAX
        return (self.integer(item, "droppedAttributesCount", top), self.integer(item, "droppedEventsCount", top),
                self.integer(item, "droppedLinksCount", top))

    def _event(self, item: dict[str, Any]) -> Event:
        return Event(self.text(item, "name"), self._moment(item, "timeUnixNano"), self.attributes(item),
                     self.integer(item, "droppedAttributesCount", UINT32_MAX))

    def _moment(self, item: dict[str, Any], name: str) -> int:
        """A time of an event or log record, cut to int64 with a note."""
        number = self.time(item, name)
        if number > INT64_MAX:
            self.notes |= Note.SATURATED
        return min(number, INT64_MAX)

    def _link(self, item: dict[str, Any]) -> Link:
        return Link(self._id(self.get(item, "traceId"), 16, "link traceId"),
                    self._id(self.get(item, "spanId"), 8, "link spanId"), self.attributes(item),
                    self.text(item, "traceState"), self.integer(item, "flags", UINT32_MAX),
                    self.integer(item, "droppedAttributesCount", UINT32_MAX))

    def log(self, item: dict[str, Any], resource: Resource, scope: Scope) -> LogRecord:
        """One log record, or Refused."""
        self.notes = 0
        self._note_strangers(item, LOG_MEMBERS)
        trace_id, span_id = (self._id(self.get(item, name), size, name) for name, size in (("traceId", 16), ("spanId", 8)))
        observed = self._moment(item, "observedTimeUnixNano")
        body = self.get(item, "body")
        record = LogRecord(
            checks.trace_id(trace_id) if any(trace_id) else None, checks.span_id(span_id) if any(span_id) else None,
            self._moment(item, "timeUnixNano") or observed, self.value(body, 0) if body is not None else None,
            self.attributes(item), resource, scope, self.text(item, "eventName"), self.enum(item, "severityNumber", {}),
            self.text(item, "severityText"), observed, self.integer(item, "flags", UINT32_MAX),
            self.integer(item, "droppedAttributesCount", UINT32_MAX))
        record.notes = self.notes | (int(Note.DROPPED) if record.dropped_attributes else 0)
        record.raw = encode.log_raw(record)
        return record

    def attributes(self, item: dict[str, Any]) -> dict[str, Any]:
        """The `attributes` member: key-value objects; in files also a plain object."""
        listed = self.get(item, "attributes")
        if listed is None:
            return {}
        if self.lenient and isinstance(listed, dict):
            return {key: self._plain(value, 0) for key, value in listed.items()}
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
        if depth > MAX_LEVELS:
            raise Refused(checks.BAD_ATTRIBUTES)
        for name, read in _VALUE_READERS.items():
            inner = self.get(value, name)
            if inner is not None:
                return read(self, inner, depth)
        return None

    def _plain(self, value: Any, depth: int) -> Any:
        """A member of a plain object of attributes: an AnyValue object if it looks like one, else the value itself."""
        if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _VALUE_READERS:
            return self.value(value, depth)
        return _bounded(value, depth)

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
        data = base64_bytes(inner) if isinstance(inner, str) else None
        if data is None:
            raise Refused("bytesValue must be base64")
        return data

    def _list(self, inner: Any, depth: int) -> Any:
        values = self.get(inner, "values") if isinstance(inner, dict) else inner if self.lenient else None
        if values is None and isinstance(inner, dict):
            return []
        if not isinstance(values, list):
            raise Refused("arrayValue must be an object with a list of values")
        return [self.value(item, depth + LIST_LEVELS) for item in values]

    def _map(self, inner: Any, depth: int) -> Any:
        values = self.get(inner, "values") if isinstance(inner, dict) else inner if self.lenient else None
        if values is None and isinstance(inner, dict):
            return {}
        if not isinstance(values, list):
            raise Refused("kvlistValue must be an object with a list of values")
        return self._pairs(values, depth + MAP_LEVELS)


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
    if depth > MAX_LEVELS:
        raise Refused(checks.BAD_ATTRIBUTES)
    if isinstance(value, dict):
        return {key: _bounded(item, depth + MAP_LEVELS) for key, item in value.items()}
    if isinstance(value, list):
        return [_bounded(item, depth + LIST_LEVELS) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not INT64_MIN <= value <= INT64_MAX:
        return str(value)
    return value


def _decimal(text: str, name: str) -> Decimal:
    """The number of decimal text, or Refused."""
    try:
        number = Decimal(text.strip()) if len(text) <= 40 and text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > UINT64_MAX:
        raise Refused(f"{name} must be a time in ns")
    return number


_LEAST_NS = 10**17
_UNITS = ((10**8, 10**11, 10**9, "seconds"), (10**11, 10**14, 10**6, "milliseconds"),
          (10**14, _LEAST_NS, 10**3, "microseconds"))


def _unit_of(number: int | Decimal, as_text: bool) -> tuple[int, str]:
    """(ns, name) of the unit that puts a number near today.

    Whole numbers given as text are what the specification asks for, so they are doubted only where they are a time
    between 2001 and 2100 in ms or µs; as ns they would lie in the first weeks of 1970.
    """
    for low, high, factor, name in _UNITS:
        if low <= number < high:
            sure = not as_text or isinstance(number, Decimal) or (
                factor < 10**9 and 10**18 <= number * factor < 4_200_000_000 * 10**9)
            return (factor, name) if sure else (1, "nanoseconds")
    return 1, "nanoseconds"
