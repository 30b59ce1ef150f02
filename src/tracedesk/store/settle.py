"""Work that senders do not wait for, in slices: the text index, calls recorded in two traces, exact sums of large traces.

Each slice is a short transaction of its own between two writes. After the last one the database depends on what was
received alone, not on the order. Parts waiting for the index are listed in `pending`, so nothing is lost by a crash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracedesk.store import payloads
from tracedesk.store.words import joined

if TYPE_CHECKING:
    from tracedesk.store.writer import Writer


def slice_of_work(writer: Writer, limit: int, *, idle: bool = False) -> int:
    """Do some of it; gives how many parts still wait (0: nothing is left to do)."""
    db = writer.db
    todo = db.execute("SELECT id, again FROM pending ORDER BY id LIMIT ?", (limit,)).fetchall()
    if not todo:
        return 0
    with writer.transaction():
        index(db, todo)
        db.executemany("DELETE FROM pending WHERE id = ?", [(at,) for at, _ in todo])
    return int(db.execute("SELECT count(*) FROM pending").fetchone()[0])


def index(db: Any, todo: list[tuple[int, int]]) -> None:
    """Put the text of payload parts into the index; parts that it knows already (`again`) anew."""
    db.executemany("DELETE FROM texts WHERE rowid = ?", [(at,) for at, again in todo if again])
    documents = []
    for at, _ in todo:
        data = db.execute("SELECT data FROM payloads WHERE id = ?", (at,)).fetchone()
        documents.append((at, joined(payloads.texts(data[0])), "", ""))
    db.executemany("INSERT INTO texts (rowid, text, name, error) VALUES (?, ?, ?, ?)", documents)
