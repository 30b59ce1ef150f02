"""Stored spans, decoded: one, or all of a trace."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from tracedesk.base.errors import NotFound
from tracedesk.model.span import Span
from tracedesk.store import facts, payloads
from tracedesk.store.facts import Entry
from tracedesk.store.logs import Known
from tracedesk.store.schema import PART_BITS
from tracedesk.wire.stored import decode_span


def trace_no_of(db: Any, trace_id: bytes) -> int:
    """The number of a trace of which a span has come.

    Raises:
        NotFound: the store does not have it.
    """
    found = db.execute("SELECT trace_no FROM traces WHERE trace_id = ? AND start_ns IS NOT NULL", (trace_id,)).fetchone()
    if found is None:
        raise no_trace(trace_id)
    return int(found[0])


def no_trace(trace_id: bytes) -> NotFound:
    """The error for a trace that the store does not have."""
    return NotFound(f"The store has no trace {trace_id.hex()}.", hint="`tracedesk traces` lists what there is.")


def part_range(trace_no: int) -> tuple[int, int]:
    """First and last key of the parts of a trace."""
    return trace_no << PART_BITS, (trace_no + 1 << PART_BITS) - 1


def entries(db: Any, trace_id: bytes, trace_no: int) -> Iterator[Entry]:
    """All entries of a trace, in the order in which they came."""
    for data, in db.execute("SELECT data FROM facts WHERE id BETWEEN ? AND ? ORDER BY id", part_range(trace_no)):
        yield from facts.entries(trace_id, data)


def find_entry(db: Any, trace_id: bytes, trace_no: int, span_id: bytes) -> Entry | None:
    """The entry of one span, or None where the trace does not have it."""
    wanted = int.from_bytes(span_id, "big")
    for data, in db.execute("SELECT data FROM facts WHERE id BETWEEN ? AND ? ORDER BY id", part_range(trace_no)):
        records, texts = facts.unpack(data)
        at = (records["span_id"] == wanted).nonzero()[0]
        if len(at):
            return next(iter(facts.entries_of(trace_id, records[at[:1]], texts)))
    return None


class Reader:
    """Decodes spans of one question; each payload part and each resource once."""

    def __init__(self, db: Any, trace_no: int) -> None:
        self._db = db
        self._trace_no = trace_no
        self._known = Known()
        self._part: tuple[int, list[payloads.Payload]] = (-1, [])
        self._resources: dict[int, tuple[bytes, str]] = {}
        self._scopes: dict[int, tuple[bytes, str]] = {}

    def payload(self, entry: Entry) -> payloads.Payload:
        """The stored message of an entry."""
        if self._part[0] != entry.part:
            data = self._db.execute("SELECT data FROM payloads WHERE id = ?",
                                    (self._trace_no << PART_BITS | entry.part,)).fetchone()
            self._part = (entry.part, payloads.unpack(data[0]))
        return self._part[1][entry.slot]

    def span(self, entry: Entry) -> Span:
        """The span of an entry as it was received."""
        raw, _, resource_no, scope_no = self.payload(entry)
        resource = self._resources.get(resource_no)
        if resource is None:
            resource = self._resources[resource_no] = self._db.execute(
                "SELECT raw, schema_url FROM resources WHERE resource_no = ?", (resource_no,)).fetchone()
        scope = self._scopes.get(scope_no)
        if scope is None:
            scope = self._scopes[scope_no] = self._db.execute(
                "SELECT raw, schema_url FROM scopes WHERE scope_no = ?", (scope_no,)).fetchone()
        span = decode_span(raw, self._known.resource(*resource), self._known.scope(*scope))
        span.notes |= entry.row.notes
        return span


def stored_spans(db: Any, trace_id: bytes, span_ids: Collection[bytes], *, below: bool = False) -> list[Span]:
    """Those of these spans that the store has, as they were received; with `below` their children too."""
    found = db.execute("SELECT trace_no FROM traces WHERE trace_id = ?", (trace_id,)).fetchone()
    if found is None:
        return []
    wanted = np.array([int.from_bytes(span_id, "big") for span_id in span_ids], np.uint64)
    kept: list[Entry] = []
    for data, in db.execute("SELECT data FROM facts WHERE id BETWEEN ? AND ? ORDER BY id", part_range(found[0])):
        records, texts = facts.unpack(data)
        meant = np.isin(records["span_id"], wanted)
        if below:
            meant |= np.isin(records["parent_id"], wanted)
        kept += facts.entries_of(trace_id, records[meant], texts)
    reader = Reader(db, found[0])
    return [reader.span(entry) for entry in sorted(kept, key=lambda entry: (entry.part, entry.slot))]


def stored_span(db: Any, trace_id: bytes, trace_no: int, span_id: bytes) -> Span | None:
    """One span as it was received, or None where the trace does not have it."""
    entry = find_entry(db, trace_id, trace_no, span_id)
    return None if entry is None else Reader(db, trace_no).span(entry)


