"""Jumping to a name by its first letters: which names they begin, and which of those is next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.scene.rows import Rows

Places = NDArray[np.int64]


class Landing(NamedTuple):
    """The place that is jumped to, the `number`-th of `total` that match."""

    place: int
    number: int
    total: int


def named(names: Iterable[str | None], letters: str) -> NDArray[np.bool_]:
    """Which names have a word that begins with the letters, in any case; `_`, `.` and the like part words."""
    begins = re.compile(r"(?<![^\W_])" + re.escape(letters), re.IGNORECASE)
    return np.array([name is not None and begins.search(name) is not None for name in names], np.bool_)


def named_rows(trace: Trace, rows: Rows, letters: str) -> Places:
    """The rows of spans with such a name, or of model calls whose step has one."""
    hits = np.append(named(trace.name.table, letters), False)      # code -1 reads the last entry
    found = hits[trace.name.codes]
    steps = np.append(named(trace.label.table, letters), False)
    found |= steps[trace.label.codes] & (trace.kind == Kind.LLM)
    spans = rows.spans
    return np.flatnonzero((spans >= 0) & found[np.maximum(spans, 0)])


def land(places: Places, here: int, by: int) -> Landing | None:
    """Of matching places in order: the one at or after `here` (`by` 0), the next (1) or the one before (-1), round the ends."""
    count = len(places)
    if not count:
        return None
    if by < 0:
        at = int(np.searchsorted(places, here)) - 1
    else:
        at = int(np.searchsorted(places, here, side="right" if by else "left"))
    return Landing(int(places[at % count]), at % count + 1, count)
