"""Tokens and cost of each step and of its turn so far. What a step does not cover is added to the step that was running."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from tracedesk.replay.material import Material
from tracedesk.replay.steps import Figures, Step


def give_figures(material: Material, steps: Sequence[Step]) -> Figures:
    """Fill in `own` and `so_far`; give back the sum of the whole trace."""
    owner = {member: step for step in steps for member in step.members}
    parents = material.trace.parent.tolist()
    by_start = sorted(steps, key=lambda step: step.start_ns)
    starts = [step.start_ns for step in by_start]
    total = Figures()
    for span, row in enumerate(material.rows):
        if not material.counts(span):
            continue
        known = material.priced(span)
        figures = Figures(row.cost_nusd if known else None, int(not known and bool(row.cost_status)), row.input_tokens,
                          row.output_tokens, 1)
        total = total.plus(figures)
        step = owner.get(span)
        at = parents[span]
        while step is None and at >= 0:
            step, at = owner.get(at), parents[at]
        if step is None and by_start:
            step = by_start[max(0, bisect_right(starts, row.start_ns) - 1)]
        if step is not None:
            step.own = step.own.plus(figures)
    so_far = Figures()
    for step in steps:
        so_far = step.so_far = so_far.plus(step.own)
    return total
