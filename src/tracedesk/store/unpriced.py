"""What has no price: calls that cost something, nobody knows what, by model; and what all calls cost together."""

from __future__ import annotations

from typing import NamedTuple

from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.store import spans as stored
from tracedesk.store.connect import Store
from tracedesk.store.totals import is_counted_call

_LOOKED_AT = 200
"""So many of the latest traces with a hole in their cost are searched for the reason."""


class Costs(NamedTuple):
    """What the calls of a store cost; `nano_usd` is None where no price of any is known."""

    nano_usd: int | None
    priced_calls: int
    unpriced_calls: int


class Unpriced(NamedTuple):
    """Calls of one model without a price. Provider, status and place are those of the latest such call, if it was found."""

    model: str | None
    calls: int
    provider: str | None = None
    status: CostStatus | None = None
    trace_id: bytes | None = None
    span_id: bytes | None = None


def costs(store: Store) -> Costs:
    """The cost of everything, each call counted once."""
    with store.reading() as db:
        return Costs(*db.execute("SELECT sum(cost_nusd), coalesce(sum(priced_calls), 0), coalesce(sum(unpriced_calls), 0) "
                                 "FROM traces").fetchone())


def unpriced(store: Store, *, limit: int = 200) -> list[Unpriced]:
    """The models whose calls have no price, most calls first."""
    with store.reading() as db:
        counted = db.execute(
            "SELECT model, sum(unpriced_calls) AS missing FROM sums JOIN series USING (series_no) GROUP BY model "
            "HAVING missing > 0 ORDER BY missing DESC, model LIMIT ?", (limit,)).fetchall()
        latest: dict[str, SpanRow] = {}
        for trace_id, trace_no in db.execute(
                "SELECT trace_id, trace_no FROM traces WHERE unpriced_calls > 0 ORDER BY start_ns DESC LIMIT ?", (_LOOKED_AT,)
        ).fetchall():
            if len(latest) == len(counted):
                break
            for entry in stored.entries(db, trace_id, trace_no):
                row = entry.row
                if is_counted_call(row) and row.cost_status and not CostStatus(row.cost_status).known:
                    latest.setdefault(row.model or "", row)
    return [_unpriced(model, calls, latest.get(model)) for model, calls in counted]


def _unpriced(model: str, calls: int, row: SpanRow | None) -> Unpriced:
    if row is None:
        return Unpriced(model or None, calls)
    return Unpriced(row.model, calls, row.provider, CostStatus(row.cost_status), row.trace_id, row.span_id)
