"""Every jailbreak attempt, with the rule that found it and its evidence."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.panel import Asked, Column, Panel, Row, Table
from tracedesk.analytics.requests import select
from tracedesk.base.clock import iso_time
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store

MOST = 50


def answer(store: Store, asked: Asked) -> Table:
    """The latest first, one row per rule that found something in a span."""
    found = select(store, asked)
    signs = stored.signs(store, "jailbreak")
    place, here = found.among(np.array([sign.trace_no for sign in signs], np.int64), found.now)
    starts = found.column("start_ns")
    attempts = sorted(((int(starts[at]), sign) for sign, at, is_here in zip(signs, place.tolist(), here.tolist(), strict=True)
                       if is_here), key=lambda one: -one[0])
    shown = attempts[:MOST]
    ids = stored.ids(store, [sign.trace_no for _, sign in shown])
    rows = tuple(Row((iso_time(start_ns)[:19].replace("T", " "), trace_id.hex(), sign.span_id.hex(), sign.rule, sign.text),
                     f"id = {trace_id.hex()}") for (start_ns, sign), trace_id in zip(shown, ids, strict=True))
    left = len(attempts) - len(shown)
    return Table((Column("time", "Request began"), Column("trace_id", "Trace", "id"), Column("span_id", "Span", "id"),
                  Column("rule", "Found by"), Column("evidence", "Evidence")), rows,
                 f"{left:,} earlier ones" if left else "")


PART = Panel("jailbreaks", "Jailbreak attempts",
             "Words of users, and verdicts of guards and providers, that speak of an attack on a model's instructions.", "more",
             70, answer)
