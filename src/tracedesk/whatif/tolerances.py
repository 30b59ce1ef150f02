"""How near is "at once"? The tolerances come from the trace itself.

A hand-off takes time: the event loop turns, a thread wakes, a span is opened. How long depends on the program, and the
best witness in the trace is the size of its smallest pieces. A fixed 2 ms reads a trace of 20 ms calls well and the
same trace stretched ten times badly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracedesk.base.clock import NS_PER_MS

SHARE_OF_LEAF = 0.02
SHARE_OF_TOTAL = 0.05
LEAST_NS = 1 * NS_PER_MS
MOST_NS = 20 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class Tolerance:
    """`epsilon_ns`: a start this soon after an end is a hand-off; `unit_ns`, half of it, measures everything else."""

    epsilon_ns: int = 2 * NS_PER_MS

    @property
    def unit_ns(self) -> int:
        """The unit of the other tolerances."""
        return self.epsilon_ns // 2

    @property
    def together_ns(self) -> int:
        """Starts this close are one launch; spans shorter than this hold nobody up in a launch loop."""
        return self.epsilon_ns * 5 // 2


def of_leaves(duration_ns: NDArray[np.int64], total_ns: int) -> Tolerance:
    """2 % of the median duration of the leaf spans, kept between 1 and 20 ms (the zero-length ones do not count).

    In a trace shorter than 20 ms even 1 ms would blur everything, so it is never more than a twentieth of the total.
    """
    some = duration_ns[duration_ns > 0]
    median = float(np.median(some)) if len(some) else 0.0
    wanted = min(MOST_NS, max(LEAST_NS, SHARE_OF_LEAF * median))
    return Tolerance(max(2, int(min(wanted, SHARE_OF_TOTAL * total_ns))))
