"""Rule L, a pool among siblings: k calls of one name start together, then one more each time one of them ends.

That is what a semaphore, a thread pool or a connection pool looks like from outside: all were ready at the launch, and
a start that coincides with the earliest end of those running is a place changing hands. One coincidence proves nothing,
so nearly all starts must fit, and for most of them someone else must still be running (else it is a plain batch).
"""

from __future__ import annotations

import heapq

from tracedesk.whatif.family import Facts
from tracedesk.whatif.program import Pool, Rule

FITTING = 0.85
OTHERS_RUNNING = 0.5


def sibling_pools(group: list[int], facts: Facts) -> list[Pool]:
    """The stretches of these siblings (one name, by start) that were served by a pool."""
    found = []
    at = 0
    while at < len(group) - 2:
        together = _launched_together(group, at, facts)
        if together < 2:
            at += 1
            continue
        stop = _served_until(group, at, together, facts)
        if stop:
            found.append(_pool(group[at:stop], together, facts))
            at = stop
        else:
            at += together
    return found


def _launched_together(group: list[int], at: int, facts: Facts) -> int:
    """How many start in one go from there: each within 2.5 ε of the one before."""
    stop = at + 1
    while stop < len(group) and facts.start[group[stop]] - facts.start[group[stop - 1]] <= facts.tolerance.together_ns:
        stop += 1
    return stop - at


def _served_until(group: list[int], at: int, places: int, facts: Facts) -> int:
    """One past the last sibling served by a pool of `places` launched at `at`; 0 where this does not look like one."""
    start, end, epsilon = facts.start, facts.end, facts.tolerance.epsilon_ns
    running = [end[child] for child in group[at:at + places]]
    heapq.heapify(running)
    last_end = max(running)
    fitting = unfitting = beside_others = 0
    stop = at + places
    while stop < len(group):
        child = group[stop]
        wait = start[child] - running[0]
        if wait < 0:                                         # more than `places` at once
            break
        all_idle = start[child] >= last_end
        if wait <= epsilon and (not all_idle or fitting):
            fitting += 1
            beside_others += not all_idle
        elif all_idle:                                       # the next batch, not this queue
            break
        else:
            unfitting += 1
            if unfitting > (1 - FITTING) * (fitting + unfitting) + 1:
                break
        heapq.heapreplace(running, end[child])
        last_end = max(last_end, end[child])
        stop += 1
    served = stop - at - places
    enough = fitting >= 2 or (fitting and places >= 3)
    if enough and beside_others >= OTHERS_RUNNING * fitting and fitting >= FITTING * served:
        return stop
    return 0


def _pool(jobs: list[int], places: int, facts: Facts) -> Pool:
    """The pool, with the pause that each waiting job showed between a place coming free and its start."""
    ends = sorted(facts.end[job] for job in jobs)
    handoff = {job: max(0, facts.start[job] - ends[nth]) for nth, job in enumerate(jobs[places:])}
    return Pool(Rule.SIBLING_POOL, places, jobs, handoff, sorted(handoff.values())[len(handoff) // 2])
