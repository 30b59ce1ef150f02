"""Two traces as one tree of pairs: A above, B below in the same row, on one axis of time.

Rows follow B in preorder; what only A has stands after the row of the span that came before it in A.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracedesk.base.clock import NS_PER_MS
from tracedesk.model.trace import UNKNOWN, Trace
from tracedesk.scene.simulation import BETTER, SAME, WORSE

NONE = -1
NOTICED_SHARE, NOTICED_NS = 0.15, 60 * NS_PER_MS
"""A pair is slower or faster from more than 15 % and more than 60 ms on (DESIGN section 8)."""

SAME_START, CLOCK, SHARE = "same_start", "clock", "share"
SHARE_NS = 1_000_000_000
"""On a normalised axis the whole of each trace is this long."""

Ints = NDArray[np.int64]
Match = tuple[int | None, int | None]


class Bar(NamedTuple):
    """A bar on the common axis, ns."""

    start: int
    end: int


class Paired:
    """The pairs of two traces. `a[row]` and `b[row]` are span indexes or `NONE`; `depth`, `verdict` and the bars go by row.
    `sums` are the changes of the whole traces by column: a root that has no figure of its own shows them."""

    def __init__(self, first: Trace, second: Trace, matches: Sequence[Match], axis: str = SAME_START,
                 sums: Mapping[str, int | None] | None = None) -> None:
        self.first, self.second = first, second
        self.sums = sums or {}
        self.axis = axis
        self.a, self.b = _ordered(matches)
        self.depth = np.where(self.b != NONE, second.depth[self.b], first.depth[self.a]).astype(np.int64)
        self.n = len(self.a)
        deeper = self.depth[1:] > self.depth[:-1]
        self.opens = np.concatenate([deeper, [False]]) if self.n else np.zeros(0, np.bool_)
        self.guides = _guides(self.depth.tolist())

    def bar_a(self, row: int) -> Bar | None:
        """A's bar of a row on the axis."""
        return self._bar(self.first, int(self.a[row]))

    def bar_b(self, row: int) -> Bar | None:
        """B's bar of a row on the axis."""
        return self._bar(self.second, int(self.b[row]))

    def _bar(self, trace: Trace, index: int) -> Bar | None:
        if index == NONE:
            return None
        start, end = int(trace.start_ns[index]), int(trace.end_ns[index])
        zero = min(self.first.t0_ns, self.second.t0_ns) if self.axis == CLOCK else trace.t0_ns
        if self.axis != SHARE:
            return Bar(start - zero, end - zero)
        whole = max(1, trace.t1_ns - trace.t0_ns)
        return Bar((start - zero) * SHARE_NS // whole, (end - zero) * SHARE_NS // whole)

    @property
    def whole_ns(self) -> int:
        """Length of the axis."""
        if self.axis == SHARE:
            return SHARE_NS
        lengths = [trace.t1_ns - trace.t0_ns for trace in (self.first, self.second)]
        if self.axis == CLOCK:
            return max(self.first.t1_ns, self.second.t1_ns) - min(self.first.t0_ns, self.second.t0_ns)
        return max(lengths)

    def durations(self, row: int) -> tuple[int | None, int | None]:
        """Measured (A, B) of a row; None where there is no span."""
        return _length(self.first, int(self.a[row])), _length(self.second, int(self.b[row]))

    def verdict(self, row: int) -> str:
        """`worse`, `better` or `same` for B against A; unmatched rows count as `worse` (added) and `better` (gone)."""
        before, after = self.durations(row)
        if before is None:
            return WORSE
        if after is None:
            return BETTER
        change = after - before
        if abs(change) <= NOTICED_NS or abs(change) <= before * NOTICED_SHARE:
            return SAME
        return WORSE if change > 0 else BETTER

    def change(self, row: int, column: str) -> int | None:
        """B minus A of an integer column (`input_tokens`, `cost_nusd`, ...); None where either is not known."""
        a, b = int(self.a[row]), int(self.b[row])
        if NONE in (a, b):
            return None
        before, after = int(getattr(self.first, column)[a]), int(getattr(self.second, column)[b])
        if UNKNOWN in (before, after):
            return self.sums.get(column) if self._is_only_root(row) else None
        return after - before

    def _is_only_root(self, row: int) -> bool:
        return row == 0 and int((self.depth == 0).sum()) == 1

    def shown(self, closed: set[int], *, only_changed: bool = False) -> NDArray[np.int64]:
        """The rows in view: not below a closed row; with `only_changed` those that differ and the rows above them."""
        kept = np.ones(self.n, np.bool_)
        for row in closed:
            kept[row + 1:self._stop(row)] = False
        if only_changed:
            differs = np.array([self.verdict(row) != SAME for row in range(self.n)], np.bool_)
            wanted = np.zeros(self.n, np.bool_)
            path: list[int] = []
            for row in range(self.n):
                del path[int(self.depth[row]):]
                path.append(row)
                if differs[row]:
                    wanted[path] = True
            kept &= wanted
        return np.flatnonzero(kept)

    def _stop(self, row: int) -> int:
        after = np.flatnonzero(self.depth[row + 1:] <= self.depth[row])
        return row + 1 + int(after[0]) if len(after) else self.n


def _length(trace: Trace, index: int) -> int | None:
    return None if index == NONE else int(trace.end_ns[index] - trace.start_ns[index])


def _guides(depth: list[int]) -> list[list[bool]]:
    """Per row and level: whether the line under that level's parent goes on below the row (as `rows.guides`)."""
    found: list[list[bool]] = []
    below: list[bool] = []                                   # per depth: a row of that depth follows before a shallower one
    for level in reversed(depth):
        below.extend([False] * (level + 1 - len(below)))
        found.append(below[1:level + 1])
        below[level] = True
        del below[level + 1:]
    return found[::-1]


def _ordered(matches: Sequence[Match]) -> tuple[Ints, Ints]:
    pairs = [(NONE if a is None else a, NONE if b is None else b) for a, b in matches if a is not None or b is not None]
    partner = {a: b for a, b in pairs if a != NONE}
    place: dict[int, tuple[int, int]] = {}
    last = NONE
    for a in sorted(partner):
        if partner[a] != NONE:
            last = partner[a]
        else:
            place[a] = (last, a)
    pairs.sort(key=lambda pair: (pair[1], NONE) if pair[1] != NONE else place[pair[0]])
    return np.array([a for a, _ in pairs], np.int64), np.array([b for _, b in pairs], np.int64)
