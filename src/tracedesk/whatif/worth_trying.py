"""What would help: how much quicker which step would have to be, so that the whole meets its budget.

Works on an outcome, on top of its changes. Every suggestion is a prediction that was made, never a rule of thumb.
"""

from __future__ import annotations

from typing import NamedTuple

from tracedesk.base.clock import format_duration
from tracedesk.whatif.apply import apply
from tracedesk.whatif.changes import Scale
from tracedesk.whatif.outcome import Outcome
from tracedesk.whatif.selection import Selection

STEPS = 7
"""Halvings of the interval in which the factor is looked for: to within a hundredth."""
TRIED, SAID = 4, 2
LEAST_FACTOR = 0.2
"""Nobody makes a step more than five times as quick by trying."""
LEAST_SHARE = 0.02
"""Savings below this share of the total are not worth a sentence."""


class Suggestion(NamedTuple):
    """Work of span `span` (a Trace index) × `factor` brings the total to `total_ns`; `text` says so."""

    span: int
    factor: float
    total_ns: int
    text: str


def worth_trying(outcome: Outcome, *, budget_ns: int | None = None) -> list[Suggestion]:
    """At most two suggestions, the one with the smallest change to the program first; none where nothing helps."""
    found = []
    for ranked in outcome.ranking(TRIED):
        if outcome.baseline.trace.child_count[ranked.span]:
            continue                                         # "make everything faster" is no advice
        if budget_ns is not None and outcome.total_ns > budget_ns:
            made = _into_budget(outcome, ranked.span, budget_ns)
        else:
            made = _halved(outcome, ranked.span)
        if made is not None:
            found.append(made)
    if budget_ns is not None and outcome.total_ns > budget_ns:
        return sorted(found, key=lambda item: -item.factor)[:SAID]
    return sorted(found, key=lambda item: item.total_ns)[:SAID]


def _total(outcome: Outcome, span: int, factor: float) -> int:
    change = Scale(Selection(span_ids=(outcome.baseline.trace.span_ids[span],)), factor)
    question = outcome.question
    return apply(outcome.baseline, (*outcome.changes, change), price=question.price, profile=question.profile,
                 counted=question.counted, coarse=question.coarse).total_ns


def _length_ns(outcome: Outcome, span: int) -> int:
    return int(outcome.end_ns[span] - outcome.start_ns[span])


def _into_budget(outcome: Outcome, span: int, budget_ns: int) -> Suggestion | None:
    """The largest factor with which the total meets the budget."""
    if _total(outcome, span, LEAST_FACTOR) > budget_ns:
        return None
    low, high = LEAST_FACTOR, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _total(outcome, span, middle) <= budget_ns else (low, middle)
    name, length = outcome.baseline.trace.name[span], _length_ns(outcome, span)
    total = _total(outcome, span, low)
    return Suggestion(span, low, total,
                      f"Bring {name} from {format_duration(length)} to {format_duration(round(length * low))}: "
                      f"the total is then {format_duration(total)}, within the budget.")


def _halved(outcome: Outcome, span: int) -> Suggestion | None:
    total = _total(outcome, span, 0.5)
    saved = outcome.total_ns - total
    if saved < LEAST_SHARE * max(1, outcome.total_ns):
        return None
    name = outcome.baseline.trace.name[span]
    return Suggestion(span, 0.5, total, f"Halving {name} would save {format_duration(saved)}.")
