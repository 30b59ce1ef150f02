"""What came out: the trace under changes, beside the trace as recorded.

Columns are in the order of the Trace and in ns since 1970 (with clocks put right), so that a picture can draw both. What
takes longer to find out than the times themselves (the other reading, the path, the ranking, the words) is worked out
when first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import Status
from tracedesk.whatif.baseline import Baseline, Reading
from tracedesk.whatif.changes import Change, Scale
from tracedesk.whatif.critical_path import OWN, Piece, critical_path, path_of
from tracedesk.whatif.evaluate.evaluator import Evaluator
from tracedesk.whatif.prediction import Prediction, predict
from tracedesk.whatif.selection import Selection
from tracedesk.whatif.work import Floats, PriceFunction, ProfileFunction, recorded_cost

Ints = NDArray[np.int64]

AMBIGUOUS_FROM = 0.01
"""Two readings that differ by less than this share of the total count as one answer."""

FASTER = 0.9
RANKED_AT_MOST = 24
"""Sensitivity costs one prediction a span; beyond this many spans nobody reads on."""


class AddedSpan(NamedTuple):
    """A span that only the outcome has: like span `like` of the Trace, because of a retry, a poll or a fallback."""

    like: int
    start_ns: int
    end_ns: int
    why: str


class Ranked(NamedTuple):
    """A span's part in the outcome's total: time on the critical path, its share, and what 10 % less of it would save.
    `sensitivity` is the part of such a saving that reaches the total (1: all of it)."""

    span: int
    on_path_ns: int
    share: float
    saved_ns: int
    sensitivity: float


@dataclass(frozen=True, slots=True)
class Question:
    """Everything an outcome depends on besides the baseline."""

    changes: tuple[Change, ...]
    price: PriceFunction | None = None
    profile: ProfileFunction | None = None
    counted: tuple[bool, ...] | None = None
    coarse: bool = False


class Outcome:
    """A trace under `changes`. Made by `apply`; the baseline is never changed."""

    def __init__(self, baseline: Baseline, question: Question) -> None:
        self.baseline = baseline
        self.question = question
        self.reading = baseline.plain_order if question.coarse else baseline.full
        self._full = self._predict(self.reading)

    def _predict(self, reading: Reading, changes: tuple[Change, ...] | None = None) -> Prediction:
        question = self.question
        return predict(self.baseline, reading, question.changes if changes is None else changes,
                       cost_nusd=self._recorded_cost, price=question.price, profile=question.profile)

    @cached_property
    def _recorded_cost(self) -> Floats:
        """Recorded costs in breadth-first order (nan: unknown)."""
        spans = self.baseline.spans
        counted = self.question.counted
        by_trace = recorded_cost(spans.trace, None if counted is None else np.array(counted, np.bool_))
        found = np.zeros(spans.n)
        found[spans.position] = by_trace
        return found

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was changed."""
        return self.question.changes

    # ---------------------------------------------------------------- times

    @property
    def total_before_ns(self) -> int:
        """Duration of the root as recorded."""
        return self.baseline.total_ns

    @cached_property
    def total_ns(self) -> int:
        """Duration of the root under the changes (full reading)."""
        return self._corrected_total(self.reading, self._full)

    @property
    def delta_ns(self) -> int:
        """How much longer (or, below 0, shorter) the whole takes."""
        return self.total_ns - self.total_before_ns

    @cached_property
    def makespan_ns(self) -> int:
        """From the first start to the last end of all spans that exist."""
        exists = ~self.removed
        ends = [int(self.end_ns[exists].max(initial=0)), *(span.end_ns for span in self.added)]
        return max(ends) - int(self.start_ns[exists].min()) if exists.any() else 0

    @cached_property
    def _range(self) -> tuple[int, int]:
        """(lowest, highest) total over the two readings; equal where the trace leaves no doubt."""
        if not self.changes or self.question.coarse or not self.baseline.has_doubts:
            return self.total_ns, self.total_ns
        bare = self._corrected_total(self.baseline.bare, self._predict(self.baseline.bare))
        low, high = min(bare, self.total_ns), max(bare, self.total_ns)
        if high - low <= AMBIGUOUS_FROM * max(1, self.total_ns):
            return self.total_ns, self.total_ns
        return low, high

    @property
    def low_ns(self) -> int:
        """The lowest total that the trace allows."""
        return self._range[0]

    @property
    def high_ns(self) -> int:
        """The highest total that the trace allows."""
        return self._range[1]

    def total_with(self, evaluator: Evaluator) -> int:
        """The total if the program were read as this evaluator has it, with the same changes."""
        return self._corrected_total(self.reading, self._predict(self.reading.read_as(evaluator)))

    def _corrected_total(self, reading: Reading, found: Prediction) -> int:
        """The predicted total, without the part by which the replay of this reading missed the recorded one."""
        return max(0, self.baseline.total_ns + round(found.total_ns) - round(reading.replayed_total_ns))

    @cached_property
    def start_ns(self) -> Ints:
        """New starts, in the order of the Trace."""
        return self.base_start_ns + self.shift_ns

    @cached_property
    def end_ns(self) -> Ints:
        """New ends, in the order of the Trace."""
        spans, replay = self.baseline.spans, self.reading.replay
        moved = self._full.timeline.end - (spans.end if replay is None or self._full.structure_only else replay.end)
        return np.maximum(self.base_end_ns + np.rint(moved).astype(np.int64)[spans.position], self.start_ns)

    @cached_property
    def shift_ns(self) -> Ints:
        """New start − recorded start, in the order of the Trace."""
        spans, replay = self.baseline.spans, self.reading.replay
        moved = self._full.timeline.start - (spans.start if replay is None or self._full.structure_only else replay.start)
        return np.rint(moved).astype(np.int64)[spans.position]

    @property
    def base_start_ns(self) -> Ints:
        """Recorded starts with clocks put right, in the order of the Trace."""
        spans = self.baseline.spans
        return spans.start[spans.position] + spans.t0_ns

    @property
    def base_end_ns(self) -> Ints:
        """Recorded ends with clocks put right, in the order of the Trace."""
        spans = self.baseline.spans
        return spans.end[spans.position] + spans.t0_ns

    @property
    def removed(self) -> NDArray[np.bool_]:
        """Spans of the Trace that no longer exist."""
        return ~self._full.alive[self.baseline.spans.position]

    @cached_property
    def status(self) -> NDArray[np.uint8]:
        """New status codes: what a time-out cut is in error now."""
        status = self.baseline.trace.status.copy()
        status[self._full.cut[self.baseline.spans.position]] = Status.ERROR
        return status

    @cached_property
    def added(self) -> list[AddedSpan]:
        """Spans that only the outcome has."""
        spans = self.baseline.spans
        return [AddedSpan(int(spans.of_trace[item.like]), spans.t0_ns + round(item.start_ns),
                          spans.t0_ns + round(item.end_ns), item.why) for item in self._full.added]

    def hits(self, change: Change) -> Ints:
        """The spans a change is about, as indexes of the Trace."""
        chosen = self._full.hits[change]
        return np.sort(self.baseline.spans.of_trace[np.flatnonzero(chosen)])

    @property
    def structure_only(self) -> bool:
        """Whether the answer rests on the order of spans alone (see `Baseline.warning`)."""
        return self._full.structure_only or self.reading.structure_only

    @property
    def notes(self) -> list[str]:
        """What had to be assumed for these changes, in sentences."""
        return self._full.notes

    # ---------------------------------------------------------------- money

    @cached_property
    def cost_before_nusd(self) -> int | None:
        """Sum of the known recorded costs; None where no cost is known."""
        return _known_sum(self._recorded_cost)

    @cached_property
    def cost_nusd(self) -> int | None:
        """Sum of the known costs under the changes; None where no cost is known."""
        return _known_sum(self._full.cost_nusd[self._full.alive])

    @property
    def unpriced_before(self) -> int:
        """Calls whose recorded cost is not known: the sum is at least what it says."""
        return int(np.isnan(self._recorded_cost).sum())

    @property
    def unpriced(self) -> int:
        """Calls whose cost under the changes is not known."""
        return int(np.isnan(self._full.cost_nusd[self._full.alive]).sum())

    @cached_property
    def span_cost_nusd(self) -> Ints:
        """New cost of each span, in the order of the Trace; -1: not known; 0 for what no longer exists."""
        cost = np.where(self._full.alive, self._full.cost_nusd, 0.0)
        return np.where(np.isnan(cost), -1, np.rint(np.nan_to_num(cost))).astype(np.int64)[self.baseline.spans.position]

    # ---------------------------------------------------------------- what it is made of

    @cached_property
    def path(self) -> list[Piece]:
        """The critical path of the outcome."""
        if not self.changes:
            return self.path_before
        found = self._full
        path = path_of(found.program, found.amounts, found.timeline)
        last = path[-1] if path else None
        if last is not None:                                 # what the replay of this reading misses goes into the last piece
            path[-1] = last._replace(end_ns=max(last.start_ns, path[0].start_ns + self.total_ns))
        return path

    @cached_property
    def path_before(self) -> list[Piece]:
        """The critical path as recorded."""
        return critical_path(self.baseline)

    @cached_property
    def on_path_ns(self) -> dict[int, int]:
        """Own time of each span on the outcome's critical path, longest first."""
        return own_time(self.path)

    def ranking(self, limit: int = RANKED_AT_MOST) -> list[Ranked]:
        """The spans with the most time on the critical path, each with what making it 10 % faster would save."""
        found = []
        for span, on_path in list(self.on_path_ns.items())[:limit]:
            saved = self._saved_by_faster(span)
            own = max(1, self._own_ns(span))
            found.append(Ranked(span, on_path, on_path / max(1, self.total_ns), saved,
                                round(min(1.0, max(0.0, saved / ((1 - FASTER) * own))), 4)))
        return found

    def _saved_by_faster(self, span: int) -> int:
        """ns saved in total if this one span's own work took 10 % less, on top of the changes."""
        faster = Scale(Selection(span_ids=(self.baseline.trace.span_ids[span],)), FASTER)
        found = self._predict(self.reading, (*self.changes, faster))
        return self.total_ns - self._corrected_total(self.reading, found)

    def _own_ns(self, span: int) -> int:
        """All the work of a span and what is under it that lies on the path: what 10 % of it is taken from."""
        last = int(self.baseline.trace.subtree_end[span])
        return sum(own for other, own in self.on_path_ns.items() if span <= other < last)


def own_time(path: list[Piece]) -> dict[int, int]:
    """Own time per span on a critical path, longest first."""
    found: dict[int, int] = {}
    for piece in path:
        if piece.kind == OWN:
            found[piece.span] = found.get(piece.span, 0) + piece.end_ns - piece.start_ns
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _known_sum(cost_nusd: Floats) -> int | None:
    """Sum of the known costs; None where nothing is known and something is to be paid."""
    known = cost_nusd[~np.isnan(cost_nusd)]
    if not known.any() and len(known) < len(cost_nusd):
        return None
    return int(np.rint(known).sum())
