"""Ids: bytes inside, lower-case hex outside. A trace id has 16 bytes, a span id 8, neither is all zero."""

from __future__ import annotations

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8


def is_trace_id(value: bytes) -> bool:
    """Whether these bytes are a valid trace id (W3C Trace Context: 16 bytes, not all zero)."""
    return len(value) == TRACE_ID_BYTES and any(value)


def is_span_id(value: bytes) -> bool:
    """Whether these bytes are a valid span id (W3C Trace Context: 8 bytes, not all zero)."""
    return len(value) == SPAN_ID_BYTES and any(value)


def to_hex(value: bytes | None) -> str | None:
    """Lower-case hex, or None for None."""
    return None if value is None else value.hex()


def from_hex(text: str) -> bytes | None:
    """Bytes of hex text in either case, or None where it is not hex."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
