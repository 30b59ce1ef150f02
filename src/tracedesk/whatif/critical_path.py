"""What the total is made of: one walk back from the root's end, through whatever held each moment up.

From an end back over the span's own last work to what it waited for; from a start back over its parent's own work, or
through a link, an event or a pool's place, to what let it start. The pieces tile the time from the root's start to its
end exactly.
"""

from __future__ import annotations

from bisect import bisect_right
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


class _Walk:
    """One walk. The columns are lists here: a path may have as many pieces as the trace has spans."""

    def __init__(self, program: Program, amounts: Amounts, timeline: Timeline) -> None:
        self.program, self.amounts = program, amounts
        self.spans = program.spans
        self.start, self.end = timeline.start.tolist(), timeline.end.tolist()
        self.before = None if timeline.before_ns is None else timeline.before_ns.tolist()
        after = amounts.afterwards_ns
        self.done = self.end if after is None else (timeline.end + after).tolist()
        self.gap, self.tail = amounts.gap_ns.tolist(), amounts.tail_ns.tolist()
        self.source, self.target = program.source.tolist(), program.target.tolist()
        self.end_source, self.first_base = program.end_source.tolist(), program.first_base.tolist()
        self.parent = self.spans.parent.tolist()
        self.first_child, self.child_count = self.spans.first_child.tolist(), self.spans.child_count.tolist()
        self.found: list[tuple[int, float, float, str]] = []
        self.resolvers: dict[int, dict[int, int]] = {}
        self.onto_start: dict[int, list[Constraint]] = {}
        self.onto_end: dict[int, list[Constraint]] = {}
        for constraint in program.constraints:
            onto = self.onto_end if constraint.effect_point is Point.END else self.onto_start
            onto.setdefault(constraint.effect, []).append(constraint)
        self.pool_of: dict[int, int] = {}
        for index, pool in enumerate(program.pools):
            self.pool_of.update(dict.fromkeys(pool.jobs, index))
        self.by_end: dict[int, tuple[list[float], list[int]]] = {}
        self.now, self.begin = self.end[0], self.start[0]

    def pieces(self) -> list[Piece]:
        """Walk from the root's end to its start."""
        at: tuple[Point, int] | None = (Point.END, 0)
        ends_seen, starts_seen = bytearray(self.spans.n), bytearray(self.spans.n)
        while at is not None and self.now > self.begin:
            point, span = at
            seen = ends_seen if point is Point.END else starts_seen
            if seen[span]:                                   # causes in a circle: the times do not say more
                break
            seen[span] = 1
            at = self._before_end(span) if point is Point.END else self._before_start(span)
        self._back_to(self.begin, 0, OWN)
        t0, of_trace = self.spans.t0_ns, self.spans.of_trace.tolist()
        found = [Piece(of_trace[span], t0 + round(start), t0 + round(end), kind)
                 for span, start, end, kind in reversed(self.found) if round(end) > round(start)]
        if not self.spans.virtual:
            return found
        return _name_the_virtual_root(found, of_trace[max(range(1, self.spans.n), key=self.end.__getitem__)])

    def _back_to(self, moment: float, span: int, kind: str) -> None:
        """The path back to a moment belongs to a span."""
        moment = max(moment, self.begin)                     # a child may have ended before its root began
        if moment < self.now:
            self.found.append((span, moment, self.now, kind))
            self.now = moment

    def _before_end(self, span: int) -> tuple[Point, int]:
        """What an end waited for."""
        amounts, start = self.amounts, self.start[span]
        if amounts.forced_ns is not None and not np.isnan(amounts.forced_ns[span]):
            self._back_to(start, span, OWN)
            return Point.START, span
        member = self._resolver(span, self.end_source[span])
        cause: tuple[Point, int] = (Point.START, span) if member < 0 else (Point.END, member)
        moment = start if member < 0 else self.done[member]
        best = moment + self.tail[span]
        for constraint in self.onto_end.get(span, ()):
            at, after = self._cause_of(constraint)
            if at + constraint.lag_ns > best:
                best, moment, cause = at + constraint.lag_ns, at, after
        if amounts.cap_ns is not None and start + amounts.cap_ns[span] < best - 1:
            ends_with = [child for child in self.spans.children(span) if abs(self.end[child] - self.now) < 1]
            moment, cause = (self.now, (Point.END, ends_with[0])) if ends_with else (start, (Point.START, span))
        self._back_to(max(moment, start), span, OWN)
        return self._into(cause)

    def _before_start(self, span: int) -> tuple[Point, int] | None:
        """What a start waited for; None at the root."""
        if span == 0:
            return None
        if self.before is not None and self.before[span]:
            self._back_to(self.start[span] - self.before[span], span, OWN)
        parent, base = self.parent[span], self.source[span]
        if base == AFTER_PARENT:
            moment, cause = self.end[parent], (Point.END, parent)
        else:
            member = self._resolver(parent, base)
            moment = self.start[parent] if member < 0 else self.done[member]
            cause = (Point.START, parent) if member < 0 else (Point.END, member)
        worker, kind = parent, OWN
        ready = moment + self.gap[span]
        for constraint in self.onto_start.get(span, ()):
            at, after = self._cause_of(constraint)
            if at + constraint.lag_ns > ready:
                ready, moment, cause, worker, kind = at + constraint.lag_ns, at, after, span, WAIT
        if span in self.pool_of and self.now > ready + 1:
            place = self._freed_by(span)
            if place >= 0:
                moment, cause, worker, kind = self.end[place], (Point.END, place), span, WAIT
        self._back_to(min(moment, self.now), worker, kind)
        return self._into(cause)

    def _into(self, cause: tuple[Point, int]) -> tuple[Point, int]:
        """Enter the cause: what followed a span's end before anyone went on is its own doing; an event lies inside."""
        point, span = cause
        if point is Point.END:
            self._back_to(self.end[span], span, OWN)
        elif point is Point.WITHIN:
            self._back_to(self.start[span], span, OWN)
            return Point.START, span
        return cause

    def _cause_of(self, constraint: Constraint) -> tuple[float, tuple[Point, int]]:
        """When the cause of a constraint came about, and where to go on from there."""
        cause = constraint.cause
        if constraint.cause_point is Point.END:
            return self.end[cause], (Point.END, cause)
        progress = 1.0 if self.amounts.progress is None else float(self.amounts.progress[cause])
        return self.start[cause] + constraint.offset_ns * progress, (constraint.cause_point, cause)

    def _resolver(self, parent: int, base: int) -> int:
        """The child whose end resolved a base of this parent (-1: the base is the parent's start)."""
        if base == self.first_base[parent]:
            return -1
        known = self.resolvers.get(parent)
        if known is None:
            known = self.resolvers[parent] = {}
            done, target = self.done, self.target
            first = self.first_child[parent]
            for child in range(first, first + self.child_count[parent]):
                other = known.get(target[child])
                if other is None or done[child] >= done[other]:
                    known[target[child]] = child
        return known.get(base, -1)

    def _freed_by(self, span: int) -> int:
        """The job of the same pool that ended last before this one started."""
        pool = self.pool_of[span]
        if pool not in self.by_end:
            ordered = sorted((self.end[job], job) for job in self.program.pools[pool].jobs)
            self.by_end[pool] = ([end for end, _ in ordered], [job for _, job in ordered])
        ends, jobs = self.by_end[pool]
        at = bisect_right(ends, self.now + 1) - 1
        while at >= 0 and jobs[at] == span:
            at -= 1
        return jobs[at] if at >= 0 else -1


def _name_the_virtual_root(pieces: list[Piece], last: int) -> list[Piece]:
    """Time between several roots belongs to no recorded span: the next one waits; after all of them, the last to end."""
    named: list[Piece] = []
    following = last
    for piece in reversed(pieces):
        known = piece if piece.span >= 0 else Piece(following, piece.start_ns, piece.end_ns, WAIT)
        following = known.span
        named.append(known)
    return named[::-1]
