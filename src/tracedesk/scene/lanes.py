"""Time order: a line per level, and side by side where siblings ran at the same time, so that no bar hides another."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import Trace

SMALL_FAMILY = 16
"""Families of at most so many overlapping siblings are laid out all at once."""

DEEPEST = 2_000
"""Deeper traces get one line per level, without lines for parallel siblings."""


def lanes(trace: Trace) -> NDArray[np.int32]:
    """The line of each span: below its parent's; siblings share one unless they overlap, then each subtree has its own."""
    deepest = int(trace.depth.max()) if trace.n else 0
    if deepest > DEEPEST:
        return trace.depth.astype(np.int32)
    order = np.argsort(trace.depth, kind="stable")
    cuts = np.searchsorted(trace.depth[order], np.arange(deepest + 2))
    levels = [order[cuts[level]:cuts[level + 1]] for level in range(deepest + 1)]
    height = np.ones(trace.n + 1, np.int64)                  # the last entry stands for "above the roots"
    offset = np.zeros(trace.n, np.int64)
    for members in reversed(levels):
        parent = trace.parent[members]
        start, end = trace.start_ns[members], trace.end_ns[members]
        overlap = (start[1:] < end[:-1]) & (parent[1:] == parent[:-1])
        crowded = np.zeros(trace.n + 1, np.bool_)
        crowded[parent[1:][overlap]] = True
        apart = ~crowded[parent]
        np.maximum.at(height, parent[apart], height[members[apart]] + 1)
        _pack(members[~apart], parent[~apart], start[~apart], end[~apart], height, offset)
    line = np.zeros(trace.n, np.int64)
    for level, members in enumerate(levels):
        line[members] = offset[members] + (line[trace.parent[members]] + 1 if level else 0)
    return line.astype(np.int32)


def _pack(members: NDArray, parent: NDArray, start: NDArray, end: NDArray, height: NDArray, offset: NDArray) -> None:
    """Siblings that overlap, family by family: each takes the first stretch of lines that is free."""
    if not len(members):
        return
    cuts = np.concatenate([[0], np.flatnonzero(parent[1:] != parent[:-1]) + 1, [len(members)]])
    few = np.diff(cuts) <= SMALL_FAMILY
    if np.count_nonzero(few):
        _pack_small(members, parent, start, end, height, offset, (cuts[:-1][few], np.diff(cuts)[few]))
    starts, ends, heights = start.tolist(), end.tolist(), height[members].tolist()
    for lo, hi in np.stack([cuts[:-1], cuts[1:]], axis=1)[~few].tolist():
        free: list[int] = []
        busy: list[tuple[int, int]] = []
        tall: list[int] = []
        taken = []
        for at in range(lo, hi):
            while busy and busy[0][0] <= starts[at]:
                heappush(free, heappop(busy)[1])
            lane = heappop(free) if free else len(tall)
            if lane == len(tall):
                tall.append(0)
            tall[lane] = max(tall[lane], heights[at])
            taken.append(lane)
            heappush(busy, (ends[at], lane))
        tops = np.concatenate([[0], np.cumsum(tall)])
        offset[members[lo:hi]] = tops[taken]
        height[parent[lo]] = max(int(height[parent[lo]]), 1 + int(tops[-1]))


def _pack_small(members: NDArray, parent: NDArray, start: NDArray, end: NDArray, height: NDArray, offset: NDArray,
                families: tuple[NDArray, NDArray]) -> None:
    """`_pack` for all small families (first position, size) at once: first the eldest of each, then the second, and so on."""
    first, size = families
    widest = int(size.max())
    ends = np.full((len(first), widest), np.iinfo(np.int64).min, np.int64)
    tall = np.zeros((len(first), widest), np.int64)
    taken = np.zeros((len(first), widest), np.int64)
    for rank in range(widest):
        family = np.flatnonzero(size > rank)
        at = first[family] + rank
        lane = (ends[family] <= start[at][:, None]).argmax(axis=1)       # there is one: no family has more lanes than members
        ends[family, lane] = end[at]
        tall[family, lane] = np.maximum(tall[family, lane], height[members[at]])
        taken[family, rank] = lane
    tops = np.cumsum(tall, axis=1)
    for rank in range(widest):
        family = np.flatnonzero(size > rank)
        lane = taken[family, rank]
        offset[members[first[family] + rank]] = tops[family, lane] - tall[family, lane]
    np.maximum.at(height, parent[first], tops[:, -1] + 1)
