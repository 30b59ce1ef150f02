"""A trace as a flame graph: spans merged by name under equal callers, or the callers and callees of one name.

A frame's value is the own time of all spans behind it and below it, so children always fit inside their parent, also where they
ran at the same time. Widths are shares of the whole, 0 to 1; level 0 is the root, levels below 0 are callers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import Status
from tracedesk.model.trace import Trace

MOST_LEVELS = 1_000
"""Spans deeper than this count for their ancestor at this level."""

KINDS = 16
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Indexes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Frames:
    """Columns, one entry per frame. `span` is the longest of the `count` spans behind it, `parent` a frame or -1."""

    level: Indexes
    parent: Indexes
    x0: Floats
    x1: Floats
    span: Indexes
    kind: NDArray[np.uint8]
    name: Indexes
    count: Ints
    errors: Ints
    total_ns: Ints
    self_ns: Ints
    whole_ns: int
    spans: int

    @property
    def n(self) -> int:
        """How many frames."""
        return len(self.level)


def subtree_ns(trace: Trace) -> Ints:
    """Own time of each span and everything below it."""
    before = np.concatenate([[0], np.cumsum(trace.self_ns)])
    return before[trace.subtree_end] - before[:-1]


def merged(trace: Trace) -> Frames:
    """The whole trace, merged by name and kind under equal callers; the largest first."""
    return _laid_out(trace, _levels_down(trace, trace.roots.astype(np.int64)), int(trace.self_ns.sum()))


def callers(trace: Trace, name: int) -> Frames:
    """Who called the spans of a name code (levels below 0) and what they called. Calls inside calls of the name count once."""
    tops = np.flatnonzero(trace.name.codes == name)
    if len(tops):
        reach = np.maximum.accumulate(trace.subtree_end[tops])
        tops = tops[np.concatenate([[True], tops[1:] >= reach[:-1]])]
    down = _levels_down(trace, tops)
    whole = int(subtree_ns(trace)[tops].sum())
    return _laid_out(trace, _levels_up(trace, tops) + down, whole)


_Level = tuple[int, Ints, Ints, Ints]
"""(level, spans, frame number of each span inside its level, frame number of each span's parent in the level before)."""


def _levels_down(trace: Trace, tops: Ints) -> list[_Level]:
    """Spans below `tops` (disjoint subtrees, in preorder), level by level, with the frame each belongs to."""
    if not len(tops):
        return []
    every = np.arange(trace.n)
    owner = np.searchsorted(tops, every, side="right") - 1
    inside = (owner >= 0) & (every < trace.subtree_end[tops[np.maximum(owner, 0)]])
    spans = every[inside]
    depth = np.minimum(trace.depth[spans] - trace.depth[tops[owner[inside]]], MOST_LEVELS)
    order = np.argsort(depth, kind="stable")
    spans, depth = spans[order], depth[order]
    cuts = np.searchsorted(depth, np.arange(int(depth[-1]) + 2))
    frame_of = np.full(trace.n, -1, np.int64)
    found: list[_Level] = []
    for level in range(len(cuts) - 1):
        members = spans[cuts[level]:cuts[level + 1]]
        if level == MOST_LEVELS:
            members = members[trace.depth[members] - trace.depth[tops[owner[members]]] == MOST_LEVELS]
        above = frame_of[trace.parent[members]] if level else np.full(len(members), -1)
        frame = _grouped(trace, members, above)
        frame_of[members] = frame
        found.append((level, members, frame, above))
    return found


def _levels_up(trace: Trace, tops: Ints) -> list[_Level]:
    """The callers of `tops`: each level is the spans themselves again, grouped by the name of their n-th caller."""
    found: list[_Level] = []
    at = trace.parent[tops].astype(np.int64)
    owner = tops
    above = _grouped(trace, tops, np.full(len(tops), -1)) if len(tops) else tops
    for level in range(1, MOST_LEVELS):
        kept = at >= 0
        at, owner, above = at[kept], owner[kept], above[kept]
        if not len(at):
            break
        frame = _grouped(trace, at, above)
        found.append((-level, owner, frame, above))
        at, above = trace.parent[at].astype(np.int64), frame
    return found


def _grouped(trace: Trace, spans: Ints, above: Ints) -> Ints:
    """A number per span: equal for equal parent frame, name and kind."""
    width = (len(trace.name.table) + 1) * KINDS
    key = (above + 1) * width + (trace.name.codes[spans] + 1) * KINDS + trace.kind[spans]
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def _laid_out(trace: Trace, levels: list[_Level], whole_ns: int) -> Frames:
    total, duration = subtree_ns(trace), trace.end_ns - trace.start_ns
    by_count = whole_ns <= 0
    columns: list[list[NDArray]] = []
    offset_of: dict[int, int] = {}
    placed: dict[int, tuple[Floats, Floats]] = {}
    offset = 0
    for level, spans, frame, above in sorted(levels, key=lambda entry: (abs(entry[0]), entry[0])):
        count = np.bincount(frame)
        if by_count:
            value = np.bincount(frame, weights=(trace.subtree_end - np.arange(trace.n))[spans].astype(np.float64))
        else:
            value = np.bincount(frame, weights=total[spans].astype(np.float64))
        first = np.unique(frame, return_index=True)[1]
        parent = above[first]
        order = np.lexsort((-value, parent))
        before = np.cumsum(value[order]) - value[order]
        start = np.concatenate([[True], parent[order][1:] != parent[order][:-1]])
        before -= before[np.maximum.accumulate(np.where(start, np.arange(len(order)), 0))]
        whole = max(float(whole_ns), 1.0) if not by_count else max(float(trace.n), 1.0)
        nearer = level - 1 if level > 0 else level + 1
        left = placed[nearer][0][parent[order]] if level else np.zeros(len(order))
        x0 = np.empty(len(order))
        x0[order] = left + before / whole
        x1 = x0 + value / whole
        placed[level] = (x0, x1)
        offset_of[level] = offset
        longest = np.lexsort((-duration[spans], frame))
        leader = spans[longest[np.concatenate([[True], frame[longest][1:] != frame[longest][:-1]])]]
        shown = leader if level >= 0 else _ancestor(trace, leader, -level)
        failed = np.bincount(frame, weights=(trace.status[spans] == Status.ERROR).astype(np.float64)).astype(np.int64)
        own = np.bincount(frame, weights=trace.self_ns[spans].astype(np.float64)).astype(np.int64)
        owner = np.where(parent < 0, -1, parent + offset_of.get(nearer, 0)) if level else parent
        columns.append([np.full(len(count), level), owner, x0, x1, shown, trace.kind[shown], trace.name.codes[shown], count,
                        failed, value.astype(np.int64), own])
        offset += len(count)
    joined = [np.concatenate(parts) for parts in zip(*columns, strict=True)] if columns else [np.zeros(0)] * 11
    level_, parent_, x0_, x1_, span_, kind_, name_, count_, errors_, total_, own_ = joined
    return Frames(level_.astype(np.int32), parent_.astype(np.int32), x0_, x1_, span_.astype(np.int32), kind_.astype(np.uint8),
                  name_.astype(np.int32), count_.astype(np.int64), errors_.astype(np.int64),
                  total_.astype(np.int64), own_.astype(np.int64), whole_ns, trace.n)


def _ancestor(trace: Trace, spans: Ints, steps: int) -> Ints:
    for _ in range(steps):
        spans = trace.parent[spans].astype(np.int64)
    return spans
