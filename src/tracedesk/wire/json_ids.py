"""Ids in OTLP/JSON files: hex as the specification says, and the ways in which others write them.

A file keeps to one way, so the way is decided once per file from its first ids and then only confirmed; see the id
dialects in the formats notes: base64 of the bytes, base64 of the hex text, hex read as base64, byte buffers.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from tracedesk.wire.checks import Refused


def from_hex(text: str, size: int) -> bytes | None:
    """Bytes of hex text in either case with exactly `size` bytes, or None."""
    if len(text) != size * 2:
        return None
    try:
        return bytes.fromhex(text) if " " not in text else None
    except ValueError:
        return None


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _from_base64(text: str, size: int) -> bytes | None:
    data = _base64(text)
    return data if data is not None and len(data) == size else None


def _from_base64_of_hex(text: str, size: int) -> bytes | None:
    data = _base64(text)
    if data is None or len(data) != size * 2:
        return None
    try:
        return bytes.fromhex(data.decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return None


def _from_hex_read_as_base64(text: str, size: int) -> bytes | None:
    """Hex that a gateway took for base64 and wrote as hex again: three quarters of twice the size, in hex digits."""
    if len(text) != size * 3:
        return None
    try:
        return bytes.fromhex(base64.b64encode(bytes.fromhex(text)).decode("ascii"))
    except ValueError:
        return None


READERS: tuple[Callable[[str, int], bytes | None], ...] = (
    from_hex, _from_base64, _from_base64_of_hex, _from_hex_read_as_base64)


def strict_id(value: object, size: int, field: str) -> bytes:
    """An id as the specification says (hex), empty bytes for an absent one, or Refused."""
    if value is None or value == "":
        return b""
    if not isinstance(value, str):
        raise Refused(f"{field} must be hex text")
    found = from_hex(value, size)
    if found is None:
        raise Refused(f"{field} must be {size * 2} hex digits, not {value[:40]!r}")
    return found


def lenient_id(value: object, size: int, field: str) -> bytes:
    """An id in any way seen in files, empty bytes for an absent one, or Refused."""
    if value is None or value == "":
        return b""
    if isinstance(value, dict) and isinstance(value.get("data"), list):           # a Node Buffer
        value = value["data"]
    if isinstance(value, list):
        try:
            data = bytes(value)
        except (TypeError, ValueError) as error:
            raise Refused(f"{field} is a list that is no list of bytes") from error
        if data and len(data) != size:
            raise Refused(f"{field} must have {size} bytes, not {len(data):,}")
        return data
    if not isinstance(value, str):
        raise Refused(f"{field} must be text")
    text = value.strip().removeprefix("0x")
    for reader in READERS:
        found = reader(text, size)
        if found is not None:
            return found
    raise Refused(f"{field} is neither hex nor base64 of {size} bytes: {value[:40]!r}")
