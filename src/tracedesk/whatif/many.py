"""The same question put to many traces: what percentiles, cost and missed budgets would have been."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tracedesk.model.trace import Trace
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Change
from tracedesk.whatif.work import PriceFunction, ProfileFunction


@dataclass(slots=True)
class Spread:
    """Totals of many traces: percentiles in ns, the sum of the known costs, and how many missed the budget."""

    p50_ns: int = 0
    p95_ns: int = 0
    p99_ns: int = 0
    cost_nusd: int | None = None
    unpriced: int = 0
    misses: int = 0


@dataclass(slots=True)
class OneOfMany:
    """One trace among many: its totals and costs before and after, and how many spans were touched."""

    trace_id: bytes
    before_ns: int
    after_ns: int
    cost_before_nusd: int | None
    cost_after_nusd: int | None
    hits: int
    structure_only: bool


@dataclass(slots=True)
class Many:
    """Before and after over all traces. `touched` have at least one span that a change is about."""

    traces: list[OneOfMany] = field(default_factory=list)
    before: Spread = field(default_factory=Spread)
    after: Spread = field(default_factory=Spread)
    budget_ns: int | None = None

    @property
    def touched(self) -> int:
        """How many traces have something that a change is about."""
        return sum(one.hits > 0 for one in self.traces)

    def histogram(self, bins: int = 40) -> tuple[list[int], list[int], list[int]]:
        """(edges in ns, counts before, counts after), over the common range of both."""
        before = np.array([one.before_ns for one in self.traces], np.int64)
        after = np.array([one.after_ns for one in self.traces], np.int64)
        top = max(int(before.max(initial=0)), int(after.max(initial=0)), 1)
        edges = np.linspace(0, top, bins + 1).astype(np.int64)
        return edges.tolist(), np.histogram(before, edges)[0].tolist(), np.histogram(after, edges)[0].tolist()


def over_many(
    traces: Iterable[Trace], changes: Sequence[Change], *, budget_ns: int | None = None,
    price: PriceFunction | None = None, profile: ProfileFunction | None = None,
    counted: Callable[[Trace], Sequence[bool]] | None = None, on_progress: Callable[[int], None] | None = None,
) -> Many:
    """Apply the same changes to each trace, one after the other; empty traces are left out.

    `counted` says, for a trace, which spans' costs count (see `apply`); `on_progress` hears how many are done.
    """
    found = Many(budget_ns=budget_ns)
    unpriced_before = unpriced_after = 0
    for trace in traces:
        if not trace.n:
            continue
        outcome = apply(Baseline.of(trace), changes, price=price, profile=profile,
                        counted=counted(trace) if counted is not None else None)
        hits = sum(len(outcome.hits(change)) for change in outcome.changes)
        found.traces.append(OneOfMany(trace.trace_id, outcome.total_before_ns, outcome.total_ns,
                                      outcome.cost_before_nusd, outcome.cost_nusd, hits, outcome.structure_only))
        unpriced_before += outcome.unpriced_before
        unpriced_after += outcome.unpriced
        if on_progress is not None:
            on_progress(len(found.traces))
    found.before = _spread([one.before_ns for one in found.traces], [one.cost_before_nusd for one in found.traces],
                           unpriced_before, budget_ns)
    found.after = _spread([one.after_ns for one in found.traces], [one.cost_after_nusd for one in found.traces],
                          unpriced_after, budget_ns)
    return found


def _spread(totals: list[int], costs: list[int | None], unpriced: int, budget_ns: int | None) -> Spread:
    if not totals:
        return Spread()
    known = [cost for cost in costs if cost is not None]
    p50, p95, p99 = (int(value) for value in np.percentile(np.array(totals), [50, 95, 99], method="higher"))
    misses = 0 if budget_ns is None else sum(total > budget_ns for total in totals)
    return Spread(p50, p95, p99, sum(known) if known else None, unpriced, misses)
