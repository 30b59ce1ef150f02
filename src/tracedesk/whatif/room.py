"""How much longer one span may last in an outcome before the whole gets longer: slack, but under changes."""

from __future__ import annotations

from tracedesk.whatif.apply import apply
from tracedesk.whatif.changes import Add
from tracedesk.whatif.outcome import Outcome
from tracedesk.whatif.selection import Selection

STEPS = 10
"""Halvings of the interval: to within a thousandth of the total."""


def room_ns(outcome: Outcome, span: int) -> int:
    """ns that span `span` (a Trace index) could last longer without moving the total; found by trying."""
    still_ns = outcome.total_ns // 1_000
    low, high = 0, outcome.total_ns
    for _ in range(STEPS):
        middle = (low + high) // 2
        low, high = (middle, high) if _total(outcome, span, middle) - outcome.total_ns <= still_ns else (low, middle)
    return low


def _total(outcome: Outcome, span: int, extra_ns: int) -> int:
    change = Add(Selection(span_ids=(outcome.baseline.trace.span_ids[span],)), extra_ns)
    question = outcome.question
    return apply(outcome.baseline, (*outcome.changes, change), price=question.price, profile=question.profile,
                 counted=question.counted, coarse=question.coarse).total_ns
