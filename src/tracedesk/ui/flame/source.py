"""What the flame canvas draws and why: trace, mode, stretch of time, search. No Qt; the frames are made at first need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import Trace
from tracedesk.scene.text import one_line
from tracedesk.ui.flame.shapes import Shapes, TimeShapes, TreeShapes, Window

MERGED, TIME, CALLERS = "merged", "time", "callers"
KEPT = 8
"""So many sets of frames are kept, for going back and forth between names."""


class Source:
    """`selected` is an index or -1; `match` flags the spans that are not dimmed, None where there is no search;
    `elsewhere` flags calls whose figures are counted on another span."""

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.mode = MERGED
        self.selected = -1
        self.match: NDArray[np.bool_] | None = None
        self.stretch: tuple[int, int] | None = None
        self.elsewhere: NDArray[np.bool_] | None = None
        self._needle = ""
        self._given: NDArray[np.bool_] | None = None
        self._focus = -1
        self._made: dict[tuple[str, int], Shapes] = {}

    def set_trace(self, trace: Trace | None) -> bool:
        """Another trace; whether it is the same one, grown."""
        same = trace is not None and self.trace is not None and trace.trace_id == self.trace.trace_id
        self.trace = trace
        self._made.clear()
        self._given, self.selected, self.elsewhere = None, -1, None
        if not same:
            self.stretch, self._focus = None, -1
        self._find_again()
        return same

    def set_stretch(self, stretch: tuple[int, int] | None) -> None:
        """Only what starts between two moments."""
        self.stretch = stretch
        self._made = {key: shapes for key, shapes in self._made.items() if key[0] != MERGED}

    def stretch_in_view(self) -> Window:
        """The shares of the whole that time order shows for the stretch; everything in the other modes."""
        if self.trace is None or self.stretch is None or self.mode != TIME:
            return 0.0, 1.0
        length = max(1, self.trace.t1_ns - self.trace.t0_ns)
        return (self.stretch[0] - self.trace.t0_ns) / length, (self.stretch[1] - self.trace.t0_ns) / length

    def select(self, index: int) -> bool:
        """Another selected span (-1: none); whether other frames are drawn for it."""
        self.selected = index
        if self.mode != CALLERS or index < 0 or self.trace is None:
            return False
        self._focus = int(self.trace.name.codes[index])
        return True

    # searching

    def set_matches(self, indexes: Sequence[int] | NDArray[np.int64] | None) -> None:
        """Spans that a search found elsewhere; None or no span: no search."""
        self._given = None
        if self.trace is not None and indexes is not None and len(indexes):
            self._given = np.zeros(self.trace.n, np.bool_)
            self._given[np.asarray(indexes, np.int64)] = True
        self._find_again()

    def search(self, text: str) -> None:
        """Names that contain a text, in any case; it goes before matches from elsewhere."""
        self._needle = text.strip().casefold()
        self._find_again()

    def _find_again(self) -> None:
        if self.trace is None or not self._needle:
            self.match = self._given
            return
        hits = np.array([self._needle in name.casefold() for name in self.trace.name.table] + [False], np.bool_)
        self.match = hits[self.trace.name.codes]             # code -1 reads the last entry: no name, no match

    def matching(self) -> int:
        """How many spans match."""
        return 0 if self.match is None else int(np.count_nonzero(self.match))

    def next_match(self, by: int) -> int | None:
        """The next (`by` 1) or previous (-1) match in preorder, round the ends."""
        if self.match is None or not self.match.any():
            return None
        found = np.flatnonzero(self.match)
        later, earlier = found[found > self.selected], found[found < self.selected]
        return int((later if len(later) else found)[0]) if by > 0 else int((earlier if len(earlier) else found)[-1])

    # frames

    def shapes(self) -> Shapes | None:
        """The frames of the mode in use."""
        if self.trace is None or self.trace.n == 0:
            return None
        code = self._code(self.trace) if self.mode == CALLERS else -1
        found = self._made.get((self.mode, code))
        if found is None:
            if len(self._made) >= KEPT:
                self._made.clear()
            if self.mode == TIME:
                found = TimeShapes(self.trace)
            else:
                found = TreeShapes(self.trace, None if self.mode == MERGED else code, self.stretch)
            self._made[(self.mode, code)] = found
        return found

    def _code(self, trace: Trace) -> int:
        """The name that callers and callees are shown of: the selected span's, else the one with most own time."""
        if self._focus >= 0:
            return self._focus
        if self.selected >= 0:
            return int(trace.name.codes[self.selected])
        known = trace.name.codes >= 0
        own = np.bincount(trace.name.codes[known], weights=trace.self_ns[known].astype(np.float64))
        return int(own.argmax()) if len(own) else -1

    def focus_name(self) -> str:
        """The name in the middle of callers and callees."""
        code = self._code(self.trace) if self.trace is not None else -1
        return one_line(self.trace.name.table[code]) if self.trace is not None and code >= 0 else ""
