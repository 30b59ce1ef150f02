"""Ticks of a time ruler: round steps, and labels that are as exact as the step and no more."""

from __future__ import annotations

import math
from typing import NamedTuple

from tracedesk.base.clock import NARROW, NS_PER_MS, NS_PER_S, NS_PER_US
from tracedesk.scene.timescale import TimeScale

LEAST_PX = 92
MINUTE, HOUR, DAY = 60 * NS_PER_S, 3600 * NS_PER_S, 86_400 * NS_PER_S
_LONG_STEPS = (*(s * NS_PER_S for s in (1, 2, 5, 10, 15, 30)), *(m * MINUTE for m in (1, 2, 5, 10, 15, 30)),
               *(h * HOUR for h in (1, 2, 3, 6, 12)))


class Tick(NamedTuple):
    """One tick: where it stands in pixels, and its words."""

    x_px: float
    text: str


def step_ns(ns_per_px: float, least_px: float = LEAST_PX) -> int:
    """The smallest round step that leaves `least_px` between ticks."""
    wanted = ns_per_px * least_px
    if wanted > NS_PER_S:
        for step in _LONG_STEPS:
            if step >= wanted:
                return step
        return _decimal_step(wanted / DAY) * DAY
    return _decimal_step(wanted)


def _decimal_step(wanted: float) -> int:
    """1, 2 or 5 × a power of ten, at least `wanted` and at least 1."""
    if wanted <= 1:
        return 1
    power = 10 ** math.floor(math.log10(wanted))
    return next((int(factor * power) for factor in (1, 2, 5) if factor * power >= wanted), int(10 * power))


def ticks(scale: TimeScale, t0_ns: int, least_px: float = LEAST_PX) -> list[Tick]:
    """Ticks of the window, counted from `t0_ns`; nothing before it has one."""
    step = step_ns(scale.ns_per_px, least_px)
    first = max(0, -(-(scale.left_ns - t0_ns) // step))
    last = (scale.right_ns - t0_ns) // step
    return [Tick(scale.x(t0_ns + number * step), tick_text(number * step, step, last * step))
            for number in range(first, last + 1)]


def tick_text(at_ns: int, step: int, largest_ns: int) -> str:
    """`0`, `0.5 s`, `240 ms`, `1 m 05 s`, `2 h 30`, `3 d 06 h`: with the decimals that tell ticks of this step apart.

    Below a minute all ticks of a ruler have the unit of the largest.
    """
    if at_ns == 0:
        return "0"
    if at_ns >= DAY:
        days, hours = divmod(at_ns // HOUR, 24)
        return f"{days}{NARROW}d" + (f" {hours:02}{NARROW}h" if step < DAY else "")
    if at_ns >= HOUR and step >= NS_PER_S:
        hours, rest = divmod(at_ns // NS_PER_S, 3600)
        return f"{hours}{NARROW}h {rest // 60:02}" + (f":{rest % 60:02}" if step < MINUTE else "")
    if at_ns >= MINUTE and step >= NS_PER_S:
        minutes, seconds = divmod(at_ns // NS_PER_S, 60)
        return f"{minutes}{NARROW}m" + (f" {seconds:02}{NARROW}s" if step < MINUTE else "")
    for unit, name in ((NS_PER_S, "s"), (NS_PER_MS, "ms"), (NS_PER_US, "µs")):
        if largest_ns >= unit:
            places = max(0, math.ceil(math.log10(unit / step) - 1e-9))
            whole, part = divmod(at_ns, unit)
            decimals = f"{part:0{len(str(unit)) - 1}}"[:places].rstrip("0") if places else ""
            return f"{whole:,}" + (f".{decimals}" if decimals else "") + f"{NARROW}{name}"
    return f"{at_ns}{NARROW}ns"
