"""Reading members of foreign records, whose every value may be missing or of another type than its maker says.

Each function gives None where there is nothing usable, so that a format says what it wants and never what can go wrong.
"""

from __future__ import annotations

import math
from collections.abc import Container
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from tracedesk.base.clock import parse_iso

NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
MOST_DIGITS = 30
"""Numbers with more digits before (or zeros after) the point are no times, counts or costs."""
_BY_SIZE = ((10**11, NS["s"]), (10**14, NS["ms"]), (10**17, NS["us"]))


def at(value: Any, *path: str | int) -> Any:
    """The value at a path of member names and list positions, or None."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
    return value


def mapping(value: Any) -> dict[str, Any]:
    """An object, also one that stands as JSON in text; empty where it is something else."""
    value = unpacked(value)
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """A list, also one that stands as JSON in text; empty where it is something else."""
    value = unpacked(value)
    return value if isinstance(value, list) else []


def besides(record: dict[str, Any], read: Container[str], prefix: str) -> dict[str, Any]:
    """The members of a record that are neither among `read` nor empty, as `prefix.NAME`."""
    return {f"{prefix}.{key}": value for key, value in record.items() if key not in read and value not in (None, "", [], {})}


def unpacked(value: Any) -> Any:
    """The object or list that stands as JSON in text, once or twice encoded; other values as they are."""
    for _ in range(2):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            break
        try:
            value = orjson.loads(value.encode("utf-8", "replace"))
        except orjson.JSONDecodeError:
            break
    return value


def json_text(value: Any) -> str | None:
    """Text as it is, other values as JSON; None for None."""
    if value is None or isinstance(value, str):
        return value
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except (orjson.JSONEncodeError, RecursionError):         # nested too deep, or a number beyond 64 bits
        return str(value)


def text(value: Any) -> str | None:
    """Text that is not empty; numbers as they are written."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool) or value is None:
        return None
    return str(value) if isinstance(value, int | float) and math.isfinite(value) else None


def integer(value: Any) -> int | None:
    """A whole number, also as text or as a float without a fraction."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    found = _decimal(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def number(value: Any) -> int | float | None:
    """A finite number, also as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    found = _decimal(value)
    if found is None:
        return None
    return int(found) if found == found.to_integral_value() else float(found)


def duration_ns(value: Any, unit: str) -> int | None:
    """Nanoseconds of a number in `unit` (ns, us, ms, s), without a float's rounding."""
    found = _decimal(repr(value) if isinstance(value, float) else value)
    return None if found is None else int((found * NS[unit]).to_integral_value())


def time_ns(value: Any, unit: str | None = None) -> int | None:
    """Nanoseconds since 1970 of ISO 8601 text (without a zone: UTC) or of a number in `unit`; without a unit by its size:
    below 1e11 seconds, below 1e14 ms, below 1e17 µs, else ns. None where it is neither, and for a 0 without unit."""
    if isinstance(value, str) and (found := parse_iso(value)) is not None:
        return max(0, found)
    exact = _decimal(repr(value) if isinstance(value, float) else value)
    if exact is None or exact < 0 or (exact == 0 and unit is None):
        return None
    factor = NS[unit] if unit else next((ns for below, ns in _BY_SIZE if exact < below), 1)
    return int((exact * factor).to_integral_value())


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str) or (isinstance(value, str) and len(value) > 40):
        return None
    try:
        found = Decimal(value if isinstance(value, int) else value.strip()) if isinstance(value, int) or (
            value.isascii() and "_" not in value) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and -MOST_DIGITS < found.adjusted() < MOST_DIGITS else None
