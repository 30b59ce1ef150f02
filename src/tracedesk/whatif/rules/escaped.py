"""Rule E, escaped children: a child outlives its parent, and an ancestor ends right after it.

Someone further up waited for the task after all. Seen where the ancestor would otherwise have done nothing in
particular
for longer than ε before its end; then it holds for all children of that name under that ancestor.
"""

from __future__ import annotations

import numpy as np

from tracedesk.whatif.program import NOBODY, Constraint, Point, Program, Rule
from tracedesk.whatif.spans import is_above


def add_escaped(program: Program) -> None:
    """Add the constraint that such ancestors end not before those children."""
    spans, tolerance = program.spans, program.spans.tolerance
    child = np.arange(1, spans.n)
    outlives = spans.end[1:] > spans.end[spans.parent[1:]] + tolerance.unit_ns // 2
    escaped = child[outlives & (program.target[1:] == NOBODY)].tolist()
    seen: dict[tuple[int, int], int] = {}
    for span in escaped:
        ancestor = _first_to_outlast(program, span)
        if ancestor < 0:
            continue
        delay = int(spans.end[ancestor] - spans.end[span])
        idle_from = spans.end[ancestor] - program.tail[ancestor]
        if delay <= tolerance.epsilon_ns < program.tail[ancestor] and spans.end[span] > idle_from:
            key = (int(spans.name[span]), ancestor)
            seen[key] = min(delay, seen.get(key, delay))
    for (name, ancestor), delay in seen.items():
        program.constraints += [Constraint(Rule.ESCAPED, span, Point.END, ancestor, Point.END, delay)
                                for span in escaped if spans.name[span] == name and is_above(spans, ancestor, span)]
        program.tail[ancestor] = min(int(program.tail[ancestor]), delay)


def _first_to_outlast(program: Program, span: int) -> int:
    """The nearest ancestor above the parent that ends no earlier than this span (-1: none)."""
    spans = program.spans
    ancestor = int(spans.parent[spans.parent[span]])
    while ancestor >= 0 and spans.end[ancestor] < spans.end[span]:
        ancestor = int(spans.parent[ancestor])
    return ancestor
