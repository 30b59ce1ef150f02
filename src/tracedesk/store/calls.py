"""Model calls recorded in two traces (a program and the proxy it calls, two SDKs side by side): each counted once.

Two spans are one call where they have the same response id and began within `WITHIN_NS`. A response id that more than
`MOST_TRACES` traces have is none: the server gives every answer the same. Of the spans of one call that their own traces
count, the one that knows its tokens stays, then the one that began first, then the one with the smaller ids; the others
are in `uncounted` with across = 1.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from tracedesk.model.row import SpanRow
from tracedesk.store.state import TraceState, Uncounted
from tracedesk.store.totals import is_counted_call

if TYPE_CHECKING:
    from tracedesk.store.writer import Writer
    from tracedesk.store.writeset import WriteSet

WITHIN_NS = 60_000_000_000
MOST_TRACES = 4

_CALL = struct.Struct("<bq8s")
"""+1 or -1, the hash of the response id, the span."""


def response_hash(response_id: str) -> int:
    """64 bits that stand for a response id."""
    return int.from_bytes(hashlib.blake2b(response_id.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def noted(came: Iterable[SpanRow], went: Iterable[SpanRow]) -> bytes:
    """What `pending.calls` says of the spans that a write took in, and of those that they replaced."""
    return b"".join(_CALL.pack(sign, response_hash(row.response_id), row.span_id) for sign, rows in ((-1, went), (1, came))
                    for row in rows if row.response_id and is_counted_call(row))


class _Copy(NamedTuple):
    """One span of a call."""

    state: TraceState
    row: SpanRow

    @property
    def order(self) -> tuple[bool, int, bytes, bytes]:
        """Of several copies the smallest stays."""
        row = self.row
        return (row.input_tokens is None and row.output_tokens is None, row.start_ns, row.trace_id, row.span_id)


def settle(writer: Writer, rows: WriteSet, pending: Iterable[tuple[int, bytes]]) -> None:
    """Take in the calls of pending parts, given as (trace_no, noted), and look anew at those of their traces."""
    db = writer.db
    hashes: set[int] = set()
    touched = set()
    for trace_no, calls in pending:
        touched.add(trace_no)
        for sign, number, span_id in _CALL.iter_unpack(calls):
            if sign > 0:
                db.execute("INSERT OR IGNORE INTO responses (hash, trace_no, span_id) VALUES (?, ?, ?)",
                           (number, trace_no, span_id))
                other = db.execute("SELECT 1 FROM responses WHERE hash = ? AND trace_no != ? LIMIT 1", (number, trace_no))
            else:
                db.execute("DELETE FROM responses WHERE hash = ? AND trace_no = ? AND span_id = ?", (number, trace_no, span_id))
                other = db.execute("SELECT 1 FROM twins WHERE hash = ?", (number,))
            if other.fetchone():
                hashes.add(number)
    weigh(writer, rows, hashes | shared_by(db, touched))


def shared_by(db: Any, trace_nos: Iterable[int]) -> set[int]:
    """Hashes of the response ids that these traces share with others."""
    return {number for trace_no in trace_nos
            for number, in db.execute("SELECT hash FROM twins WHERE trace_no = ?", (trace_no,))}


def weigh(writer: Writer, rows: WriteSet, hashes: Iterable[int]) -> None:
    """Decide for the calls of these response ids which span is counted, and correct the sums."""
    decided: dict[int, tuple[TraceState, dict[bytes, bytes | None], dict[bytes, SpanRow]]] = {}
    for number in sorted(hashes):
        for copy, kept in _decide(writer, number):
            _, wanted, found = decided.setdefault(copy.state.trace_no, (copy.state, {}, {}))
            if wanted.get(copy.row.span_id) is None:
                wanted[copy.row.span_id] = kept
            found[copy.row.span_id] = copy.row
    for state, wanted, found in decided.values():
        after: Uncounted = dict(state.uncounted)
        for span_id, kept in wanted.items():
            if kept is not None:
                after[span_id] = (kept, 1)
            elif after.get(span_id, (None, 0))[1]:
                del after[span_id]
        if after != state.uncounted:
            rows.recounted(state, after, list(found.values()))


def _decide(writer: Writer, number: int) -> list[tuple[_Copy, bytes | None]]:
    """Every span with this response id, with the span on which it is counted (None: on itself)."""
    db = writer.db
    before = {trace_no for trace_no, in db.execute("SELECT trace_no FROM twins WHERE hash = ?", (number,))}
    now = {trace_no for trace_no, in db.execute("SELECT DISTINCT trace_no FROM responses WHERE hash = ? LIMIT ?",
                                                (number, MOST_TRACES + 1))}
    shared = now if 1 < len(now) <= MOST_TRACES else set()
    if shared != before:
        db.execute("DELETE FROM twins WHERE hash = ?", (number,))
        db.executemany("INSERT INTO twins (hash, trace_no) VALUES (?, ?)", [(number, trace_no) for trace_no in shared])
    copies: list[_Copy] = []
    for trace_no in sorted(before | shared):
        state = writer.states([db.execute("SELECT trace_id FROM traces WHERE trace_no = ?", (trace_no,)).fetchone()[0]])[0]
        members = [span_id for span_id, in db.execute("SELECT span_id FROM responses WHERE hash = ? AND trace_no = ?",
                                                      (number, trace_no))]
        copies += [_Copy(state, state.entry(at, db).row) for at in state.find(members)]
    decided: list[tuple[_Copy, bytes | None]] = [(copy, None) for copy in copies]
    if not shared:
        return decided
    by_id: dict[str, list[_Copy]] = {}
    for copy in copies:
        if not _counted_at_home_elsewhere(copy):
            by_id.setdefault(copy.row.response_id or "", []).append(copy)
    for same in by_id.values():
        for call in _calls(same):
            kept = min(call, key=lambda copy: copy.order)
            decided += [(copy, kept.row.span_id) for copy in call if copy.state is not kept.state]
    return decided


def _counted_at_home_elsewhere(copy: _Copy) -> bool:
    """Whether its own trace counts it on another of its spans."""
    found = copy.state.uncounted.get(copy.row.span_id)
    return found is not None and not found[1]


def _calls(copies: list[_Copy]) -> list[list[_Copy]]:
    """Spans of one response id, apart where they began far from one another."""
    calls: list[list[_Copy]] = []
    for copy in sorted(copies, key=lambda copy: (copy.row.start_ns, copy.row.trace_id, copy.row.span_id)):
        if not calls or copy.row.start_ns - calls[-1][0].row.start_ns > WITHIN_NS:
            calls.append([])
        calls[-1].append(copy)
    return calls
