"""A huge trace at a glance: how the working time is shared between kinds, over time.

Own time of a span is spread evenly over the span. What falls into a cell is the difference of a running sum at its two
edges, so a million spans cost two sorts and a few hundred look-ups per kind.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import Trace

HUGE = 20_000
"""From this many spans on the whole run is shown as heat above the flame graph."""

KINDS_AT_MOST, LEAST_SHARE = 7, 0.001


class Heat(NamedTuple):
    """`work_ns[row, column]` is own time of the kind `kinds[row]` in a cell of `cell_ns`; the first begins at `t0_ns`."""

    kinds: list[int]
    work_ns: NDArray[np.float64]
    t0_ns: int
    cell_ns: float


def heat(trace: Trace, columns: int) -> Heat:
    """The kinds with most own time, most first, over `columns` cells."""
    t0, whole = trace.t0_ns, max(1, trace.t1_ns - trace.t0_ns)
    own = np.bincount(trace.kind, weights=trace.self_ns.astype(np.float64), minlength=1)
    kinds = [kind for kind in np.argsort(-own, kind="stable")[:KINDS_AT_MOST].tolist() if own[kind] > own.sum() * LEAST_SHARE]
    edges = np.linspace(0.0, float(whole), columns + 1, dtype=np.float64)
    rows = [np.diff(_worked(trace, np.flatnonzero(trace.kind == kind), t0, edges)) for kind in kinds]
    work = np.maximum(np.array(rows), 0.0) if rows else np.zeros((0, columns))
    return Heat(kinds, work, t0, whole / columns)


def _worked(trace: Trace, spans: NDArray[np.int64], t0_ns: int, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Own time of the spans up to each moment of `at` (ns after `t0_ns`)."""
    start = (trace.start_ns[spans] - t0_ns).astype(np.float64)
    end = (trace.end_ns[spans] - t0_ns).astype(np.float64)
    own = trace.self_ns[spans].astype(np.float64)
    pace = own / np.maximum(end - start, 1.0)
    return _ramps(start, pace, at) - _ramps(end, pace, at)


def _ramps(begin: NDArray[np.float64], pace: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of `pace × (moment − begin)` over all that began before each moment."""
    order = np.argsort(begin, kind="stable")
    begin, pace = begin[order], pace[order]
    paces = np.concatenate([[0.0], np.cumsum(pace)])
    offsets = np.concatenate([[0.0], np.cumsum(pace * begin)])
    count = np.searchsorted(begin, at)
    return paces[count] * at - offsets[count]
