"""Where the ticks of an axis stand: round numbers, round times of the local day, powers of ten. No Qt here."""

from __future__ import annotations

import math
from typing import NamedTuple

from tracedesk.base.clock import NS_PER_S
from tracedesk.ui.charts.words import axis_text, day_text, local, short_count

_LADDER = (1.0, 2.0, 2.5, 3.0, 5.0, 10.0)
_SIXTY = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_TIMES_S = (1, 5, 10, 15, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR,
            4 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 5 * _DAY, 7 * _DAY, 14 * _DAY, 30 * _DAY, 91 * _DAY, 365 * _DAY)


class Tick(NamedTuple):
    """A place on an axis and what stands there."""

    at: float
    text: str


def value_ticks(most: float, unit: str, intervals: int = 4) -> list[Tick]:
    """From 0 to the first round number that is not below `most`, in at most `intervals` steps."""
    if not math.isfinite(most) or most <= 0:
        most = {"ns": float(NS_PER_S), "nusd": 1e7, "share": 0.01}.get(unit, 1.0)
    base = 1.0
    ladder: tuple[float, ...] = _LADDER
    if unit == "ns" and most > 100 * NS_PER_S:
        base, ladder = (60.0 * NS_PER_S, _SIXTY) if most < 100 * 60 * NS_PER_S else (3_600.0 * NS_PER_S, _LADDER)
    elif unit == "nusd":
        base = 1e9
    best = None
    for count in range(max(2, intervals - 1), intervals + 1):
        step = _round_up(most / base / count, ladder) * base
        if unit in ("count", "tokens"):
            step = max(1.0, step)
        needed = max(1, math.ceil(most / step - 1e-9))
        waste = (step * needed - most, abs(needed - intervals))
        if best is None or waste < best[0]:
            best = (waste, step, needed)
    assert best is not None
    _, step, needed = best
    return [Tick(step * number, axis_text(step * number, unit, step)) for number in range(needed + 1)]


def _round_up(value: float, ladder: tuple[float, ...]) -> float:
    if ladder is not _LADDER and value <= ladder[-1]:
        return next(step for step in ladder if value <= step)
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in _LADDER if value <= step * power * (1 + 1e-9)), 10 * power)


def time_ticks(start_ns: int, end_ns: int, most: int) -> list[Tick]:
    """At most `most` moments in [start, end], as seconds after the start, on round times of the local day."""
    length_s = (end_ns - start_ns) / NS_PER_S
    step = next((step for step in _TIMES_S if length_s / step <= most), _TIMES_S[-1])
    first = local(start_ns)
    into_day_s = first.hour * _HOUR + first.minute * _MINUTE + first.second + (start_ns % NS_PER_S) / NS_PER_S
    at = (step - into_day_s % step) % step if step < _DAY else (_DAY - into_day_s) % _DAY
    found: list[Tick] = []
    while at <= length_s + 1e-6 and len(found) <= most:
        moment = local(start_ns + round(at * NS_PER_S))
        text = moment.strftime("%H:%M" if step >= _MINUTE else "%H:%M:%S") if step < _DAY else day_text(moment)
        found.append(Tick(at, f"{moment.strftime('%b')} {moment.year}" if step >= 365 * _DAY else text))
        at += step
    return found


def log_ticks(low: float, high: float) -> list[Tick]:
    """Powers of ten between two logarithms, with 2 and 5 between them where the range is short."""
    parts = (1,) if high - low > 1.3 else (1, 2, 5)
    found: list[Tick] = []
    for power in range(math.floor(low), math.ceil(high) + 1):
        for part in parts:
            value = part * 10.0**power
            if low - 1e-9 <= math.log10(value) <= high + 1e-9:
                found.append(Tick(math.log10(value), short_count(value, value)))
    return found
