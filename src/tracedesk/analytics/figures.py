"""What most panels compute: percentiles, sums and shares per bucket and in all, with what is not known said.

A percentile is the nearest rank: of n values sorted, the one at place ⌈p × n⌉, so it is always a value that occurred
(Hyndman and Fan 1996, definition 1). Nothing is sampled or sketched.
"""

from __future__ import annotations

import math

import numpy as np

from tracedesk.analytics.panel import Figure, Series, Stat
from tracedesk.analytics.requests import UNKNOWN, Floats, Ints, Mask, Selection, known, total

NAN = float("nan")


def percentile(values: Ints, share: float) -> int | None:
    """The nearest-rank percentile (`share` 0 to 1) of some values, None of none."""
    if not len(values):
        return None
    at = rank(len(values), share)
    return int(np.partition(values, at)[at])


def rank(count: int, share: float) -> int:
    """The place, from 0, of a percentile among `count` sorted values."""
    return max(0, min(count, math.ceil(round(share * count, 9))) - 1)


def percentiles_by_bucket(buckets: Ints, values: Ints | Floats, count: int, shares: tuple[float, ...], *,
                          ascending: bool = False) -> list[Floats]:
    """Per share the percentile of each of `count` buckets, NaN where a bucket has no value; `ascending` values are sorted."""
    if not ascending:
        order = np.argsort(values)
        buckets, values = buckets[order], values[order]
    small = buckets.astype(np.uint16) if count < 2**16 else buckets       # numpy sorts these by radix, in a tenth of the time
    ordered = values[np.argsort(small, kind="stable")]
    sizes = np.bincount(buckets, minlength=count)
    firsts = np.cumsum(sizes) - sizes
    filled = sizes > 0
    made = []
    for share in shares:
        at = np.clip(np.ceil(np.round(share * sizes, 9)).astype(np.int64), 1, None) - 1
        column = np.full(count, NAN)
        column[filled] = ordered[(firsts + at)[filled]]
        made.append(column)
    return made


def sums_by_bucket(buckets: Ints, values: Ints, count: int) -> Floats:
    """The sum of the known values of each bucket, NaN where it has none."""
    there = values != UNKNOWN
    sums = np.bincount(buckets[there], weights=values[there].astype(np.float64), minlength=count).astype(np.float64)
    sums[np.bincount(buckets[there], minlength=count) == 0] = NAN
    return sums


def shares_by_bucket(selection: Selection, meant: Mask) -> Floats:
    """The share of the requests of each bucket that are meant, NaN where it has none."""
    return ratio(np.bincount(selection.bucket[meant], minlength=selection.buckets), selection.counts)


def ratio(above: Floats | Ints, below: Floats | Ints) -> Floats:
    """Quotients, NaN where there is nothing to divide by."""
    found = np.full(len(below), NAN)
    np.divide(above, below, out=found, where=np.asarray(below) > 0)
    return found


def cost(selection: Selection, period: Ints | None = None) -> Figure:
    """The known cost of the requests of a period; None where no call has a price, `at_least` where some have none."""
    amounts = known(selection.column("cost_nusd", period))
    unpriced = bool((selection.column("unpriced_calls", period) > 0).any())
    return Figure(total(amounts) if len(amounts) else None, "nusd", unpriced)


def per(amount: Figure, count: int) -> Figure:
    """A sum shared among `count`; None of none."""
    return Figure(None if amount.value is None or not count else amount.value / count, amount.unit, amount.at_least)


def share(part: int, whole: int) -> Figure:
    """A part of a whole, None where there is no whole."""
    return Figure(part / whole if whole else None, "share")


def tile(selection: Selection, figure: Figure, before: Figure | None, values: Floats, label: str, *, note: str = "",
         good: int = 0, query: str = "") -> Stat:
    """A tile of this figure and its run over time; the figure of the period before only where that is compared."""
    return Stat(figure, before if selection.before is not None else None,
                Series(label, values, selection.counts, figure, query), note, good, query)


def unpriced_note(selection: Selection) -> str:
    """Which model has calls without a price, or how many models, in words; "" where none has."""
    models = selection.unpriced_models
    if not models:
        return ""
    return f"{models[0] or 'a call without a model'} unpriced" if len(models) == 1 else f"{len(models)} models unpriced"
