"""Rule F, feeding: two classes of siblings that pair up one to one, each B working on what its A made.

Two shapes. A *chain* per item: every B starts the same short while after its own A. A *single consumer*: B never
overlaps itself and starts as soon as its A has ended and the B before is over. In both some A must still be running
when a B starts (else it is a plain loop) and some B must start before the last A ends (else a plain wave).
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from typing import NamedTuple

from tracedesk.whatif.family import Facts, Family
from tracedesk.whatif.program import Pool, Rule

FARTHEST = 25
"""A chain's delay is at most this many ε; farther apart, equal delays are no evidence."""


class Fed(NamedTuple):
    """`feeder` of each fed child; the classes fed that are one consumer, as pools with a single place; and the `lead` of
    those that were ready while the consumer was busy: how soon after its feeder each would have started."""

    feeder: dict[int, int]
    consumers: list[Pool]
    lead: dict[int, int]


def fed_children(family: Family, pooled: set[int]) -> Fed:
    """Who is fed by whom in this family. Children `pooled` by rule L were already explained."""
    fed = Fed({}, [], {})
    groups = [group for group in family.classes.values() if len(group) > 1]
    for eaters in groups:
        if eaters[0] in pooled:
            continue
        best: tuple[int, bool, list[int]] | None = None
        for group in groups:
            if group is eaters or len(group) != len(eaters):
                continue
            feeders = sorted(group, key=lambda child: family.facts.end[child])
            match = _match(feeders, eaters, family.facts)
            if match and (best is None or match[0] < best[0]):
                best = (*match, feeders)
        if best:
            fed.feeder.update(zip(eaters, best[2], strict=True))
            if best[1]:
                _queue(fed, best[2], eaters, family.facts)
    return fed


def _queue(fed: Fed, feeders: list[int], eaters: list[int], facts: Facts) -> None:
    """The queue of a single consumer: an item made while it was busy waited for it, which is no work of its own."""
    start, end = facts.start, facts.end
    free_at = [-1 << 62, *(end[b] for b in eaters[:-1])]
    items = list(zip(feeders, eaters, free_at, strict=True))
    lead = min((start[b] - end[a] for a, b, free in items if end[a] >= free), default=0)
    handoff = {b: start[b] - free for a, b, free in items if end[a] + lead < free}
    fed.lead.update(dict.fromkeys(handoff, lead))
    usual = sorted(handoff.values())[len(handoff) // 2] if handoff else 0
    fed.consumers.append(Pool(Rule.FEEDING, 1, list(eaters), handoff, usual))


def _match(feeders: list[int], eaters: list[int], facts: Facts) -> tuple[int, bool] | None:
    """(longest delay, whether it is a single consumer) of feeders by end and eaters by start; None: no such pairing."""
    start, end, epsilon = facts.start, facts.end, facts.tolerance.epsilon_ns
    if not any(start[eater] < end[feeders[-1]] - epsilon for eater in eaters):
        return None
    delays = [start[b] - end[a] for a, b in zip(feeders, eaters, strict=True)]
    if min(delays) >= 0 and max(delays) - min(delays) <= epsilon and max(delays) <= FARTHEST * epsilon:
        return (max(delays), False) if _others_run_beside(feeders, eaters, facts) else None
    if len(eaters) < 3 or any(end[a] > start[b] for a, b in itertools.pairwise(eaters)):
        return None
    free_at = [0, *(end[b] for b in eaters[:-1])]            # when the consumer was done with the item before
    delays = [start[b] - max(end[a], free) for a, b, free in zip(feeders, eaters, free_at, strict=True)]
    held_up = any(end[a] > free for a, free in zip(feeders[1:], free_at[1:], strict=True))
    if min(delays) < 0 or max(delays) > epsilon or not held_up:
        return None
    return (max(delays), True) if _others_run_beside(feeders, eaters, facts) else None


def _others_run_beside(feeders: list[int], eaters: list[int], facts: Facts) -> bool:
    """Whether, for a third of the eaters and at least one, some feeder still ran when it started."""
    start, end = facts.start, facts.end
    begun, ended = sorted(start[a] for a in feeders), [end[a] for a in feeders]
    beside = sum(bisect_right(begun, start[b]) > bisect_right(ended, start[b]) for b in eaters)
    return beside >= max(1, len(eaters) // 3)
