"""The facts of one trace as numpy columns, without an object per span: what opens a large trace and takes its sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import CODES, NUMBERS, TEXTS, UNKNOWN, SpanColumns, Strings
from tracedesk.store import facts
from tracedesk.store.facts import NONE
from tracedesk.store.spans import part_range


class Facts:
    """Columns of all spans of a trace in the order in which they came: fields of `facts.RECORD`, texts with one table."""

    def __init__(self, db: Any, trace_no: int, fields: Sequence[str]) -> None:
        """Read these fields."""
        parts = []
        self._tables: list[str | None] = []
        for data, in db.execute("SELECT data FROM facts WHERE id BETWEEN ? AND ? ORDER BY id", part_range(trace_no)):
            columns, texts = facts.unpack_columns(data, fields)
            for name in facts.TEXTS:
                if name in columns:
                    columns[name] = np.where(columns[name] == 0, -1, columns[name].astype(np.int64) + len(self._tables))
            self._tables += texts
            parts.append(columns)
        self.fields: dict[str, NDArray[Any]] = {name: np.concatenate([part[name] for part in parts]) for name in fields}

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A field as stored, or with `UNKNOWN` in place of None where it is a number that is never negative."""
        return self.fields[name]

    def number(self, name: str) -> NDArray[np.int64]:
        """A number with `UNKNOWN` for None."""
        column = self.fields[name].astype(np.int64)
        column[column == NONE] = UNKNOWN
        return column

    def text(self, name: str) -> Strings:
        """A text column with a table of its own that holds each text once."""
        codes = self.fields[name]
        used = np.zeros(len(self._tables) + 1, np.bool_)
        used[codes] = True
        table: dict[str, int] = {}
        place = np.full(len(self._tables) + 1, -1, np.int32)
        for code in np.flatnonzero(used[:-1]).tolist():
            place[code] = table.setdefault(self._tables[code] or "", len(table))
        return Strings(place[codes], list(table))


_OPENED = ("span_id", "parent_id", "start_ns", "end_ns", *NUMBERS, *CODES, *TEXTS)


def of_trace(db: Any, trace_id: bytes, trace_no: int) -> SpanColumns:
    """What `model.trace.arrange` makes a Trace of."""
    found = Facts(db, trace_no, _OPENED)
    unfinished = found["end_ns"] == NONE
    codes: dict[str, NDArray[Any]] = {name: found[name].astype(np.uint8) for name in ("kind", "status", "cost_status")}
    codes["otel_kind"] = (found["otel_kind"] & 255).astype(np.uint8)
    codes["notes"] = found["notes"].astype(np.int32)
    return SpanColumns(
        trace_id, found["span_id"].astype(np.uint64), found["parent_id"].astype(np.uint64), found["start_ns"].astype(np.int64),
        np.where(unfinished, found["start_ns"], found["end_ns"]).astype(np.int64), unfinished,
        {name: found.number(name) for name in NUMBERS}, codes, {name: found.text(name) for name in TEXTS})
