"""The requests that cost most."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.groups import tokens_of
from tracedesk.analytics.panel import Asked, Column, Figure, Panel, Row, Table
from tracedesk.analytics.requests import UNKNOWN, select
from tracedesk.store import questions
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store

MOST = 10
MANY_TOKENS = 100_000


def answer(store: Store, asked: Asked) -> Table:
    """The dearest first, of equals the later; requests of unknown cost are none of them."""
    found = select(store, asked)
    costs, tokens = found.column("cost_nusd"), tokens_of(found)
    priced = np.flatnonzero(costs != UNKNOWN)
    first = priced[np.lexsort((-priced, -costs[priced]))[:MOST]]
    numbers = found.requests.trace_no[found.now[first]].tolist()
    rows = []
    unpriced = found.column("unpriced_calls")
    for at, one in zip(first.tolist(), questions.summaries_of(store, stored.ids(store, numbers)), strict=True):
        count = None if tokens[at] == UNKNOWN else int(tokens[at])
        rows.append(Row(
            (one.trace_id.hex(), one.tags.get("prompt_version") or one.name, one.user_id, Figure(count, "tokens"),
             Figure(int(costs[at]), "nusd", bool(unpriced[at]))), f"id = {one.trace_id.hex()}",
            f"more than {MANY_TOKENS // 1000}k tokens" if count is not None and count > MANY_TOKENS else ""))
    left = int(((costs == UNKNOWN) & (unpriced > 0)).sum())
    return Table((Column("trace_id", "Trace", "id"), Column("what", "What"), Column("user", "User"),
                  Column("tokens", "Tokens", "tokens", bar=True), Column("cost", "Cost", "nusd")), tuple(rows),
                 f"{left:,} {'request without any price is' if left == 1 else 'requests without any price are'} not among them"
                 if left else "")


PART = Panel("dearest", "Most expensive requests", "The requests with the largest known costs; ≥ where calls have no price.",
             "row", 30, answer, "by known cost")
