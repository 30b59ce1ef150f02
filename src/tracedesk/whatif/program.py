"""The program of every span: what starts each child, what waits for it, and the work in between.

A *base* is a moment in a parent's life from which something starts: its own start (base 0), or the end of a wait. Bases
are numbered across the trace; those of one parent are consecutive from `first_base`. The times follow from::

    time(first base) = start of the parent
    time(base)       = latest end of the children whose `target` it is
    start of child   = time(source) + gap           (and not before what cross constraints and its pool allow)
    end of parent    = time(end_source) + tail      (a leaf's tail is its whole duration)

What reaches beyond one parent is kept beside the columns: `Constraint`s, `Pool`s and `PollLoop`s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.spans import Spans

Ints = NDArray[np.int64]

NOBODY = -1
"""As a target: no one waits for this child."""

AFTER_PARENT = -2
"""As a source: it starts from the end of its parent."""


class Rule(Enum):
    """The rules of inference that leave a mark in a program, by the letter they have in the model."""

    RETRY = "T"
    FEEDING = "F"
    SIBLING_POOL = "L"
    PACING = "R"
    POLLING = "P"
    SHARED_POOL = "X"
    LINK = "Q"
    STREAM = "S"
    RACE = "C"
    ESCAPED = "E"
    LEFTOVER = "D"
    PIN = "pin"


class Point(Enum):
    """A moment of a span that a constraint speaks about; WITHIN is `offset_ns` after its start, scaling with it."""

    START = "start"
    END = "end"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Constraint:
    """`effect_point` of span `effect` is not before `cause_point` of span `cause` plus `lag_ns`."""

    rule: Rule
    cause: int
    cause_point: Point
    effect: int
    effect_point: Point
    lag_ns: int = 0
    offset_ns: int = 0


@dataclass(slots=True)
class Pool:
    """Calls that share `places`. `jobs` in the order they were served; `handoff_ns` is the pause between a place coming
    free and the waiting job starting, `usual_handoff_ns` that of a job that was not seen to wait."""

    rule: Rule
    places: int
    jobs: list[int]
    handoff_ns: dict[int, int] = field(default_factory=dict)
    usual_handoff_ns: int = 0


@dataclass(frozen=True, slots=True)
class PollLoop:
    """`polls` run one after the other, `gap_ns` apart, until the first that ends at or after the end of `job`."""

    job: int
    polls: tuple[int, ...]
    gap_ns: float
    parent: int


@dataclass(slots=True)
class Program:
    """Columns over spans (breadth-first), and what lies across them. Gaps and tails are whole ns.

    `back_off` marks children whose gap is a timer after a failed attempt, `attempt_of` names that attempt (-1: none).
    `deadline_ns` is the longest a span may last (+inf: as long as it likes). `evidence` says, for the children that
    hang on a rule of their own, which.
    """

    spans: Spans
    source: Ints
    gap: Ints
    target: Ints
    first_base: Ints
    base_count: Ints
    end_source: Ints
    tail: Ints
    base_total: int
    attempt_of: Ints
    back_off: NDArray[np.bool_]
    deadline_ns: NDArray[np.float64]
    constraints: list[Constraint] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    polls: list[PollLoop] = field(default_factory=list)
    evidence: dict[int, Rule] = field(default_factory=dict)

    def copy(self) -> Program:
        """A program whose columns and lists can be rewritten without touching this one."""
        return Program(
            self.spans, self.source.copy(), self.gap.copy(), self.target.copy(), self.first_base.copy(),
            self.base_count.copy(), self.end_source.copy(), self.tail.copy(), self.base_total, self.attempt_of,
            self.back_off.copy(), self.deadline_ns, list(self.constraints),
            [Pool(p.rule, p.places, list(p.jobs), dict(p.handoff_ns), p.usual_handoff_ns) for p in self.pools],
            list(self.polls), dict(self.evidence),
        )


def empty_program(spans: Spans) -> Program:
    """A program in which every span is a leaf-like piece of work and nobody waits; the rules fill it in.

    Bases are numbered with room for one per child and one for the parent's start: a family never needs more.
    """
    n = spans.n
    first_base = np.arange(n, dtype=np.int64)
    first_base[1:] += np.cumsum(spans.child_count)[:-1]
    return Program(
        spans, source=first_base[np.maximum(spans.parent, 0)], gap=np.zeros(n, np.int64),
        target=np.full(n, NOBODY, np.int64), first_base=first_base, base_count=np.ones(n, np.int64),
        end_source=first_base.copy(), tail=spans.end - spans.start, base_total=n + int(spans.child_count.sum()),
        attempt_of=np.full(n, -1, np.int64), back_off=np.zeros(n, np.bool_), deadline_ns=np.full(n, np.inf),
    )


def base_times(program: Program, start: NDArray, end: NDArray) -> NDArray[np.float64]:
    """When each base comes about, given starts and ends of all spans (-inf where nothing resolves it)."""
    times = np.full(program.base_total, -np.inf)
    times[program.first_base] = start
    waited = program.target >= 0
    np.maximum.at(times, program.target[waited], end[waited].astype(np.float64))
    return times
