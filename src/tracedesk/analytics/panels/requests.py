"""How many requests there were."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.figures import tile
from tracedesk.analytics.panel import Asked, Figure, Panel, Stat
from tracedesk.analytics.requests import select
from tracedesk.store.connect import Store


def answer(store: Store, asked: Asked) -> Stat:
    """Requests in all and per bucket; a bucket without any is 0."""
    found = select(store, asked)
    running = int((found.column("unfinished_count") > 0).sum())
    before = None if found.before is None else Figure(len(found.before), "count")
    note = f"{running:,} unfinished" if running else "all finished" if len(found.now) else ""
    return tile(found, Figure(len(found.now), "count"), before, found.counts.astype(np.float64), "requests", note=note)


PART = Panel("requests", "Requests", "Traces that start in the range, with a root or without one: an exact count.", "tile", 10,
             answer)
