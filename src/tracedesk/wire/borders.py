"""Protobuf by hand, as far as the borders between spans: where each lies, and for bodies that the real parser refuses whole.

One invalid UTF-8 byte or one value nested a hundred deep makes protobuf reject a whole request. Here the wire is walked
down to each span or log record, so that only the bad one is lost. Field numbers are those of opentelemetry-proto:
resource_spans / resource_logs = 1, resource = 1, scope_* = 2, schema_url = 3, scope = 1, spans / log_records = 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from tracedesk.base.errors import DecodeError

Field = tuple[int, int, bytes]

_NO_PROTOBUF = DecodeError("The body is not a protobuf message.", hint="Is it complete, and really protobuf?")


def fields(data: bytes) -> Iterator[Field]:
    """(number, wire type, payload) of each field of one message; the payload of a varint is empty.

    Raises:
        DecodeError: the bytes are no protobuf message.
    """
    at, size = 0, len(data)
    while at < size:
        tag, at = read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise DecodeError("The body is not a protobuf message.", hint="Is it complete, and really protobuf?")
        if wire == 2:
            length, at = read_varint(data, at)
            stop = at + length
        elif wire == 0:
            start = at
            _, at = read_varint(data, at)
            yield number, wire, data[start:at]
            continue
        elif wire in (1, 5):
            stop = at + (8 if wire == 1 else 4)
        else:
            raise DecodeError("The body is not a protobuf message.", hint="Is it complete, and really protobuf?")
        if stop > size:
            raise DecodeError("The protobuf body ends in the middle of a field.", hint="Was it cut off on the way?")
        yield number, wire, data[at:stop]
        at = stop


def read_varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    """A protobuf varint and where it ends.

    Raises:
        DecodeError: there is none.
    """
    value = shift = 0
    while shift < 70:
        if at >= len(data):
            raise DecodeError("The protobuf body ends in the middle of a number.", hint="Was it cut off on the way?")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise DecodeError("The body is not a protobuf message.", hint="Is it complete, and really protobuf?")


def walked(data: memoryview) -> Iterator[tuple[int, int, int, int]]:
    """(tag, where the field begins, where its payload begins, where both end) of each field of a message.

    Raises:
        DecodeError: the bytes are no protobuf message.
    """
    at, size = 0, len(data)
    while at < size:
        begin = at
        tag = data[at]
        at += 1
        if tag > 127:
            tag, at = read_varint(data, begin)
        wire = tag & 7
        if wire == 2:
            if at >= size:
                raise _NO_PROTOBUF
            length = data[at]
            at += 1
            if length > 127:
                length, at = read_varint(data, at - 1)
            start, at = at, at + length
        elif wire == 0:
            start = at
            _, at = read_varint(data, at)
        elif wire == 1 or wire == 5:
            start, at = at, at + (8 if wire == 1 else 4)
        else:
            raise _NO_PROTOBUF
        if at > size or tag < 8:
            raise _NO_PROTOBUF
        yield tag, begin, start, at


Group = tuple[bytes, str, bytes, str, list[bytes]]


def groups(body: bytes) -> Iterator[Group]:
    """(resource, its schema URL, scope, its schema URL, items) of a traces or logs request, all still encoded."""
    for number, wire, block in fields(body):
        if number != 1 or wire != 2:
            continue
        resource, schema, scopes = b"", "", []
        for inner, inner_wire, part in fields(block):
            if inner_wire != 2:
                continue
            if inner == 1:
                resource += part
            elif inner == 2:
                scopes.append(part)
            elif inner == 3:
                schema = part.decode("utf-8", "replace")
        for scope_block in scopes:
            scope, scope_schema, items = b"", "", []
            for inner, inner_wire, part in fields(scope_block):
                if inner_wire != 2:
                    continue
                if inner == 1:
                    scope += part
                elif inner == 2:
                    items.append(part)
                elif inner == 3:
                    scope_schema = part.decode("utf-8", "replace")
            yield resource, schema, scope, scope_schema, items


def places(body: bytes) -> list[list[tuple[int, int]]] | None:
    """Where the items of each group of a request begin and end, for a request that the parser took; None where it holds what
    is not walked here (groups, which OTLP has none of). 0.4 µs an item, which is half of what encoding it again costs."""
    try:
        return [_items(body, at, stop) for block in _held(body, 0, len(body), BLOCK_TAG)
                for at, stop in _held(body, *block, SCOPES_TAG)]
    except DecodeError:
        return None


def _held(body: bytes, at: int, stop: int, wanted: int) -> list[tuple[int, int]]:
    """Where the payloads of the fields with this tag lie between two places of a body."""
    return [(at + begin, at + end) for tag, _, begin, end in walked(memoryview(body)[at:stop]) if tag == wanted]


def _items(body: bytes, at: int, stop: int) -> list[tuple[int, int]]:
    """The same for the items of a group: there are many of them, nearly all of two bytes of length."""
    found = []
    while at < stop:
        if body[at] == ITEM_TAG and body[at + 1] > 127 > body[at + 2]:
            start = at + 3
            at = start + (body[at + 1] & 127 | body[at + 2] << 7)
            found.append((start, at))
        else:
            tag, start = read_varint(body, at)
            at = _end_of_field(body, tag & 7, start)
            if tag == ITEM_TAG:
                found.append((read_varint(body, start)[1], at))
    return found


def signal(body: bytes) -> str:
    """`traces`, `logs` or `metrics`: whose request this is, told by the wire types of its first items.

    All three have the same outer shape. A span's times are fields 7 and 8 as fixed64 and its ids have 16 and 8 bytes; a
    log record's times are fields 1 and 11 as fixed64 and its severity is field 2 as varint; a metric has none of these
    but a data member. Nothing inside: `traces`.
    """
    for *_, items in groups(body):
        for item in items:
            seen = {(number, wire): len(payload) for number, wire, payload in fields(item)}
            if (7, 1) in seen or (8, 1) in seen or (seen.get((1, 2)) == 16 and seen.get((2, 2)) == 8):
                return "traces"
            if (1, 1) in seen or (11, 1) in seen or (2, 0) in seen:
                return "logs"
            if any((number, 2) in seen for number in (5, 7, 9, 10, 11)):
                return "metrics"
    return "traces"


def whole_part(block: bytes, levels: int = 1) -> bytes:
    """Of a ResourceSpans (or ResourceLogs) message that is cut off: the same message with its whole items only."""
    at = 0
    try:
        while at < len(block):
            tag, inner = read_varint(block, at)
            stop = _end_of_field(block, tag & 7, inner)
            if stop > len(block):
                if not levels or tag != SCOPES_TAG:
                    break
                _, inner = read_varint(block, inner)
                kept = whole_part(block[inner:], levels - 1)
                return block[:at] + bytes([SCOPES_TAG]) + varint(len(kept)) + kept
            at = stop
    except DecodeError:
        return block[:at]
    return block[:at]


BLOCK_TAG, SCOPES_TAG, ITEM_TAG = 0x0A, 0x12, 0x12
"""Field 1 of a request, field 2 of its blocks, field 2 of their scopes; each as what it holds and how long that is."""


def _end_of_field(data: bytes, wire: int, at: int) -> int:
    if wire == 2:
        length, at = read_varint(data, at)
        return at + length
    if wire not in (0, 1, 5):
        raise DecodeError("The body has a field of a kind that OTLP does not use.")
    return read_varint(data, at)[1] if wire == 0 else at + (8 if wire == 1 else 4)


def varint(value: int) -> bytes:
    """A number of 0 or more as a protobuf varint."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def name_of(raw: bytes, kind: type[Message]) -> str:
    """The name of a span (or the event name of a log record) whose message may be broken, or `""`."""
    wanted = 5 if kind.DESCRIPTOR.name == "Span" else 12
    try:
        for number, wire, payload in fields(raw):
            if number == wanted and wire == 2:
                return payload[:80].decode("utf-8", "replace")
    except DecodeError:
        return ""
    return ""


def repaired(kind: type[Message], raw: bytes) -> Message:
    """The message of these bytes with every invalid UTF-8 sequence replaced by U+FFFD.

    Raises:
        google.protobuf.message.DecodeError: the bytes are wrong in another way (too deep, cut off).
    """
    loose = _loose_class(kind.DESCRIPTOR.full_name)()
    loose.ParseFromString(raw)
    _mend(loose)
    return kind.FromString(loose.SerializeToString())


def _mend(message: Any) -> None:
    """Replace invalid UTF-8 in all fields that were strings; the loose classes nest at most as deep as protobuf allows."""
    for field, value in message.ListFields():
        if field.message_type is not None:
            for item in value if _is_repeated(field) else (value,):
                _mend(item)
        elif field.type == FieldDescriptor.TYPE_BYTES and field.name not in _REAL_BYTES:
            if _is_repeated(field):
                value[:] = [_mended(item) for item in value]
            else:
                setattr(message, field.name, _mended(value))


def _is_repeated(field: Any) -> bool:
    return bool(field.is_repeated)


def _mended(value: bytes) -> bytes:
    return value.decode("utf-8", "replace").encode("utf-8")


_REAL_BYTES = frozenset({"trace_id", "span_id", "parent_span_id", "bytes_value"})
_LOOSE_PACKAGE = "tracedesk.loose."


@cache
def _loose_pool() -> descriptor_pool.DescriptorPool:
    """OTLP's descriptors again, under another name, with every string field declared as bytes."""
    pool = descriptor_pool.DescriptorPool()
    for module in (common_pb2, resource_pb2, trace_pb2, logs_pb2):
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        file.name = "loose/" + file.name
        file.package = _LOOSE_PACKAGE + file.package
        file.dependency[:] = ["loose/" + name for name in file.dependency]
        for message in file.message_type:
            _loosen(message)
        pool.Add(file)
    return pool


def _loosen(message: descriptor_pb2.DescriptorProto) -> None:
    for field in message.field:
        if field.type == FieldDescriptor.TYPE_STRING:
            field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
        elif field.type_name:
            field.type_name = "." + _LOOSE_PACKAGE + field.type_name.lstrip(".")
    for nested in message.nested_type:
        _loosen(nested)


@cache
def _loose_class(full_name: str) -> type[Message]:
    return message_factory.GetMessageClass(_loose_pool().FindMessageTypeByName(_LOOSE_PACKAGE + full_name))
