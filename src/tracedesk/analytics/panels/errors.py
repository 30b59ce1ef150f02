"""How many requests failed."""

from __future__ import annotations

from tracedesk.analytics.figures import share, shares_by_bucket, tile
from tracedesk.analytics.panel import Asked, Panel, Stat
from tracedesk.analytics.requests import select
from tracedesk.model.kinds import Status
from tracedesk.store.connect import Store


def answer(store: Store, asked: Asked) -> Stat:
    """The share of requests whose status is error (see `store.totals`: an error that the root dealt with is none)."""
    found = select(store, asked)
    failed = found.column("status") == Status.ERROR
    count = int(failed.sum())
    before = None
    if found.before is not None:
        before = share(int((found.column("status", found.before) == Status.ERROR).sum()), len(found.before))
    return tile(found, share(count, len(found.now)), before, shares_by_bucket(found, failed), "errors",
                note=f"{count:,} of {len(found.now):,}" if len(found.now) else "", good=-1, query="status = error")


PART = Panel("error_rate", "Error rate", "Requests that ended in an error, of all requests: an exact count.", "tile", 30,
             answer)
