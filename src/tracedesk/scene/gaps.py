"""Idle stretches of a container: time inside it in which none of its children ran."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import Trace
from tracedesk.scene.timescale import TimeScale

LEAST_PX = 8.0
LEAST_SHARE = 0.02
MOST_CHILDREN = 20_000

Ints = NDArray[np.int64]


def child_indexes(trace: Trace, index: int) -> NDArray[np.int32]:
    """Direct children, by start."""
    below = trace.parent[index + 1:trace.subtree_end[index]]
    return (np.flatnonzero(below == index) + index + 1).astype(np.int32)


def gaps(trace: Trace, index: int, start_ns: Ints, end_ns: Ints, scale: TimeScale) -> list[tuple[float, float]]:
    """(x0, x1) of the stretches of span `index` without a running child, that are wide enough to mean something."""
    children = child_indexes(trace, index)
    if not 0 < len(children) <= MOST_CHILDREN:
        return []
    begin, stop = int(start_ns[index]), int(end_ns[index])
    starts = np.clip(start_ns[children], begin, stop)
    order = np.argsort(starts, kind="stable")
    starts = np.r_[starts[order], stop]
    reach = np.r_[begin, np.maximum.accumulate(np.clip(end_ns[children][order], begin, stop))]
    x0, x1 = scale.xs(reach), scale.xs(starts)
    wide = (x1 - x0 >= LEAST_PX) & (x1 - x0 >= scale.width_px * LEAST_SHARE) & (x1 > 0) & (x0 < scale.width_px)
    return [(float(a), float(b)) for a, b in zip(x0[wide], x1[wide], strict=True)]
