"""A large OTLP request in protobuf, cut into small ones before anything parses it.

Two bytes of a body can be an empty span, event or attribute, for which the parser takes 50 to 160 bytes and reading it up to
7 µs: 64 MiB of them are 6 GB and three minutes. So a body is walked down to the borders of its spans (log records, metrics;
all three kinds of request have one shape, see `borders`), which costs 0.3 µs of each, and becomes requests of at most
2,000 items or about 1 MiB. A request of more than 250,000 resources, scopes and items is refused, and so is a single item with
more inside it than any program sends.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from opentelemetry.proto.logs.v1.logs_pb2 import ResourceLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import ResourceMetrics
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans

from tracedesk.base.errors import DecodeError
from tracedesk.wire.borders import BLOCK_TAG, ITEM_TAG, SCOPES_TAG, varint, walked

BORDERS = 250_000
"""Most resources, scopes and items of a request."""
PIECE_ITEMS, PIECE_BYTES = 2_000, 1024 * 1024
"""A piece has so many items or bytes, and the rest of the item that reaches it."""
SMALL_BYTES = 64 * 1024
"""What is no larger than this is not looked into."""
MESSAGES, FIELDS = 250_000, 1_000_000
"""Most messages and fields inside one item, such as its events and attributes: room for 100,000 attributes."""

TOO_MANY = f"A request may have at most {BORDERS:,} items."
TOO_FULL = f"it holds more than {MESSAGES:,} attributes, values, events and links"

_BLOCKS: dict[str, Any] = {"traces": ResourceSpans, "logs": ResourceLogs, "metrics": ResourceMetrics}
_SPACIOUS = bytes(tag | high for tag in range(10, 128, 8) for high in (0, 128))
"""Bytes with which a field of a known message can begin."""


def pieces(body: bytes, signal: str, left_out: list[bytes]) -> list[bytes] | Iterator[bytes]:
    """The request itself, where it is small, or requests that hold the same together. `signal` is `traces`, `logs` or
    `metrics`; items that are too full are put into `left_out` instead, as the first 64 KiB of their messages.

    Raises:
        DecodeError: it is no such request, or has too many items; before the first piece.
    """
    if len(body) <= SMALL_BYTES:
        return [body]
    groups, items, whole = _groups(body, signal, left_out)
    if whole and items <= PIECE_ITEMS and len(body) <= PIECE_BYTES:
        return [body]
    return _joined(groups)


_Group = tuple[bytes, bytes, list[memoryview]]
"""A resource message without its scopes, a scope message without its items, and the items."""


def _groups(body: bytes, signal: str, left_out: list[bytes]) -> tuple[list[_Group], int, bool]:
    """The groups of a request, how many items they hold, and whether that is all of them."""
    block_of = _BLOCKS[signal].DESCRIPTOR
    scope_of = _message_of(block_of, 2)
    item_of = _message_of(scope_of, 2)
    found: list[_Group] = []
    left, items, whole = BORDERS, 0, True
    for tag, _, start, stop in walked(memoryview(body)):
        left = _spent(left)
        if tag != BLOCK_TAG:
            continue
        block, resource, scopes = memoryview(body)[start:stop], [], []
        for inner, begin, at, end in walked(block):
            left = _spent(left)
            if inner == SCOPES_TAG:
                scopes.append(block[at:end])
            else:
                resource.append(block[begin:end])
        head = _head(resource, block_of)
        for group in scopes:
            scope, kept = [], []
            for inner, begin, at, end in walked(group):
                left = _spent(left)
                if inner != ITEM_TAG:
                    scope.append(group[begin:end])
                elif end - at > SMALL_BYTES and is_too_full(group[at:end], item_of):
                    left_out.append(bytes(group[at:at + SMALL_BYTES]))
                    whole = False
                else:
                    kept.append(group[begin:end])
            items += len(kept)
            found.append((head, _head(scope, scope_of), kept))
    return found, items, whole


def _spent(left: int) -> int:
    if not left:
        raise DecodeError(TOO_MANY, hint="Send smaller batches.")
    return left - 1


def _head(parts: list[memoryview], of: Descriptor) -> bytes:
    """What a resource or scope message has beside what it holds."""
    head = b"".join(parts)
    if len(head) > SMALL_BYTES and is_too_full(memoryview(head), of):
        raise DecodeError(f"A resource or scope of the request cannot be read: {TOO_FULL}.")
    return head


def _joined(groups: list[_Group]) -> Iterator[bytes]:
    """Requests of about the size of a piece."""
    blocks: list[bytes] = []
    items = n_bytes = 0
    for resource, scope, whole in groups:
        at = 0
        while at < len(whole):
            begin = at
            while at < len(whole) and items < PIECE_ITEMS and n_bytes < PIECE_BYTES:
                items, n_bytes, at = items + 1, n_bytes + len(whole[at]), at + 1
            held = _message(SCOPES_TAG, scope, *whole[begin:at])
            blocks.append(_message(BLOCK_TAG, resource, held))
            n_bytes += len(resource) + len(scope)
            if items >= PIECE_ITEMS or n_bytes >= PIECE_BYTES:
                yield b"".join(blocks)
                blocks.clear()
                items = n_bytes = 0
    if blocks:
        yield b"".join(blocks)


def _message(tag: int, *parts: bytes | memoryview) -> bytes:
    inside = b"".join(parts)
    return bytes([tag]) + varint(len(inside)) + inside


def is_too_full(data: memoryview, of: Descriptor) -> bool:
    """Whether an encoded message of this kind has more messages or fields inside than it may. What is no protobuf ends the
    count; the parser will say so."""
    if len(data) - len(bytes(data).translate(None, _SPACIOUS)) <= MESSAGES:      # much text has few bytes that begin a field
        return False
    messages, fields = MESSAGES, FIELDS
    waiting = [(data, _inner(of))]
    try:
        while waiting:
            part, inner = waiting.pop()
            for tag, _, start, stop in walked(part):
                fields -= 1
                below = inner.get(tag)
                if below is not None:
                    messages -= 1
                    if start < stop:
                        waiting.append((part[start:stop], _inner(below)))
                if not (messages and fields):
                    return True
    except DecodeError:
        return False
    return False


@cache
def _inner(of: Descriptor) -> dict[int, Descriptor]:
    """The messages inside a message, by the tag of their field."""
    return {field.number << 3 | 2: field.message_type for field in of.fields if field.type == FieldDescriptor.TYPE_MESSAGE}


def _message_of(of: Descriptor, number: int) -> Descriptor:
    return of.fields_by_number[number].message_type
