"""Time to pixels and back. Whole nanoseconds until the last step: the left edge is subtracted before anything becomes a float.

A scale is a value: zooming and panning give another one. `x` of the left edge is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_NS = 1_000
"""No view is shorter than 1 µs (DESIGN section 10)."""

MOST_SHARE = 1.1
"""No view is longer than 1.1 × the trace."""

FIT_SHARE = 1.02
"""What "fit" shows: the trace and a little air at its end."""

ZOOM_STEP = 1.2
"""Factor of one wheel notch."""

FAR_PX = 1e6
"""Pixels are clipped to this, far outside every window, because painters lose their precision beyond."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TimeScale:
    """The stretch of time that a window `width_px` wide shows: from `left_ns` (ns since 1970) on, `span_ns` long."""

    left_ns: int
    span_ns: float
    width_px: float

    @property
    def ns_per_px(self) -> float:
        """Nanoseconds in one pixel."""
        return self.span_ns / self.width_px

    @property
    def right_ns(self) -> int:
        """The first moment right of the window."""
        return self.left_ns + round(self.span_ns)

    def x(self, ns: int) -> float:
        """Pixels from the left edge, clipped to ± `FAR_PX`."""
        return min(max((ns - self.left_ns) / self.ns_per_px, -FAR_PX), FAR_PX)

    def xs(self, ns: Ints) -> Floats:
        """`x` of a column of moments."""
        return np.clip((ns - self.left_ns) / self.ns_per_px, -FAR_PX, FAR_PX)

    def ns(self, x_px: float) -> int:
        """The moment at a pixel."""
        return self.left_ns + round(x_px * self.ns_per_px)

    def resized(self, width_px: float) -> TimeScale:
        """The same time in another width."""
        return TimeScale(self.left_ns, self.span_ns, max(1.0, width_px))

    def panned(self, by_px: float) -> TimeScale:
        """`by_px` later (to the right)."""
        return TimeScale(self.left_ns + round(by_px * self.ns_per_px), self.span_ns, self.width_px)

    def zoomed(self, factor: float, x_px: float, most_ns: float) -> TimeScale:
        """`factor` times closer; the moment under `x_px` stays there. The span stays between `LEAST_NS` and `most_ns`."""
        span_ns = min(max(self.span_ns / factor, LEAST_NS), max(most_ns, LEAST_NS))
        left_ns = self.left_ns + round(x_px / self.width_px * (self.span_ns - span_ns))
        return TimeScale(left_ns, span_ns, self.width_px)

    def between(self, other: TimeScale, share: float) -> TimeScale:
        """A scale on the way to `other`, for an animation; `share` 0 to 1."""
        left = self.left_ns + round((other.left_ns - self.left_ns) * share)
        return TimeScale(left, self.span_ns + (other.span_ns - self.span_ns) * share, other.width_px)


def most_ns(t0_ns: int, t1_ns: int) -> float:
    """The longest view of a trace from `t0_ns` to `t1_ns`."""
    return max((t1_ns - t0_ns) * MOST_SHARE, LEAST_NS)


def fit(t0_ns: int, t1_ns: int, width_px: float) -> TimeScale:
    """The whole stretch."""
    return TimeScale(t0_ns, max((t1_ns - t0_ns) * FIT_SHARE, LEAST_NS), max(1.0, width_px))


def fit_around(t0_ns: int, t1_ns: int, width_px: float) -> TimeScale:
    """One span with a tenth of its length as air on both sides."""
    air = max((t1_ns - t0_ns) // 10, LEAST_NS // 2)
    return TimeScale(t0_ns - air, float(t1_ns - t0_ns + 2 * air), max(1.0, width_px))


def held(scale: TimeScale, t0_ns: int, t1_ns: int) -> TimeScale:
    """The scale moved so that it does not leave the trace: nothing before its start, little air after its end."""
    span = round(scale.span_ns)
    air = min(round((t1_ns - t0_ns) * (MOST_SHARE - 1)), span // 2)
    last = max(t1_ns + air - span, t0_ns)
    return TimeScale(min(max(scale.left_ns, t0_ns), last), scale.span_ns, scale.width_px)
