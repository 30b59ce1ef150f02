"""Model calls recorded in two traces (a program and the proxy it calls, two SDKs side by side): each counted once.

Which spans are one call, and which of them stays, says `semconv.counting.counted_across`: the same response id at the same
time. A response id that more than `MOST_TRACES` traces have is none: the server gives every answer the same. Spans that are
counted on one of another trace are in `uncounted` with across = 1.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from tracedesk.model.row import SpanRow
from tracedesk.semconv.counting import counted_across
from tracedesk.store.state import TraceState, Uncounted
from tracedesk.store.totals import is_counted_call

if TYPE_CHECKING:
    from tracedesk.store.writer import Writer
    from tracedesk.store.writeset import WriteSet

MOST_TRACES = 4

_CALL = struct.Struct("<bq8s")
"""+1 or -1, the hash of the response id, the span."""


def response_hash(response_id: str) -> int:
    """A number that stands for a response id; whoever finds two equal ones still compares the ids."""
    raw = response_id.encode("utf-8", "replace")
    return zlib.crc32(raw) << 31 | zlib.adler32(raw) & 0x7FFF_FFFF


def noted(came: Iterable[SpanRow], went: Iterable[SpanRow]) -> bytes:
    """What `pending.calls` says of the spans that a write took in, and of those that they replaced."""
    return b"".join([_CALL.pack(sign, response_hash(row.response_id), row.span_id) for sign, rows in ((-1, went), (1, came))
                     for row in rows if row.response_id and is_counted_call(row)])


def same_call(before: SpanRow, after: SpanRow) -> bool:
    """Whether nothing changed by which calls are found and weighed: only the cost did."""
    return (is_counted_call(before) == is_counted_call(after)
            and before._replace(cost_nusd=after.cost_nusd, cost_status=after.cost_status) == after)


class _Decision(NamedTuple):
    """On which span of another trace a span is counted; None: on itself, or on one of its own trace."""

    state: TraceState
    row: SpanRow
    kept: bytes | None


def settle(writer: Writer, rows: WriteSet, pending: Iterable[tuple[int, bytes]]) -> None:
    """Take in the calls of pending parts, given as (trace_no, noted), and look anew at those of their traces."""
    db = writer.db
    hashes: set[int] = set()
    gone: dict[int, set[bytes]] = {}
    for trace_no, calls in pending:
        gone.setdefault(trace_no, set())
        for sign, number, span_id in _CALL.iter_unpack(calls):
            if sign > 0:
                db.execute("INSERT OR IGNORE INTO responses (hash, trace_no, span_id) VALUES (?, ?, ?)",
                           (number, trace_no, span_id))
                other = db.execute("SELECT 1 FROM responses WHERE hash = ? AND trace_no != ? LIMIT 1", (number, trace_no))
            else:
                gone[trace_no].add(span_id)
                db.execute("DELETE FROM responses WHERE hash = ? AND trace_no = ? AND span_id = ?", (number, trace_no, span_id))
                other = db.execute("SELECT 1 FROM twins WHERE hash = ?", (number,))
            if other.fetchone():
                hashes.add(number)
    decided = [_Decision(state, row, None) for trace_no, span_ids in gone.items() if span_ids
               for state, row in _spans(writer, trace_no, sorted(span_ids))]
    weigh(writer, rows, hashes | shared_by(db, gone), decided)


def shared_by(db: Any, trace_nos: Iterable[int]) -> set[int]:
    """Hashes of the response ids that these traces share with others."""
    return {number for trace_no in trace_nos
            for number, in db.execute("SELECT hash FROM twins WHERE trace_no = ?", (trace_no,))}


def weigh(writer: Writer, rows: WriteSet, hashes: Iterable[int], decided: Iterable[_Decision] = ()) -> None:
    """Decide for the calls of these response ids which span is counted, and correct the sums."""
    by_trace: dict[int, tuple[TraceState, dict[bytes, _Decision]]] = {}
    for one in (*decided, *(made for number in sorted(hashes) for made in _decide(writer, number))):
        wanted = by_trace.setdefault(one.state.trace_no, (one.state, {}))[1]
        if one.kept is not None or one.row.span_id not in wanted:
            wanted[one.row.span_id] = one
    for state, wanted in by_trace.values():
        after: Uncounted = dict(state.uncounted)
        for span_id, one in wanted.items():
            if one.kept is not None:
                after[span_id] = (one.kept, 1)
            elif after.get(span_id, (None, 0))[1]:
                del after[span_id]
        if after != state.uncounted:
            rows.recounted(state, after, [one.row for one in wanted.values()])


def _decide(writer: Writer, number: int) -> list[_Decision]:
    """Every span with this response id that its own trace counts."""
    db = writer.db
    before = {trace_no for trace_no, in db.execute("SELECT trace_no FROM twins WHERE hash = ?", (number,))}
    now = {trace_no for trace_no, in db.execute("SELECT DISTINCT trace_no FROM responses WHERE hash = ? LIMIT ?",
                                                (number, MOST_TRACES + 1))}
    shared = now if 1 < len(now) <= MOST_TRACES else set()
    if shared != before:
        db.execute("DELETE FROM twins WHERE hash = ?", (number,))
        db.executemany("INSERT INTO twins (hash, trace_no) VALUES (?, ?)", [(number, trace_no) for trace_no in shared])
    copies: list[list[tuple[TraceState, SpanRow]]] = []
    for trace_no in before | shared:
        members = [span_id for span_id, in db.execute(
            "SELECT span_id FROM responses WHERE hash = ? AND trace_no = ? ORDER BY span_id", (number, trace_no))]
        copies.append([(state, row) for state, row in _spans(writer, trace_no, members)
                       if state.uncounted.get(row.span_id, (None, 1))[1]])
    copies = sorted((found for found in copies if found), key=lambda found: found[0][0].trace_id)
    repeats: list[dict[bytes, bytes]] = [{} for _ in copies]
    if shared:
        repeats = counted_across([([row for _, row in found], {}) for found in copies])
    return [_Decision(state, row, repeated.get(row.span_id))
            for found, repeated in zip(copies, repeats, strict=True) for state, row in found]


def _spans(writer: Writer, trace_no: int, span_ids: list[bytes]) -> list[tuple[TraceState, SpanRow]]:
    """The rows of some spans of a trace."""
    db = writer.db
    state = writer.states([db.execute("SELECT trace_id FROM traces WHERE trace_no = ?", (trace_no,)).fetchone()[0]])[0]
    return [(state, state.entry(at, db).row) for at in state.find(span_ids) if at >= 0]
