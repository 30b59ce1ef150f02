"""What a write changed, and the cheap question whether anything did."""

from __future__ import annotations

from dataclasses import dataclass

from tracedesk.store.connect import Store


@dataclass(frozen=True, slots=True)
class Changes:
    """What one write did. `number` counts the writes of the store; ids are those of the traces it touched."""

    number: int
    traces: tuple[bytes, ...] = ()
    new_traces: int = 0
    new_spans: int = 0
    changed_spans: int = 0
    new_logs: int = 0


def data_version(store: Store) -> int:
    """A number that differs from the last one if another connection committed since: 2 to 5 µs."""
    with store.reading() as db:
        return int(db.execute("PRAGMA data_version").fetchone()[0])


def number(store: Store) -> int:
    """The number of the last write."""
    with store.reading() as db:
        found = db.execute("SELECT value FROM meta WHERE name = 'change'").fetchone()
        return int(found[0]) if found else 0


def since(store: Store, number: int, *, limit: int = 1_000) -> list[bytes]:
    """Ids of the traces touched after write `number`, the latest change first."""
    with store.reading() as db:
        return [trace_id for trace_id, in db.execute(
            "SELECT trace_id FROM traces WHERE changed > ? ORDER BY changed DESC, trace_no DESC LIMIT ?", (number, limit))]
