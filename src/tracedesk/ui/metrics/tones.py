"""Which colour says what on this page: better, worse or neither; errors red, scores green, all else the first series."""

from __future__ import annotations

import math

from PySide6.QtGui import QColor

from tracedesk.analytics.panel import Stat
from tracedesk.ui import theme

STILL = 0.02
"""A change of less than so much of the figure (or so many points of a share / 4) is no change worth a colour."""
STILL_SHARE = 0.0025
WORSE, BETTER, SAME = "diff.worse", "diff.better", "text.secondary"
ERRORS = ("status = error", "sign = timeout")


def change_tone(now: float, before: float, unit: str, good: int) -> str:
    """The colour role of a change; `good` says which way is better."""
    moved = now - before
    still = abs(moved) < STILL_SHARE if unit == "share" else abs(moved) < STILL * abs(before)
    if not good or still or not math.isfinite(moved):
        return SAME
    return BETTER if (moved > 0) == (good > 0) else WORSE


def ratio_tone(ratio: float) -> str:
    """The colour role of new over old, where less is better."""
    if ratio >= 1.1:
        return WORSE
    return BETTER if ratio < 0.9 else SAME


def moved_tone(points: float) -> str:
    """The colour role of a difference of shares, where less is better."""
    if abs(points) < STILL_SHARE:
        return SAME
    return WORSE if points > 0 else BETTER


def spark_color(stat: Stat) -> QColor:
    """The colour of a tile's curve."""
    if stat.query in ERRORS:
        return theme.current().color("status.error")
    if stat.figure.unit == "score":
        return theme.current().color("status.ok")
    return theme.current().series()[0]
