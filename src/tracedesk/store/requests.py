"""Traces as records in memory, for whoever adds up many of them: what the panels of `analytics` are made of.

Nothing here groups or sums: the measures of 100,000 traces (`measures.py`) are read in 0.1 s, and numpy then answers every
panel of a page from the same columns. What was read once is brought up to date by the traces that changed since (`newer`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from tracedesk.model.query import TraceQuery
from tracedesk.store.connect import Store
from tracedesk.store.facts import NONE
from tracedesk.store.measures import CALL, NO_SUCCESS, NUMBERS, STEP
from tracedesk.store.notes import WHOLE_TRACE
from tracedesk.store.search import condition, storable
from tracedesk.store.totals import labels as labels_of_card

UNKNOWN = NONE
"""Stands for NULL in a column."""

LIMIT_S = 20.0
"""Seconds for reading all traces of a long range."""

Ints = NDArray[np.int64]
Records = NDArray[Any]

_OF_TRACES = ("start_ns", "duration_ns", "input_tokens", "output_tokens", "cache_read_tokens", "cost_nusd", "profile_no",
              "span_count", "error_count", "unfinished_count", "llm_calls", "priced_calls", "unpriced_calls", "status")
_SELECT = (f"SELECT trace_no, {', '.join(f'coalesce({name}, {UNKNOWN})' for name in _OF_TRACES)} FROM traces "
           "{0} WHERE start_ns IS NOT NULL AND {1}")


class Numbers(NamedTuple):
    """One record of `measures.NUMBERS` per trace, by trace_no."""

    trace_no: Ints
    records: Records


class Parts(NamedTuple):
    """Records of `measures.STEP` or `measures.CALL`: of trace `trace_no[k]` the next `counts[k]`."""

    trace_no: Ints
    counts: Ints
    records: Records


def since(store: Store, since_ns: int) -> Numbers:
    """The numbers of all traces that start at `since_ns` or later."""
    with store.reading(LIMIT_S) as db:
        earliest = db.execute("SELECT min(start_ns) FROM traces WHERE start_ns IS NOT NULL").fetchone()[0]
        if earliest is None or since_ns <= earliest:
            rows = db.execute("SELECT trace_no, data FROM measures ORDER BY trace_no")
        else:
            rows = db.execute("SELECT trace_no, m.data FROM traces t CROSS JOIN measures m USING (trace_no) "
                              "WHERE t.start_ns >= ?", (storable(since_ns),))
        return _numbers(db, rows, "start_ns >= ?", since_ns)


def newer(store: Store, after: int) -> Numbers:
    """The numbers of the traces that were written after change number `after`, whenever they start."""
    with store.reading(LIMIT_S) as db:
        rows = db.execute("SELECT trace_no, m.data FROM traces t CROSS JOIN measures m USING (trace_no) WHERE t.changed > ?",
                          (after,))
        return _numbers(db, rows, "changed > ?", after)


def _pairs(rows: Iterable[tuple[int, bytes]]) -> tuple[Ints, list[bytes]]:
    """(trace_no, data) as two columns. Rows are not kept: 100,000 tuples at once would set the garbage collector to work, and
    take twice the time."""
    numbers: list[int] = []
    data: list[bytes] = []
    for number, blob in rows:
        numbers.append(number)
        data.append(blob)
    return np.array(numbers, np.int64), data


def _numbers(db: Any, rows: Iterable[tuple[int, bytes]], which: str, value: int) -> Numbers:
    """The numbers in `rows`; of traces whose measures are not up to date (large ones that grow, those of an old store) what
    their own row says, with no signs. `which` is a condition on the row."""
    numbers, data = _pairs(rows)
    records = np.frombuffer(b"".join(data), NUMBERS)
    if len(numbers) and (np.diff(numbers) < 0).any():
        order = np.argsort(numbers, kind="stable")
        numbers, records = numbers[order], records[order]
    behind = db.execute(_SELECT.format("INDEXED BY traces_to_recount", f"recount AND {which}"), (storable(value),)).fetchall()
    if db.execute("SELECT 1 FROM meta WHERE name = 'unmeasured'").fetchone():
        behind += db.execute(_SELECT.format("", f"{which} AND trace_no NOT IN (SELECT trace_no FROM measures)"),
                             (storable(value),)).fetchall()
    if not behind:
        return Numbers(numbers, records)
    late = np.zeros(len(behind), NUMBERS)
    late["success"] = NO_SUCCESS
    for name, column in zip(_OF_TRACES, list(zip(*behind, strict=True))[1:], strict=True):
        late[name] = column
    late_numbers = np.array([row[0] for row in behind], np.int64)
    kept = ~np.isin(numbers, late_numbers)
    numbers, records = np.concatenate((numbers[kept], late_numbers)), np.concatenate((records[kept], late))
    order = np.argsort(numbers, kind="stable")
    return Numbers(numbers[order], records[order])


def parts(store: Store, table: Literal["steps", "calls"], first: int, last: int) -> Parts:
    """The steps or calls of the traces with numbers from `first` to `last`."""
    with store.reading(LIMIT_S) as db:
        return _parts(table, db.execute(f"SELECT trace_no, data FROM {table} WHERE trace_no BETWEEN ? AND ? ORDER BY trace_no",
                                        (first, last)))


def newer_parts(store: Store, table: Literal["steps", "calls"], after: int) -> Parts:
    """The steps or calls of the traces that were written after change number `after`."""
    with store.reading(LIMIT_S) as db:
        return _parts(table, db.execute(f"SELECT trace_no, p.data FROM traces t CROSS JOIN {table} p USING (trace_no) "
                                        "WHERE t.changed > ? ORDER BY trace_no", (after,)))


def _parts(table: str, rows: Iterable[tuple[int, bytes]]) -> Parts:
    kind = STEP if table == "steps" else CALL
    numbers, data = _pairs(rows)
    return Parts(numbers, np.fromiter(map(len, data), np.int64, len(data)) // kind.itemsize,
                 np.frombuffer(b"".join(data), kind))


def step_names(store: Store) -> dict[int, tuple[int, str]]:
    """step_no → (kind, name)."""
    with store.reading(LIMIT_S) as db:
        return {number: (kind, name) for number, kind, name in db.execute("SELECT step_no, kind, name FROM step_names")}


def models(store: Store) -> dict[int, tuple[str, str]]:
    """model_no → (model, provider); "" where it is not known."""
    with store.reading(LIMIT_S) as db:
        return {number: (model, provider) for number, model, provider in
                db.execute("SELECT model_no, model, provider FROM models")}


class StoredSign(NamedTuple):
    """A sign of a span (`model.signs`)."""

    trace_no: int
    span_id: bytes
    rule: str
    value: float | None
    text: str


def signs(store: Store, key: str) -> list[StoredSign]:
    """All signs of one key, by trace_no."""
    with store.reading(LIMIT_S) as db:
        return [StoredSign(*row) for row in db.execute(
            "SELECT trace_no, span_id, rule, value, text FROM signs WHERE key = ? ORDER BY trace_no, span_id, rule", (key,))]


def verdicts(store: Store) -> dict[int, str]:
    """What people said in the desk of whole traces: trace_no → good, bad or unsure."""
    with store.reading(LIMIT_S) as db:
        return dict(db.execute("SELECT t.trace_no, n.verdict FROM notes n JOIN traces t USING (trace_id) "
                               "WHERE n.span_id = ? AND n.verdict IS NOT NULL", (WHOLE_TRACE,)).fetchall())


def count_since(store: Store, since_ns: int) -> int:
    """How many traces start at `since_ns` or later: fewer than are known where some were deleted."""
    with store.reading(LIMIT_S) as db:
        return int(db.execute("SELECT count(*) FROM traces WHERE start_ns >= ?", (storable(since_ns),)).fetchone()[0])


def matching(store: Store, query: TraceQuery, start_ns: int, end_ns: int) -> Ints:
    """The trace_no of those that match and start in [start_ns, end_ns), sorted."""
    with store.reading(LIMIT_S) as db:
        where, values = condition(db, query)
        found = db.execute(
            f"SELECT group_concat(t.trace_no) FROM traces t WHERE {where} AND t.start_ns >= ? AND t.start_ns < ?",
            (*values, storable(start_ns), storable(end_ns))).fetchone()
    return np.sort(_listed(found))


def profiles(store: Store, numbers: Ints) -> dict[int, list[tuple[str, str]]]:
    """The facts of these profiles (see `schema.py`) as (key of the filter language, value)."""
    with store.reading() as db:
        found = {}
        for number in numbers.tolist():
            row = db.execute("SELECT facts FROM profiles WHERE profile_no = ?", (number,)).fetchone()
            found[number] = [(key, value) for key, value in orjson.loads(row[0])] if row else []
    return found


class Labels(NamedTuple):
    """The traces that carry a label, each with the code of its value in `values`; a trace may stand here several times."""

    trace_no: Ints
    code: Ints
    values: list[str]


def labels(store: Store, key: str, first: int, last: int) -> Labels:
    """The values of a label (`user`, `session` or `tag.NAME`) of the traces with numbers from `first` to `last`."""
    with store.reading(LIMIT_S) as db:
        found = db.execute("SELECT value, count(*), group_concat(trace_no) FROM labels WHERE key = ? "
                           "AND trace_no BETWEEN ? AND ? GROUP BY value", (key, first, last)).fetchall()
    counts = np.array([row[1] for row in found], np.int64)
    return Labels(_listed(row[2] for row in found), np.repeat(np.arange(len(found)), counts), [row[0] for row in found])


def _listed(texts: Iterable[str | None]) -> Ints:
    """The numbers of group_concat: a third of the time of a row for each."""
    return np.fromstring(",".join(filter(None, texts)), np.int64, sep=",")


def labels_of(store: Store, numbers: Iterable[int]) -> dict[str, list[tuple[int, str]]]:
    """The labels of these traces: key → (trace_no, value)."""
    found: dict[str, list[tuple[int, str]]] = {}
    with store.reading(LIMIT_S) as db:
        for number in numbers:
            card = db.execute("SELECT card FROM cards WHERE trace_no = ?", (number,)).fetchone()
            for key, value in labels_of_card(orjson.loads(card[0])) if card is not None else ():
                found.setdefault(key, []).append((number, value))
    return found


def label_keys(store: Store) -> list[str]:
    """The keys of all labels there are, in order."""
    with store.reading(LIMIT_S) as db:
        keys: list[str] = []
        found = db.execute("SELECT min(key) FROM labels").fetchone()[0]
        while found is not None:                            # a step per key, where DISTINCT would walk through all labels
            keys.append(found)
            found = db.execute("SELECT min(key) FROM labels WHERE key > ?", (found,)).fetchone()[0]
    return keys


def numbers_of(store: Store, trace_ids: Sequence[bytes]) -> Ints:
    """The trace_no of these traces, those that the store has."""
    with store.reading() as db:
        found = [db.execute("SELECT trace_no FROM traces WHERE trace_id = ?", (one,)).fetchone() for one in trace_ids]
    return np.array([row[0] for row in found if row is not None], np.int64)


def ids(store: Store, numbers: list[int]) -> list[bytes]:
    """The ids of these traces, in this order."""
    with store.reading() as db:
        return [db.execute("SELECT trace_id FROM traces WHERE trace_no = ?", (number,)).fetchone()[0] for number in numbers]


def first_and_last(store: Store) -> tuple[int, int] | None:
    """(earliest, latest) start of all traces, None while there are none."""
    with store.reading() as db:
        found: Any = db.execute("SELECT min(start_ns), max(start_ns) FROM traces WHERE start_ns IS NOT NULL").fetchone()
    return None if found[0] is None else (int(found[0]), int(found[1]))
