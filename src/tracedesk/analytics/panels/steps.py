"""How long the steps inside of requests take: by kind, and the slowest by name."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.figures import percentiles_by_bucket, rank
from tracedesk.analytics.panel import Asked, Column, Figure, Panel, Row, Series, Table
from tracedesk.analytics.requests import Ints, select
from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind
from tracedesk.model.query import term
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store
from tracedesk.store.measures import FAILED

SHARES = (0.5, 0.95, 0.99)
MOST = 15


def by_kind(store: Store, asked: Asked) -> Table:
    """A row per kind of span, with the run of its p95."""
    found = select(store, asked)
    steps = found.quickest_first
    names = stored.step_names(store)
    took = steps["duration_ns"]
    kinds = _translated(steps["step_no"], {number: kind for number, (kind, _) in names.items()})
    rows = []
    for kind in np.unique(kinds).tolist():
        own = np.flatnonzero(kinds == kind)
        p50, p95, p99 = (int(took[own[rank(len(own), share)]]) for share in SHARES)
        run = percentiles_by_bucket(found.bucket[steps.place[own]], took[own], found.buckets, (0.95,), ascending=True)[0]
        label = Kind(kind).label if kind < len(Kind) else Kind.OTHER.label
        rows.append(Row((label, Figure(len(own), "count"), Figure(p50, "ns"), Figure(p95, "ns"), Figure(p99, "ns"),
                         Series("p95", run, None, Figure(p95, "ns"))), str(term("kind", "=", label))))
    rows.sort(key=lambda row: -row.cells[3].value)
    running = len(found.own("steps").place) - len(took)
    return Table((Column("kind", "Kind"), Column("steps", "Steps", "count"), Column("p50", "p50", "ns"),
                  Column("p95", "p95", "ns", bar=True), Column("p99", "p99", "ns"), Column("run", "p95 over time", "spark")),
                 tuple(rows), counted(running, "unfinished step") if running else "")


def slowest(store: Store, asked: Asked) -> Table:
    """The steps with the largest p95, by name; whole requests (spans around all others) are steps too."""
    found = select(store, asked)
    steps = found.quickest_first
    took = steps["duration_ns"]
    names = stored.step_names(store)
    known, at = np.unique(steps["step_no"], return_inverse=True)
    p50, p95 = percentiles_by_bucket(at, took, len(known), (0.5, 0.95), ascending=True)
    counts = np.bincount(at, minlength=len(known))
    longest = np.zeros(len(known), np.int64)
    longest[at] = took                                        # of several the last stays, which is the longest
    failed = np.bincount(at[(steps["flags"] & FAILED) > 0], minlength=len(known))
    rows = []
    for place in np.argsort(-p95, kind="stable")[:MOST].tolist():
        kind, name = names.get(int(known[place]), (0, ""))
        query = "" if "#" in name or not name else str(term("span", "=", name))
        rows.append(Row((name or "(no name)", Kind(kind).label if kind < len(Kind) else Kind.OTHER.label,
                         Figure(int(counts[place]), "count"), Figure(int(p50[place]), "ns"), Figure(int(p95[place]), "ns"),
                         Figure(int(longest[place]), "ns"), Figure(int(failed[place]) / int(counts[place]), "share")), query))
    left = len(known) - len(rows)
    return Table((Column("name", "Step"), Column("kind", "Kind"), Column("steps", "Steps", "count"), Column("p50", "p50", "ns"),
                  Column("p95", "p95", "ns", bar=True), Column("longest", "Longest", "ns"),
                  Column("failed", "Failed", "share")), tuple(rows),
                 counted(left, "quicker name") if left > 0 else "")


def _translated(numbers: Ints, table: dict[int, int]) -> Ints:
    """Each number as the table has it, 0 where it does not."""
    known, at = np.unique(numbers, return_inverse=True)
    return np.array([table.get(number, 0) for number in known.tolist()], np.int64)[at] if len(at) else np.zeros(0, np.int64)


PART = (
    Panel("latency_by_kind", "Latency by kind of step", "From start to end of every finished span; exact, by nearest rank.",
          "more", 50, by_kind),
    Panel("slowest_steps", "Slowest steps", "Finished spans by name (ids in names left out), by p95; exact, by nearest rank.",
          "more", 52, slowest),
)
