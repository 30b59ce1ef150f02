"""Span links of one span, as arcs from bar to bar."""

from __future__ import annotations

import numpy as np

from tracedesk.model.trace import Trace

MOST = 64


def links_of(trace: Trace, index: int) -> list[tuple[int, int]]:
    """(from, to) of the links that begin or end at the span, at most `MOST`."""
    at = np.flatnonzero((trace.link_from == index) | (trace.link_to == index))[:MOST]
    return [(int(trace.link_from[i]), int(trace.link_to[i])) for i in at]
