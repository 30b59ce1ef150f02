"""Time: integer nanoseconds since 1970 UTC, and the words for it (DESIGN section 14).

Durations are rounded half up and carry the unit: 999.6 ms is `1.00 s`. The unit follows a narrow no-break space.
Dates are rendered by integer arithmetic, so that the year 2262 or a saturated time never raises.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

NS_PER_US = 1_000
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
NARROW = "\u202f"
INT64_MAX = 2**63 - 1

now_ns: Callable[[], int] = time.time_ns

_UNITS_NS = {"ns": 1, "us": NS_PER_US, "µs": NS_PER_US, "ms": NS_PER_MS, "s": NS_PER_S, "sec": NS_PER_S,
             "m": 60 * NS_PER_S, "min": 60 * NS_PER_S, "h": 3600 * NS_PER_S, "d": 86400 * NS_PER_S}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|sec|s|min|m|h|d)\s*$")


def parse_duration(text: str) -> int | None:
    """Nanoseconds of `300ms`, `2 s`, `1.5h`, `15m`, `2d`; None where it is not a duration with a unit."""
    match = _DURATION.match(text)
    if not match:
        return None
    whole, _, part = match[1].partition(".")
    unit = _UNITS_NS[match[2]]
    return int(whole) * unit + (int(part) * unit // 10 ** len(part) if part else 0)


_ISO = re.compile(r"^\s*(\d{4})-(\d\d)-(\d\d)"
                  r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|z|UTC|[+-]\d\d:?\d\d|[+-]\d\d)?)?\s*$", re.ASCII)


def parse_iso(text: str) -> int | None:
    """Nanoseconds of ISO 8601 text: `T` or a space, up to 9 decimals kept, an offset or none (then UTC); else None."""
    match = _ISO.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 24 and minute <= 59 and second <= 60):
        return None
    zone = match[8] or "Z"
    offset_s = 0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset_s = (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * (-1 if zone[0] == "-" else 1)
    seconds = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset_s
    return seconds * NS_PER_S + int((match[7] or "")[:9].ljust(9, "0"))


def format_duration(ns: int) -> str:
    """`840 µs`, `4.1 ms`, `238 ms`, `4.20 s`, `1 m 04 s`, `3 h 53 m`; negative spans carry a true minus."""
    if ns < 0:
        return "−" + format_duration(-ns)
    if ns < NS_PER_US:
        return f"{ns}{NARROW}ns"
    if _half_up(ns, NS_PER_US) < 1000:
        return f"{_half_up(ns, NS_PER_US)}{NARROW}µs"
    tenths = _half_up(ns, NS_PER_MS // 10)
    if tenths < 100:
        return f"{tenths // 10}.{tenths % 10}{NARROW}ms"
    if _half_up(ns, NS_PER_MS) < 1000:
        return f"{_half_up(ns, NS_PER_MS)}{NARROW}ms"
    hundredths = _half_up(ns, NS_PER_S // 100)
    if hundredths < 6000:
        return f"{hundredths // 100}.{hundredths % 100:02}{NARROW}s"
    seconds = _half_up(ns, NS_PER_S)
    if seconds < 3600:
        return f"{seconds // 60}{NARROW}m {seconds % 60:02}{NARROW}s"
    minutes = _half_up(ns, 60 * NS_PER_S)
    if minutes < 48 * 60:
        return f"{minutes // 60}{NARROW}h {minutes % 60:02}{NARROW}m"
    hours = _half_up(ns, 3600 * NS_PER_S)
    return f"{hours // 24}{NARROW}d {hours % 24:02}{NARROW}h"


def _half_up(value: int, unit: int) -> int:
    return (value + unit // 2) // unit


def iso_time(ns: int) -> str:
    """`2026-11-24T14:32:07.123456789Z`, by the civil-from-days rule of H. Hinnant; valid for any 64-bit time."""
    seconds, fraction = divmod(ns, NS_PER_S)
    days, second = divmod(seconds, 86400)
    year, month, day = civil_from_days(days)
    return (f"{year:04}-{month:02}-{day:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
            f".{fraction:09}Z")


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date in the proleptic Gregorian calendar; the inverse of `civil_from_days`."""
    year -= month <= 2
    era, yoe = divmod(year, 400)
    doy = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719_468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """(year, month, day) of a count of days since 1970-01-01 in the proleptic Gregorian calendar."""
    days += 719_468
    era, doe = divmod(days, 146_097)
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1
