"""Traces as columns of numbers, for whoever adds up many of them: what the panels of `analytics` are made of.

Nothing here groups or sums: 100,000 traces are read in 0.2 s, and numpy then answers every panel of a page from the same
columns. What was read once is brought up to date by the traces that changed since (`newer`).
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tracedesk.model.query import TraceQuery
from tracedesk.store.connect import Store
from tracedesk.store.search import condition

UNKNOWN = -(2**63)
"""Stands for NULL in a column."""

LIMIT_S = 20.0
"""Seconds for reading all traces of a long range."""

_KNOWN = ("trace_no", "start_ns", "duration_ns", "profile_no", "status", "span_count", "error_count", "unfinished_count",
          "llm_calls", "priced_calls", "unpriced_calls")
_MAYBE = ("input_tokens", "output_tokens", "cache_read_tokens", "cost_nusd")
COLUMNS = (*_KNOWN, *_MAYBE)
"""Columns of `traces`; the last four may be UNKNOWN."""

_SELECT = f"SELECT {', '.join(_KNOWN)}, {', '.join(f'coalesce({name}, {UNKNOWN})' for name in _MAYBE)} FROM traces"

Ints = NDArray[np.int64]


def change(store: Store) -> int:
    """The number of the last write to the store; what was read is still right while it stays the same."""
    with store.reading() as db:
        found = db.execute("SELECT value FROM meta WHERE name = 'change'").fetchone()
    return int(found[0]) if found else 0


def since(store: Store, since_ns: int) -> dict[str, Ints]:
    """COLUMNS of all traces that start at `since_ns` or later, by trace_no."""
    with store.reading(LIMIT_S) as db:
        return _columns(db.execute(f"{_SELECT} WHERE start_ns >= ? ORDER BY trace_no", (_fitting(since_ns),)).fetchall())


def newer(store: Store, after: int) -> dict[str, Ints]:
    """COLUMNS of the traces that were written after change number `after`, whenever they start, by trace_no."""
    with store.reading(LIMIT_S) as db:
        return _columns(db.execute(f"{_SELECT} WHERE changed > ? AND start_ns IS NOT NULL ORDER BY trace_no",
                                   (after,)).fetchall())


def count_since(store: Store, since_ns: int) -> int:
    """How many traces start at `since_ns` or later: fewer than are known where some were deleted."""
    with store.reading(LIMIT_S) as db:
        return int(db.execute("SELECT count(*) FROM traces WHERE start_ns >= ?", (_fitting(since_ns),)).fetchone()[0])


def matching(store: Store, query: TraceQuery, start_ns: int, end_ns: int) -> Ints:
    """The trace_no of those that match and start in [start_ns, end_ns), sorted."""
    with store.reading(LIMIT_S) as db:
        where, values = condition(db, query)
        found = db.execute(f"SELECT t.trace_no FROM traces t WHERE {where} AND t.start_ns >= ? AND t.start_ns < ?",
                           (*values, _fitting(start_ns), _fitting(end_ns))).fetchall()
    return np.sort(np.fromiter(chain.from_iterable(found), np.int64, len(found)))


def profiles(store: Store, numbers: Ints) -> dict[int, list[tuple[str, str]]]:
    """The facts of these profiles (see `schema.py`) as (key of the filter language, value)."""
    with store.reading() as db:
        found = {}
        for number in numbers.tolist():
            row = db.execute("SELECT facts FROM profiles WHERE profile_no = ?", (number,)).fetchone()
            found[number] = [(key, value) for key, value in orjson.loads(row[0])] if row else []
    return found


def labels(store: Store, key: str) -> tuple[Ints, list[str]]:
    """(trace_no, value) of every trace that carries a label: `user`, `session` or `tag.NAME`."""
    with store.reading(LIMIT_S) as db:
        found = db.execute("SELECT trace_no, value FROM labels WHERE key = ?", (key,)).fetchall()
    numbers, values = zip(*found, strict=True) if found else ((), ())
    return np.array(numbers, np.int64), list(values)


def label_keys(store: Store) -> list[str]:
    """The keys of all labels there are, in order."""
    with store.reading(LIMIT_S) as db:
        keys: list[str] = []
        found = db.execute("SELECT min(key) FROM labels").fetchone()[0]
        while found is not None:                            # a step per key, where DISTINCT would walk through all labels
            keys.append(found)
            found = db.execute("SELECT min(key) FROM labels WHERE key > ?", (found,)).fetchone()[0]
    return keys


def ids(store: Store, numbers: list[int]) -> list[bytes]:
    """The ids of these traces, in this order."""
    with store.reading() as db:
        return [db.execute("SELECT trace_id FROM traces WHERE trace_no = ?", (number,)).fetchone()[0] for number in numbers]


def _columns(rows: list[tuple[int, ...]]) -> dict[str, Ints]:
    flat = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * len(COLUMNS))
    table = np.ascontiguousarray(flat.reshape(-1, len(COLUMNS)).T)
    return dict(zip(COLUMNS, table, strict=True))


def _fitting(value: int) -> int:
    """A time as a column holds it."""
    return max(-(2**63), min(2**63 - 1, value))


def first_and_last(store: Store) -> tuple[int, int] | None:
    """(earliest, latest) start of all traces, None while there are none."""
    with store.reading() as db:
        found: Any = db.execute("SELECT min(start_ns), max(start_ns) FROM traces WHERE start_ns IS NOT NULL").fetchone()
    return None if found[0] is None else (int(found[0]), int(found[1]))
