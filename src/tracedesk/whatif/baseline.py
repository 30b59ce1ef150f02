"""A recorded trace made ready for questions: repaired, read, and checked against itself."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property

import numpy as np

from tracedesk.base.clock import NS_PER_MS, format_duration
from tracedesk.model.trace import Trace
from tracedesk.whatif.evaluate.amounts import Timeline
from tracedesk.whatif.evaluate.evaluator import Evaluator
from tracedesk.whatif.infer import Inference
from tracedesk.whatif.program import Program, Rule
from tracedesk.whatif.spans import Spans, lay_out

Pin = tuple[bytes, bytes, bool]
"""(span id, span id, waits): the user's word that the second waits, or does not wait, for the end of the first."""

ALLOWED_NS = 3 * NS_PER_MS
ALLOWED_SHARE = 0.001
EVENTS_PER_FRAME = 8_000
"""About 1.5 µs a span: so many spans that go by events fit into a frame of 16 ms with room to draw."""


class Reading:
    """One reading of a trace, with the replay law checked: its program, run with the recorded amounts, must give the
    recorded times back. Where it does not, everything inferred beyond plain order is dropped, and `structure_only` says
    so. `replay` is None where it was exact. `replay_error_ns` is that of the reading in use, `first_error_ns` that of
    the one with all rules."""

    def __init__(self, inference: Inference, *, bare: bool, structure_only: bool = False) -> None:
        self.bare = bare
        self.structure_only = structure_only
        self.evaluator = Evaluator(inference.program(bare=bare, structure_only=structure_only))
        self.replay, self.replay_error_ns = _replayed(self.evaluator)
        self.first_error_ns = self.replay_error_ns
        spans = inference.spans
        allowed = max(ALLOWED_NS, ALLOWED_SHARE * int(spans.end[0] - spans.start[0]))
        if self.replay_error_ns > allowed and not structure_only:
            self.structure_only = True
            self.evaluator = Evaluator(inference.program(bare=bare, structure_only=True))
            self.replay, self.replay_error_ns = _replayed(self.evaluator)
        replay = self.replay or spans                        # where it was exact, the recorded times themselves
        self.replayed_total_ns = float(replay.end[0] - replay.start[0])

    def read_as(self, evaluator: Evaluator) -> Reading:
        """The same reading with another program in its place: to try what one join is worth."""
        other = copy(self)
        other.evaluator = evaluator
        return other

    @property
    def program(self) -> Program:
        """The program as read."""
        return self.evaluator.program


def _replayed(evaluator: Evaluator) -> tuple[Timeline | None, int]:
    """(the replay where it differs from the recorded times, by how much it does at worst)."""
    spans = evaluator.program.spans
    timeline = evaluator.run(evaluator.recorded)
    if timeline.unresolved:
        return timeline, int(spans.end.max() - spans.start.min())
    off = np.maximum(np.abs(timeline.start - spans.start), np.abs(timeline.end - spans.end))
    worst = int(off.max(initial=0))
    return (timeline if worst else None), worst


class Baseline:
    """A trace as recorded: `spans` (repaired, breadth-first), its readings, and what its times leave open.

    `full` says that a step waited for everything that had ended before it, `bare` only for what it visibly waited for;
    `plain_order` is the fallback that uses order alone. Nothing here ever changes; `apply` works on copies.
    """

    def __init__(self, spans: Spans, inference: Inference) -> None:
        self.trace = spans.trace
        self.spans = spans
        self.inference = inference

    @staticmethod
    def of(trace: Trace, others: Sequence[Trace] = (), *, fix_skew: bool = True, pins: Sequence[Pin] = ()) -> Baseline:
        """The baseline of a trace (at least one span).

        Args:
            others: further traces of the same program, used as counterexamples (rule K).
            fix_skew: whether clocks of different services are put right first.
            pins: edges the user pinned or cut, by span id; ids that are not in the trace are ignored.
        """
        spans = lay_out(trace, fix_skew=fix_skew)
        index = trace.index_of
        by_index = {(int(spans.position[index[a]]), int(spans.position[index[b]])): waits
                    for a, b, waits in pins if a in index and b in index}
        others_laid_out = [lay_out(other, fix_skew=fix_skew) for other in others if other.n]
        return Baseline(spans, Inference(spans, others_laid_out, by_index))

    @cached_property
    def full(self) -> Reading:
        """The reading whose answer is shown."""
        return Reading(self.inference, bare=False)

    @cached_property
    def bare(self) -> Reading:
        """The reading that gives the other end of the range."""
        return Reading(self.inference, bare=True)

    @cached_property
    def plain_order(self) -> Reading:
        """The full reading with order alone."""
        return self.full if self.full.structure_only else Reading(self.inference, bare=False, structure_only=True)

    @cached_property
    def has_doubts(self) -> bool:
        """Whether the two readings differ at all: in what they wait for, in how a race ends, or in how long a call that was
        cut would have taken."""
        full, bare = self.full.program, self.bare.program
        return bool((full.target != bare.target).any() or (full.source != bare.source).any()
                    or self.spans.cut.any() or any(constraint.rule is Rule.RACE for constraint in full.constraints))

    @property
    def is_heavy(self) -> bool:
        """Whether one exact answer takes longer than a frame: too many spans go by events."""
        evaluator = self.full.evaluator
        return not evaluator.is_plain and len(evaluator.events.spans) > EVENTS_PER_FRAME

    @property
    def total_ns(self) -> int:
        """Duration of the root."""
        return int(self.spans.end[0] - self.spans.start[0])

    @property
    def makespan_ns(self) -> int:
        """From the first start to the last end of all."""
        return int(self.spans.end.max() - self.spans.start.min())

    @property
    def replay_error_ns(self) -> int:
        """By how much the replay of the full reading misses the recorded times at worst."""
        return self.full.replay_error_ns

    @property
    def warning(self) -> str | None:
        """What to tell the user where the replay law failed; None where it holds."""
        if not self.full.structure_only:
            return None
        return (f"Replaying this trace with all rules missed the recorded times by "
                f"{format_duration(self.full.first_error_ns)}, so predictions here use the order of its spans alone.")
