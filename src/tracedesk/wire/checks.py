"""What makes a span or log record acceptable, whatever encoding it came in (rows H3 to H5 of the reliability goals)."""

from __future__ import annotations

from tracedesk.model.span import Note

INT64_MAX = 2**63 - 1
YEAR_2000_NS = 946_684_800_000_000_000
YEAR_2100_NS = 4_102_444_800_000_000_000
MAX_LEVELS, LIST_LEVELS, MAP_LEVELS = 90, 2, 3
"""How deep an AnyValue may nest, in protobuf messages: a list adds two, a map three. Protobuf parsers of all languages
stop at 100 for a whole request, of which seven lie above an attribute's value; so lists nest 45 deep, maps 30."""

BAD_ATTRIBUTES = "an attribute is nested too deep or is not a legal value"


class Refused(Exception):  # noqa: N818
    """One span or record cannot be kept; the message names the field. Never leaves `wire`."""


def trace_id(value: bytes) -> bytes:
    """A trace id of 16 bytes that are not all zero, or Refused."""
    if len(value) != 16:
        raise Refused(f"trace_id must have 16 bytes, not {len(value):,}")
    if not any(value):
        raise Refused("trace_id is all zero")
    return value


def span_id(value: bytes) -> bytes:
    """A span id of 8 bytes that are not all zero, or Refused."""
    if len(value) != 8:
        raise Refused(f"span_id must have 8 bytes, not {len(value):,}")
    if not any(value):
        raise Refused("span_id is all zero")
    return value


def parent_id(value: bytes) -> bytes | None:
    """A parent id, None for an empty or all-zero one (a root), or Refused."""
    if not value or not any(value):
        return None
    if len(value) != 8:
        raise Refused(f"parent_span_id must have 8 bytes, not {len(value):,}")
    return value


def times(start_ns: int, end_ns: int) -> tuple[int, int | None, int]:
    """(start, end or None, notes): cut to int64; an end of 0 means that the span has not ended."""
    if YEAR_2000_NS <= start_ns <= end_ns <= YEAR_2100_NS:
        return start_ns, end_ns, 0
    notes = 0
    if start_ns > INT64_MAX or end_ns > INT64_MAX:
        start_ns, end_ns = min(start_ns, INT64_MAX), min(end_ns, INT64_MAX)
        notes |= Note.SATURATED
    if not YEAR_2000_NS <= start_ns <= YEAR_2100_NS or (end_ns and not YEAR_2000_NS <= end_ns <= YEAR_2100_NS):
        notes |= Note.ODD_TIME
    if end_ns and end_ns < start_ns:
        notes |= Note.END_BEFORE_START
    return start_ns, end_ns or None, int(notes)
