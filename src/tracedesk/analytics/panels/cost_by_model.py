"""What each model costs over time, as stacked bars."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.figures import NAN, sums_by_bucket
from tracedesk.analytics.marks import marks
from tracedesk.analytics.panel import Asked, Figure, Line, Panel, Series
from tracedesk.analytics.requests import KNOWN_COSTS, UNKNOWN, known, select, total
from tracedesk.model.query import term
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store

MODELS = 8
"""Models with a colour of their own, the dearest; the others are one series."""


def answer(store: Store, asked: Asked) -> Line:
    """A series per model, the dearest first; those of whose calls none has a price have no total and no bars."""
    found = select(store, asked)
    calls = found.own("calls")
    bars, bar = found.buckets, found.bucket[calls.place]
    costs = np.where(np.isin(calls["cost_status"], KNOWN_COSTS), calls["cost_nusd"], UNKNOWN)
    unpriced = (costs == UNKNOWN) & (calls["cost_status"] != 0)
    names = {number: model for number, (model, _) in stored.models(store).items()}
    models: dict[str, list[int]] = {}
    for number in np.unique(calls["model_no"]).tolist():
        models.setdefault(names.get(number, ""), []).append(number)
    series: list[tuple[int, Series]] = []
    for model, numbers in models.items():
        own = np.isin(calls["model_no"], numbers)
        amounts = known(costs[own])
        counts = np.bincount(bar[own], minlength=bars)
        values = sums_by_bucket(bar[own], costs[own], bars) if len(amounts) else np.full(bars, NAN)
        whole = Figure(total(amounts) if len(amounts) else None, "nusd", bool(unpriced[own].any()))
        query = str(term("model", "=", model)) if model else ""
        series.append((int(whole.value) if whole.value is not None else -1, Series(model or "no model", values, counts, whole,
                                                                                query)))
    series.sort(key=lambda one: (-one[0], one[1].label))
    return Line(tuple(_folded([one for _, one in series])), found.first_ns, found.step_ns, "nusd", marks(found),
                stacked=True)


def _folded(series: list[Series]) -> list[Series]:
    """The first MODELS series, and one of all others."""
    if len(series) <= MODELS + 1:
        return series
    rest = series[MODELS:]
    values = np.array([one.values for one in rest])
    sums = np.where(np.isnan(values).all(axis=0), NAN, np.nansum(values, axis=0))
    amounts = [int(one.total.value) for one in rest if one.total is not None and one.total.value is not None]
    partly = any(one.total is not None and one.total.at_least for one in rest)
    counts = np.sum([one.counts for one in rest if one.counts is not None], axis=0)
    return [*series[:MODELS], Series(f"{len(rest)} others", sums, counts, Figure(sum(amounts) if amounts else None, "nusd",
                                                                               partly))]


PART = Panel("cost_by_model", "Cost by model", "Known costs of model calls by the model that answered; each call counted once.",
             "side", 10, answer)
