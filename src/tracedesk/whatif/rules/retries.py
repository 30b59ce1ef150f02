"""Rule T, retries: a failed child and the first later child of the same name that retries nobody else.

The pause between them is a back-off. It is a timer: it does not scale with anything, and only the retry waits for the
attempt, not whatever else runs beside it. A cancelled call did not fail by itself, so nothing retries it.
"""

from __future__ import annotations

from bisect import bisect_left

from tracedesk.whatif.family import Family


def retried_attempts(family: Family) -> dict[int, int]:
    """Each retry in the family with the failed attempt that it follows."""
    facts = family.facts
    found: dict[int, int] = {}
    for group in family.classes.values():
        attempts = [child for child in group if facts.failed[child] and not facts.cancelled[child]]
        if not attempts or len(group) < 2:
            continue
        starts = [facts.start[child] for child in group]
        free = list(range(len(group) + 1))                   # free[i]: the first position from i on that retries nobody

        for attempt in sorted(attempts, key=lambda child: facts.end[child]):
            at = _first_free(free, bisect_left(starts, facts.end[attempt]))
            if at < len(group) and group[at] == attempt:
                at = _first_free(free, at + 1)
            if at < len(group):
                found[group[at]] = attempt
                free[at] = at + 1
    return found


def _first_free(free: list[int], at: int) -> int:
    """Follow the pointers to the first unused position, shortening the way behind."""
    while free[at] != at:
        free[at] = free[free[at]]
        at = free[at]
    return at
