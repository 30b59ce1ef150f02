"""A trace under changes, for the picture: where each bar goes, what is new, what is gone, and what grew.

Measured and simulated never look alike: what a simulation added to a bar is told here as stretches of time, so that only
they are hatched, and the measured bar stays as a ghost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracedesk.base.clock import NARROW, NS_PER_S, format_duration
from tracedesk.model.trace import Trace
from tracedesk.scene.path import Piece
from tracedesk.scene.text import span_name
from tracedesk.scene.timescale import TimeScale

NOTICED_SHARE = 0.002
"""A duration counts as changed from this part of itself on; rounding is no news."""

MOST_STRETCHES = 20_000
WORSE, BETTER, SAME = "worse", "better", "same"

Ints = NDArray[np.int64]
Stretch = tuple[int, int]
Times = tuple[Ints, Ints]
"""Starts and ends of all spans."""


class Added(NamedTuple):
    """A span that only the simulation has: drawn below the span `parent`. Times are ns since 1970."""

    name: str
    parent: int
    start_ns: int
    end_ns: int
    kind: int


@dataclass(frozen=True, eq=False)
class Simulation:
    """New times in the order of the Trace, ns since 1970; the measured run is the Trace itself.

    `removed` flags spans that do not happen any more (their times mean nothing). `path` is the new critical path.
    `added` are spans that only the simulation has: (name, index of the parent, start, end, kind).
    `budget_ns` is the length of time the whole may take. `slack_ns` as in `WaterfallView.set_slack`.
    """

    start_ns: Ints
    end_ns: Ints
    removed: NDArray[np.bool_] | None = None
    added: Sequence[tuple[str, int, int, int, int]] = ()
    path: Sequence[Piece] = ()
    budget_ns: int | None = None
    show_ghosts: bool = True
    slack_ns: Ints | None = None

    @cached_property
    def added_spans(self) -> list[Added]:
        """`added` with names; what would have no parent hangs below the first span."""
        return [Added(name, max(parent, 0), start_ns, end_ns, kind) for name, parent, start_ns, end_ns, kind in self.added]

    def is_removed(self, index: int) -> bool:
        """Whether a span does not happen any more."""
        return self.removed is not None and bool(self.removed[index])


def difference(before_ns: int, after_ns: int) -> str:
    """`worse`, `better` or `same`, for a duration that was and one that is."""
    if abs(after_ns - before_ns) <= max(1.0, before_ns * NOTICED_SHARE):
        return SAME
    return WORSE if after_ns > before_ns else BETTER


def grown(trace: Trace, hollow: NDArray[np.bool_], base: Times, shown: Times, index: int) -> list[Stretch]:
    """The stretches of a bar that the simulation added.

    Work grows at its end. A container grew where work inside it did; where none did, at its end.
    """
    before = int(base[1][index] - base[0][index])
    start, end = int(shown[0][index]), int(shown[1][index])
    if difference(before, end - start) != WORSE:
        return []
    tail = [(start + before, end)]
    stop = int(trace.subtree_end[index])
    if not hollow[index] or stop - index > MOST_STRETCHES:
        return tail
    below = slice(index + 1, stop)
    length = base[1][below] - base[0][below]
    longer = (shown[1][below] - shown[0][below]) - length
    work = np.flatnonzero(~hollow[below] & (longer > np.maximum(1, length * NOTICED_SHARE))) + index + 1
    if not len(work):
        return tail
    begins = np.clip(shown[0][work] + (base[1][work] - base[0][work]), start, end)
    return _union(begins, np.clip(shown[1][work], start, end)) or tail


def _union(begins: Ints, ends: Ints) -> list[Stretch]:
    """Stretches without overlap, in order."""
    order = np.argsort(begins, kind="stable")
    begins, reach = begins[order], np.maximum.accumulate(ends[order])
    first = np.flatnonzero(np.concatenate([[True], begins[1:] > reach[:-1]]))
    last = np.concatenate([first[1:] - 1, [len(begins) - 1]])
    return [(a, b) for a, b in zip(begins[first].tolist(), reach[last].tolist(), strict=True) if b > a]


class Shift(NamedTuple):
    """An arrow from the ghost of a bar to where it went, in pixels; `tone` is `worse` (later) or `better` (earlier)."""

    x0: float
    x1: float
    text: str
    tone: str


ARROW_LEAST_PX = 12.0
ARROW_AIR_PX = 4.0


def shift_of(scale: TimeScale, before: Stretch, after: Stretch) -> Shift | None:
    """The arrow of a bar that moved so far that its ghost stands clear of it."""
    by_ns = after[0] - before[0]
    ghost0, ghost1, bar0, bar1 = (scale.x(ns) for ns in (*before, *after))
    text = ("+" if by_ns > 0 else "−") + format_duration(abs(by_ns))
    if bar0 - max(ghost1, ghost0 + 2) >= ARROW_LEAST_PX:
        return Shift(max(ghost1, ghost0 + 2) + ARROW_AIR_PX, bar0 - ARROW_AIR_PX, text, WORSE)
    if ghost0 - max(bar1, bar0 + 2) >= ARROW_LEAST_PX:
        return Shift(ghost0 - ARROW_AIR_PX, max(bar1, bar0 + 2) + ARROW_AIR_PX, text, BETTER)
    return None


def growth_text(trace: Trace, index: int, before_ns: int, after_ns: int) -> str:
    """`rerank ×4 · 0.90 s → 3.60 s`: what a bar says whose own work changed."""
    ratio = after_ns / before_ns if before_ns > 0 else 0.0
    if ratio >= 2:
        factor = f" ×{ratio:.1f}".removesuffix(".0")
    elif ratio > 0:
        factor = f" {'+' if ratio >= 1 else '−'}{abs(ratio - 1) * 100:.0f}{NARROW}%"
    else:
        factor = ""
    before, after = _alike(before_ns, after_ns)
    return f"{span_name(trace, index)}{factor} · {before} → {after}"


def _alike(before_ns: int, after_ns: int) -> tuple[str, str]:
    """Two durations in one unit where the larger is in seconds: `0.90 s → 3.60 s`."""
    if NS_PER_S <= max(before_ns, after_ns) < 60 * NS_PER_S and min(before_ns, after_ns) >= NS_PER_S // 100:
        return f"{before_ns / NS_PER_S:.2f}{NARROW}s", f"{after_ns / NS_PER_S:.2f}{NARROW}s"
    return format_duration(before_ns), format_duration(after_ns)


def budget_text(budget_ns: int) -> str:
    """`SLO 5.0 s`."""
    text = format_duration(budget_ns)
    number, _, unit = text.partition(NARROW)
    return f"SLO {number.removesuffix('0') if '.' in number and number.endswith('0') else number}{NARROW}{unit}"
