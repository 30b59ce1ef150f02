"""Which class of colour a bar belongs to: its kind, and whether it is work (solid) or holds the work of others (hollow)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace

ALWAYS_HOLLOW = (Kind.AGENT, Kind.CHAIN)
ALWAYS_SOLID = (Kind.LLM, Kind.EMBEDDING, Kind.RERANKER)
"""A model call is work, also where the SDK records the HTTP request below it."""


def hollow(trace: Trace) -> NDArray[np.bool_]:
    """Per span: whether it is drawn as a container, so that the eye adds up only real work (DESIGN section 8)."""
    holds = trace.child_count > 0
    return (holds & ~np.isin(trace.kind, ALWAYS_SOLID)) | np.isin(trace.kind, ALWAYS_HOLLOW)
