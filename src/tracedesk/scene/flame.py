"""A trace as a flame graph: spans merged by name under equal callers, or the callers and callees of one name.

A frame's value is the own time of all spans behind it and below it, so children always fit inside their parent, also where they
ran at the same time. Widths are shares of the whole, 0 to 1; level 0 is the root, levels below 0 are callers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.trace import Trace
from tracedesk.scene.text import second_name

MOST_LEVELS = 1_000
"""Spans deeper than this count for their ancestor at this level."""

KINDS = 16
TABLE_AT_MOST = 1 << 22
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

    @property
    def n(self) -> int:
        """How many frames."""
        return len(self.level)


def subtree_sum(trace: Trace, values: Ints) -> Ints:
    """The sum of a column over each span and everything below it."""
    before = np.concatenate([[0], np.cumsum(values)])
    return before[trace.subtree_end] - before[:-1]


def merged(trace: Trace, stretch: tuple[int, int] | None = None) -> Frames:
    """The whole trace, merged by name, kind and step under equal callers; the largest first.

    With a `stretch` (begin, end) only spans that start inside it count, and frames without any are left out.
    """
    counted = np.ones(trace.n, np.bool_)
    if stretch is not None:
        counted = (trace.start_ns >= stretch[0]) & (trace.start_ns < stretch[1])
    return _laid_out(trace, _levels_down(trace, trace.roots.astype(np.int64)), counted)


def callers(trace: Trace, name: int) -> Frames:
    """Who called the spans of a name code (levels below 0) and what they called. Calls inside calls of the name count once."""
    tops = np.flatnonzero(trace.name.codes == name)
    if len(tops):
        reach = np.maximum.accumulate(trace.subtree_end[tops])
        tops = tops[np.concatenate([[True], tops[1:] >= reach[:-1]])]
    return _laid_out(trace, _levels_up(trace, tops) + _levels_down(trace, tops), np.ones(trace.n, np.bool_))


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
    look = looks(trace)
    found: list[_Level] = []
    for level in range(len(cuts) - 1):
        members = spans[cuts[level]:cuts[level + 1]]
        if level == MOST_LEVELS:
            members = members[trace.depth[members] - trace.depth[tops[owner[members]]] == MOST_LEVELS]
        above = frame_of[trace.parent[members]] if level else np.full(len(members), -1)
        frame = _grouped(look, members, above)
        frame_of[members] = frame
        found.append((level, members, frame, above))
    return found


def _levels_up(trace: Trace, tops: Ints) -> list[_Level]:
    """The callers of `tops`: each level is the spans themselves again, grouped by the name of their n-th caller."""
    found: list[_Level] = []
    if not len(tops):
        return found
    look = looks(trace)
    at = trace.parent[tops].astype(np.int64)
    owner = tops
    above = _grouped(look, tops, np.full(len(tops), -1))
    for level in range(1, MOST_LEVELS):
        kept = at >= 0
        at, owner, above = at[kept], owner[kept], above[kept]
        if not len(at):
            break
        frame = _grouped(look, at, above)
        found.append((-level, owner, frame, above))
        at, above = trace.parent[at].astype(np.int64), frame
    return found


def _grouped(look: NDArray[np.int64], spans: Ints, above: Ints) -> Ints:
    """A number per span: equal for equal parent frame and equal looks."""
    key = (above + 1) * (int(look.max()) + 1) + look[spans]
    most = int(key.max()) + 1 if len(key) else 0
    if most > TABLE_AT_MOST:
        return np.unique(key, return_inverse=True)[1].astype(np.int64)
    seen = np.zeros(most, np.bool_)                          # few frames: a table is ten times faster than sorting
    seen[key] = True
    return (np.cumsum(seen) - 1)[key]


def looks(trace: Trace) -> Ints:
    """A number per span: equal for equal name, kind and, of model calls, step."""
    look = (trace.name.codes.astype(np.int64) + 1) * KINDS + trace.kind
    calls = np.flatnonzero((trace.kind == Kind.LLM) & (trace.label.codes >= 0))
    if not len(calls):
        return look
    labels = len(trace.label.table) + 1
    _, first, which = np.unique(look[calls] * labels + trace.label.codes[calls], return_index=True, return_inverse=True)
    told = np.array([bool(second_name(trace, int(calls[at]))) for at in first])
    look[calls] = np.where(told[which], int(look.max()) + 1 + which, look[calls])
    return look


def _laid_out(trace: Trace, levels: list[_Level], counted: NDArray[np.bool_]) -> Frames:
    """Frames of levels, as wide as the own time of the spans that are `counted`; by their number where there is no time."""
    own_ns, duration = np.where(counted, trace.self_ns, 0), trace.end_ns - trace.start_ns
    total, members = subtree_sum(trace, own_ns), subtree_sum(trace, counted.astype(np.int64))
    tops = next((spans for level, spans, _, _ in levels if level == 0), np.zeros(0, np.int64))
    whole_ns, weight = int(total[tops].sum()), total
    if whole_ns <= 0:
        weight = members
    whole = max(float(weight[tops].sum()), 1.0)
    columns: list[list[NDArray]] = []
    offset_of: dict[int, int] = {}
    placed: dict[int, tuple[Floats, Floats]] = {}
    offset = 0
    for level, spans, frame, above in sorted(levels, key=lambda entry: (abs(entry[0]), entry[0])):
        held = np.bincount(frame, weights=members[spans].astype(np.float64))
        count = np.bincount(frame, weights=counted[spans].astype(np.float64))
        value = np.bincount(frame, weights=weight[spans].astype(np.float64))
        first = _leaders(frame, np.arange(len(frame)), len(count))
        parent = above[first]
        order = np.lexsort((-value, parent))
        before = np.cumsum(value[order]) - value[order]
        start = np.concatenate([[True], parent[order][1:] != parent[order][:-1]])
        before -= before[np.maximum.accumulate(np.where(start, np.arange(len(order)), 0))]
        nearer = level - 1 if level > 0 else level + 1
        left = placed[nearer][0][parent[order]] if level else np.zeros(len(order))
        x0 = np.empty(len(order))
        x0[order] = left + before / whole
        x1 = x0 + value / whole
        placed[level] = (x0, x1)
        offset_of[level] = offset
        most = np.full(len(count), -1, np.int64)
        np.maximum.at(most, frame, duration[spans])
        longest = duration[spans] == most[frame]
        leader = _leaders(frame[longest], spans[longest], len(count))
        shown = leader if level >= 0 else _ancestor(trace, leader, -level)
        failed = np.bincount(frame, weights=(counted[spans] & (trace.status[spans] == Status.ERROR)).astype(np.float64))
        own = np.bincount(frame, weights=own_ns[spans].astype(np.float64))
        total_ns = np.bincount(frame, weights=total[spans].astype(np.float64))
        owner = np.where(parent < 0, -1, parent + offset_of.get(nearer, 0)) if level else parent
        columns.append([np.full(len(count), level), owner, x0, x1, shown, trace.kind[shown], trace.name.codes[shown], count,
                        failed, total_ns, own, held])
        offset += len(count)
    joined = [np.concatenate(parts) for parts in zip(*columns, strict=True)] if columns else [np.zeros(0)] * 12
    kept = joined.pop() > 0
    place = np.concatenate([np.cumsum(kept) - 1, [-1]])      # where a frame went; -1 reads the last entry
    joined[1] = place[joined[1].astype(np.int64)]
    level_, parent_, x0_, x1_, span_, kind_, name_, count_, errors_, total_, self_ = (column[kept] for column in joined)
    return Frames(level_.astype(np.int32), parent_.astype(np.int32), x0_, x1_, span_.astype(np.int32), kind_.astype(np.uint8),
                  name_.astype(np.int32), count_.astype(np.int64), errors_.astype(np.int64), total_.astype(np.int64),
                  self_.astype(np.int64), whole_ns)


def _leaders(frame: Ints, values: Ints, frames: int) -> Ints:
    """The value of the first entry of each frame."""
    found = np.zeros(frames, np.int64)
    found[frame[::-1]] = values[::-1]                        # of equal places the last one written stays
    return found


def _ancestor(trace: Trace, spans: Ints, steps: int) -> Ints:
    for _ in range(steps):
        spans = trace.parent[spans].astype(np.int64)
    return spans
