"""What the trace leaves open, in words: which join makes the two readings differ, and by how much."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tracedesk.base.clock import format_duration
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Scale
from tracedesk.whatif.evaluate.evaluator import Evaluator
from tracedesk.whatif.outcome import AMBIGUOUS_FROM, Outcome
from tracedesk.whatif.program import Program, Rule

CLASSES_AT_MOST = 8
"""Each class of joins costs one compilation and one prediction."""


class Doubt(NamedTuple):
    """Whether the spans `effects` waited for `causes` (Trace indexes, pair by pair) cannot be seen. The totals are those
    of the outcome if they did, and if they did not."""

    text: str
    if_waits_ns: int
    if_not_ns: int
    causes: tuple[int, ...]
    effects: tuple[int, ...]


def doubts(outcome: Outcome) -> list[Doubt]:
    """The joins in doubt that matter for this outcome (more than 1 % of its total), the weightiest first."""
    if outcome.low_ns == outcome.high_ns:
        return []
    baseline = outcome.baseline
    found = []
    for pairs in _open_joins(baseline)[:CLASSES_AT_MOST]:
        program = _without(baseline, [cause for cause, _ in pairs])
        total = outcome.total_with(Evaluator(program))
        if abs(total - outcome.total_ns) > AMBIGUOUS_FROM * max(1, outcome.total_ns):
            found.append(_join_in_words(baseline, pairs, outcome.total_ns, total))
    found += _races_in_words(outcome) or _cut_in_words(outcome) if not found else []
    if not found:                                            # several joins that matter only together
        other = outcome.low_ns if outcome.total_ns == outcome.high_ns else outcome.high_ns
        found.append(Doubt(f"if every step waits for all that ended before it: {format_duration(outcome.total_ns)}; if "
                           f"only for the last: {format_duration(other)}", outcome.total_ns, other, (), ()))
    return sorted(found, key=lambda doubt: -abs(doubt.if_waits_ns - doubt.if_not_ns))


def _open_joins(baseline: Baseline) -> list[list[tuple[int, int]]]:
    """(waited for, waiting) pairs on which the readings differ, by the two names; the largest classes first."""
    full, bare, spans = baseline.full.program, baseline.bare.program, baseline.spans
    classes: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for cause in np.flatnonzero(full.target != bare.target).tolist():
        base = full.target[cause]
        siblings = spans.children(int(spans.parent[cause]))
        waiting = [child for child in siblings if full.source[child] == base]
        if base >= 0 and waiting:
            key = (int(spans.name[cause]), int(spans.name[waiting[0]]))
            classes.setdefault(key, []).append((cause, waiting[0]))
    return sorted(classes.values(), key=lambda pairs: -len(pairs))


def _without(baseline: Baseline, causes: list[int]) -> Program:
    """The full reading's program in which those spans are waited for only where the bare reading has it."""
    bare = baseline.bare.program
    program = baseline.full.program.copy()
    program.target[causes] = bare.target[causes]
    concerned = set(causes)
    program.constraints += [constraint for constraint in bare.constraints
                            if constraint.rule is Rule.LEFTOVER and constraint.cause in concerned]
    return program


def _join_in_words(baseline: Baseline, pairs: list[tuple[int, int]], waits_ns: int, not_ns: int) -> Doubt:
    spans = baseline.spans
    cause, effect = spans.name_of(pairs[0][0]), spans.name_of(pairs[0][1])
    text = f"if {effect} waits for {cause}: {format_duration(waits_ns)}; if not: {format_duration(not_ns)}"
    causes, effects = zip(*((int(spans.of_trace[a]), int(spans.of_trace[b])) for a, b in pairs), strict=True)
    return Doubt(text, waits_ns, not_ns, causes, effects)


def _races_in_words(outcome: Outcome) -> list[Doubt]:
    spans = outcome.baseline.spans
    other = outcome.low_ns if outcome.total_ns == outcome.high_ns else outcome.high_ns
    for constraint in outcome.baseline.full.program.constraints:
        if constraint.rule is Rule.RACE:
            winner, loser = spans.name_of(constraint.cause), spans.name_of(constraint.effect)
            text = (f"if {loser}, cancelled when {winner} had answered, would not have answered in time: "
                    f"{format_duration(outcome.total_ns)}; if right when it was cancelled: {format_duration(other)}")
            return [Doubt(text, outcome.total_ns, other, (int(spans.of_trace[constraint.cause]),),
                          (int(spans.of_trace[constraint.effect]),))]
    return []


def _cut_in_words(outcome: Outcome) -> list[Doubt]:
    """A call that was cut and is made faster: it may be cut all the same, or have been about to answer."""
    spans = outcome.baseline.spans
    faster = [change for change in outcome.changes if isinstance(change, Scale) and change.factor < 1]
    sped_up = [int(span) for change in faster for span in outcome.hits(change) if spans.cut[spans.position[span]]]
    if not sped_up:
        return []
    other = outcome.low_ns if outcome.total_ns == outcome.high_ns else outcome.high_ns
    first = int(spans.position[sped_up[0]])
    text = (f"if {spans.name_of(first)}, cut after {format_duration(int(spans.end[first] - spans.start[first]))}, is cut all "
            f"the same: {format_duration(outcome.total_ns)}; if it was about to answer: {format_duration(other)}")
    return [Doubt(text, outcome.total_ns, other, (), ())]
