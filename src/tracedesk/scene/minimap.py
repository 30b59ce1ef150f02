"""The whole trace in a few pixels: which kind works at which moment, row by row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import Trace
from tracedesk.scene.rows import Rows

EMPTY = 255
LEAST_LINES = 13
"""Fewer rows are not stretched over the height: a trace of two spans does not look like one of twenty."""

KINDS = 16


def minimap(trace: Trace, rows: Rows, hollow: NDArray[np.bool_], start_ns: NDArray[np.int64], end_ns: NDArray[np.int64],
            width: int, height: int) -> NDArray[np.uint8]:
    """Cells `[line, column]`: the kind seen there (+ 16 where only a container is), or EMPTY.

    Work hides containers; among work the kind with most spans in the cell is shown.
    """
    spans = rows.spans[rows.spans >= 0] if trace.n > rows.n else np.arange(trace.n, dtype=np.int32)
    cells = np.full((height, width), EMPTY, np.uint8)
    if not len(spans) or width < 1 or height < 1:
        return cells
    t0, t1 = int(start_ns.min()), int(end_ns.max())
    per_ns = width / max((t1 - t0) * 1.02, 1.0)
    line = rows.row_of[spans].astype(np.int64) * height // max(rows.n, LEAST_LINES)
    first = np.minimum(((start_ns[spans] - t0) * per_ns).astype(np.int64), width - 1)
    last = np.minimum(np.maximum(((end_ns[spans] - t0) * per_ns).astype(np.int64), first), width - 1)
    for containers in (True, False):
        chosen = hollow[spans] == containers
        if not chosen.any():
            continue
        kind = trace.kind[spans[chosen]].astype(np.int64)
        at = (kind * height + line[chosen]) * (width + 1)
        size = KINDS * height * (width + 1)
        change = np.bincount(at + first[chosen], minlength=size) - np.bincount(at + last[chosen] + 1, minlength=size)
        depth = np.cumsum(change.reshape(KINDS, height, width + 1), axis=2)[:, :, :width]
        seen = depth.max(axis=0) > 0
        best = depth.argmax(axis=0).astype(np.uint8)
        cells[seen] = best[seen] + (KINDS if containers else 0)
    return cells
