"""The live tail's memory: which traces the list shows, and which wait behind "3 new". No Qt.

DESIGN section 11: new traces enter at the top only while the list is at rest at its top; otherwise they wait. Order is
start time, fixed on arrival. A row that changed changes in its own place; it is never sorted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tracedesk.model.summary import TraceSummary

MOST_WAITING = 5_000
"""Of more that wait the first so many are remembered."""


def order_key(row: TraceSummary) -> tuple[int, bytes]:
    """Newest first is descending by this."""
    return row.start_ns, row.trace_id


@dataclass
class Arrival:
    """What one refresh did to the rows: `inserted` at the top, indexes `changed` in place, and whether more wait now."""

    inserted: int = 0
    changed: list[int] = field(default_factory=list)
    waiting: int = 0


class Tail:
    """`rows` as shown, newest first; `waiting` by trace id. `behind` where more came than was seen of it: rows and waiting
    ones have a gap between them, and only the store knows what is in it."""

    def __init__(self) -> None:
        self.rows: list[TraceSummary] = []
        self.waiting: dict[bytes, TraceSummary] = {}
        self.behind = False
        self._index: dict[bytes, int] = {}

    def reset(self, rows: Sequence[TraceSummary]) -> None:
        """A new question was answered: these rows, nothing waits."""
        self.rows = list(rows)
        self.waiting.clear()
        self.behind = False
        self._reindex()

    def append(self, rows: Sequence[TraceSummary]) -> int:
        """Older rows at the end; how many were really new."""
        fresh = [row for row in rows if row.trace_id not in self._index]
        self.rows.extend(fresh)
        self._reindex()
        return len(fresh)

    def position(self, trace_id: bytes | None) -> int:
        """Row of a trace, or -1."""
        return -1 if trace_id is None else self._index.get(trace_id, -1)

    def split(self, newest: Sequence[TraceSummary]) -> tuple[list[int], list[TraceSummary]]:
        """(indexes of rows that changed and now hold the new value, traces not shown yet, newest first)."""
        changed: list[int] = []
        fresh: list[TraceSummary] = []
        for row in newest:
            at = self._index.get(row.trace_id)
            if at is None:
                fresh.append(row)
            elif self.rows[at] != row:
                self.rows[at] = row
                changed.append(at)
        return changed, sorted(fresh, key=order_key, reverse=True)

    def hold(self, fresh: Sequence[TraceSummary]) -> None:
        """Let them wait."""
        for row in fresh:
            if len(self.waiting) < MOST_WAITING or row.trace_id in self.waiting:
                self.waiting[row.trace_id] = row
            else:
                self.behind = True

    def release(self) -> list[TraceSummary]:
        """Everything that waits, newest first; nothing waits afterwards."""
        released = sorted(self.waiting.values(), key=order_key, reverse=True)
        self.waiting.clear()
        return released

    def insert_top(self, fresh: Sequence[TraceSummary]) -> None:
        """Put rows at the top, in the order given."""
        self.rows[:0] = fresh
        self._reindex()

    def remove(self, trace_ids: set[bytes]) -> list[int]:
        """Rows that are gone from the store leave; their indexes before, ascending."""
        gone = [index for index, row in enumerate(self.rows) if row.trace_id in trace_ids]
        self.rows = [row for row in self.rows if row.trace_id not in trace_ids]
        self._reindex()
        return gone

    def _reindex(self) -> None:
        self._index = {row.trace_id: index for index, row in enumerate(self.rows)}
