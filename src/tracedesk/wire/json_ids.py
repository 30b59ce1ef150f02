"""Ids in OTLP/JSON: hex as the specification says, and the ways in which files write them instead.

A file keeps to one way, so the way that read its first id is tried first from then on. The ways: hex with or without
leading zeros or 0x, a UUID, base64 of the bytes, base64 of the hex text, hex that a gateway read as base64 and wrote as
hex again, byte buffers of Node, integers.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from tracedesk.wire.checks import Refused

_HEX = re.compile(r"[0-9a-fA-F]+")


def from_hex(text: str, size: int) -> bytes | None:
    """Bytes of hex text in either case with exactly `size` bytes, or None."""
    return bytes.fromhex(text) if len(text) == size * 2 and _HEX.fullmatch(text) else None


def strict_id(value: object, size: int, field: str) -> bytes:
    """An id as the specification says (hex), empty bytes for an absent one, or Refused."""
    if value is None or value == "":
        return b""
    if not isinstance(value, str):
        raise Refused(f"{field} must be hex text")
    found = from_hex(value, size)
    if found is None:
        raise Refused(f"{field} must be {size * 2} hex digits")
    return found


def _from_hex_read_as_base64(text: str, size: int) -> bytes | None:
    """Three bytes for every four hex digits, written as hex: half as long again as it should be."""
    if len(text) != size * 3 or not _HEX.fullmatch(text):
        return None
    return from_hex(base64.b64encode(bytes.fromhex(text)).decode("ascii"), size)


def _from_base64(text: str, size: int) -> bytes | None:
    data = base64_bytes(text)
    return data if data is not None and len(data) == size else None


def _from_base64_of_hex(text: str, size: int) -> bytes | None:
    data = base64_bytes(text)
    return from_hex(data.decode("latin-1"), size) if data is not None else None


def _from_short_hex(text: str, size: int) -> bytes | None:
    """Hex that lost its leading zeros, or a 64-bit trace id."""
    return bytes.fromhex(text.zfill(size * 2)) if len(text) < size * 2 and _HEX.fullmatch(text) else None


def _from_uuid(text: str, size: int) -> bytes | None:
    return from_hex(text.replace("-", ""), size) if text.count("-") == 4 else None


WAYS: dict[str, Callable[[str, int], bytes | None]] = {
    "hex": from_hex,
    "hex of ids that were read as base64": _from_hex_read_as_base64,
    "base64": _from_base64,
    "base64 of the hex text": _from_base64_of_hex,
    "hex without leading zeros": _from_short_hex,
    "UUIDs": _from_uuid,
}


def base64_bytes(text: str) -> bytes | None:
    """Bytes of base64 text, either alphabet, padded or not; None where it is none."""
    try:
        return base64.b64decode(text.rstrip("=").replace("-", "+").replace("_", "/") + "=" * (-len(text.rstrip("=")) % 4),
                                validate=True)
    except (binascii.Error, ValueError):
        return None


class FileIds:
    """Reads the ids of one file. `ways` holds, in words, each way that was needed beside plain hex."""

    def __init__(self) -> None:
        self.ways: dict[str, None] = {}
        self._order = list(WAYS.items())

    def read(self, value: object, size: int, field: str) -> bytes:
        """An id in any way seen in files, empty bytes for an absent one, or Refused."""
        if value is None or value == "":
            return b""
        if isinstance(value, str):
            return self._text(value, size, field)
        if isinstance(value, dict) and isinstance(value.get("data"), list):       # a Node Buffer
            value = value["data"]
        try:
            if isinstance(value, list):
                self.ways["byte buffers"] = None
                data = bytes(value)
                if data and len(data) != size:
                    raise Refused(f"{field} must have {size} bytes, not {len(data):,}")
                return data
            if isinstance(value, int) and not isinstance(value, bool):
                self.ways["integers"] = None
                return value.to_bytes(size, "big")
        except (TypeError, ValueError, OverflowError) as error:
            raise Refused(f"{field} is not an id of {size} bytes") from error
        raise Refused(f"{field} is not an id of {size} bytes")

    def _text(self, value: str, size: int, field: str) -> bytes:
        text = value.strip().removeprefix("0x")
        for position, (way, read) in enumerate(self._order):
            found = read(text, size)
            if found is not None:
                if way not in self.ways and way != "hex":
                    self.ways[way] = None
                if position and len(text) > 16:      # a long id tells the way; a short one may look like several
                    self._order.insert(0, self._order.pop(position))
                return found
        raise Refused(f"{field} is neither hex nor base64 of {size} bytes")
