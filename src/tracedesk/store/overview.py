"""What a result of the list is made of: facets, and the density of durations over time."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from tracedesk.model.query import TraceQuery
from tracedesk.model.query_keys import TIMES, moment_ns
from tracedesk.store.connect import Store
from tracedesk.store.search import STATUS, condition

MOST_VALUES = 20
"""Values of one facet; the commonest are given."""

_MOST_DECADES = 6
"""The strip reaches from the longest duration down so many powers of ten; what is shorter lies in its lowest row."""


class Density(NamedTuple):
    """Traces per cell `[row, column]`, row 0 the shortest durations, and how many of them failed.

    The columns divide [start_ns, end_ns] evenly, the rows divide [low_ns, high_ns] evenly on a logarithmic scale.
    """

    counts: NDArray[np.int64]
    errors: NDArray[np.int64]
    start_ns: int
    end_ns: int
    low_ns: int
    high_ns: int


def facets(store: Store, query: TraceQuery) -> dict[str, list[tuple[str, int]]]:
    """Per key of the filter language its values among the traces that match, each with how many of them it would leave,
    commonest first. A trace counts for each of its services, models, kinds, ..."""
    with store.reading() as db:
        where, values = condition(db, query)
        statuses = list(STATUS)
        found = db.execute(
            f"SELECT t.profile_no, count(*), {', '.join(f'sum({STATUS[name]})' for name in statuses)} "
            f"FROM traces t WHERE {where} GROUP BY t.profile_no", values).fetchall()
        counts: dict[str, Counter[str]] = {"status": Counter()}
        for profile_no, traces, *by_status in found:
            for name, count in zip(statuses, by_status, strict=True):
                counts["status"][name] += count
            for key, value in _facts(db, profile_no):
                counts.setdefault(key, Counter())[value] += traces
    if counts["status"]["unset"] and counts["status"]["ok"] == counts["status"]["unset"]:
        del counts["status"]["unset"]                 # nobody said "ok": the two words mean the same traces
    return {key: [(value, count) for value, count in sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES]
                  if count] for key, counter in counts.items()}


def _facts(db: Any, profile_no: int) -> list[tuple[str, str]]:
    found = db.execute("SELECT facts FROM profiles WHERE profile_no = ?", (profile_no,)).fetchone()
    return [] if found is None else orjson.loads(found[0])


def density(store: Store, query: TraceQuery, columns: int, rows: int) -> Density:
    """The traces that match, by start and duration. Time reaches over what `since` and `before` of the query name, else
    over the traces found; durations over whole powers of ten."""
    counts, errors = np.zeros((rows, columns), np.int64), np.zeros((rows, columns), np.int64)
    with store.reading() as db:
        where, values = condition(db, query)
        first, last, longest, shortest = db.execute(
            "SELECT min(t.start_ns), max(t.start_ns), max(t.duration_ns), min(nullif(t.duration_ns, 0)) "
            f"FROM traces t WHERE {where}", values).fetchone()
        if first is None:
            return Density(counts, errors, 0, 1, 1, 10)
        start, end = _window(query, first, last)
        high = 10 ** math.ceil(math.log10(max(10, longest)))
        low = max(10 ** math.floor(math.log10(shortest or 1)), high // 10**_MOST_DECADES, 1)
        low = min(low, high // 10)
        borders = [round(low * (high / low) ** (row / rows)) for row in range(1, rows)]
        row_of = " + ".join(f"(t.duration_ns >= {border})" for border in borders) or "0"
        column_of = f"min({columns - 1}, max(0, CAST((t.start_ns - {start}) / {(end - start) / columns!r} AS INTEGER)))"
        for row, column, traces, failed in db.execute(
                f"SELECT {row_of} AS r, {column_of} AS c, count(*), sum(t.status = 2) FROM traces t WHERE {where} "
                "GROUP BY r, c", values):
            counts[row, column], errors[row, column] = traces, failed
    return Density(counts, errors, start, end, low, high)


def _window(query: TraceQuery, first: int, last: int) -> tuple[int, int]:
    """(start, end) of the strip in ns, at least 1 ns long."""
    named = {term.key: moment_ns(term.value) for term in query.terms if term.key in TIMES and not term.negated}
    start, before = named.get("since"), named.get("before")
    start = first if start is None else min(start, first)
    end = last + 1 if before is None else max(before, last + 1)
    return start, max(end, start + 1)
