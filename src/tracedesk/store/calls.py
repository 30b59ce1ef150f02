"""Model calls recorded in two traces (a program and the proxy it calls, two SDKs side by side): each counted once.

Which spans may be one call, and which of them stays, says `semconv.across`: each names the groups in which another record of
it can be (its response id; for few spans also time and figures). `responses` holds the spans of every group, `twins` the
groups that several traces share, unless they are too many. Spans that are counted on one of another trace are in `uncounted`
with across = 1.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from tracedesk.model.row import SpanRow
from tracedesk.semconv.across import MOST_NEAR, MOST_TRACES, Group, Key, Seen, keys, repeated
from tracedesk.store.state import TraceState, Uncounted
from tracedesk.store.totals import COUNTED_CODES, is_counted_call

if TYPE_CHECKING:
    from tracedesk.store.writer import Writer
    from tracedesk.store.writeset import WriteSet

_CALL = struct.Struct("<bq8s")
"""+1 or -1, the hash of a group, the span."""


def key_hash(key: Key) -> int:
    """A number for a group and a side of it, not negative where it is a response id; whoever finds two equal ones still
    compares the keys. The sides of a group differ in the last bit."""
    rule, what, piece, side = key
    if not rule:
        return _hash(what)
    return ~(_hash(f"{rule} {piece} {what}") | 1) | side


def _hash(text: str) -> int:
    raw = text.encode("utf-8", "replace")
    return zlib.crc32(raw) << 31 | zlib.adler32(raw) & 0x7FFF_FFFF


def _group_of(number: int) -> int:
    """The number of a group, whichever side."""
    return number if number >= 0 else number & ~1


def _sides(group: int) -> tuple[int, ...]:
    return (group,) if group >= 0 else (group, group | 1)


def noted(came: Iterable[SpanRow], went: Iterable[SpanRow] = ()) -> bytes:
    """What `pending.calls` says of the spans that a write took in, and of those that they replaced."""
    return b"".join([_CALL.pack(sign, key_hash(key), row.span_id) for sign, rows in ((-1, went), (1, came))
                     for row in rows if row.kind in COUNTED_CODES for key in keys(row)])


def same_call(before: SpanRow, after: SpanRow) -> bool:
    """Whether nothing changed by which calls are found and weighed: only the cost did."""
    return (is_counted_call(before) == is_counted_call(after)
            and before._replace(cost_nusd=after.cost_nusd, cost_status=after.cost_status) == after)


class _Member(NamedTuple):
    """A span, and the trace it is in."""

    state: TraceState
    row: SpanRow


def settle(writer: Writer, rows: WriteSet, pending: Iterable[tuple[int, bytes]]) -> None:
    """Take in the calls of pending parts, given as (trace_no, noted), and look anew at those of their traces."""
    db = writer.db
    groups: set[int] = set()
    gone: dict[int, set[bytes]] = {}
    for trace_no, calls in pending:
        gone.setdefault(trace_no, set())
        for sign, number, span_id in _CALL.iter_unpack(calls):
            if sign > 0:
                db.execute("INSERT OR IGNORE INTO responses (hash, trace_no, span_id) VALUES (?, ?, ?)",
                           (number, trace_no, span_id))
            else:
                gone[trace_no].add(span_id)
                db.execute("DELETE FROM responses WHERE hash = ? AND trace_no = ? AND span_id = ?", (number, trace_no, span_id))
            if (db.execute("SELECT 1 FROM responses WHERE hash = ? AND trace_no != ? LIMIT 1",
                           (number if number >= 0 else number ^ 1, trace_no)).fetchone()
                    or (sign < 0 and db.execute("SELECT 1 FROM twins WHERE hash = ?", (_group_of(number),)).fetchone())):
                groups.add(_group_of(number))
    changed = [member for trace_no, span_ids in gone.items() if span_ids
               for member in _spans(writer, _state(writer, trace_no), sorted(span_ids))]
    weigh(writer, rows, groups | shared_by(db, gone), changed)


def shared_by(db: Any, trace_nos: Iterable[int]) -> set[int]:
    """The groups that these traces share with others."""
    return {number for trace_no in trace_nos
            for number, in db.execute("SELECT hash FROM twins WHERE trace_no = ?", (trace_no,))}


def weigh(writer: Writer, rows: WriteSet, groups: Set[int], changed: Iterable[_Member] = ()) -> None:
    """Decide for the spans of these groups, and for `changed`, which is counted on another trace, and correct the sums."""
    seen: dict[Group, list[Seen]] = {}
    decided = {(member.state.trace_no, member.row.span_id): member for member in changed}
    for number in sorted(groups):
        before, now = _shared(writer.db, number)
        found = _members(writer, number, before | now) if before or now else []
        decided.update(((member.state.trace_no, member.row.span_id), member) for member in found)
        if now:
            _group(seen, number, found)
    others = {_group_of(key_hash(key)) for member in decided.values() for key in keys(member.row)} - groups
    for number in sorted(others):                         # what else says something of these spans, and has not changed
        if sharing := _twins(writer.db, number):
            _group(seen, number, _members(writer, number, sharing))
    kept = repeated(seen)
    by_trace: dict[int, list[_Member]] = {}
    for (trace_no, _), member in decided.items():
        by_trace.setdefault(trace_no, []).append(member)
    for trace_no, members in by_trace.items():
        state = members[0].state
        after: Uncounted = dict(state.uncounted)
        for span_id in (member.row.span_id for member in members):
            if _counted_at_home(state, span_id):
                after.pop(span_id, None)
                if (trace_no, span_id) in kept:
                    after[span_id] = (kept[trace_no, span_id], 1)
        if after != state.uncounted:
            rows.recounted(state, after, [member.row for member in members])


def _shared(db: Any, group: int) -> tuple[set[int], set[int]]:
    """The traces that shared a group until now, and those that do: none where they are too many, or all of one side."""
    most = MOST_TRACES if group >= 0 else MOST_NEAR
    before = _twins(db, group)
    now: set[int] = set()
    for side in _sides(group):
        found = {trace_no for trace_no, in db.execute("SELECT DISTINCT trace_no FROM responses WHERE hash = ? LIMIT ?",
                                                      (side, most + 1))}
        now = now | found if found and len(now | found) <= most else set()
        if not now:
            break
    if len(now) < 2:
        now = set()
    if now != before:
        db.execute("DELETE FROM twins WHERE hash = ?", (group,))
        db.executemany("INSERT INTO twins (hash, trace_no) VALUES (?, ?)", [(group, trace_no) for trace_no in now])
    return before, now


def _twins(db: Any, group: int) -> set[int]:
    return {trace_no for trace_no, in db.execute("SELECT trace_no FROM twins WHERE hash = ?", (group,))}


def _members(writer: Writer, group: int, trace_nos: Set[int]) -> list[_Member]:
    """The spans of a group that are in these traces."""
    found: dict[bytes, list[bytes]] = {}
    for side in _sides(group):
        for trace_id, span_id in writer.db.execute(
                "SELECT trace_id, span_id FROM responses JOIN traces USING (trace_no) "
                f"WHERE hash = ? AND trace_no IN ({', '.join(map(str, trace_nos))})", (side,)):
            found.setdefault(trace_id, []).append(span_id)
    states = writer.states(list(found))
    return [member for state, span_ids in zip(states, found.values(), strict=True)
            for member in _spans(writer, state, span_ids)]


def _group(seen: dict[Group, list[Seen]], number: int, members: Iterable[_Member]) -> None:
    """Put spans into the group that this number stands for."""
    for state, row in members:
        for key in keys(row):
            if _group_of(key_hash(key)) == number:
                seen.setdefault(key[:3], []).append(
                    Seen(row, state.trace_no, key[3], _counted_at_home(state, row.span_id)))


def _counted_at_home(state: TraceState, span_id: bytes) -> bool:
    """Whether no other span of its own trace has a span's figures."""
    return bool(state.uncounted.get(span_id, (None, 1))[1])


def _state(writer: Writer, trace_no: int) -> TraceState:
    return writer.states([writer.db.execute("SELECT trace_id FROM traces WHERE trace_no = ?", (trace_no,)).fetchone()[0]])[0]


def _spans(writer: Writer, state: TraceState, span_ids: Sequence[bytes]) -> list[_Member]:
    """The rows of some spans of a trace."""
    return [_Member(state, state.entry(at, writer.db).row) for at in state.find(span_ids) if at >= 0]
