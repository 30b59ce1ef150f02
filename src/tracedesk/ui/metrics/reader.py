"""What the Metrics page asks the store, each question one function that runs on a reader's thread. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from tracedesk.analytics.asking import whole_range
from tracedesk.analytics.difference import difference
from tracedesk.analytics.panel import Asked, Column, Figure, Panel, Result, Row, Table
from tracedesk.base.clock import iso_time
from tracedesk.base.errors import Cancelled, TraceDeskError
from tracedesk.model.query import TraceQuery, parse, term
from tracedesk.store import questions
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store


@dataclass(frozen=True)
class Answers:
    """What panels answered to one question, by their key; a panel that could not answer has its error instead."""

    asked: Asked
    results: dict[str, Result | TraceDeskError]


def answers(store: Store, asked: Asked, panels: Sequence[Panel]) -> Answers:
    """Ask panels, one after the other, so that they share what is read; one that cannot answer costs only itself.

    Raises:
        NotFound: there is no store.
        Cancelled: nobody waits for the answer any more.
    """
    found: dict[str, Result | TraceDeskError] = {}
    for panel in panels:
        try:
            found[panel.key] = panel.answer(store, asked)
        except Cancelled:
            raise
        except TraceDeskError as error:
            found[panel.key] = error
    return Answers(asked, found)


MOST_DIFFERENCES = 40


def between(query: TraceQuery, start_ns: int, end_ns: int) -> TraceQuery:
    """The query, narrowed to what began in [start, end)."""
    return query.plus(f"since {iso_time(start_ns)} before {iso_time(end_ns)}")


def different(store: Store, asked: Asked, start_ns: int, end_ns: int) -> Table:
    """What tells the requests of [start, end) from all others of the page, the largest difference first."""
    found = difference(store, asked, between(asked.query, start_ns, end_ns))
    rows = tuple(Row((f"{line.key} {'= ' if ' = ' in line.query else ''}{line.value}", Figure(line.chosen_share, "share"),
                      Figure(line.others_share, "share"), Figure(line.difference, "share")),
                     str(between(parse(line.query), start_ns, end_ns)) if line.query else "")
                 for line in found.found[:MOST_DIFFERENCES])
    said = f"{found.chosen:,} requests against {found.others:,} others."
    if not found.chosen or not found.others:
        said = "No request began in this time." if not found.chosen else "There are no others to compare with."
    elif not rows:
        said += " Nothing tells them apart more than chance does."
    return Table((Column("what", "What"), Column("these", "These", "share", bar=True),
                  Column("others", "Others", "share", bar=True), Column("difference", "Difference", "share")), rows, said)


def groupings(store: Store) -> list[str]:
    """The tags that requests can be grouped by."""
    return list(stored.label_keys(store))


NOTHING = (0, 1)
"""The range of a store without requests."""


def everything(store: Store) -> tuple[int, int]:
    """[start, end) of all that is stored, NOTHING while nothing is."""
    return whole_range(store)


def newest_of(store: Store, key: str, values: Sequence[str]) -> list[bytes]:
    """The newest trace of each value of a key; one that has none is left out."""
    found = [questions.traces(store, TraceQuery((term(key, "=", value),)), limit=1) for value in values]
    return [rows[0].trace_id for rows in found if rows]


def same(one: Any, other: Any) -> bool:
    """Whether two results say the same; unknown (NaN) equals unknown."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    return bool(one == other) or (isinstance(one, float) and one != one and other != other)
