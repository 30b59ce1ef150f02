"""How quick each model is: time to the first token, tokens a second, whole calls."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.figures import NAN, percentile, percentiles_by_bucket, rank
from tracedesk.analytics.panel import Asked, Column, Figure, Floats, Panel, Row, Series, Table
from tracedesk.analytics.requests import UNKNOWN, Ints, Mask, Own, Selection, select
from tracedesk.base.clock import NS_PER_S
from tracedesk.model.kinds import Kind
from tracedesk.model.query import term
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store


def first_token(store: Store, asked: Asked) -> Table:
    """A row per model: from the start of a call to its first token; of the calls that say so."""
    found = select(store, asked)
    calls = found.own("calls")
    waited = calls["ttft_ns"]
    rows = []
    for model, own in _models(store, calls):
        known = own & (waited != UNKNOWN) & (waited >= 0)
        if known.any():
            p95 = percentile(waited[known], 0.95)
            run = percentiles_by_bucket(found.bucket[calls.place[known]], waited[known], found.buckets, (0.95,))[0]
            rows.append(_row(model, own, known, [Figure(percentile(waited[known], 0.5), "ns"), Figure(p95, "ns"),
                                                 Series("p95", run, None, Figure(p95, "ns"))]))
    rows.sort(key=lambda row: -(row.cells[4].value or 0))
    return Table((*_COLUMNS, Column("p50", "p50", "ns"), Column("p95", "p95", "ns", bar=True),
                  Column("run", "p95 over time", "spark")), tuple(rows),
                 _left_out(calls, rows, "do not say when the first token came"))


def speed(store: Store, asked: Asked) -> Table:
    """A row per model: output tokens over the time from the first token to the end, or of the whole call where that is not
    known; of finished calls of language models with output."""
    found = select(store, asked)
    calls = found.own("calls")
    waited, took, out = calls["ttft_ns"], calls["duration_ns"], calls["output_tokens"]
    writing = np.where((waited > 0) & (waited < took), took - waited, took)
    telling = (calls["kind"] == Kind.LLM) & (took != UNKNOWN) & (writing > 0) & (out > 0)
    rates = np.divide(out * float(NS_PER_S), writing, out=np.full(len(out), NAN), where=telling)
    rows = []
    for model, own in _models(store, calls):
        known = own & telling
        if known.any():
            values = np.sort(rates[known])
            half, tenth = (float(values[rank(len(values), part)]) for part in (0.5, 0.1))
            rows.append(_row(model, own, known, [Figure(half, "per_s"), Figure(tenth, "per_s"),
                                                 Series("median", _medians(found, calls.place[known], rates[known]), None,
                                                        Figure(half, "per_s"))]))
    rows.sort(key=lambda row: row.cells[3].value or 0)
    return Table((*_COLUMNS, Column("p50", "Median", "per_s", bar=True), Column("p10", "Slowest tenth", "per_s"),
                  Column("run", "Median over time", "spark")), tuple(rows),
                 _left_out(calls, rows, "have no output tokens or no end"))


_COLUMNS = (Column("model", "Model"), Column("calls", "Calls", "count"), Column("known", "Known of", "count"))


def _row(model: str, own: Mask, known: Mask, figures: list[Figure | Series]) -> Row:
    return Row((model or "no model", Figure(int(own.sum()), "count"), Figure(int(known.sum()), "count"), *figures),
               str(term("model", "=", model)) if model else "")


def _models(store: Store, calls: Own) -> list[tuple[str, Mask]]:
    """(model, which calls are its own), whatever the provider."""
    names = stored.models(store)
    numbers = calls["model_no"]
    models: dict[str, list[int]] = {}
    for number in np.unique(numbers).tolist():
        models.setdefault(names.get(number, ("", ""))[0], []).append(number)
    return [(model, np.isin(numbers, own)) for model, own in models.items()]


def _medians(found: Selection, place: Ints, rates: Floats) -> Floats:
    """The nearest-rank median of each bucket."""
    return percentiles_by_bucket(found.bucket[place], rates, found.buckets, (0.5,))[0]


def _left_out(calls: Own, rows: list[Row], why: str) -> str:
    left = len(calls.place) - sum(row.cells[2].value for row in rows)
    return f"{left:,} of {len(calls.place):,} calls {why}" if left else ""


PART = (
    Panel("ttft_by_model", "Time to first token", "From the start of a call to its first token, by model; exact, nearest rank.",
          "more", 54, first_token),
    Panel("speed_by_model", "Tokens per second", "Output tokens of a call over its time of writing, by model; nearest rank.",
          "more", 56, speed),
)
