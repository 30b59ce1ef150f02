"""Numbers of panels as texts, by their unit (DESIGN section 14). No Qt here."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from tracedesk.analytics.panel import Figure
from tracedesk.base import clock
from tracedesk.base.clock import NARROW, NS_PER_S, format_duration
from tracedesk.base.money import NUSD_PER_USD, format_cost, format_cost_exact

UNKNOWN = "—"
AT_LEAST = "≥ "
MILLION = 1_000_000
MOST_PLACES = 12
TWICE = 2.0
"""From here upward a change is told as a factor."""


def figure_text(figure: Figure | None, *, exact: bool = False) -> str:
    """A figure as it is shown, `≥` before a sum with a hole in it; `exact` gives small costs three figures (tiles)."""
    if figure is None:
        return ""
    value = figure.value
    if value is None or not math.isfinite(value):
        return "unpriced" if figure.unit == "nusd" and figure.at_least else UNKNOWN
    return (AT_LEAST if figure.at_least else "") + value_text(value, figure.unit, exact=exact)


def value_text(value: float, unit: str, *, exact: bool = False) -> str:
    """A known value in its unit."""
    if unit == "ns":
        return format_duration(round(value))
    if unit == "nusd":
        return (format_cost_exact if exact else format_cost)(round(value))
    if unit == "share":
        return f"{_rounded(value * 100, 0 if value == 1 else 1)}{NARROW}%"
    if unit == "score":
        return str(_rounded(value, 2))
    if unit == "per_s":
        return f"{_rounded(value, 1 if abs(value) < 100 else 0):,}/s"
    if unit == "change":
        return change_text(value)
    if abs(value) >= MILLION and unit == "tokens":
        return f"{_rounded(value / MILLION, 2):,}{NARROW}M"
    return f"{_rounded(value, 0 if float(value).is_integer() or abs(value) >= 100 else 1):,}"


def change_text(ratio: float) -> str:
    """`+45 %`, `×2.08`, `−3 %`, `0 %`: new over old."""
    if not math.isfinite(ratio):
        return UNKNOWN
    if ratio >= TWICE:
        return f"×{_rounded(ratio, 2)}"
    percent = (ratio - 1) * 100
    return _signed(percent, 1 if 0 < abs(percent) < 10 else 0) + f"{NARROW}%"


def difference_text(now: float, before: float, unit: str) -> str:
    """A figure against that of the period before: shares in points, scores as they are, all else as a change."""
    if unit == "share":
        return _signed((now - before) * 100, 1) + f"{NARROW}pt"
    if unit == "score":
        return _signed(now - before, 2)
    return change_text(now / before) if before else UNKNOWN


def _signed(value: float, places: int) -> str:
    rounded = _rounded(value, places)
    if not rounded:
        return "0" if not places else f"{0:.{places}f}"
    return f"{'−' if rounded < 0 else '+'}{abs(rounded):,}"


def _rounded(value: float, places: int) -> Decimal:
    """Half up, as people round."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def axis_text(value: float, unit: str, step: float) -> str:
    """A tick of a value axis: no more decimals than the step between ticks needs."""
    if not value:
        return "$0" if unit == "nusd" else "0"
    if unit == "ns":
        for size, name in ((3_600 * NS_PER_S, "h"), (60 * NS_PER_S, "m"), (NS_PER_S, "s"), (10**6, "ms"), (10**3, "µs")):
            if step >= size or (size == NS_PER_S and step >= NS_PER_S // 20) or (size == 10**6 and step >= 10**5):
                return _plain(value / size, step / size) + f"{NARROW}{name}"
        return _plain(value, step) + f"{NARROW}ns"
    if unit == "nusd":
        return "$" + _plain(value / NUSD_PER_USD, step / NUSD_PER_USD, money=True)
    if unit == "share":
        return _plain(value * 100, step * 100) + f"{NARROW}%"
    return _plain(value, step) if unit == "score" else short_count(value, step)


def short_count(value: float, step: float = 1) -> str:
    """`400`, `2.5k`, `112k`, `1M`."""
    for size, name in ((MILLION, "M"), (1_000, "k")):
        if abs(value) >= size:
            text = _plain(value / size, min(step, value) / size)
            return (text.rstrip("0").rstrip(".") if "." in text else text) + name
    return _plain(value, step)


def _plain(value: float, step: float, *, money: bool = False) -> str:
    places = next((places for places in range(MOST_PLACES) if abs(step * 10**places - round(step * 10**places))
                   <= 1e-6 * step * 10**places), MOST_PLACES)
    if money and places:
        places = max(2, places)
    return f"{_rounded(value, places):,}"


def stretch_text(start_ns: int, end_ns: int) -> str:
    """When a bucket is, in local time: `13:50 to 14:00`, `24 Nov`, `24 Nov 18:00 to 00:00`."""
    start, end, length_ns = local(start_ns), local(end_ns), end_ns - start_ns
    if length_ns >= 86_400 * NS_PER_S and (start.hour, start.minute) == (0, 0):
        last = local(end_ns - 1)
        return day_text(start) if last.date() == start.date() else f"{day_text(start)} to {day_text(last)}"
    form = "%H:%M" if length_ns >= 60 * NS_PER_S else "%H:%M:%S"
    day = "" if clock.now_ns() - start_ns < 86_400 * NS_PER_S else f"{day_text(start)} "
    return f"{day}{start.strftime(form)} to {end.strftime(form)}"


def step_text(step_ns: int) -> str:
    """`by 10 min`, `by hour`, `by day`: the length of a bucket."""
    seconds = step_ns // NS_PER_S
    for size, one, many in ((86_400, "day", "d"), (3_600, "hour", "h"), (60, "minute", "min"), (1, "second", "s")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"by {one}" if count == 1 else f"by {count} {many}"
    return f"by {format_duration(step_ns)}"


def day_text(moment: datetime) -> str:
    """`24 Nov`."""
    return f"{moment.day} {moment.strftime('%b')}"


def local(ns: int) -> datetime:
    """A moment in local time; the ends of the calendar where it lies outside of it."""
    try:
        return datetime.fromtimestamp(ns // NS_PER_S)
    except (ValueError, OverflowError, OSError):
        return datetime.max if ns > 0 else datetime.min
