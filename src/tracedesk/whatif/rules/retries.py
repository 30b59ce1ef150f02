"""Rule T, retries: a failed child and the first later child of the same name that retries nobody else.

The pause between them is a back-off. It is a timer: it does not scale with anything, and only the retry waits for the
attempt, not whatever else runs beside it. A cancelled call did not fail by itself, so nothing retries it.
"""

from __future__ import annotations

from tracedesk.model.attempts import second_attempts
from tracedesk.whatif.family import Family


def retried_attempts(family: Family) -> dict[int, int]:
    """Each retry in the family with the failed attempt that it follows."""
    facts = family.facts
    found: dict[int, int] = {}
    for group in family.classes.values():
        failed = [place for place, child in enumerate(group) if facts.failed[child] and not facts.cancelled[child]]
        if failed and len(group) > 1:
            again = second_attempts([facts.start[child] for child in group], [facts.end[child] for child in group], failed)
            found.update((group[later], group[earlier]) for later, earlier in again.items())
    return found
