"""One trace while it is being written to: where each span lies, and the parts that were read or changed.

Of a small trace every entry is in memory, so its totals are taken anew after each write. Of a large one only the ids are
(sorted arrays, 12 bytes a span), and parts are read when a span in them comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tracedesk.store import facts
from tracedesk.store.facts import SPANS_PER_PART, Entry
from tracedesk.store.measures import StoredSign, stored_signs
from tracedesk.store.schema import PART_BITS
from tracedesk.store.totals import labels

Uncounted = dict[bytes, tuple[bytes | None, int]]
"""Span id → (span on which it is counted, 1 where that is in another trace)."""

SMALL = 2_048
"""Spans up to which a trace is small."""


class TraceState:
    """A trace known to the writer. `count` spans; the span at position p lies in facts part p // 512."""

    def __init__(self, trace_no: int, trace_id: bytes, first_seen: int) -> None:
        self.trace_no = trace_no
        self.trace_id = trace_id
        self.first_seen = first_seen
        self.count = 0
        self.payload_parts = 0
        self.uncounted: Uncounted = {}
        self.labels: frozenset[tuple[str, str]] = frozenset()
        self.signs: frozenset[StoredSign] = frozenset()
        self.parts: dict[int, list[Entry]] = {}
        self.dirty: set[int] = set()
        self.positions: dict[bytes, int] = {}
        self.index: SpanIndex | None = None
        self.weighed = 0

    @property
    def small(self) -> bool:
        """Whether every entry is in memory."""
        return self.index is None

    def find(self, span_ids: Sequence[bytes]) -> list[int]:
        """Positions of spans, -1 for new ones."""
        if self.index is not None:
            return self.index.find(span_ids)
        return [self.positions.get(span_id, -1) for span_id in span_ids]

    def append(self, entry: Entry) -> int:
        """Take in a new span; gives its position."""
        position = self.count
        part = position // SPANS_PER_PART
        self.parts.setdefault(part, []).append(entry)
        self.dirty.add(part)
        if self.index is None:
            self.positions[entry.row.span_id] = position
        self.count += 1
        return position

    def replace(self, position: int, entry: Entry) -> None:
        """Put another entry where a span lies."""
        part, slot = divmod(position, SPANS_PER_PART)
        self.parts[part][slot] = entry
        self.dirty.add(part)

    def entry(self, position: int, connection: Any) -> Entry:
        """The entry at a position, read now if need be."""
        part, slot = divmod(position, SPANS_PER_PART)
        self.load_part(part, connection)
        return self.parts[part][slot]

    def load_part(self, part: int, connection: Any) -> None:
        """Read a facts part into memory if it is not there."""
        if part not in self.parts and part * SPANS_PER_PART < self.count:
            data = connection.execute("SELECT data FROM facts WHERE id = ?", (self.trace_no << PART_BITS | part,)).fetchone()
            self.parts[part] = facts.entries(self.trace_id, data[0])

    def entries(self) -> list[Entry]:
        """All entries of a small trace."""
        return [entry for part in sorted(self.parts) for entry in self.parts[part]]

    def grow(self) -> None:
        """After a write: a trace that is no longer small keeps its ids and its last part only."""
        if self.index is None and self.count > SMALL:
            self.index = SpanIndex()
            self.index.add(list(self.positions), list(self.positions.values()))
            self.positions = {}
        if self.index is not None:
            last = self.count // SPANS_PER_PART
            self.parts = {part: found for part, found in self.parts.items() if part == last}

    @property
    def weight(self) -> int:
        """Roughly how many entries' worth of memory this takes."""
        return 1 + sum(map(len, self.parts.values())) + (self.count // 64 if self.index is not None else 0)


class SpanIndex:
    """Span id → position for a large trace: sorted arrays, each at least twice as long as the next."""

    def __init__(self) -> None:
        self._runs: list[tuple[NDArray[np.uint64], NDArray[np.uint32]]] = []

    def add(self, span_ids: Sequence[bytes], positions: Sequence[int]) -> None:
        """Take in new spans."""
        self.add_arrays(as_numbers(span_ids), np.array(positions, np.uint32))

    def add_arrays(self, ids: NDArray[np.uint64], positions: NDArray[np.uint32]) -> None:
        """Take in new spans given as numbers; merges runs so that few stay."""
        while self._runs and len(self._runs[-1][0]) < 2 * len(ids):
            more, at = self._runs.pop()
            ids, positions = np.concatenate((more, ids)), np.concatenate((at, positions))
        order = np.argsort(ids, kind="stable")
        self._runs.append((ids[order], positions[order]))

    def find(self, span_ids: Sequence[bytes]) -> list[int]:
        """Positions of spans, -1 for those that are not there."""
        wanted = as_numbers(span_ids)
        found = np.full(len(wanted), -1, np.int64)
        for ids, positions in self._runs:
            at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
            hit = ids[at] == wanted
            found[hit] = positions[at[hit]]
        return found.tolist()


def as_numbers(span_ids: Sequence[bytes]) -> NDArray[np.uint64]:
    """Span ids as unsigned numbers, in the same order as their bytes."""
    return np.frombuffer(b"".join(span_ids), ">u8").astype(np.uint64)


def load(connection: Any, trace_id: bytes) -> TraceState | None:
    """The state of a stored trace, or None where the store does not have it."""
    found = connection.execute(
        "SELECT trace_no, first_seen, span_count, payload_parts FROM traces WHERE trace_id = ?", (trace_id,)).fetchone()
    if found is None:
        return None
    state = TraceState(found[0], trace_id, found[1])
    state.count, state.payload_parts = found[2], found[3]
    state.uncounted = {span_id: (on, across) for span_id, on, across in connection.execute(
        "SELECT span_id, counted_on, across FROM uncounted WHERE trace_no = ?", (state.trace_no,))}
    card = connection.execute("SELECT card FROM cards WHERE trace_no = ?", (state.trace_no,)).fetchone()
    if card is not None:
        state.labels = labels(orjson.loads(card[0]))
    state.signs = stored_signs(connection, state.trace_no)
    low = state.trace_no << PART_BITS
    parts = connection.execute("SELECT id, data FROM facts WHERE id BETWEEN ? AND ?", (low, low | (1 << PART_BITS) - 1))
    if state.count > SMALL:
        state.index = SpanIndex()
        for at, data in parts:
            ids = facts.unpack(data)[0]["span_id"].astype(np.uint64)
            first = (at - low) * SPANS_PER_PART
            state.index.add_arrays(ids, np.arange(first, first + len(ids), dtype=np.uint32))
        return state
    for at, data in parts:
        state.parts[at - low] = facts.entries(trace_id, data)
    state.positions = {entry.row.span_id: position for position, entry in enumerate(state.entries())}
    return state
