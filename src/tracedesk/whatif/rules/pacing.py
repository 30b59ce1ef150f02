"""Rule R, paced starts: calls of one name launched by the clock, not by one another.

Evenly spaced starts over uneven durations are a timer's doing. Two shapes: a launcher that never looks back (starts
overlap what came before) and a loop that sleeps out the rest of its interval (they never overlap). Starts that follow
an end at once speak for a hand-off instead, so at most a third of them may.
"""

from __future__ import annotations

import itertools
from enum import Enum

from tracedesk.whatif.family import Facts

EVEN, EVEN_AT_MOST = 0.03, 0.08
UNEVEN_FREE, UNEVEN_LOOP = 2.0, 4.0
HANDOFFS_AT_MOST = 0.34


class Pace(Enum):
    """FREE: each start at its own offset from the launch. LOOP: an interval after the one before, and after its end."""

    FREE = "free"
    LOOP = "loop"


def pace_of(group: list[int], facts: Facts) -> Pace | None:
    """How the starts of these siblings (one name, by start) are paced, if they are."""
    if len(group) < 3:
        return None
    start, end, tolerance = facts.start, facts.end, facts.tolerance
    intervals = [start[b] - start[a] for a, b in itertools.pairwise(group)]
    mean, spread = _mean_and_spread(intervals)
    if mean < 4 * tolerance.epsilon_ns or spread > EVEN_AT_MOST * mean:
        return None
    if spread > max(EVEN * mean, 0.4 * tolerance.epsilon_ns):
        return None
    overlapping = sum(end[a] > start[b] for a, b in itertools.pairwise(group))
    handed_on = sum(0 <= start[b] - end[a] <= tolerance.epsilon_ns for a, b in itertools.pairwise(group))
    if handed_on > HANDOFFS_AT_MOST * len(intervals):
        return None
    _, uneven = _mean_and_spread([end[child] - start[child] for child in group[:-1]])
    if overlapping:
        return Pace.FREE if uneven > UNEVEN_FREE * spread else None
    least = max(spread, 0.3 * tolerance.unit_ns)
    return Pace.LOOP if len(group) >= 4 and uneven > UNEVEN_LOOP * least else None


def _mean_and_spread(values: list[int]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
