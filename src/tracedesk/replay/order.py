"""The order in which steps are told, and the lanes of branches that ran at the same time.

Order is by start. Clocks of several machines disagree, so a step never stands before the one that the data names as its
cause, nor before the step it happened inside.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from tracedesk.replay.causes import sure_causes
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step

_FIRST = {Act.USER: 0, Act.ROUTED: 1, Act.ANSWERED: 3}
"""Of steps that begin together: the words of the user, then a hand-over, then what they led to, the answer last."""


def in_true_order(material: Material, steps: Sequence[Step]) -> list[Step]:
    """The steps by start, with causes before their effects."""
    ordered = sorted(steps, key=lambda step: (step.start_ns, _FIRST.get(step.act, 2), step.span % (material.trace.n + 1)))
    sure = sure_causes(material, ordered).cause
    at_span = {step.span: at for at, step in enumerate(ordered) if step.encloses}
    waits_for: list[list[int]] = [[] for _ in ordered]
    open_causes = [0] * len(ordered)
    for at, step in enumerate(ordered):
        causes = {sure.get(at, -1), at_span.get(step.parent, -1)} - {-1, at}
        open_causes[at] = len(causes)
        for cause in causes:
            waits_for[cause].append(at)
    if all(cause < at for cause, effects in enumerate(waits_for) for at in effects):
        return ordered
    ready = [at for at, count in enumerate(open_causes) if not count]
    heapq.heapify(ready)
    told: list[Step] = []
    left = set(range(len(ordered)))
    while left:
        at = heapq.heappop(ready) if ready else min(left)   # a circle of causes: begin with its earliest
        if at not in left:
            continue
        left.discard(at)
        told.append(ordered[at])
        for effect in waits_for[at]:
            open_causes[effect] -= 1
            if not open_causes[effect]:
                heapq.heappush(ready, effect)
    return told


LANES_AT_MOST = 8


def give_lanes(steps: Sequence[Step]) -> None:
    """Lane 0 for what runs alone; a step beside a running one takes the next free lane, the last one where all are taken.

    A step inside another shares its lane, and so does one that its cause had not quite finished (a streamed answer).
    """
    latest: list[Step | None] = [None] * LANES_AT_MOST
    held_until = [-(2**63)] * LANES_AT_MOST              # the end of the steps around others, which only those may run beside
    lane_of: dict[int, int] = {}
    for step in steps:
        home = lane_of.get(step.parent, -1)
        for lane in range(max(home, 0), LANES_AT_MOST):
            busy = latest[lane]
            free = busy is None or busy.end_ns <= step.start_ns or (busy.encloses and busy.span == step.parent)
            follows = busy is not None and step.cause is not None and step.cause.step == busy.n
            if (free or follows) and (lane == home or held_until[lane] <= step.start_ns or follows):
                break
        step.lane = lane
        latest[lane] = step
        held_until[lane] = max(held_until[lane], step.end_ns)
        if step.encloses:
            lane_of[step.span] = lane
