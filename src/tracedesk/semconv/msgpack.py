"""A reader for MessagePack bytes: Datadog puts the content of a call there and nowhere else.

Sixty lines instead of a dependency: only plain data is needed, and what comes is a stranger's. Ext types and anything cut
short or nested too deep make the whole value unknown. Source: the MessagePack specification.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from tracedesk.semconv.values import MAX_DEPTH, clean

_NUMBERS = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i",
            0xD3: ">q"}
_LENGTHS = {0xC4: (">B", "bin"), 0xC5: (">H", "bin"), 0xC6: (">I", "bin"), 0xD9: (">B", "str"), 0xDA: (">H", "str"),
            0xDB: (">I", "str"), 0xDC: (">H", "array"), 0xDD: (">I", "array"), 0xDE: (">H", "map"), 0xDF: (">I", "map")}


def unpack(data: Any) -> Any:
    """The map or list that MessagePack bytes hold; None where they are not that. Bytes inside become text."""
    if not isinstance(data, bytes | bytearray) or not data:
        return None
    try:
        found, end = _item(bytes(data), 0, 0)
    except (struct.error, IndexError, ValueError):
        return None
    return clean(found) if end == len(data) and isinstance(found, dict | list) else None


def elements(data: bytes) -> Iterator[Any]:
    """The elements of the array that MessagePack bytes hold, one by one.

    Raises:
        ValueError: they hold no array, or end or break after what was given.
    """
    at = 0
    try:
        head = data[0]
        if 0x90 <= head < 0xA0:
            length, at = head & 0x0F, 1
        elif head in (0xDC, 0xDD):
            form = _LENGTHS[head][0]
            length, at = struct.unpack_from(form, data, 1)[0], 1 + struct.calcsize(form)
        else:
            raise ValueError("no array")
        for _ in range(length):
            found, at = _item(data, at, 1)
            yield clean(found)
    except (struct.error, IndexError) as error:
        raise ValueError(f"cut short after byte {at:,}") from error
    if at != len(data):
        raise ValueError(f"something else follows at byte {at:,}")


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    head = data[at]
    at += 1
    if head < 0x80:
        return head, at
    if head >= 0xE0:
        return head - 0x100, at
    if head < 0x90:
        return _map(data, at, head & 0x0F, depth)
    if head < 0xA0:
        return _array(data, at, head & 0x0F, depth)
    if head < 0xC0:
        return _text(data, at, head & 0x1F)
    if head in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[head], at
    if head in _NUMBERS:
        form = _NUMBERS[head]
        return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)
    if head not in _LENGTHS:
        raise ValueError("an ext type")
    form, kind = _LENGTHS[head]
    length = struct.unpack_from(form, data, at)[0]
    at += struct.calcsize(form)
    if kind == "array":
        return _array(data, at, length, depth)
    return _map(data, at, length, depth) if kind == "map" else _text(data, at, length)


def _text(data: bytes, at: int, length: int) -> tuple[str, int]:
    if at + length > len(data):
        raise IndexError("cut short")
    return data[at:at + length].decode("utf-8", "replace"), at + length


def _array(data: bytes, at: int, length: int, depth: int) -> tuple[list[Any], int]:
    if length > len(data) - at:
        raise IndexError("cut short")
    made = []
    for _ in range(length):
        item, at = _item(data, at, depth + 1)
        made.append(item)
    return made, at


def _map(data: bytes, at: int, length: int, depth: int) -> tuple[dict[str, Any], int]:
    if length > len(data) - at:
        raise IndexError("cut short")
    made = {}
    for _ in range(length):
        key, at = _item(data, at, depth + 1)
        made[str(key)], at = _item(data, at, depth + 1)
    return made, at
