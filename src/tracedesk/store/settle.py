"""Work that senders do not wait for, in slices: the text index, calls recorded in two traces, exact sums of large traces.

Each slice is a short transaction of its own between two writes. After the last one the database depends on what was
received alone, not on the order. Parts that were not looked at yet are listed in `pending`, and large traces whose sums
are not exact have `recount`, so nothing is lost by a crash.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tracedesk.store import calls, payloads
from tracedesk.store.connect import explained
from tracedesk.store.recount import recount
from tracedesk.store.schema import PART_BITS
from tracedesk.store.words import joined
from tracedesk.store.writeset import WriteSet

if TYPE_CHECKING:
    from tracedesk.store.writer import Writer

SLICE_S = 0.01
"""A slice ends after the part during which this time was up: senders wait for it."""

QUIET_S, QUIET_SPANS_PER_S = 1.0, 50_000
"""The sums of a large trace are taken when nothing came for so long, and longer the larger it is: they take a while."""

_AT_ONCE_BYTES = 256 << 10
"""One transaction takes in parts of so many packed bytes: 10 to 20 ms."""
_MEASURED_SPANS = 400
"""Spans that are measured in one transaction: some 20 ms."""
_PART_BYTES = 2 << 10
"""What a part costs however small it is, as bytes."""


def slice_of_work(writer: Writer, limit: int, *, idle: bool = False) -> int:
    """Do some of it: at most `limit` parts. Gives how many parts and traces still wait (0: nothing is left to do).

    The sums of a large trace are taken when it has been quiet for a while, or when `idle`.

    Raises:
        DiskFull, StoreLocked, StoreDamaged, WorldError: this machine said no; the work waits.
    """
    with explained(writer.store.path):
        waiting = _parts(writer, limit)
        return waiting + _large_traces(writer, idle) + _unmeasured(writer)


def _parts(writer: Writer, limit: int) -> int:
    """Index parts and take in their calls; gives how many wait."""
    db = writer.db
    begun = time.monotonic()
    done = 0
    while done < limit and (done == 0 or time.monotonic() - begun < SLICE_S):
        todo = _next(db, limit - done)
        if not todo:
            break
        with writer.transaction():
            index(db, todo)
            rows = WriteSet(writer)
            calls.settle(writer, rows, [(at >> PART_BITS, noted) for at, _, noted in todo])
            rows.flush()
            db.executemany("DELETE FROM pending WHERE id = ?", [(at,) for at, _, _ in todo])
        writer.trim()
        done += len(todo)
    return int(db.execute("SELECT count(*) FROM pending").fetchone()[0])


def _next(db: Any, limit: int) -> list[tuple[int, int, bytes]]:
    """The next parts for one transaction, one at the least: (id, again, calls)."""
    found: list[tuple[int, int, bytes]] = []
    size = 0
    for at, again, noted, packed in db.execute(
            "SELECT n.id, n.again, CAST(n.calls AS BLOB), length(p.data) FROM pending n JOIN payloads p USING (id) "
            "ORDER BY n.id LIMIT ?", (limit,)):
        size += packed + _PART_BYTES
        if found and size > _AT_ONCE_BYTES:
            break
        found.append((at, again, noted))
    return found


def _large_traces(writer: Writer, idle: bool) -> int:
    """Take the exact sums of one large trace that is quiet; gives how many have none."""
    db = writer.db
    inexact = db.execute(
        "SELECT trace_no, trace_id, changed, span_count FROM traces WHERE recount ORDER BY trace_no").fetchall()
    now = time.monotonic()
    before, writer.inexact_since = writer.inexact_since, {}
    for trace_no, _, changed, _ in inexact:
        known = before.get(trace_no)
        writer.inexact_since[trace_no] = known if known and known[0] == changed else (changed, now)
    for trace_no, trace_id, _, spans in inexact:
        if idle or now - writer.inexact_since[trace_no][1] >= QUIET_S + spans / QUIET_SPANS_PER_S:
            with writer.transaction():
                rows = WriteSet(writer)
                recount(writer, rows, writer.states([trace_id])[0])
                rows.flush()
                rows = WriteSet(writer)
                calls.weigh(writer, rows, calls.shared_by(db, [trace_no]))
                rows.flush()
            writer.trim()
            break
    return int(db.execute("SELECT count(*) FROM traces WHERE recount").fetchone()[0])


def _unmeasured(writer: Writer) -> int:
    """Measure some traces of a store from before there were measures; gives how many may still wait.

    The number under `unmeasured` is that of the last trace without; they are done from there down.
    """
    db = writer.db
    found = db.execute("SELECT value FROM meta WHERE name = 'unmeasured'").fetchone()
    if found is None:
        return 0
    with writer.transaction():
        rows = WriteSet(writer)
        spans, last = 0, found[0]
        for trace_no, trace_id, count in db.execute(
                "SELECT trace_no, trace_id, span_count FROM traces WHERE trace_no <= ? AND start_ns IS NOT NULL "
                "ORDER BY trace_no DESC LIMIT ?", (found[0], _MEASURED_SPANS)).fetchall():
            if spans and spans + count > _MEASURED_SPANS:
                break
            spans, last = spans + count, trace_no - 1
            state = writer.states([trace_id])[0]
            rows.recounted(state, state.uncounted, ())
        rows.flush()
        if spans:
            db.execute("UPDATE meta SET value = ? WHERE name = 'unmeasured'", (last,))
        else:
            db.execute("DELETE FROM meta WHERE name = 'unmeasured'")
    writer.trim()
    return max(1, last) if spans else 0


def index(db: Any, todo: list[tuple[int, int, bytes]]) -> None:
    """Put the words of payload parts into the index; parts that it knows already (`again`) anew."""
    db.executemany("DELETE FROM texts WHERE rowid = ?", [(at,) for at, again, _ in todo if again])
    documents = []
    for at, _, _ in todo:
        data = db.execute("SELECT data FROM payloads WHERE id = ?", (at,)).fetchone()
        documents.append((at, *map(joined, zip(*payloads.words(data[0]), strict=True))))
    db.executemany("INSERT INTO texts (rowid, text, name, error) VALUES (?, ?, ?, ?)", documents)
