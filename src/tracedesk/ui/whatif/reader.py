"""What the what-if page asks the store, each question one function that runs on a reader's thread. No Qt."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracedesk.base.clock import now_ns
from tracedesk.base.errors import DataError
from tracedesk.model.query import TraceQuery
from tracedesk.model.summary import TraceSummary
from tracedesk.model.trace import Trace
from tracedesk.pricing.on_model import price_of_tokens
from tracedesk.store import pins, prices, questions, scenarios
from tracedesk.store.connect import Store
from tracedesk.store.peers import same_program
from tracedesk.whatif.baseline import Baseline, Pin
from tracedesk.whatif.changes import Change
from tracedesk.whatif.many import Many, over_many
from tracedesk.whatif.profile import Profile, fit_profile
from tracedesk.whatif.work import PriceFunction, ProfileFunction

OTHERS = 8
"""So many further traces of the same program are asked for counterexamples (rule K)."""


@dataclass
class Asked:
    """One trace made ready for questions. `counted`: per span, whether its cost counts. `pins`: edges the user settled."""

    summary: TraceSummary
    baseline: Baseline
    counted: tuple[bool, ...]
    pins: tuple[Pin, ...] = ()

    @property
    def trace(self) -> Trace:
        """Its columns."""
        return self.baseline.trace


@dataclass(frozen=True)
class SavedScenario:
    """A scenario by name: its rules as text."""

    name: str
    rules: tuple[str, ...]


def asked(store: Store, trace_id: bytes) -> Asked:
    """The trace with its pins, beside others of its program; the readings are worked out here, off the main thread."""
    trace = questions.trace(store, trace_id)
    elsewhere = questions.counted_on(store, trace_id)
    settled = [(pin.from_span, pin.to_span, pin.waits) for pin in pins.of_trace(store, trace_id)]
    others = [questions.trace(store, other) for other in same_program(store, trace_id, limit=OTHERS)]
    baseline = Baseline.of(trace, others, pins=settled)
    _ = baseline.full, baseline.has_doubts
    return Asked(questions.summary(store, trace_id), baseline, tuple(span_id not in elsewhere for span_id in trace.span_ids),
                 tuple(settled))


def saved(store: Store) -> list[SavedScenario]:
    """The scenarios; one that another tool wrote without rules is left out here, `tracedesk whatif --spec` takes it."""
    found = []
    for scenario in scenarios.all(store):
        document = json.loads(scenario.spec_json)
        rules = document.get("rules") if isinstance(document, dict) else None
        if isinstance(rules, list) and all(isinstance(rule, str) for rule in rules):
            found.append(SavedScenario(scenario.name, tuple(rules)))
    return found


def speed_of(store: Store, model: str) -> Profile | None:
    """How fast a model answers, fitted from the store's latest calls of it; None where there are none."""
    return fit_profile(questions.calls_of_model(store, model))


def price_function(store: Store) -> PriceFunction:
    """Prices of the price book, the user's first, as what-if asks for them; loads the book."""
    price = price_of_tokens(prices.book(store), now_ns())
    price("gpt-4o", 1, 1)                                    # the first price loads the table
    return price


def over_last(
    store: Store, query: TraceQuery, limit: int, changes: Sequence[Change], *, budget_ns: int | None = None,
    price: PriceFunction | None = None, profile: ProfileFunction | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Many:
    """The same changes on the latest traces of a filter.

    Raises:
        DataError: no trace matches.
    """
    summaries = questions.traces(store, query, limit=limit)
    if not summaries:
        raise DataError("No trace matches this filter.", hint="Widen the filter or the time range of the traces page.")
    elsewhere: dict[bytes, dict[bytes, bytes | None]] = {}

    def traces():
        for summary in summaries:
            elsewhere[summary.trace_id] = questions.counted_on(store, summary.trace_id)
            yield questions.trace(store, summary.trace_id)

    return over_many(traces(), changes, budget_ns=budget_ns, price=price, profile=profile, on_progress=on_progress,
                     counted=lambda trace: [span_id not in elsewhere[trace.trace_id] for span_id in trace.span_ids])
