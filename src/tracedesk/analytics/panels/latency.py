"""How long requests take, end to end: p50, p95 and p99 over time, and p95 as a tile."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tracedesk.analytics.figures import percentile, percentiles_by_bucket, tile
from tracedesk.analytics.marks import marks
from tracedesk.analytics.panel import Asked, Figure, Floats, Line, Panel, Series, Stat
from tracedesk.analytics.requests import Ints, Selection, select
from tracedesk.base.clock import format_duration
from tracedesk.store.connect import Store

SHARES = {"p99": 0.99, "p95": 0.95, "p50": 0.5}


class Latency(NamedTuple):
    """Percentiles of the finished requests, in ns, in the order of SHARES: in all, of the period before, per bucket."""

    all: list[int | None]
    before: list[int | None]
    buckets: list[Floats]
    counts: Ints


def measured(found: Selection) -> Latency:
    """The latency of the finished requests: nobody knows yet how long the others take."""
    finished = found.column("unfinished_count") == 0
    took = found.column("duration_ns")[finished]
    buckets = found.bucket[finished]
    earlier: list[int | None] = [None] * len(SHARES)
    if found.before is not None:
        done = found.column("unfinished_count", found.before) == 0
        durations = found.column("duration_ns", found.before)[done]
        earlier = [percentile(durations, share) for share in SHARES.values()]
    per_bucket = percentiles_by_bucket(buckets, took, found.buckets, tuple(SHARES.values()))
    return Latency([percentile(took, share) for share in SHARES.values()], earlier, per_bucket,
                   np.bincount(buckets, minlength=found.buckets))


def over_time(store: Store, asked: Asked) -> Line:
    """The three percentiles per bucket."""
    found = select(store, asked)
    latency = measured(found)
    series = tuple(Series(label, values, latency.counts, Figure(whole, "ns"),
                          f"duration >= {whole}ns" if whole is not None else "")
                   for label, values, whole in zip(SHARES, latency.buckets, latency.all, strict=True))
    return Line(series, found.first_ns, found.step_ns, "ns", marks(found))


def p95(store: Store, asked: Asked) -> Stat:
    """The 95th percentile, with the other two beside it."""
    found = select(store, asked)
    latency = measured(found)
    p99_ns, p95_ns, p50_ns = latency.all
    note = "" if p50_ns is None or p99_ns is None else f"p50 {format_duration(p50_ns)}, p99 {format_duration(p99_ns)}"
    return tile(found, Figure(p95_ns, "ns"), Figure(latency.before[1], "ns"), latency.buckets[1], "p95", note=note, good=-1)


_ABOUT = "From the first start to the last end of a request; of those that are finished. Exact, by nearest rank."

PART = (
    Panel("latency_p95", "Latency p95", _ABOUT, "tile", 20, p95),
    Panel("latency", "Latency", _ABOUT, "wide", 10, over_time, "end to end"),
)
