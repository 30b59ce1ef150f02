"""Rule Q, links: a span that links to an earlier one elsewhere in the trace does not start before that one ended.

A message queue, a batch, a fan-in: the sender says so itself. If the linked span ended after the local cause, it was
the link that held the start, and what lay between its end and the start is the hand-over; the local gap is then unknown
and taken from other spans of the name. If not, the link did not matter in this run, but it may under a change.
"""

from __future__ import annotations

from tracedesk.whatif.program import Constraint, Point, Program, Rule
from tracedesk.whatif.spans import is_above


def add_links(program: Program) -> None:
    """Add the constraints of the trace's links, and shorten the gaps of starts that a link had held."""
    spans = program.spans
    slip = spans.tolerance.unit_ns // 5
    linked = [(cause, effect) for effect, cause in zip(spans.link_from.tolist(), spans.link_to.tolist(), strict=True)
              if not is_above(spans, cause, effect) and not is_above(spans, effect, cause)
              and spans.end[cause] <= spans.start[effect] + slip]
    lag = {(cause, effect): max(0, int(spans.start[effect] - spans.end[cause])) for cause, effect in linked}
    holder: dict[int, int] = {}
    for cause, effect in linked:
        local_cause = spans.start[effect] - program.gap[effect]
        latest = holder.get(effect, -1)
        if spans.end[cause] >= local_cause and (latest < 0 or spans.end[cause] > spans.end[latest]):
            holder[effect] = cause
    shortest = min((lag[cause, effect] for effect, cause in holder.items()), default=0)
    free_gap: dict[int, int] = {}
    for _, effect in linked:
        if effect not in holder:
            own = int(spans.name[effect])
            free_gap[own] = min(free_gap.get(own, 1 << 62), int(program.gap[effect]))
    for cause, effect in linked:
        held = holder.get(effect) == cause
        seen = lag[cause, effect] if held else min(shortest, lag[cause, effect])
        program.constraints.append(Constraint(Rule.LINK, cause, Point.END, effect, Point.START, seen))
        if held:
            program.gap[effect] = min(int(program.gap[effect]), free_gap.get(int(spans.name[effect]), 0))
