"""Rule C, races: a cancelled sibling that ends right after a successful one lost to it.

Its end hangs on the winner's end and it has no length of its own: how long it would have taken was not seen.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from tracedesk.whatif.family import Family
from tracedesk.whatif.program import Constraint, Point, Rule


def lost_races(family: Family) -> list[Constraint]:
    """For each loser in the family: its end is not before the winner's, with the delay seen."""
    facts = family.facts
    start, end = facts.start, facts.end
    losers = [child for child in family.children if facts.cancelled[child]]
    if not losers:
        return []
    by_end = sorted(family.children, key=lambda child: end[child])
    ends = [end[child] for child in by_end]
    found = []
    for loser in losers:
        first = bisect_left(ends, end[loser] - facts.tolerance.epsilon_ns)
        near = [child for child in by_end[first:bisect_right(ends, end[loser])]
                if child != loser and not facts.failed[child] and end[child] - start[child] >
                facts.tolerance.together_ns]
        if near:
            winner = near[-1]
            found.append(Constraint(Rule.RACE, winner, Point.END, loser, Point.END, end[loser] - end[winner]))
    return found
