"""How much later each span could end with the total unmoved.

In a plain family all moments of the parent shift together, so a child's slack is its parent's plus the time between its
end and the wait it belongs to: one addition per span, from the top down. Where pools or constraints reach across, the
latest moments are found by going back over the same program in time. There the answer is first order only: a larger
shift may change who waits for whom, and only a prediction tells.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.program import AFTER_PARENT, NOBODY, Constraint, Point, Program, base_times

UNLIMITED = -1
PASSES_AT_MOST = 8
TAKERS_AT_MOST = 64
"""In a pool thousands wide every job ends beside every other's start; looking at all pairs would take minutes."""
Floats = NDArray[np.float64]


def slack(baseline: Baseline) -> NDArray[np.int64]:
    """Per Trace index, ns that the span could end later without moving the root's end; -1 where nobody waits for it."""
    reading, spans = baseline.full, baseline.spans
    program = reading.program
    latest = np.full(spans.n, np.inf)
    if not reading.evaluator.is_plain:
        _general(program, reading.evaluator.general, latest)
    room = np.asarray(latest - spans.end, np.float64)
    room[0] = 0.0
    plain_child = np.flatnonzero(~reading.evaluator.general[np.maximum(spans.parent, 0)])
    plain_child = plain_child[plain_child > 0]
    waits = base_times(program, spans.start, spans.end)
    target = program.target[plain_child]
    room[plain_child] = np.where(target >= 0, waits[np.maximum(target, 0)] - spans.end[plain_child], np.inf)
    _add_downwards(program, plain_child, room)
    limited = np.isfinite(room)
    found = np.where(limited, np.clip(np.where(limited, room, 0.0), 0.0, 2.0**62), UNLIMITED).astype(np.int64)
    return found[spans.position]


def _add_downwards(program: Program, plain_child: NDArray[np.int64], room: Floats) -> None:
    """Add each plain child's parent's slack to its own, level by level; a deep narrow tree by a loop."""
    spans = program.spans
    if len(spans.level) > 256 and spans.n < 64 * len(spans.level):
        values, parent = room.tolist(), spans.parent.tolist()
        for child in plain_child.tolist():
            values[child] += values[parent[child]]
        room[:] = values
        return
    cuts = np.searchsorted(plain_child, spans.level)
    for lo, hi in zip(cuts[1:-1].tolist(), cuts[2:].tolist(), strict=True):
        chosen = plain_child[lo:hi]
        room[chosen] += room[spans.parent[chosen]]


def _general(program: Program, general: NDArray[np.bool_], latest: Floats) -> None:
    """Latest ends of the children of general parents, into `latest`."""
    spans = program.spans
    takes_part = general.copy()
    takes_part[1:] |= general[spans.parent[1:]]
    part = np.flatnonzero(takes_part).tolist()
    start, end = spans.start, spans.end
    # backwards in time; at one instant a start before an end (it may follow from it), parents' ends before children's
    moments = [(-int(end[i]), 1, i, i) for i in part] + [(-int(start[i]), 0, -i, i) for i in part]
    moments.sort()
    caused: dict[int, list[Constraint]] = {}
    for constraint in program.constraints:
        caused.setdefault(constraint.cause, []).append(constraint)
    next_job = _next_jobs(program)
    late_end = dict.fromkeys(part, np.inf)
    late_start = dict.fromkeys(part, np.inf)
    late_base: dict[int, float] = {}
    late_end[0] = float(end[0])
    for _ in range(PASSES_AT_MOST):                          # more than one only where zero-length spans tie
        before = sum(value for value in late_end.values() if value < np.inf)
        for _, is_end, _, i in moments:
            if is_end:
                value = late_end[i]
                if program.target[i] != NOBODY:
                    value = min(value, late_base.get(int(program.target[i]), np.inf))
                for constraint in caused.get(i, ()):
                    if constraint.cause_point is Point.END:
                        value = min(value, _late_effect(constraint, late_start, late_end))
                for job, handoff in next_job.get(i, ()):
                    value = min(value, late_start[job] - handoff)
                late_end[i] = value
                if general[i]:
                    base = int(program.end_source[i])
                    late_base[base] = min(late_base.get(base, np.inf), value - int(program.tail[i]))
                else:
                    late_start[i] = min(late_start[i], value - int(end[i] - start[i]))
            else:
                if general[i]:
                    late_start[i] = min(late_start[i], late_base.get(int(program.first_base[i]), np.inf))
                for constraint in caused.get(i, ()):
                    if constraint.cause_point is not Point.END:
                        effect = _late_effect(constraint, late_start, late_end)
                        late_start[i] = min(late_start[i], effect - constraint.offset_ns)
                base = int(program.source[i])
                parent = int(spans.parent[i])
                if parent >= 0 and base != AFTER_PARENT:
                    late_base[base] = min(late_base.get(base, np.inf), late_start[i] - int(program.gap[i]))
                elif parent >= 0:
                    late_end[parent] = min(late_end[parent], late_start[i] - int(program.gap[i]))
        if sum(value for value in late_end.values() if value < np.inf) == before:
            break
    for i, value in late_end.items():
        latest[i] = value


def _late_effect(constraint: Constraint, late_start: dict[int, float], late_end: dict[int, float]) -> float:
    late = late_end if constraint.effect_point is Point.END else late_start
    return late[constraint.effect] - constraint.lag_ns


def _next_jobs(program: Program) -> dict[int, list[tuple[int, int]]]:
    """For each job of a pool the ones that took a place as it came free, with the hand-off pause: of more than the pool has
    places (or `TAKERS_AT_MOST`) the first."""
    spans, epsilon = program.spans, program.spans.tolerance.epsilon_ns
    found: dict[int, list[tuple[int, int]]] = {}
    for pool in program.pools:
        jobs = np.array(pool.jobs)
        order = np.argsort(spans.start[jobs], kind="stable")
        starts, by_start = spans.start[jobs][order], jobs[order]
        for job in pool.jobs:
            end = int(spans.end[job])
            lo, hi = np.searchsorted(starts, [end, end + epsilon + 1])
            hi = min(hi, lo + 1 + min(pool.places, TAKERS_AT_MOST))
            takers = [(int(taker), int(spans.start[taker]) - end) for taker in by_start[lo:hi] if taker != job]
            if takers:
                found[job] = takers
    return found
