"""One run with changes, in one reading: from changes to the times of all spans."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tracedesk.whatif.baseline import Baseline, Reading
from tracedesk.whatif.changes import Add, Change, Limit, Parallel, Timeout
from tracedesk.whatif.evaluate.amounts import Added, Amounts, Timeline, as_recorded
from tracedesk.whatif.evaluate.evaluator import Evaluator
from tracedesk.whatif.operations import after_timeouts, carry_out
from tracedesk.whatif.program import Program, Rule
from tracedesk.whatif.restructure import is_structural, rewritten
from tracedesk.whatif.spans import Spans
from tracedesk.whatif.work import Flags, Floats, PriceFunction, ProfileFunction, Work


@dataclass(slots=True)
class Prediction:
    """What one run gave, in breadth-first order. `alive`: spans that still exist; `cut`: those ended by a time-out or with
    a failure; `structure_only`: the answer comes from plain order, because with all rules some span never ended."""

    program: Program
    amounts: Amounts
    timeline: Timeline
    alive: Flags
    cut: Flags
    cost_nusd: Floats
    hits: dict[Change, Flags]
    added: list[Added] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    structure_only: bool = False

    @property
    def total_ns(self) -> float:
        """Duration of the root."""
        return float(self.timeline.end[0] - self.timeline.start[0])


def predict(
    baseline: Baseline, reading: Reading, changes: tuple[Change, ...], *, cost_nusd: Floats,
    price: PriceFunction | None = None, profile: ProfileFunction | None = None,
) -> Prediction:
    """Run the trace with these changes. `cost_nusd` are the recorded costs in breadth-first order."""
    spans = baseline.spans
    changes = tuple(sorted(changes, key=_place))
    hits = {change: change.select.of(spans) for change in changes}
    structural = [(change, hits[change]) for change in changes if is_structural(change, reading.program, hits[change])]
    evaluator = _evaluator(reading, structural)
    done = {change for change, _ in structural}
    work = Work(spans, evaluator.program, as_recorded(evaluator.program), cost_nusd.copy(), price, profile, hits,
                bare=reading.bare)
    carry_out(work, [change for change in changes if change not in done])
    _deadlines(work, reading.bare)
    uncut = _run_without_caps(work, evaluator) if work.amounts.cap_ns is not None else None
    settled = after_timeouts(work, uncut.start, uncut.end - uncut.start) if uncut is not None and work.timeouts else []
    timeline = evaluator.run(work.amounts)
    if not _lost(timeline, work.amounts):
        return _finish(work, timeline, uncut, settled)
    if not reading.structure_only:
        found = predict(baseline, baseline.plain_order, changes, cost_nusd=cost_nusd, price=price, profile=profile)
        found.structure_only = True
        return found
    possible = tuple(change for change in map(_without_limit, changes) if change is not None)
    if possible == changes:
        possible = tuple(change for change in changes if change not in done)
    found = predict(baseline, reading, possible, cost_nusd=cost_nusd, price=price, profile=profile)
    found.hits.update(hits)
    found.notes.append("Run that way, some calls would wait for one another for ever; so the limit was left out.")
    return found


def _without_limit(change: Change) -> Change | None:
    """A change without the limit in it (None: it was nothing else)."""
    if isinstance(change, Limit):
        return None
    return replace(change, places=None) if isinstance(change, Parallel) else change


def _place(change: Change) -> tuple[float, str]:
    """Where a change comes among its like, so that the order in which toggles were flipped never matters: what adds
    before what takes away (which stops at 0), the rest in any one order."""
    return (-change.extra_ns if isinstance(change, Add) else 0.0, repr(change))


def _evaluator(reading: Reading, structural: list[tuple[Change, Flags]]) -> Evaluator:
    """The reading's own evaluator, or that of its rewritten program; rewriting is remembered, sliders move often."""
    if not structural:
        return reading.evaluator
    variants = reading.evaluator.variants
    key = tuple(change for change, _ in structural)
    if key not in variants:
        variants[key] = Evaluator(rewritten(reading.program, structural))
    return variants[key]


def _deadlines(work: Work, bare: bool) -> None:
    """Rule K: no span of a class lasts longer than the length at which its calls were seen to be cut. In the bare reading
    a race's loser would have won right when it was cut, so the winner lasts no longer than that."""
    spans, program = work.spans, work.program
    if np.isfinite(program.deadline_ns).any():
        caps = work.caps()
        np.minimum(caps, program.deadline_ns, out=caps)
    if bare and work.amounts.progress is not None:
        for constraint in program.constraints:
            if constraint.rule is Rule.RACE:
                winner, loser = constraint.cause, constraint.effect
                seen = float(spans.end[loser] - spans.start[winner])
                caps = work.caps()
                caps[winner] = min(caps[winner], seen * max(1.0, float(work.amounts.progress[loser])))


def _run_without_caps(work: Work, evaluator: Evaluator) -> Timeline:
    """A first run tells who would be cut, and when."""
    caps, work.amounts.cap_ns = work.amounts.cap_ns, None
    first = evaluator.run(work.amounts)
    work.amounts.cap_ns = caps
    return first


def _lost(timeline: Timeline, amounts: Amounts) -> bool:
    """Whether a span that should still exist never got both a start and an end."""
    if not timeline.unresolved:
        return False
    return amounts.gone is None or not amounts.gone[timeline.unresolved].all()


def _finish(
    work: Work, timeline: Timeline, uncut: Timeline | None, settled: list[tuple[Timeout, Flags]]
) -> Prediction:
    spans, amounts = work.spans, work.amounts
    alive = np.ones(spans.n, np.bool_)
    if amounts.gone is not None:
        alive &= ~amounts.gone
    alive[timeline.dropped] = False
    cut = np.zeros(spans.n, np.bool_)
    if amounts.cap_ns is not None and uncut is not None:
        cut = (uncut.end - uncut.start > amounts.cap_ns + 1) & (timeline.end - timeline.start >= amounts.cap_ns - 1)
        for _, hit in settled:
            cut |= hit
        _cut_inside(spans, timeline, cut, alive)
    found = Prediction(work.program, amounts, timeline, alive, cut & alive, work.cost_nusd, work.hits, list(timeline.added),
                       work.notes)
    _add_attempts(work, found)
    for change, hit in settled:
        _add_after_timeout(change, np.flatnonzero(hit & alive).tolist(), found)
    return found


def _cut_inside(spans: Spans, timeline: Timeline, cut: Flags, alive: Flags) -> None:
    """Inside a span that was cut short, what runs ends with it and what had not begun never does."""
    if not cut.any():
        return
    limit = np.where(cut, timeline.end, np.inf)
    concerned = spans.inside(cut)
    for span in np.flatnonzero(concerned).tolist():          # breadth-first: parents come before their children
        if span:
            limit[span] = min(limit[span], limit[spans.parent[span]])
    alive &= ~((timeline.start > limit) & concerned)
    np.minimum(timeline.end, np.maximum(limit, timeline.start), out=timeline.end)


def _add_attempts(work: Work, found: Prediction) -> None:
    """The failed attempts put before calls, as spans of their own."""
    timeline = found.timeline
    if timeline.before_ns is None:
        return
    for call, pauses in work.back_offs_ns.items():
        if not found.alive[call]:
            continue
        length = float(timeline.end[call] - timeline.start[call])
        at = float(timeline.start[call] - timeline.before_ns[call])
        for pause in pauses:
            found.added.append(Added(call, at, at + length, "retry"))
            at += length + pause


def _add_after_timeout(change: Timeout, cut: list[int], found: Prediction) -> None:
    """What follows a time-out, as spans of its own."""
    for span in cut:
        at = float(found.timeline.end[span])
        if change.then == "retry":
            for number in range(change.retries):
                at += change.backoff_ns * change.multiplier ** number
                found.added.append(Added(span, at, at + change.after_ns, "retry"))
                at += change.after_ns
        elif change.then == "fallback" and change.fallback_ns:
            found.added.append(Added(span, at, at + change.fallback_ns, "fallback"))
