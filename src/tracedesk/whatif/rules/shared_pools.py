"""Rule X, a pool across parents: same-name calls anywhere in the trace that share k places.

A global semaphore, a connection pool, a rate limiter: workers wait for a place without a span to show for it, so the
wait looks like their own work. It is told from work by three signs: it ends exactly when another call of the class
ends, with k running just before; it is longer than the class needs when nobody waits; and, decisive, *the pool was
never idle*: as long as someone waited, all k places were taken. Then the gap shrinks to the lead without waiting, and
the wait becomes a matter of places.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from tracedesk.whatif.program import Pool, Program, Rule

UNEXPLAINED_AT_MOST = 0.2
IDLE_SHARE = 0.05
IDLE_WAITERS_AT_MOST = 0.15
RECENT_ENDS = 8


@dataclass(slots=True)
class Rewired:
    """A start read as "after a same-name sibling ended" that may as well be a wait for the pool: base, who it waits
    for, whom it starts."""

    base: int
    waited: list[int]
    started: list[int]


def add_shared_pools(program: Program) -> None:
    """Find the pools of the trace that reach across parents; each span belongs to one pool at most."""
    spans, unit = program.spans, program.spans.tolerance.unit_ns
    taken = {job for pool in program.pools for job in pool.jobs}
    by_name = np.argsort(spans.name, kind="stable")
    borders = np.flatnonzero(np.diff(spans.name[by_name])) + 1
    for jobs in np.split(by_name, borders):
        gaps = program.gap[jobs]
        if len(jobs) < 3 or int((gaps > gaps.min() + 4 * unit).sum()) < 2 or len(np.unique(spans.parent[jobs])) < 2:
            continue
        ordered = jobs[np.lexsort((jobs, spans.start[jobs]))].tolist()
        if not taken.isdisjoint(ordered):
            continue
        rewired = _handed_on_inside(program, ordered)
        pool = _pool(program, ordered, rewired) if rewired else None
        if pool:
            _rewire(program, rewired)
        else:
            pool = _pool(program, ordered, [])
        if pool:
            program.pools.append(pool)
            taken.update(pool.jobs)


def _pool(program: Program, jobs: list[int], rewired: list[Rewired]) -> Pool | None:
    """The pool of these same-name spans (by start), if the signs are there; shortens the gaps of those that waited."""
    spans, tolerance = program.spans, program.spans.tolerance
    epsilon, unit = tolerance.epsilon_ns, tolerance.unit_ns
    start = dict(zip(jobs, spans.start[jobs].tolist(), strict=True))
    end = dict(zip(jobs, spans.end[jobs].tolist(), strict=True))
    gap = dict(zip(jobs, program.gap[jobs].tolist(), strict=True))
    for move in rewired:
        launched = start[move.waited[0]] - gap[move.waited[0]]
        for job in move.started:
            gap[job] = start[job] - launched
    running, places = _running_before(jobs, start, end, epsilon)
    if len(jobs) <= places:
        return None
    ends = sorted(end.values())
    since_end = {job: start[job] - ends[at - 1] if (at := bisect_right(ends, start[job])) else 1 << 62 for job in jobs}
    at_once = [job for job in jobs if running[job] >= places and since_end[job] <= epsilon]
    shortest = min(gap.values())
    waiters = [job for job in at_once if gap[job] > shortest + 3 * unit]
    if len(waiters) < 2:
        return None
    waiting = set(waiters)
    free = sorted(gap[job] for job in jobs if job not in waiting)
    if not free or sum(value > shortest + 4 * unit for value in free) > UNEXPLAINED_AT_MOST * len(jobs):
        return None
    median = free[len(free) // 2]
    lead = median if median < 3 * free[0] + 4 * unit else free[0]
    if not _never_idle(waiters, start, end, gap, lead, places, epsilon):
        return None
    waiting = {job for job in at_once if gap[job] > lead}    # short waits as well
    if any(job not in waiting for move in rewired for job in move.started):
        return None
    arrived = -1 << 62
    # served in order of arrival, so never before the one before
    for job in jobs:
        cause = start[job] - gap[job]
        ready = min(start[job], max(cause + min(lead, gap[job]), arrived)) if job in waiting else start[job]
        arrived = max(arrived, ready)
        if job in waiting:
            program.gap[job] = ready - cause
    handoff = {job: since_end[job] for job in jobs if job in waiting}
    return Pool(Rule.SHARED_POOL, places, jobs, handoff, sorted(handoff.values())[len(handoff) // 2])


def _running_before(
    jobs: list[int], start: dict[int, int], end: dict[int, int], epsilon: int
) -> tuple[dict[int, int], int]:
    """How many ran a moment before each start (what ended within ε before counts), and the most that ever did."""
    heap: list[int] = []
    recent: list[int] = []
    running, most = {}, 0
    for job in jobs:
        while heap and heap[0] <= start[job]:
            recent.append(heapq.heappop(heap))
        del recent[:-RECENT_ENDS]
        running[job] = len(heap) + sum(ended >= start[job] - epsilon for ended in recent)
        heapq.heappush(heap, end[job])
        most = max(most, len(heap))
    return running, most


def _never_idle(
    waiters: list[int], start: dict[int, int], end: dict[int, int], gap: dict[int, int], lead: int, places: int,
    epsilon: int,
) -> bool:
    """Whether, while they waited, hardly a place was free: the test that tells a pool from work that happens to fit."""
    moments = sorted([(value, 1) for value in start.values()] + [(value, -1) for value in end.values()])
    times, idle_until, full = [], [], []
    busy = idle = 0
    before = moments[0][0]
    for moment, step in moments:
        if busy < places:
            idle += moment - before
        before = moment
        busy += step
        times.append(moment)
        idle_until.append(idle)
        full.append(busy >= places)

    def idle_up_to(moment: int) -> int:
        at = bisect_right(times, moment) - 1
        return 0 if at < 0 else idle_until[at] + (0 if full[at] else moment - times[at])

    spoiled = 0
    for job in waiters:
        ready = start[job] - gap[job] + min(lead, gap[job])
        spoiled += idle_up_to(start[job]) - idle_up_to(ready) > epsilon + IDLE_SHARE * (start[job] - ready)
    return spoiled <= IDLE_WAITERS_AT_MOST * len(waiters)


def _handed_on_inside(program: Program, jobs: list[int]) -> list[Rewired]:
    """Waits between same-name siblings that involve no one else: candidates for a pool inside a pool."""
    spans = program.spans
    of_class = set(jobs)
    waited: dict[int, list[int]] = {}
    started: dict[int, list[int]] = {}
    for parent in {int(spans.parent[job]) for job in jobs}:
        for child in spans.children(parent):
            waited.setdefault(int(program.target[child]), []).append(child)
            started.setdefault(int(program.source[child]), []).append(child)
    found = []
    for base in sorted(waited):
        if base < 0 or base not in started:
            continue
        parent = int(spans.parent[started[base][0]])
        if of_class.issuperset(waited[base]) and of_class.issuperset(started[base]) \
                and program.end_source[parent] != base:
            found.append(Rewired(base, waited[base], started[base]))
    return found


def _rewire(program: Program, rewired: list[Rewired]) -> None:
    """Earliest first: what the base started starts with those it waited for, and who waited for those waits for
    both."""
    for move in rewired:
        program.source[move.started] = program.source[move.waited[0]]
        program.target[move.waited] = program.target[move.started[0]]
