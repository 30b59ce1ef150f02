"""Folding: bars too narrow to be seen apart become one that remembers how many it holds. Errors stay visible.

The grid of folding is fixed in time (cells of the trace, not of the window), so that nothing shimmers while panning.
`Lane` keeps coarser and coarser folds of its bars, so that a lane of a million spans answers a window in a millisecond.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import Status
from tracedesk.model.trace import Trace

FOLD_PX = 3.0
"""Bars narrower than this are folded (EXAMPLES, 8)."""

COARSER = 4
ENOUGH = 4_096
"""A level with at most this many bars needs no coarser one."""

Ints = NDArray[np.int64]


class Bars(NamedTuple):
    """Bars in one lane, by start. `held` spans stand behind each; `span` is an index of the Trace: the bar's own span, or the
    longest one of a fold. `error` bars hold failed spans only."""

    start_ns: Ints
    end_ns: Ints
    span: NDArray[np.int32]
    held: NDArray[np.int32]
    error: NDArray[np.bool_]

    def pick(self, chosen: NDArray[np.bool_] | slice | Ints) -> Bars:
        """Some of them."""
        return Bars(self.start_ns[chosen], self.end_ns[chosen], self.span[chosen], self.held[chosen], self.error[chosen])


def bars_of(trace: Trace, spans: NDArray[np.int32], start_ns: Ints | None = None, end_ns: Ints | None = None) -> Bars:
    """One bar per span, by start. Times default to those of the trace."""
    start = (trace.start_ns if start_ns is None else start_ns)[spans]
    end = (trace.end_ns if end_ns is None else end_ns)[spans]
    order = np.argsort(start, kind="stable")
    spans = spans[order]
    return Bars(start[order], end[order], spans, np.ones(len(spans), np.int32), trace.status[spans] == Status.ERROR)


def fold(bars: Bars, cell_ns: int, origin_ns: int) -> Bars:
    """Bars shorter than a cell are joined with those that start in the same cell; failed ones only with failed ones."""
    folded, _ = fold_lanes([bars], cell_ns, origin_ns)
    return folded if folded is bars else folded.pick(np.argsort(folded.start_ns, kind="stable"))


def fold_lanes(lanes: list[Bars], cell_ns: int, origin_ns: int) -> tuple[Bars, NDArray[np.int64]]:
    """`fold` for many lanes at once: all bars, in no special order, and the lane of each."""
    bars = lanes[0] if len(lanes) == 1 else Bars(*(np.concatenate(column) for column in zip(*lanes, strict=True)))
    lane = np.repeat(np.arange(len(lanes)), [len(one.start_ns) for one in lanes])
    small = bars.end_ns - bars.start_ns < cell_ns
    if np.count_nonzero(small) < 2:
        return bars, lane
    few, few_lane = bars.pick(small), lane[small]
    cell = (few.start_ns - origin_ns) // cell_ns
    cell -= cell.min()
    key = (few_lane * (int(cell.max()) + 1) + cell) * 2 + few.error
    order = np.argsort(key, kind="stable")
    few, few_lane, key = few.pick(order), few_lane[order], key[order]
    fresh = np.ones(len(key), np.bool_)
    np.not_equal(key[1:], key[:-1], out=fresh[1:])
    first = np.flatnonzero(fresh)
    length = few.end_ns - few.start_ns
    owner = np.cumsum(fresh) - 1
    longest = np.full(len(first), -1)
    candidates = np.flatnonzero(length == np.maximum.reduceat(length, first)[owner])
    longest[owner[candidates[::-1]]] = candidates[::-1]      # the first candidate of each group is written last
    wide, wide_lane = bars.pick(~small), lane[~small]
    return Bars(np.concatenate([wide.start_ns, np.minimum.reduceat(few.start_ns, first)]),
                np.concatenate([wide.end_ns, np.maximum.reduceat(few.end_ns, first)]),
                np.concatenate([wide.span, few.span[longest]]),
                np.concatenate([wide.held, np.add.reduceat(few.held, first)]),
                np.concatenate([wide.error, few.error[first]])), np.concatenate([wide_lane, few_lane[first]])


class Lane:
    """Many bars in one lane, ready for windows of any width. `origin_ns` is where the folding grid begins."""

    def __init__(self, bars: Bars, origin_ns: int) -> None:
        self.bars = bars
        self.origin_ns = origin_ns

    @cached_property
    def _levels(self) -> list[tuple[int, Bars, Ints]]:
        """(cell, bars, running latest end), from all bars (cell 0) to coarser folds."""
        levels = [(0, self.bars, _reach(self.bars))]
        if len(self.bars.start_ns) <= ENOUGH:
            return levels
        length = self.bars.end_ns - self.bars.start_ns
        cell = max(1, int(np.median(length)))
        whole = int(self.bars.end_ns.max()) - self.origin_ns + 1
        folded = self.bars
        while cell < whole and len(folded.start_ns) > ENOUGH:
            folded = fold(folded, cell, self.origin_ns)
            levels.append((cell, folded, _reach(folded)))
            cell *= COARSER
        return levels

    def window(self, left_ns: int, right_ns: int, ns_per_px: float) -> Bars:
        """The bars that show between two moments, folded to `FOLD_PX`."""
        return fold(self.part(left_ns, right_ns, ns_per_px), cell_of(ns_per_px), self.origin_ns)

    def part(self, left_ns: int, right_ns: int, ns_per_px: float) -> Bars:
        """The bars that show between two moments, at most as coarse as they may be folded in the end."""
        wanted = cell_of(ns_per_px)
        _, bars, reach = next(level for level in reversed(self._levels) if level[0] <= wanted)
        lo = int(np.searchsorted(reach, left_ns, side="left"))
        hi = int(np.searchsorted(bars.start_ns, right_ns, side="right"))
        part = bars.pick(slice(lo, hi))
        return part.pick(part.end_ns >= left_ns)


def cell_of(ns_per_px: float) -> int:
    """The cell of the folding grid at a scale."""
    return max(1, int(ns_per_px * FOLD_PX))


def _reach(bars: Bars) -> Ints:
    return np.maximum.accumulate(bars.end_ns) if len(bars.end_ns) else bars.end_ns
