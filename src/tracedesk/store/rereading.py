"""All stored spans, a piece at a time, for whoever reads them anew: dialects and prices change, messages do not."""

from __future__ import annotations

from typing import NamedTuple

from tracedesk.model.span import Span
from tracedesk.store import facts
from tracedesk.store.connect import Store
from tracedesk.store.schema import PART_BITS
from tracedesk.store.spans import Reader

START = -1
"""The place before the first span."""


class Piece(NamedTuple):
    """Some spans as they were received, whole facts parts of them; the next piece comes after `place`."""

    spans: list[Span]
    place: int


def count(store: Store) -> int:
    """How many spans the store has."""
    with store.reading() as db:
        return int(db.execute("SELECT coalesce(sum(span_count), 0) FROM traces").fetchone()[0])


def piece(store: Store, place: int, least: int) -> Piece | None:
    """The spans after a place, parts until there are `least`; None at the end.

    Spans that come in the meantime are met if their part lies ahead. They were read with today's dialects anyway.
    """
    found: list[Span] = []
    with store.reading() as db:
        readers: dict[int, Reader] = {}
        while len(found) < least:
            part = db.execute("SELECT f.id, f.data, t.trace_id FROM facts f JOIN traces t ON t.trace_no = f.id >> ? "
                              "WHERE f.id > ? ORDER BY f.id LIMIT 1", (PART_BITS, place)).fetchone()
            if part is None:
                break
            place, data, trace_id = part
            trace_no = place >> PART_BITS
            if trace_no not in readers:
                readers = {trace_no: Reader(db, trace_no)}
            entries = facts.entries(trace_id, data)
            found += [readers[trace_no].span(entry) for entry in sorted(entries, key=lambda one: (one.part, one.slot))]
    return Piece(found, place) if found else None
