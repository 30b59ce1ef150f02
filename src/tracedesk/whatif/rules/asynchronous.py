"""Rule A, asynchronous classes: a kind of child that once outlived its parent is never waited for.

A parent that ends while a child still runs did not wait for it. Code does not change its mind from call to call, so the
same child name under the same parent name is taken as left alone everywhere, also where it happened to finish early.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.spans import Spans


def asynchronous(spans: Spans) -> NDArray[np.bool_]:
    """Children of a (parent name, child name) seen to outlive its parent by more than the unit of tolerance."""
    found = np.zeros(spans.n, np.bool_)
    if spans.n < 2:
        return found
    parent = spans.parent[1:]
    parent_end = spans.end[parent]
    outlives = (spans.end[1:] > parent_end + spans.tolerance.unit_ns) & (spans.start[1:] < parent_end)
    if outlives.any():
        classes = spans.name[parent] * len(spans.names) + spans.name[1:]
        found[1:] = np.isin(classes, np.unique(classes[outlives]))
    return found
