"""Where nothing ran, and where something was tried again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tracedesk.base.clock import NS_PER_S, format_duration
from tracedesk.model.kinds import Kind
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.tools import arguments
from tracedesk.replay.words import line, same_text

LEAST_NS = NS_PER_S
LEAST_SHARE = 0.05
"""A stretch without any work is told from a second and this share of the trace on."""


def waits(material: Material, steps: Sequence[Step]) -> list[Step]:
    """The stretches between the steps in which no span without children ran."""
    trace = material.trace
    if not steps:
        return []
    leaves = trace.child_count == 0
    told = [(step.start_ns, step.end_ns) for step in steps if step.act not in (Act.USER, Act.RAN)
            and (step.span < 0 or leaves[step.span] or step.act in (Act.CHOSE, Act.WROTE, Act.REPLIED))]
    starts = np.concatenate([trace.start_ns[leaves], np.array([one for one, _ in told], np.int64)])
    ends = np.concatenate([trace.end_ns[leaves], np.array([one for _, one in told], np.int64)])
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    least = max(LEAST_NS, int(LEAST_SHARE * (trace.t1_ns - trace.t0_ns)))
    gaps = [(int(ends[at]), int(starts[at + 1])) for at in np.flatnonzero(starts[1:] - ends[:-1] >= least)]
    if len(ends) and trace.t1_ns - int(ends[-1]) >= least and not trace.unfinished.any():
        gaps.append((int(ends[-1]), trace.t1_ns))
    return [_wait(material, start, end) for start, end in gaps]


def _wait(material: Material, start: int, end: int) -> Step:
    trace = material.trace
    around = np.flatnonzero((trace.start_ns <= start) & (trace.end_ns >= end - (end - start) // 20))
    inside = int(around[np.argmax(trace.depth[around])]) if len(around) else -1
    detail = f"nothing was recorded inside {line(material.rows[inside].name)}" if inside >= 0 else "nothing was recorded"
    return Step(Act.WAITED, Kind.OTHER, -1, start, end, f"Waited {format_duration(end - start)}", detail)


def retries(material: Material, steps: Sequence[Step]) -> dict[int, int]:
    """Mark the steps that try again what failed just before, and what was waited for in between.

    Gives back the positions: of the second attempt → of the failed one.
    """
    failed: dict[tuple[int, Kind, str], int] = {}
    found: dict[int, int] = {}
    waiting: Step | None = None
    for at, step in enumerate(steps):
        if step.act is Act.WAITED:
            waiting = step
            continue
        if step.kind not in (Kind.LLM, Kind.TOOL) or step.act is Act.USER:
            continue
        key = (int(material.trace.parent[step.span]), step.kind, step.actor)
        place = failed.pop(key, None)
        before = steps[place] if place is not None else step
        if place is not None and before.end_ns <= step.start_ns and _same_question(material, before.span, step.span):
            found[at] = place
            step.attempt = before.attempt + 1
            if waiting is not None and before.end_ns <= waiting.start_ns and waiting.end_ns <= step.start_ns:
                waiting.detail = f"before trying {line(step.actor)} again"
            waited = format_duration(step.start_ns - before.end_ns)
            step.detail = f"attempt {step.attempt}, {waited} later: {step.detail}"
            if not step.problems:
                step.title = f"Tried again: {step.title[0].lower()}{step.title[1:]}"
        if material.failed(step.span):
            failed[key] = at
    return found


def _same_question(material: Material, before: int, again: int) -> bool:
    if material.trace.kind[again] == Kind.TOOL:
        return same_text(arguments(material, [before])) == same_text(arguments(material, [again]))
    inputs = [len(material.messages(span, "input.messages")) for span in (before, again)]
    return inputs[0] == inputs[1] or 0 in inputs
