"""Short questions for the tests of this folder: everything in drawing cells (10 ms)."""

from __future__ import annotations

from tests.helpers.drawn import CELL_NS, at, drawn
from tracedesk.model.trace import Trace
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Change, Scale
from tracedesk.whatif.outcome import Outcome
from tracedesk.whatif.program import Program
from tracedesk.whatif.selection import Selection


def named(name: str, nth: int | None = None) -> Selection:
    return Selection(name=name, nth=nth)


def outcome_of(picture: str | Trace, *changes: Change) -> Outcome:
    trace = drawn(picture) if isinstance(picture, str) else picture
    return apply(Baseline.of(trace), changes)


def slower(picture: str | Trace, name: str, factor: float, nth: int | None = None) -> Outcome:
    return outcome_of(picture, Scale(named(name, nth), factor))


def program_of(picture: str) -> Program:
    return Baseline.of(drawn(picture)).full.program


def cells(ns: float) -> float:
    return round(ns / CELL_NS, 6)


def total(outcome: Outcome) -> float:
    return cells(outcome.total_ns)


def start(outcome: Outcome, name: str, nth: int = 0) -> float:
    index = at(outcome.baseline.trace, name, nth)
    return cells(outcome.start_ns[index] - outcome.base_start_ns[outcome.baseline.trace.roots[0]])


def shift(outcome: Outcome, name: str, nth: int = 0) -> float:
    return cells(outcome.shift_ns[at(outcome.baseline.trace, name, nth)])


def end(outcome: Outcome, name: str, nth: int = 0) -> float:
    index = at(outcome.baseline.trace, name, nth)
    return cells(outcome.end_ns[index] - outcome.base_start_ns[outcome.baseline.trace.roots[0]])
