"""What the flame canvas draws: frames of a merged tree, or the spans in time order. Shares are 0 to 1 of the whole."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tracedesk.base.clock import format_duration
from tracedesk.base.words import counted
from tracedesk.model.trace import Trace
from tracedesk.scene.flame import callers, merged
from tracedesk.scene.folding import Lane, bars_of
from tracedesk.scene.lanes import lanes
from tracedesk.scene.text import one_line, span_name

Window = tuple[float, float]
Found = tuple[int, float, float]

IN_TIME = -1.0
"""The share of frames in time order: they say how long they took instead."""


class Drawn(NamedTuple):
    """Frames in view, in pixels: `row`, `x0`, `x1`, a `span` each, how many spans it holds, its share of the whole (or
    `IN_TIME`), and whether it holds failed spans only."""

    row: NDArray[np.int32]
    x0: NDArray[np.float64]
    x1: NDArray[np.float64]
    span: NDArray[np.int32]
    held: NDArray[np.int64]
    share: NDArray[np.float64]
    failed: NDArray[np.bool_]


class Shapes(Protocol):
    """One way to draw a trace."""

    rows: int

    def window(self, window: Window, width_px: float, first: int, last: int) -> Drawn:
        """The frames of a window, in the rows `first..last`."""

    def at(self, share: float, row: int, tolerance: float) -> Found | None:
        """The frame at a point: (span, left, right)."""

    def of(self, span: int) -> tuple[int, float, float] | None:
        """(row, left, right) of the frame a span is in."""

    def next(self, span: int, way: str) -> int | None:
        """The span of the frame `up`, `down`, `left` or `right` of one."""

    def words(self, span: int, left: float, right: float) -> str:
        """What a frame says when hovered."""

    def behind(self, window: Window) -> tuple[int, int]:
        """(spans, ns) behind a window."""


class TreeShapes:
    """Frames merged by name: of everything that starts in a stretch of time, or around the name code `focus`."""

    def __init__(self, trace: Trace, focus: int | None, stretch: tuple[int, int] | None = None) -> None:
        self._trace = trace
        self._frames = merged(trace, stretch) if focus is None else callers(trace, focus)
        top = int(self._frames.level.min()) if self._frames.n else 0
        self._row = self._frames.level - top
        self.rows = int(self._row.max()) + 1 if self._frames.n else 0

    def window(self, window: Window, width_px: float, first: int, last: int) -> Drawn:
        frames, (left, right) = self._frames, window
        per_share = width_px / (right - left)
        seen = np.flatnonzero((self._row >= first) & (self._row < last) & (frames.x1 > left) & (frames.x0 < right))
        x0, x1 = (frames.x0[seen] - left) * per_share, (frames.x1[seen] - left) * per_share
        tiny = x1 - x0 < 1.0                                 # of many in one pixel of a row, one is enough
        key = self._row[seen].astype(np.int64) * 1_000_003 + x0.astype(np.int64)
        kept = np.zeros(len(seen), np.bool_)
        kept[np.unique(key, return_index=True)[1]] = True
        chosen = kept | ~tiny
        seen, x0, x1 = seen[chosen], x0[chosen], x1[chosen]
        return Drawn(self._row[seen], x0, np.maximum(x1, x0 + 1.0), frames.span[seen], frames.count[seen],
                     frames.x1[seen] - frames.x0[seen], (frames.errors[seen] == frames.count[seen]) & (frames.count[seen] > 0))

    def at(self, share: float, row: int, tolerance: float) -> Found | None:
        frames = self._frames
        hit = np.flatnonzero((self._row == row) & (frames.x0 <= share) & (frames.x1 > share))
        if not len(hit):
            return None
        return self._found(int(hit[0]))

    def _found(self, frame: int) -> Found:
        return int(self._frames.span[frame]), float(self._frames.x0[frame]), float(self._frames.x1[frame])

    def _frame_of(self, span: int) -> int | None:
        """The frame a span stands for, else the first with its name and kind as deep as it is, else any with its name."""
        frames, trace = self._frames, self._trace
        exact = np.flatnonzero(frames.span == span)
        if len(exact):
            return int(exact[0])
        alike = (frames.name == trace.name.codes[span]) & (frames.kind == trace.kind[span])
        found = np.flatnonzero(alike & (frames.level == trace.depth[span]))
        found = found if len(found) else np.flatnonzero(alike)
        return int(found[0]) if len(found) else None

    def of(self, span: int) -> tuple[int, float, float] | None:
        frame = self._frame_of(span) if span >= 0 else None
        return None if frame is None else (int(self._row[frame]), *self._found(frame)[1:])

    def next(self, span: int, way: str) -> int | None:
        frames = self._frames
        frame = self._frame_of(span) if span >= 0 else None
        if frame is None:
            return int(frames.span[0]) if frames.n else None
        if way in ("up", "down"):
            row = int(self._row[frame]) + (1 if way == "down" else -1)
            middle = (frames.x0[frame] + frames.x1[frame]) / 2
            beside = np.flatnonzero((self._row == row) & (frames.x1 > frames.x0[frame]) & (frames.x0 < frames.x1[frame]))
            if not len(beside):
                return None
            near = (frames.x0[beside] <= middle) & (frames.x1[beside] > middle)
            return int(frames.span[beside[np.flatnonzero(near)[0]] if near.any() else beside[0]])
        row_members = np.flatnonzero(self._row == self._row[frame])
        order = row_members[np.argsort(frames.x0[row_members], kind="stable")]
        at = int(np.flatnonzero(order == frame)[0]) + (1 if way == "right" else -1)
        return int(frames.span[order[at]]) if 0 <= at < len(order) else None

    def words(self, span: int, left: float, right: float) -> str:
        frames = self._frames
        hit = np.flatnonzero((frames.span == span) & (frames.x0 == left))
        if not len(hit):
            return span_name(self._trace, span)
        frame = int(hit[0])
        count, failed = int(frames.count[frame]), int(frames.errors[frame])
        lines = [one_line(self._trace.name[span]) or "(no name)",
                 counted(count, "span") + (f", {failed:,} failed" if failed else ""),
                 f"{format_duration(int(frames.total_ns[frame]))} of span time, {100 * (right - left):.1f} %",
                 f"{format_duration(int(frames.self_ns[frame]))} its own"]
        return "\n".join(lines)

    def behind(self, window: Window) -> tuple[int, int]:
        frames, (left, right) = self._frames, window
        if not frames.n:
            return 0, 0
        seen = (frames.x1 > left) & (frames.x0 < right) & (frames.level >= 0)
        return int(frames.count[seen].sum()), round(frames.whole_ns * min(1.0, right - left))


class TimeShapes:
    """The spans in time, a line per level and per parallel sibling."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._line = lanes(trace)
        self.rows = int(self._line.max()) + 1 if trace.n else 0
        self._t0, self._whole = trace.t0_ns, max(1, trace.t1_ns - trace.t0_ns)
        order = np.argsort(self._line, kind="stable")
        cuts = np.searchsorted(self._line[order], np.arange(self.rows + 1))
        self._members = [order[cuts[row]:cuts[row + 1]].astype(np.int32) for row in range(self.rows)]
        self._lanes: dict[int, Lane] = {}

    def _lane(self, row: int) -> Lane:
        lane = self._lanes.get(row)
        if lane is None:
            lane = self._lanes[row] = Lane(bars_of(self._trace, self._members[row]), self._t0)
        return lane

    def window(self, window: Window, width_px: float, first: int, last: int) -> Drawn:
        left, right = (self._t0 + round(share * self._whole) for share in window)
        per_px = max((window[1] - window[0]) * self._whole / width_px, 1e-9)
        parts = [(row, self._lane(row).window(left, right, per_px)) for row in range(first, min(last, self.rows))]
        if not parts:
            none, zero = np.zeros(0, np.int32), np.zeros(0)
            return Drawn(none, zero, zero, none, none.astype(np.int64), zero, none.astype(np.bool_))
        row = np.concatenate([np.full(len(bars.span), row, np.int32) for row, bars in parts])
        start, end, span, count, failed = (np.concatenate([bars[field] for _, bars in parts]) for field in range(5))
        x0, x1 = (start - left) / per_px, (end - left) / per_px
        return Drawn(row, x0, np.maximum(x1, x0 + 1.0), span, count.astype(np.int64), np.full(len(x0), IN_TIME), failed)

    def _found(self, span: int) -> Found:
        start, end = int(self._trace.start_ns[span]), int(self._trace.end_ns[span])
        return span, (start - self._t0) / self._whole, max((end - self._t0) / self._whole, (start - self._t0 + 1) / self._whole)

    def at(self, share: float, row: int, tolerance: float) -> Found | None:
        if not 0 <= row < self.rows:
            return None
        bars = self._lane(row).bars
        moment, near = self._t0 + round(share * self._whole), round(tolerance * self._whole)
        at = int(np.searchsorted(bars.start_ns, moment + near, side="right")) - 1
        if at < 0 or int(bars.end_ns[at]) + near < moment:
            return None
        return self._found(int(bars.span[at]))

    def of(self, span: int) -> tuple[int, float, float] | None:
        return None if span < 0 else (int(self._line[span]), *self._found(span)[1:])

    def next(self, span: int, way: str) -> int | None:
        trace = self._trace
        if span < 0:
            return 0 if trace.n else None
        if way == "up":
            parent = int(trace.parent[span])
            return parent if parent >= 0 else None
        if way == "down":
            return span + 1 if trace.child_count[span] else None
        members = self._lane(int(self._line[span])).bars.span
        at = int(np.flatnonzero(members == span)[0]) + (1 if way == "right" else -1)
        return int(members[at]) if 0 <= at < len(members) else None

    def words(self, span: int, left: float, right: float) -> str:
        ns = int(self._trace.end_ns[span] - self._trace.start_ns[span])
        since = format_duration(int(self._trace.start_ns[span]) - self._t0)
        return "\n".join((span_name(self._trace, span), f"{format_duration(ns)}, starts at {since}",
                          f"{format_duration(int(self._trace.self_ns[span]))} its own"))

    def behind(self, window: Window) -> tuple[int, int]:
        trace = self._trace
        left, right = (self._t0 + round(share * self._whole) for share in window)
        seen = (trace.end_ns >= left) & (trace.start_ns <= right)
        return int(np.count_nonzero(seen)), int(trace.self_ns[seen].sum())
