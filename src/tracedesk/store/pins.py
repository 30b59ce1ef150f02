"""Inferred edges of a trace that somebody settled: "it waits for that one", or "it does not"."""

from __future__ import annotations

from dataclasses import dataclass

from tracedesk.store.connect import Store


@dataclass(frozen=True, slots=True)
class Pin:
    """`to_span` waits (or does not wait) for `from_span`."""

    from_span: bytes
    to_span: bytes
    waits: bool


def put(store: Store, trace_id: bytes, from_span: bytes, to_span: bytes, waits: bool | None) -> None:
    """Settle an edge of a trace; None leaves it to the inference again."""
    with store.writing() as db:
        if waits is None:
            db.execute("DELETE FROM pins WHERE trace_id = ? AND from_span = ? AND to_span = ?", (trace_id, from_span, to_span))
        else:
            db.execute("INSERT OR REPLACE INTO pins (trace_id, from_span, to_span, waits) VALUES (?, ?, ?, ?)",
                       (trace_id, from_span, to_span, int(waits)))


def of_trace(store: Store, trace_id: bytes) -> list[Pin]:
    """The settled edges of a trace."""
    with store.reading() as db:
        return [Pin(a, b, bool(waits)) for a, b, waits in db.execute(
            "SELECT from_span, to_span, waits FROM pins WHERE trace_id = ? ORDER BY from_span, to_span LIMIT 10000",
            (trace_id,))]
