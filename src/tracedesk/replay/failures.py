"""What went wrong outside the steps, and what to tell of a trace that has none."""

from __future__ import annotations

from collections.abc import Sequence

from tracedesk.replay.making import step_of
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.words import joined, line

TOP_AT_MOST = 500
"""So many spans of the first two levels are told where a trace holds nothing of a language model."""


def failures(material: Material, steps: Sequence[Step]) -> list[Step]:
    """A step for each failed span that is the cause of a failure (none below it failed) and that no step tells.

    A failure inside a tool or a search is told there: either that step failed too, or it lived with it.
    """
    trace = material.trace
    parents = trace.parent.tolist()
    failed = [span for span, row in enumerate(material.rows) if material.failed(span)]
    above: set[int] = set()
    for span in failed:
        at = parents[span]
        while at >= 0 and at not in above:
            above.add(at)
            at = parents[at]
    told = {member for step in steps for member in step.members}
    covered: list[bool] = []
    for span, parent in enumerate(parents):
        covered.append(span in told or (parent >= 0 and covered[parent]))
    return [_failure(material, span) for span in failed if span not in above and not covered[span]]


def _failure(material: Material, span: int) -> Step:
    """A failed leaf failed all along; a span with others inside failed when its exception was seen, or at its end."""
    trace, row = material.trace, material.rows[span]
    error = material.error(span) or "failed"
    start, end = int(trace.start_ns[span]), int(trace.end_ns[span])
    if trace.child_count[span]:
        seen = next((event.time_ns for event in material.events(span) if event.name == "exception"), end)
        start = end = min(max(seen, start), end)
    step = step_of(material, Act.FAILED, span, f"{line(row.name)} failed", line(error))
    step.start_ns, step.end_ns = start, end
    return step


def last_resort(material: Material) -> list[Step]:
    """Roots and their children as steps: for a trace of plain services, or one whose kinds nobody knows."""
    trace = material.trace
    found: list[Step] = []
    for span in range(trace.n):
        if trace.depth[span] > 1:
            continue
        if len(found) == TOP_AT_MOST:
            break
        row = material.rows[span]
        error = material.error(span)
        below = int(trace.subtree_end[span]) - span - 1
        found.append(step_of(material, Act.RAN, span, f"Ran {line(row.name)}", joined(
            [row.service, row.label or "", f"{below:,} spans inside" if below else "", line(error) if error else ""])))
    return found
