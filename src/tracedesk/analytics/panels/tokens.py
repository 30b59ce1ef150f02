"""How many tokens requests take: a histogram by prompt version (or whatever is asked), and those far outside."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.figures import percentiles_by_bucket, rank, share, sums_by_bucket, tile
from tracedesk.analytics.groups import Groups, grouped, tokens_of
from tracedesk.analytics.panel import Asked, Figure, Histogram, Panel, Series, Stat
from tracedesk.analytics.requests import UNKNOWN, Floats, Ints, Selection, select, total
from tracedesk.model.query import term
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store

GROUPS, OUTLIERS, ENOUGH = 4, 5, 10
PER_DECADE = 12
"""Bars to a factor of ten."""


def answer(store: Store, asked: Asked) -> Histogram:
    """Counts per size for the commonest values of `by`; the rest is one group. Outliers stand alone and are not in the bars."""
    found = select(store, asked)
    groups = grouped(found, asked.by)
    alone = _outliers(groups, tokens_of(found))
    sized = (groups.tokens > 0) & ~np.isin(groups.place, alone)
    edges = _edges(groups.tokens[sized])
    sizes = np.bincount(groups.code[sized], minlength=len(groups.values))
    common = [int(code) for code in np.argsort(-sizes, kind="stable")[:GROUPS] if sizes[code]]
    made, medians = [], []
    rest = sized & ~np.isin(groups.code, common)
    for code, mask in [*((code, sized & (groups.code == code)) for code in common), (-1, rest)]:
        tokens = groups.tokens[mask]
        if not len(tokens):
            continue
        value = groups.values[code] if code >= 0 else None
        label = "others" if value is None else value or f"no {asked.by}"
        query = str(term(asked.by, "=", value)) if value else ""
        counts = np.histogram(tokens, edges)[0]
        made.append(Series(label, counts.astype(np.float64), counts, Figure(len(tokens), "count"), query))
        medians.append(float(np.sort(tokens)[rank(len(tokens), 0.5)]))
    ids = stored.ids(store, found.requests.trace_no[found.now[alone]].tolist())
    sizes_alone = tokens_of(found)[alone].tolist()
    return Histogram(edges, tuple(made), "tokens", True, tuple(medians),
                     tuple((float(size), f"id = {one.hex()}") for size, one in zip(sizes_alone, ids, strict=True)))


def _edges(tokens: Ints) -> Floats:
    """Edges that divide each factor of ten evenly on a logarithmic scale, and hold every value."""
    if not len(tokens):
        return np.array([1.0, 10.0])
    low = np.floor(np.log10(tokens.min()) * PER_DECADE)
    high = np.floor(np.log10(tokens.max()) * PER_DECADE) + 1
    edges: Floats = np.unique(np.round(10 ** (np.arange(low, high + 1) / PER_DECADE)))
    edges[0], edges[-1] = min(edges[0], tokens.min()), max(edges[-1], tokens.max() + 1)
    return edges


def _outliers(groups: Groups, tokens: Ints) -> Ints:
    """Places of the largest requests that lie far outside of their group: beyond Tukey's outer fence (Q3 + 3 × IQR) on a
    logarithmic scale, and at least four times the median. Groups of fewer than ENOUGH have none."""
    sized = groups.tokens > 0
    count = len(groups.values)
    low, middle, high = percentiles_by_bucket(groups.code[sized], groups.tokens[sized], count, (0.25, 0.5, 0.75))
    with np.errstate(invalid="ignore"):
        fences = np.maximum(high * (high / low) ** 3, 4 * middle)
    fences[np.bincount(groups.code[sized], minlength=count) < ENOUGH] = np.inf
    beyond = np.unique(groups.place[sized][groups.tokens[sized] > fences[groups.code[sized]]])
    return beyond[np.argsort(-tokens[beyond], kind="stable")[:OUTLIERS]]


def cached(store: Store, asked: Asked) -> Stat:
    """The share of input tokens that was read from a provider's cache."""
    found = select(store, asked)
    before = None if found.before is None else _cache_share(found, found.before)
    said, read = _cache(found, found.now)
    sums = [sums_by_bucket(found.bucket, column, found.buckets) for column in (read, said)]
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(sums[1] > 0, sums[0] / sums[1], np.nan)
    silent = int(((found.column("input_tokens") != UNKNOWN) & (found.column("cache_read_tokens") == UNKNOWN)).sum())
    note = f"{silent:,} request{' does' if silent == 1 else 's do'} not say" if silent else ""
    return tile(found, _cache_share(found, found.now), before, values, "cached", note=note, good=1, query="cached_tokens > 0")


def _cache(found: Selection, period: Ints) -> tuple[Ints, Ints]:
    """(input tokens, those read from a cache) of the requests that say both; UNKNOWN for the others."""
    into, read = found.column("input_tokens", period), found.column("cache_read_tokens", period)
    both = (into != UNKNOWN) & (read != UNKNOWN)
    return np.where(both, into, UNKNOWN), np.where(both, read, UNKNOWN)


def _cache_share(found: Selection, period: Ints) -> Figure:
    into, read = _cache(found, period)
    return share(total(read[read != UNKNOWN]), total(into[into != UNKNOWN]))


PART = (
    Panel("tokens_per_request", "Tokens per request",
          "Input and output tokens of a request, every model call counted once; medians by nearest rank.", "row", 10, answer,
          "log scale"),
    Panel("cache_share", "Cache hits", "Input tokens read from a cache, of all input tokens of the requests that say so.",
          "more", 40, cached),
)
