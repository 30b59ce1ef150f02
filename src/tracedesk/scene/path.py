"""The critical path as one stair line, and which spans are on it.

Pieces are `(span, start, end)` in time, as `whatif.critical_path` gives them. Short pieces in which a container itself works
are bridged, so that the line does not jump up and down for a pause that nobody can see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import Trace
from tracedesk.scene.rows import Rows
from tracedesk.scene.timescale import TimeScale

BRIDGE_SHARE = 0.02
"""Gaps shorter than this part of the view are bridged (DESIGN section 8)."""

MOST_STEPS = 4_000

Floats = NDArray[np.float64]
Piece = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Path:
    """The pieces as columns, in time."""

    span: NDArray[np.int32]
    start_ns: NDArray[np.int64]
    end_ns: NDArray[np.int64]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Path:
        """From tuples; pieces without length are left out."""
        kept = sorted((piece for piece in pieces if piece[2] > piece[1]), key=lambda piece: piece[1])
        return cls(np.array([piece[0] for piece in kept], np.int32), np.array([piece[1] for piece in kept], np.int64),
                   np.array([piece[2] for piece in kept], np.int64))

    @property
    def n(self) -> int:
        """How many pieces."""
        return len(self.span)


def on_path(trace: Trace, path: Path) -> NDArray[np.bool_]:
    """Per span: it, or something below it, is on the path."""
    own = np.zeros(trace.n + 1, np.int64)
    own[path.span + 1] = 1
    before = np.cumsum(own)
    return before[trace.subtree_end] - before[:-1] > 0


def stair(trace: Trace, path: Path, rows: Rows, scale: TimeScale) -> tuple[Floats, NDArray[np.int32]]:
    """(x, row) of the corners of the stair in the window: it runs along the bottom of `row` and drops or climbs at an x."""
    lo = max(0, int(np.searchsorted(path.end_ns, scale.left_ns)) - 1)
    hi = int(np.searchsorted(path.start_ns, scale.right_ns, side="right")) + 1
    span, start, end = path.span[lo:hi], path.start_ns[lo:hi], path.end_ns[lo:hi]
    bridged = (end - start < scale.span_ns * BRIDGE_SHARE) & (trace.child_count[span] > 0)
    if bridged.all():
        bridged[:] = False
    row, start, end = rows.row_of[span[~bridged]], start[~bridged], end[~bridged]
    if not len(row):
        return np.zeros(0), np.zeros(0, np.int32)
    fresh = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])          # neighbours in one row are one step
    if len(fresh) > MOST_STEPS:
        fresh = fresh[np.r_[True, np.diff(scale.xs(start[fresh]).astype(np.int64)) > 0]]
    row = row[fresh]
    x = scale.xs(start[fresh])
    x_end = scale.x(int(end[-1]))
    return np.repeat(np.r_[x, x_end], 2)[1:-1], np.repeat(row, 2)
