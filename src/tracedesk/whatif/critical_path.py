"""What the total is made of: one walk back from the root's end, through whatever held each moment up.

From an end back over the span's own last work to what it waited for; from a start back over its parent's own work, or
through a link, an event or a pool's place, to what let it start. The pieces tile the time from the root's start to its
end exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.evaluate.amounts import Amounts, Timeline
from tracedesk.whatif.program import AFTER_PARENT, Constraint, Point, Program

OWN, WAIT = "own", "wait"


class Piece(NamedTuple):
    """A stretch of the critical path: `span` (index in the Trace) works itself, or waits for a place or a hand-over.
    Times are ns since 1970, with clocks put right."""

    span: int
    start_ns: int
    end_ns: int
    kind: str


def critical_path(baseline: Baseline) -> list[Piece]:
    """The critical path of the recorded run, earliest piece first."""
    spans = baseline.spans
    recorded = Timeline(spans.start.astype(np.float64), spans.end.astype(np.float64))
    return path_of(baseline.full.program, baseline.full.evaluator.recorded, recorded)


def path_of(program: Program, amounts: Amounts, timeline: Timeline) -> list[Piece]:
    """The critical path of any run of a program."""
    return _Walk(program, amounts, timeline).pieces()


@dataclass(slots=True)
class _Walk:
    program: Program
    amounts: Amounts
    timeline: Timeline
    found: list[tuple[int, float, float, str]] = field(default_factory=list)
    resolvers: dict[int, dict[int, int]] = field(default_factory=dict)
    onto_start: dict[int, list[Constraint]] = field(default_factory=dict)
    onto_end: dict[int, list[Constraint]] = field(default_factory=dict)
    pool_of: dict[int, int] = field(default_factory=dict)
    by_end: dict[int, tuple[list[float], list[int]]] = field(default_factory=dict)
    now: float = 0.0

    def pieces(self) -> list[Piece]:
        """Walk from the root's end to its start."""
        program, spans = self.program, self.program.spans
        for constraint in program.constraints:
            onto = self.onto_end if constraint.effect_point is Point.END else self.onto_start
            onto.setdefault(constraint.effect, []).append(constraint)
        for index, pool in enumerate(program.pools):
            self.pool_of.update(dict.fromkeys(pool.jobs, index))
        self.now = float(self.timeline.end[0])
        begin = float(self.timeline.start[0])
        at: tuple[Point, int] | None = (Point.END, 0)
        seen = set()
        while at is not None and at not in seen and self.now > begin:
            seen.add(at)
            point, span = at
            at = self._before_end(span) if point is Point.END else self._before_start(span)
        self._back_to(begin, 0, OWN)                         # only where a walk could not be followed further
        t0 = spans.t0_ns
        found = []
        for span, start, end, kind in reversed(self.found):
            piece = Piece(int(spans.of_trace[span]), t0 + round(start), t0 + round(end), kind)
            if piece.end_ns > piece.start_ns:
                found.append(piece)
        return _name_the_virtual_root(found)

    def _back_to(self, moment: float, span: int, kind: str) -> None:
        """The path back to a moment belongs to a span."""
        if moment < self.now:
            self.found.append((span, moment, self.now, kind))
            self.now = moment

    def _before_end(self, span: int) -> tuple[Point, int]:
        """What an end waited for."""
        program, timeline, amounts = self.program, self.timeline, self.amounts
        start = float(timeline.start[span])
        if amounts.forced_ns is not None and not np.isnan(amounts.forced_ns[span]):
            self._back_to(start, span, OWN)
            return Point.START, span
        base = int(program.end_source[span])
        member = self._resolver(span, base)
        cause: tuple[Point, int] = (Point.START, span) if member < 0 else (Point.END, member)
        moment = start if member < 0 else self._done(member)
        best = moment + amounts.tail_ns[span]
        for constraint in self.onto_end.get(span, ()):
            at, after = self._cause_of(constraint)
            if at + constraint.lag_ns > best:
                best, moment, cause = at + constraint.lag_ns, at, after
        if amounts.cap_ns is not None and start + amounts.cap_ns[span] < best - 1:
            ends_with = [child for child in program.spans.children(span) if abs(timeline.end[child] - self.now) < 1]
            moment, cause = (self.now, (Point.END, ends_with[0])) if ends_with else (start, (Point.START, span))
        self._back_to(max(moment, start), span, OWN)
        return self._into(cause)

    def _before_start(self, span: int) -> tuple[Point, int] | None:
        """What a start waited for; None at the root."""
        if span == 0:
            return None
        program, timeline = self.program, self.timeline
        if timeline.before_ns is not None and timeline.before_ns[span]:
            self._back_to(float(timeline.start[span] - timeline.before_ns[span]), span, OWN)
        parent, base = int(program.spans.parent[span]), int(program.source[span])
        if base == AFTER_PARENT:
            moment, cause = float(timeline.end[parent]), (Point.END, parent)
        else:
            member = self._resolver(parent, base)
            moment = float(timeline.start[parent]) if member < 0 else self._done(member)
            cause = (Point.START, parent) if member < 0 else (Point.END, member)
        worker, kind = parent, OWN
        ready = moment + float(self.amounts.gap_ns[span])
        for constraint in self.onto_start.get(span, ()):
            at, after = self._cause_of(constraint)
            if at + constraint.lag_ns > ready:
                ready, moment, cause, worker, kind = at + constraint.lag_ns, at, after, span, WAIT
        if span in self.pool_of and self.now > ready + 1:
            place = self._freed_by(span)
            if place >= 0:
                moment, cause, worker, kind = float(timeline.end[place]), (Point.END, place), span, WAIT
        if moment > self.now:                                # an order of causes that the times do not bear out
            moment = self.now
        self._back_to(moment, worker, kind)
        return self._into(cause)

    def _into(self, cause: tuple[Point, int]) -> tuple[Point, int]:
        """Enter the cause: what followed a span's end before anyone went on is its own doing; an event lies inside."""
        point, span = cause
        if point is Point.END:
            self._back_to(float(self.timeline.end[span]), span, OWN)
        elif point is Point.WITHIN:
            self._back_to(float(self.timeline.start[span]), span, OWN)
            return Point.START, span
        return point, span

    def _done(self, span: int) -> float:
        after = self.amounts.afterwards_ns
        return float(self.timeline.end[span] + (0.0 if after is None else after[span]))

    def _cause_of(self, constraint: Constraint) -> tuple[float, tuple[Point, int]]:
        """When the cause of a constraint came about, and where to go on from there."""
        cause = constraint.cause
        if constraint.cause_point is Point.END:
            return float(self.timeline.end[cause]), (Point.END, cause)
        progress = 1.0 if self.amounts.progress is None else float(self.amounts.progress[cause])
        return float(self.timeline.start[cause]) + constraint.offset_ns * progress, (constraint.cause_point, cause)

    def _resolver(self, parent: int, base: int) -> int:
        """The child whose end resolved a base of this parent (-1: the base is the parent's start)."""
        known = self.resolvers.get(parent)
        if known is None:
            children = self.program.spans.children(parent)
            targets = self.program.target[children.start:children.stop]
            done = self.timeline.end[children.start:children.stop]
            if self.amounts.afterwards_ns is not None:
                done = done + self.amounts.afterwards_ns[children.start:children.stop]
            order = np.lexsort((done, targets))
            known = dict(zip(targets[order].tolist(), (order + children.start).tolist(), strict=True))
            self.resolvers[parent] = known
        return known.get(base, -1) if base != self.program.first_base[parent] else -1

    def _freed_by(self, span: int) -> int:
        """The job of the same pool that ended last before this one started."""
        pool = self.pool_of[span]
        if pool not in self.by_end:
            jobs = self.program.pools[pool].jobs
            ordered = sorted(zip(self.timeline.end[jobs].tolist(), jobs, strict=True))
            self.by_end[pool] = ([end for end, _ in ordered], [job for _, job in ordered])
        ends, jobs = self.by_end[pool]
        at = bisect_right(ends, self.now + 1) - 1
        while at >= 0 and jobs[at] == span:
            at -= 1
        return jobs[at] if at >= 0 else -1


def _name_the_virtual_root(pieces: list[Piece]) -> list[Piece]:
    """Time between several roots belongs to no recorded span: the next one waits."""
    named: list[Piece] = []
    following = -1
    for piece in reversed(pieces):
        known = piece if piece.span >= 0 else Piece(following, piece.start_ns, piece.end_ns, WAIT)
        following = known.span
        named.append(known)
    return named[::-1]
