"""What requests cost: in all, and each."""

from __future__ import annotations

from tracedesk.analytics.figures import cost, per, ratio, sums_by_bucket, tile, unpriced_note
from tracedesk.analytics.panel import Asked, Panel, Stat
from tracedesk.analytics.requests import select
from tracedesk.store.connect import Store


def whole(store: Store, asked: Asked) -> Stat:
    """The sum of the known costs."""
    found = select(store, asked)
    before = None if found.before is None else cost(found, found.before)
    return tile(found, cost(found), before, sums_by_bucket(found.bucket, found.column("cost_nusd"), found.buckets), "cost",
                note=unpriced_note(found), good=-1)


def each(store: Store, asked: Asked) -> Stat:
    """The known costs shared among all requests."""
    found = select(store, asked)
    before = None if found.before is None else per(cost(found, found.before), len(found.before))
    values = ratio(sums_by_bucket(found.bucket, found.column("cost_nusd"), found.buckets), found.counts)
    return tile(found, per(cost(found), len(found.now)), before, values, "cost per request", note=unpriced_note(found), good=-1)


PART = (
    Panel("cost", "Cost", "Known costs of all model calls, each counted once, added up exactly; ≥ where calls have no price.",
          "tile", 40, whole),
    Panel("cost_per_request", "Cost per request", "Known costs over the number of requests, with or without a model call.",
          "tile", 50, each),
)
