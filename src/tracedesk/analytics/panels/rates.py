"""What goes wrong, as shares of the requests: errors, timeouts, retries, refusals, guardrail blocks, jailbreak attempts."""

from __future__ import annotations

from collections.abc import Callable

from tracedesk.analytics.figures import share, shares_by_bucket, tile
from tracedesk.analytics.panel import Asked, Column, Figure, Panel, Row, Series, Stat, Table
from tracedesk.analytics.requests import Ints, Mask, Selection, select
from tracedesk.model.kinds import Status
from tracedesk.store.connect import Store

Test = Callable[[Selection, Ints | None], Mask]


def _signed(*names: str) -> Test:
    """Requests with a span that shows one of these signs."""
    def test(found: Selection, period: Ints | None) -> Mask:
        mask: Mask = found.column(names[0], period) > 0
        for name in names[1:]:
            mask = mask | (found.column(name, period) > 0)
        return mask

    return test


def _failed(found: Selection, period: Ints | None) -> Mask:
    return found.column("status", period) == Status.ERROR


RATES: tuple[tuple[str, Test, str], ...] = (
    ("Errors", _failed, "status = error"),
    ("Timeouts", _signed("timeout"), "sign = timeout"),
    ("Retries", _signed("retry"), "sign = retry"),
    ("Refusals", _signed("refusal"), "sign = refusal"),
    ("Guardrail blocks", _signed("blocked", "filter"), "sign in (blocked, filter)"),
    ("Jailbreak attempts", _signed("jailbreak"), "sign = jailbreak"),
)
"""(title, which requests, the filter that finds them)"""


def answer(store: Store, asked: Asked) -> Table:
    """A row per rate: its share, how it moved, its run over time, and how many requests those are."""
    found = select(store, asked)
    rows = []
    for title, test, query in RATES:
        meant = test(found, None)
        rate = share(int(meant.sum()), len(found.now))
        moved = None
        if found.before is not None and len(found.before) and rate.value is not None:
            moved = Figure(rate.value - int(test(found, found.before).sum()) / len(found.before), "share")
        spark = Series(title, shares_by_bucket(found, meant), found.counts, rate, query)
        rows.append(Row((title, rate, moved, spark, Figure(int(meant.sum()), "count")), query))
    return Table((Column("rate", "Rate"), Column("share", "Share", "share"), Column("change", "Change", "share"),
                  Column("run", "Over time", "spark"), Column("requests", "Requests", "count")), tuple(rows))


def timeouts(store: Store, asked: Asked) -> Stat:
    """The share of requests in which a span ran into a time limit."""
    found = select(store, asked)
    late = _signed("timeout")
    meant = late(found, None)
    before = None if found.before is None else share(int(late(found, found.before).sum()), len(found.before))
    return tile(found, share(int(meant.sum()), len(found.now)), before, shares_by_bucket(found, meant), "timeouts",
                note=f"{int(meant.sum()):,} of {len(found.now):,}" if len(found.now) else "", good=-1, query="sign = timeout")


PART = (
    Panel("rates", "Rates", "Requests in which it happened at least once, of all requests; what tells it is under `sign`.",
          "row", 20, answer, "share of requests"),
    Panel("timeout_rate", "Timeouts", "Requests in which a failed span speaks of a time limit, of all requests.", "more", 10,
          timeouts),
)
