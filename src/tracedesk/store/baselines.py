"""The trace with which the others of its program (root name and service) are compared: one pinned per program."""

from __future__ import annotations

from tracedesk.store.connect import Store


def pin(store: Store, root_name: str, service: str, trace_id: bytes | None) -> None:
    """Make a trace the baseline of its program, in place of the one before; None takes the pin out."""
    with store.writing() as db:
        if trace_id is None:
            db.execute("DELETE FROM baselines WHERE root_name = ? AND service = ?", (root_name, service))
        else:
            db.execute("INSERT OR REPLACE INTO baselines (root_name, service, trace_id) VALUES (?, ?, ?)",
                       (root_name, service, trace_id))


def of(store: Store, root_name: str, service: str) -> bytes | None:
    """The id of the pinned trace of a program, None where none is pinned."""
    with store.reading() as db:
        found = db.execute("SELECT trace_id FROM baselines WHERE root_name = ? AND service = ?",
                           (root_name, service)).fetchone()
    return None if found is None else bytes(found[0])
