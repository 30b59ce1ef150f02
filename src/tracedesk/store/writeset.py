"""What one write inserts: the spans that are new or better than what is stored, and everything that follows from them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence, Set
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tracedesk.model.row import SpanRow
from tracedesk.model.span import Note, Received
from tracedesk.semconv.read import log_owners
from tracedesk.store import calls, facts, measures, payloads, sums
from tracedesk.store.facts import Entry
from tracedesk.store.measures import Measures
from tracedesk.store.payloads import Payload
from tracedesk.store.schema import PART_BITS
from tracedesk.store.state import TraceState, Uncounted
from tracedesk.store.sums import TOP, within
from tracedesk.store.totals import Totals, labels, picture
from tracedesk.wire.encode import resource_raw, scope_raw

if TYPE_CHECKING:
    from tracedesk.store.writer import Writer

TRACE_COLUMNS = (
    "trace_no", "trace_id", "first_seen", "changed", "start_ns", "duration_ns", "profile_no", "status", "span_count",
    "error_count", "unfinished_count", "root_seen", "llm_calls", "input_tokens", "output_tokens", "cache_read_tokens",
    "cache_write_tokens", "reasoning_tokens", "cost_nusd", "priced_calls", "unpriced_calls", "payload_parts", "recount")
_UPSERT_TRACE = (
    f"INSERT INTO traces ({', '.join(TRACE_COLUMNS)}) VALUES ({', '.join('?' * len(TRACE_COLUMNS))}) "
    f"ON CONFLICT (trace_no) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in TRACE_COLUMNS[3:])}")
_ADDED = ("span_count", "error_count", "unfinished_count", "llm_calls", "priced_calls", "unpriced_calls")
_ADDED_IF_KNOWN = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost_nusd")
_GROW_TRACE = (
    "UPDATE traces SET changed = ?, payload_parts = ?, recount = 1, start_ns = min(start_ns, ?), "
    f"duration_ns = min({TOP}, max(start_ns + duration_ns, ?) - min(start_ns, ?)), root_seen = max(root_seen, ?), "
    + ", ".join(f"{name} = {name} + ?" for name in _ADDED) + ", "
    + ", ".join(f"{name} = iif(? IS NULL, {name}, min({TOP}, coalesce({name}, 0) + ?))" for name in _ADDED_IF_KNOWN)
    + " WHERE trace_no = ?")
PROFILES_REMEMBERED = 10_000
_PENDING = int(Note.PENDING)
_by_start = attrgetter("start_ns", "span_id")


class Taken(NamedTuple):
    """A span that a write took in: its entry, and the stored entry that it replaced."""

    entry: Entry
    before: Entry | None


class WriteSet:
    """The rows that one write is going to insert, collected over its traces."""

    def __init__(self, writer: Writer, named: Set[tuple[bytes | None, bytes | None]] = frozenset()) -> None:
        """`named` are the (trace, span) ids that log records of this write name: the words of those spans may have changed
        although the spans did not."""
        self.writer = writer
        self.named = named
        self.db = writer.db
        self.new_traces = self.new_spans = 0
        self.deltas = sums.Deltas()
        self.facts: list[tuple[int, bytes]] = []
        self.payloads: list[tuple[int, list[Payload]]] = []
        self.pending: dict[int, bytes] = {}
        self.looked_at: tuple[int, list[Payload]] = (-1, [])
        self.traces: list[tuple[Any, ...]] = []
        self.cards: list[tuple[int, bytes, bytes]] = []
        self.labels: list[tuple[str, str, int]] = []
        self.measures = measures.Written(writer)
        self.origins: dict[tuple[int, int], tuple[int, int, int]] = {}

    def take(self, arrived: Iterable[tuple[TraceState, list[Any]]]) -> int:
        """Take in spans of some traces, each named once; gives how many of them changed anything. One step for all traces, then
        the next: see `ingest.stages.prepare_all`."""
        taken = [(state, found) for state, items in arrived if (found := self._merge(state, items))]
        self.new_traces += sum(state.count == len(found) for state, found in taken)
        for state, found in taken:
            self._note_calls(state, found)
        self._whole([(state, found) for state, found in taken if state.small])
        for state, found in taken:
            if not state.small:
                self._piece(state, found)
        for state, _ in taken:
            low = state.trace_no << PART_BITS
            self.facts += [(low | part, facts.pack(state.parts[part])) for part in state.dirty]
            state.dirty.clear()
        return sum(len(found) for _, found in taken)

    def _merge(self, state: TraceState, items: list[Any]) -> list[Taken]:
        """Put the better message of each span in its place, and the messages into payload parts."""
        if not state.small:
            state.load_part(state.count // facts.SPANS_PER_PART, self.db)
        part = state.payload_parts
        slots: list[Payload] = []
        taken: dict[int, Taken] = {}
        emptied: dict[int, list[int]] = {}
        fresh: dict[bytes, int] = {}
        for item, at in zip(items, state.find([item.row.span_id for item in items]), strict=True):
            row, words, span = item.row, item.words, item.span
            raw = span.raw
            resource_no, scope_no, checksum = self._origin(span)
            size, digest = len(raw), zlib.crc32(raw, checksum)
            position = fresh.get(row.span_id, at) if at < 0 else at
            old = None
            if position >= 0:
                old = state.entry(position, self.db)
                if (old.size, old.digest) == (size, digest):
                    if old.row == row and not self._may_say_more(span):
                        continue
                    if words == (slots if old.part == part else self._stored(state, old.part))[old.slot].words:
                        if old.row != row:                        # the message stays where it lies
                            state.replace(position, old._replace(row=row))
                            first = taken.get(position)
                            taken[position] = Taken(old._replace(row=row), first.before if first else old)
                        continue
                elif _rank(row, size, digest) <= _rank(old.row, old.size, old.digest):
                    continue
                if old.part == part:
                    slots[old.slot] = payloads.EMPTY
                else:
                    emptied.setdefault(old.part, []).append(old.slot)
            entry = Entry(row, size, digest, part, len(slots))
            slots.append(Payload(raw, words, resource_no, scope_no))
            if old is None:
                position = fresh[row.span_id] = state.append(entry)
                taken[position] = Taken(entry, None)
                self.new_spans += 1
            else:
                state.replace(position, entry)
                first = taken.get(position)
                taken[position] = Taken(entry, first.before if first else old)
            if len(slots) == payloads.SPANS_PER_PART:
                self._payload(state, slots)
                part, slots = state.payload_parts, []
        if slots:
            self._payload(state, slots)
        if state.index is not None and fresh:
            state.index.add(list(fresh), list(fresh.values()))
        if emptied:
            self._empty(state, emptied)
        return list(taken.values())

    def _may_say_more(self, span: Received) -> bool:
        """Whether the words of a span may have changed although its row did not."""
        return bool(self.named) and any((span.trace_id, owner) in self.named for owner in log_owners(span))

    def _origin(self, span: Received) -> tuple[int, int, int]:
        """(number of the resource, number of the scope, checksum of both to go on with over the message)."""
        resource, scope = span.resource, span.scope
        found = self.origins.get((id(resource), id(scope)))
        if found is None:
            of = (resource_raw(resource), resource.schema_url), (scope_raw(scope), scope.schema_url)
            checksum = zlib.crc32(b"\0".join(piece for raw, url in of for piece in (raw, url.encode("utf-8", "replace"))))
            found = self.writer.resources.of(*of[0]), self.writer.scopes.of(*of[1]), checksum
            self.origins[id(resource), id(scope)] = found
        return found

    def _payload(self, state: TraceState, slots: list[Payload]) -> None:
        at = state.trace_no << PART_BITS | state.payload_parts
        self.payloads.append((at, slots))
        self.pending[at] = b""
        state.payload_parts += 1

    def _note_calls(self, state: TraceState, taken: Iterable[Taken]) -> None:
        """Have `settle` look at the calls that came and went, beside the last part of the trace."""
        changed = [found for found in taken if found.before is None or not calls.same_call(found.before.row, found.entry.row)]
        noted = calls.noted((found.entry.row for found in changed), (found.before.row for found in changed if found.before))
        last = state.trace_no << PART_BITS | state.payload_parts - 1
        if last in self.pending:
            self.pending[last] = noted
        elif noted:
            self._look_again(last, noted)

    def _look_again(self, part: int, noted: bytes = b"") -> None:
        """Have `settle` look at a trace of which no part is new, beside one that the index knows already."""
        self.db.execute("INSERT INTO pending (id, again, calls) VALUES (?, 1, ?) "
                        "ON CONFLICT (id) DO UPDATE SET calls = CAST(calls || excluded.calls AS BLOB)", (part, noted))

    def _stored(self, state: TraceState, part: int) -> list[Payload]:
        """An earlier payload part."""
        at = state.trace_no << PART_BITS | part
        if self.looked_at[0] != at:
            self._flush_payloads()
            data = self.db.execute("SELECT data FROM payloads WHERE id = ?", (at,)).fetchone()
            self.looked_at = (at, payloads.unpack(data[0]))
        return self.looked_at[1]

    def _empty(self, state: TraceState, emptied: dict[int, list[int]]) -> None:
        """Take replaced messages out of earlier parts, and have their text indexed again."""
        for part, numbers in emptied.items():
            at = state.trace_no << PART_BITS | part
            kept = self._stored(state, part)
            for slot in numbers:
                kept[slot] = payloads.EMPTY
            self.db.execute("UPDATE payloads SET data = ? WHERE id = ?", (payloads.pack(kept), at))
            if at not in self.pending:
                self.db.execute("INSERT INTO pending (id, again) VALUES (?, 1) ON CONFLICT (id) DO NOTHING", (at,))

    def _whole(self, small: list[tuple[TraceState, list[Taken]]]) -> None:
        """Totals of small traces, from all their rows."""
        rows = [[entry.row for entry in state.entries()] for state, _ in small]
        counted = [counted_at_home(self.writer, state, found) for (state, _), found in zip(small, rows, strict=True)]
        for (state, taken), found, after in zip(small, rows, counted, strict=True):
            before = state.uncounted
            self._sum(taken, before, after)
            if before != after:
                touched = {one.entry.row.span_id for one in taken}
                self.moved(before, after, [row for row in found if row.span_id not in touched])
                store_uncounted(self.writer, state, after)
                last = state.trace_no << PART_BITS | state.payload_parts - 1
                if last not in self.pending:
                    self._look_again(last)
        self._show_rows([(state, found) for (state, _), found in zip(small, rows, strict=True)])

    def _piece(self, state: TraceState, taken: list[Taken]) -> None:
        """Totals of a large trace, for now: what came is added. `settle` takes them exactly when there is time."""
        self._sum(taken, state.uncounted, state.uncounted)
        more = Totals.of([found.entry.row for found in taken], state.uncounted)
        less = Totals.of([found.before.row for found in taken if found.before], state.uncounted)
        counts = (more.spans - less.spans, more.bad - less.bad, more.unfinished - less.unfinished,
                  more.llm_calls - less.llm_calls, more.priced - less.priced, more.unpriced - less.unpriced)
        known = [within(_minus(a, b)) for a, b in zip((*more.tokens, more.cost), (*less.tokens, less.cost), strict=True)]
        self.db.execute(_GROW_TRACE, (
            self.writer.change, state.payload_parts, more.start, more.end, more.start, int(more.root is not None), *counts,
            *(value for value in known for _ in range(2)), state.trace_no))

    def recounted(self, state: TraceState, after: Uncounted, rows: Sequence[SpanRow]) -> None:
        """Other spans of a trace are counted elsewhere from now on; `rows` holds all those that change sides."""
        self.moved(state.uncounted, after, rows)
        store_uncounted(self.writer, state, after)
        if state.small:
            found = [entry.row for entry in state.entries()]
            self._show_rows([(state, found)])
        else:
            self.db.execute("UPDATE traces SET recount = 1, changed = ? WHERE trace_no = ?",
                            (self.writer.change, state.trace_no))

    def moved(self, before: Uncounted, after: Uncounted, rows: Iterable[SpanRow]) -> None:
        """Put the tokens and cost of stored spans into the per-minute sums, or take them out, where that changed."""
        sides = [row for row in rows if (row.span_id in before) != (row.span_id in after)]
        self.deltas.add(((row, row.span_id not in before) for row in sides), -1)
        self.deltas.add((row, row.span_id not in after) for row in sides)

    def _sum(self, taken: list[Taken], before: Uncounted, after: Uncounted) -> None:
        """Put what was taken in into the per-minute sums."""
        replaced = [found.before.row for found in taken if found.before is not None]
        if replaced:
            self.deltas.add(((row, row.span_id not in before) for row in replaced), -1)
        self.deltas.add((found.entry.row, found.entry.row.span_id not in after) for found in taken)

    def _show_rows(self, traces: list[tuple[TraceState, list[SpanRow]]]) -> None:
        """Small traces, from all their rows."""
        numbering = self.writer.numbering
        totals = [Totals.of(rows, state.uncounted) for state, rows in traces]
        profiles = [self.profile_no(one) for one in totals]
        both = list(zip(traces, totals, profiles, strict=True))
        measured = [measures.of_rows(rows, state.uncounted, one, number, numbering) for (state, rows), one, number in both]
        pictures = [picture(rows, one) for (_, rows), one, _ in both]
        for ((state, _), one, number), fingerprint, made in zip(both, pictures, measured, strict=True):
            self.show(state, one, fingerprint, made, number)

    def show(self, state: TraceState, totals: Totals, fingerprint: bytes, measured: Measures, profile_no: int) -> None:
        """The trace's row, card, labels and measures."""
        status = totals.status
        self.traces.append((
            state.trace_no, state.trace_id, state.first_seen, self.writer.change, totals.start,
            within(max(0, totals.end - totals.start)), profile_no, status, totals.spans, totals.bad,
            totals.unfinished, int(totals.root is not None), totals.llm_calls, *map(within, (*totals.tokens, totals.cost)),
            totals.priced, totals.unpriced, state.payload_parts, 0))
        card = totals.card()
        self.cards.append((state.trace_no, orjson.dumps(card), fingerprint))
        now = labels(card)
        if now != state.labels:
            if state.labels:
                self.db.executemany("DELETE FROM labels WHERE key = ? AND value = ? AND trace_no = ?",
                                    [(*label, state.trace_no) for label in state.labels - now])
            self.labels += [(*label, state.trace_no) for label in now - state.labels]
            state.labels = now
        self.measures.put(state.trace_no, measured, state.signs)
        state.signs = measured.signs

    def profile_no(self, totals: Totals) -> int:
        """The number of a trace's profile; of those seen lately without making it."""
        key = totals.profile_key()
        number = self.writer.profile_nos.get(key)
        if number is None:
            if len(self.writer.profile_nos) >= PROFILES_REMEMBERED:
                self.writer.profile_nos.clear()
            number = self.writer.profile_nos[key] = self.writer.profiles.of(orjson.dumps(totals.profile()).decode())
        return number

    def flush(self) -> None:
        """Insert everything collected."""
        many = self.db.executemany
        self._flush_payloads()
        many("INSERT INTO pending (id, calls) VALUES (?, ?)", self.pending.items())
        many("INSERT INTO facts (id, data) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data", self.facts)
        many(_UPSERT_TRACE, self.traces)
        many("INSERT INTO cards (trace_no, card, fingerprint) VALUES (?, ?, ?) "
             "ON CONFLICT (trace_no) DO UPDATE SET card = excluded.card, fingerprint = excluded.fingerprint", self.cards)
        many("INSERT OR IGNORE INTO labels (key, value, trace_no) VALUES (?, ?, ?)", self.labels)
        self.measures.flush()
        sums.apply(self.db, self.deltas, self.writer.series)

    def _flush_payloads(self) -> None:
        self.db.executemany("INSERT INTO payloads (id, data) VALUES (?, ?)",
                            [(at, payloads.pack(slots)) for at, slots in self.payloads])
        self.payloads = []


def counted_at_home(writer: Writer, state: TraceState, rows: Sequence[SpanRow]) -> Uncounted:
    """The spans of a trace that are counted elsewhere, found anew among its rows.

    What was found across traces stays as it is until `settle` looks again.
    """
    in_order = sorted(rows, key=_by_start)                    # of equals the first is taken
    found: Uncounted = {span_id: (on, 0) for span_id, on in writer.counting(in_order).items()}
    return {**{span_id: kept for span_id, kept in state.uncounted.items() if kept[1]}, **found}


def store_uncounted(writer: Writer, state: TraceState, found: Uncounted) -> None:
    """Make these the spans of a trace that are counted elsewhere."""
    before = state.uncounted
    if found == before:
        return
    writer.db.executemany("DELETE FROM uncounted WHERE trace_no = ? AND span_id = ?",
                          [(state.trace_no, span_id) for span_id in before if span_id not in found])
    writer.db.executemany(
        "INSERT OR REPLACE INTO uncounted (trace_no, span_id, counted_on, across) VALUES (?, ?, ?, ?)",
        [(state.trace_no, span_id, *value) for span_id, value in found.items() if before.get(span_id) != value])
    state.uncounted = found


def _rank(row: SpanRow, size: int, digest: int) -> tuple[bool, int, int, int]:
    """Of two messages for one span the one with the larger rank stays."""
    return (row.end_ns is not None and not row.notes & _PENDING, row.end_ns or 0, size, digest)


def _minus(a: int | None, b: int | None) -> int | None:
    return a if b is None else (a or 0) - b
