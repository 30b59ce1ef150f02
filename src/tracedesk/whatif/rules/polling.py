"""Rule P, polling: short calls at even gaps beside a longer one, until it is done.

How many polls there are follows from how long the job takes, so they cannot be treated as steps: they are replayed as a
loop. The job must have begun before the polls and ended between the last but one poll and the end of the last, and
nobody else may start in between, or the gaps would be someone's work.
"""

from __future__ import annotations

import itertools

from tracedesk.whatif.family import Family
from tracedesk.whatif.program import PollLoop

EVEN = 0.1


def poll_loop(group: list[int], family: Family) -> PollLoop | None:
    """The loop that these siblings (one name, by start) are the polls of, if they are."""
    facts = family.facts
    if len(group) < 3 or len(family.classes) < 2:
        return None
    start, end, tolerance = facts.start, facts.end, facts.tolerance
    gaps = [start[b] - end[a] for a, b in itertools.pairwise(group)]
    mean = sum(gaps) / len(gaps)
    allowed = max(EVEN * mean, 3 * tolerance.unit_ns)
    if min(gaps) < 0 or mean < 5 * tolerance.unit_ns or max(abs(gap - mean) for gap in gaps) > allowed:
        return None
    first, last, polls = group[0], group[-1], set(group)
    between = {child for child in family.children if child not in polls and start[first] < start[child] < start[last]}
    for job in family.children:
        if (job not in polls and start[job] <= start[first] + tolerance.epsilon_ns and end[job] > end[group[-2]]
                and end[job] <= end[last] + tolerance.epsilon_ns and end[job] - start[job] > 2 * mean):
            return None if between - {job} else PollLoop(job, tuple(group), mean, family.parent)
    return None
