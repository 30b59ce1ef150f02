"""Which call tries again what failed before: a rule that the what-if engine waits by and the store counts by."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence


def second_attempts(starts: Sequence[int], ends: Sequence[int], failed: Iterable[int]) -> dict[int, int]:
    """Of calls beside one another with one name, by start: the position of each retry → that of the attempt it retries.

    `failed` are the positions that failed. A failed call is retried by the first later one that begins when it has ended, or
    after, and retries nobody else; the attempts choose in the order in which they ended.
    """
    found: dict[int, int] = {}
    free = list(range(len(starts) + 1))                      # free[i]: the first position from i on that retries nobody
    for attempt in sorted(failed, key=lambda position: ends[position]):
        at = _first_free(free, bisect_left(starts, ends[attempt]))
        if at == attempt:
            at = _first_free(free, at + 1)
        if at < len(starts):
            found[at] = attempt
            free[at] = at + 1
    return found


def _first_free(free: list[int], at: int) -> int:
    """Follow the pointers to the first unused position, shortening the way behind."""
    while free[at] != at:
        free[at] = free[free[at]]
        at = free[at]
    return at
