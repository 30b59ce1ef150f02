"""What the waterfall shows, without a widget: the trace, which rows are open, which time is in view, what is marked.

Times on the screen are `start_ns` and `end_ns`: those of the trace with its clocks put right, unfinished spans grown up
to now, or those of a simulation. Every painter and every hit test reads them from here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import Status
from tracedesk.model.trace import Trace
from tracedesk.scene import rows as rows_module
from tracedesk.scene import timescale
from tracedesk.scene.folding import Bars, Lane, bars_of, cell_of, fold_lanes
from tracedesk.scene.palette import hollow
from tracedesk.scene.path import Path, Piece, on_path
from tracedesk.scene.rows import Rows, rows_of, with_added
from tracedesk.scene.simulation import Simulation
from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.turns import turns
from tracedesk.whatif.skew import clock_offsets, shift_of_spans

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Waterfall:
    """The picture of one trace. `selected` and `hovered` are indexes or None; `elsewhere` flags the calls whose figures another
    span has as well, None where it is not known; `turns` has the words of spans that are rounds of a loop."""

    def __init__(self, trace: Trace, width_px: float = 500.0) -> None:
        self.trace = trace
        self.closed = rows_module.closed_at_first(trace)
        self.hollow = hollow(trace)
        self.rows: Rows = rows_of(trace, self.closed)
        self.shift_ns: Ints | None = _shifts(trace)
        self.corrected = True
        self.turns = turns(trace)
        self.selected: int | None = None
        self.hovered: int | None = None
        self.path: Path | None = None
        self.on_path: Flags | None = None
        self.slack_ns: Ints | None = None
        self.elsewhere: Flags | None = None
        self.matches: Flags | None = None
        self.lit: Flags | None = None
        self.causes: list[tuple[int, int]] = []
        self.replay_ns: int | None = None
        self.simulation: Simulation | None = None
        self.tween = 1.0
        self._lanes: dict[int, Lane] = {}
        self.start_ns, self.end_ns = self.recorded()
        self.scale: TimeScale = timescale.fit(self.t0_ns, self.t1_ns, width_px)

    # time

    @property
    def t0_ns(self) -> int:
        """The first moment of the picture."""
        return int(self.start_ns.min()) if self.trace.n else 0

    @property
    def t1_ns(self) -> int:
        """The last moment of the picture."""
        last = int(self.end_ns.max()) if self.trace.n else 0
        if self.simulation is None:
            return last
        return max([last, int(self.recorded()[1].max()), *(added.end_ns for added in self.simulation.added_spans)])

    @property
    def most_ns(self) -> float:
        """The longest view."""
        return timescale.most_ns(self.t0_ns, self.t1_ns)

    def recorded(self) -> tuple[Ints, Ints]:
        """Starts and ends as measured, with the clocks put right."""
        trace = self.trace
        if self.shift_ns is None or not self.corrected:
            return trace.start_ns, trace.end_ns
        return trace.start_ns + self.shift_ns, trace.end_ns + self.shift_ns

    def use_times(self, start_ns: Ints, end_ns: Ints) -> None:
        """Show other times than the recorded ones; the window stays."""
        self.start_ns, self.end_ns = start_ns, end_ns
        self._lanes.clear()

    def use_recorded(self, now_ns: int | None = None) -> None:
        """Show the recorded times; unfinished spans reach up to `now_ns` if given."""
        start, end = self.recorded()
        if now_ns is not None and self.trace.unfinished.any():
            end = np.where(self.trace.unfinished, np.maximum(end, now_ns), end)
        self.use_times(start, end)

    def fitted(self) -> TimeScale:
        """The whole picture."""
        return timescale.fit(self.t0_ns, self.t1_ns, self.scale.width_px)

    def is_fitted(self) -> bool:
        """Whether the window shows the whole picture."""
        return self.scale == self.fitted()

    def scale_of(self, index: int) -> TimeScale:
        """One span with a little air."""
        around = timescale.fit_around(int(self.start_ns[index]), int(self.end_ns[index]), self.scale.width_px)
        return around if around.span_ns < self.most_ns else self.fitted()

    def zoomed(self, factor: float, x_px: float) -> TimeScale:
        """Closer by a factor around a pixel."""
        return self.held(self.scale.zoomed(factor, x_px, self.most_ns))

    def held(self, scale: TimeScale) -> TimeScale:
        """The scale, kept over the trace."""
        return timescale.held(scale, self.t0_ns, self.t1_ns)

    # rows

    def set_closed(self, closed: set[int]) -> None:
        """Close exactly these spans."""
        self.closed = closed
        rows = rows_of(self.trace, closed)
        if self.simulation is not None and self.simulation.added:
            rows = with_added(self.trace, rows, closed, [added.parent for added in self.simulation.added_spans])
        self.rows = rows

    def set_simulation(self, simulation: Simulation | None) -> None:
        """Show what a simulation added; its times are set by `use_times`, so that bars can be on their way."""
        self.simulation = simulation
        self.set_closed(self.closed)

    def toggle(self, index: int, *, deep: bool = False) -> None:
        """Open or close a span; `deep` with everything below it."""
        members = set(rows_module.below(self.trace, index)) if deep else {index}
        self.set_closed(self.closed - members if index in self.closed else self.closed | members)

    def reveal(self, index: int) -> None:
        """Open what hides a span."""
        hiding = self.closed.intersection(rows_module.above(self.trace, index))
        if hiding:
            self.set_closed(self.closed - hiding)

    def span_at(self, row: int) -> int | None:
        """The span of a row; None for the header of the orphans, for added spans, and outside."""
        if not 0 <= row < self.rows.n:
            return None
        span = int(self.rows.spans[row])
        return None if span < 0 else span

    def next_error(self, after: int | None) -> int | None:
        """The next failed span in preorder, from the beginning again at the end."""
        failed = np.flatnonzero(self.trace.status == Status.ERROR)
        if not len(failed):
            return None
        at = int(np.searchsorted(failed, -1 if after is None else after, side="right"))
        return int(failed[at % len(failed)])

    def inside(self, index: int) -> Bars:
        """What works below a closed span, folded for the window."""
        return self._lane(index).window(self.scale.left_ns, self.scale.right_ns, self.scale.ns_per_px)

    def insides(self, indexes: list[int]) -> tuple[Bars, NDArray[np.int64]]:
        """`inside` of many closed spans at once: all bars, and the position in `indexes` of each."""
        scale = self.scale
        parts = [self._lane(index).part(scale.left_ns, scale.right_ns, scale.ns_per_px) for index in indexes]
        return fold_lanes(parts, cell_of(scale.ns_per_px), self.t0_ns)

    def _lane(self, index: int) -> Lane:
        lane = self._lanes.get(index)
        if lane is None:
            below = np.arange(index + 1, int(self.trace.subtree_end[index]), dtype=np.int32)
            lane = Lane(bars_of(self.trace, below[~self.hollow[below]], self.start_ns, self.end_ns), self.t0_ns)
            self._lanes[index] = lane
        return lane

    def is_closed(self, index: int) -> bool:
        """Whether a span hides spans below it."""
        return index in self.closed and bool(self.trace.child_count[index])

    def is_removed(self, index: int) -> bool:
        """Whether a simulation left the span out."""
        return self.simulation is not None and self.simulation.is_removed(index)

    def is_shifted(self, index: int) -> bool:
        """Whether the span is drawn at another time than it was sent with, because its clock was put right."""
        return self.corrected and self.shift_ns is not None and bool(self.shift_ns[index])

    def is_counted_elsewhere(self, index: int) -> bool:
        """Whether the tokens and the cost of the span are those of another one, which sums count."""
        return self.elsewhere is not None and bool(self.elsewhere[index])

    # marks

    def set_path(self, pieces: Sequence[Piece]) -> None:
        """The critical path; empty: none."""
        self.path = Path.of(pieces) if pieces else None
        self.on_path = on_path(self.trace, self.path) if self.path is not None else None

    def mask(self, indexes: Sequence[int] | Ints | None) -> Flags | None:
        """Indexes as one flag per span; None stays None."""
        if indexes is None:
            return None
        flags = np.zeros(self.trace.n, np.bool_)
        flags[np.asarray(indexes, np.int64)] = True
        return flags


def _shifts(trace: Trace) -> Ints | None:
    """By how much clocks that disagree are put right, per span; None where they agree."""
    if len(trace.service.table) < 2 and len(trace.host.table) < 2:
        return None
    offsets = clock_offsets(trace)
    if not any(offsets.values()):
        return None
    return shift_of_spans(trace, offsets)
