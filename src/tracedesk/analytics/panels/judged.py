"""What evaluators and people think of the answers."""

from __future__ import annotations

import math

import numpy as np

from tracedesk.analytics.figures import ratio, share, tile
from tracedesk.analytics.panel import Asked, Column, Figure, Panel, Row, Series, Stat, Table
from tracedesk.analytics.requests import Ints, Selection, select
from tracedesk.base.words import counted
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store


def judge(store: Store, asked: Asked) -> Stat:
    """The mean of all scores between 0 and 1."""
    found = select(store, asked)
    up, down = votes(found, found.now)
    given, thumbs = int(found.column("scores").sum()), int(up.sum() + down.sum())
    said = [f"thumbs {up.sum() / thumbs * 100:.0f} % up, {counted(thumbs, 'vote')}" if thumbs else "",
            counted(given, "score") if given and not thumbs else ""]
    sums = np.bincount(found.bucket, weights=found.column("score_sum"), minlength=found.buckets)
    counts = np.bincount(found.bucket, weights=found.column("scores"), minlength=found.buckets)
    before = None if found.before is None else _mean(found, found.before)
    return tile(found, _mean(found, found.now), before, ratio(sums, counts), "score", note=next(filter(None, said), ""), good=1,
                query="sign = score")


def _mean(found: Selection, period: Ints) -> Figure:
    count = int(found.column("scores", period).sum())
    return Figure(math.fsum(found.column("score_sum", period)) / count if count else None, "score")


def votes(found: Selection, period: Ints) -> tuple[Ints, Ints]:
    """(thumbs up, thumbs down) of each request: of its spans, and what was said of the trace in the desk (good, bad)."""
    up, down = found.column("votes_up", period).copy(), found.column("votes_down", period).copy()
    said = stored.verdicts(found.store)
    place, here = found.among(np.array(list(said), np.int64), period)
    for at, verdict in zip(place[here].tolist(), np.array(list(said.values()), object)[here].tolist(), strict=True):
        up[at] += verdict == "good"
        down[at] += verdict == "bad"
    return up, down


def feedback(store: Store, asked: Asked) -> Stat:
    """The share of thumbs up among all votes."""
    found = select(store, asked)
    up, down = votes(found, found.now)
    before = None
    if found.before is not None:
        earlier = votes(found, found.before)
        before = share(int(earlier[0].sum()), int(earlier[0].sum() + earlier[1].sum()))
    liked = np.bincount(found.bucket, weights=up, minlength=found.buckets)
    both = liked + np.bincount(found.bucket, weights=down, minlength=found.buckets)
    count = int(up.sum() + down.sum())
    return tile(found, share(int(up.sum()), count), before, ratio(liked, both), "thumbs up",
                note=counted(count, "vote") if count else "nobody voted" if len(found.now) else "",
                good=1, query="sign = vote")


def scores(store: Store, asked: Asked) -> Table:
    """A row per evaluator: how often, its mean and extremes, and its mean over time; whatever the scale."""
    found = select(store, asked)
    signs = [sign for sign in stored.signs(store, "score") if sign.value is not None]
    place, here = found.among(np.array([sign.trace_no for sign in signs], np.int64), found.now)
    by_name: dict[str, list[tuple[int, float]]] = {}
    for sign, at, is_here in zip(signs, place.tolist(), here.tolist(), strict=True):
        if is_here:
            by_name.setdefault(sign.rule, []).append((at, sign.value or 0.0))
    rows = []
    for name, given in sorted(by_name.items(), key=lambda item: (-len(item[1]), item[0])):
        places, values = np.array([at for at, _ in given], np.int64), np.array([value for _, value in given])
        buckets = found.bucket[places]
        counts = np.bincount(buckets, minlength=found.buckets)
        run = ratio(np.bincount(buckets, weights=values, minlength=found.buckets), counts)
        mean = Figure(math.fsum(values) / len(values), "score")
        rows.append(Row((name, Figure(len(values), "count"), mean, Figure(float(values.min()), "score"),
                         Figure(float(values.max()), "score"), Series(name, run, counts, mean)), "sign = score"))
    return Table((Column("name", "Score"), Column("scores", "Given", "count"), Column("mean", "Mean", "score"),
                  Column("lowest", "Lowest", "score"), Column("highest", "Highest", "score"),
                  Column("run", "Over time", "spark")), tuple(rows))


PART = (
    Panel("judge_score", "Judge score", "Mean of the scores between 0 and 1 that evaluators gave spans, events or records.",
          "tile", 80, judge),
    Panel("feedback", "User feedback", "Thumbs up of all votes: feedback in spans, and traces called good or bad in the desk.",
          "more", 30, feedback),
    Panel("scores", "Scores", "Each evaluator's scores on its own scale: how many, mean, lowest, highest.", "more", 60, scores),
)
