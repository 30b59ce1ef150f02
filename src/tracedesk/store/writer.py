"""Writing: one batch is one transaction, after which the sender may be told that its spans are kept.

The database that results does not depend on the order in which spans come, on how they are batched, or on how often they
are sent. Of two different messages for one span the better one stays, by a rule that looks at nothing but the two: a
finished span before an unfinished one, then the later end, then the longer message, then the larger checksum. Log records
are kept once each, and a span's row is prepared anew from all of them (`gather`).

Some work need not hold up the sender: the text index, calls recorded in two traces, and the exact sums of traces beyond
2,048 spans. `index_pending` does it in slices, between writes; see `settle.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from tracedesk.model.row import SpanRow
from tracedesk.model.span import LogRecord, Received, Resource, Scope, Span
from tracedesk.semconv.read import log_owners
from tracedesk.store import logs as log_store
from tracedesk.store import state as states
from tracedesk.store.changes import Changes
from tracedesk.store.connect import Counting, Store, explained
from tracedesk.store.interned import Numbers
from tracedesk.store.measures import Numbering
from tracedesk.store.spans import stored_spans
from tracedesk.store.state import TraceState
from tracedesk.store.writeset import WriteSet
from tracedesk.wire.stored import decode_scope

R = TypeVar("R", bound=Received)

_ASKED_AT_ONCE = 500
_CACHED_ENTRIES = 20_000
"""Entries of recently written traces kept in memory: about 25 MB."""


class PreparedSpan(Protocol):
    """What the writer is given for a span: `ingest.stages.Prepared` is one."""

    @property
    def row(self) -> SpanRow:
        """The narrow facts, as `facts.storable` gives them."""

    @property
    def words(self) -> bytes:
        """What the full-text search finds it by (`payloads.packed_words`)."""

    @property
    def span(self) -> Received:
        """The span as received."""


class Writer:
    """Writes to one store. Not for two threads at once."""

    def __init__(self, store: Store, counting: Counting | None = None) -> None:
        self.store = store
        self.counting: Counting = counting or _everything_counts
        self.db = store._connection
        self.resources = Numbers(self.db, "resources", "resource_no", ("raw", "schema_url"))
        self.scopes = Numbers(self.db, "scopes", "scope_no", ("raw", "schema_url"))
        self.profiles = Numbers(self.db, "profiles", "profile_no", ("facts",))
        self.series = Numbers(self.db, "series", "series_no", ("service", "kind", "model", "status"))
        self.numbering = Numbering(self.db)
        self.inexact_since: dict[int, tuple[int, float]] = {}
        self.profile_nos: dict[tuple[Any, ...], int] = {}
        self._states: dict[bytes, TraceState] = {}
        self._used: dict[bytes, TraceState] = {}
        self._seen_version = -1
        self._scopes_seen = -1
        self._from_above = False
        self._change = 0
        self._next_trace_no = 0
        self._weight = 0

    # -- one write ---------------------------------------------------------------------------------------------------

    def gather(self, spans: Sequence[R], logs: Sequence[LogRecord]) -> list[tuple[R | Span, list[LogRecord]]]:
        """What to prepare before `write(…, logs)`: first the spans, each with all log records that may speak of it
        (`semconv.read.log_owners`), stored and in this batch; then the stored spans of which a record of this batch may
        speak, because their rows may change."""
        arrived: dict[bytes, dict[bytes, list[LogRecord]]] = {}
        for log in logs:
            if log.trace_id and log.span_id:
                arrived.setdefault(log.trace_id, {}).setdefault(log.span_id, []).append(log)
        with explained(self.store.path):
            has_logs = self.db.execute("SELECT 1 FROM logs LIMIT 1").fetchone() is not None
            if not arrived and not has_logs:
                return [(span, []) for span in spans]
            logged = self._logged({span.trace_id for span in spans} | set(arrived)) if has_logs else {}
            found: list[tuple[R | Span, list[LogRecord]]] = [
                (span, self._all_logs(logged.get(span.trace_id), span, arrived.get(span.trace_id, {}))) for span in spans]
            for trace_id, named in arrived.items():
                found += [(span, self._all_logs(logged.get(trace_id), span, named))
                          for span in stored_spans(self.db, trace_id, named.keys(), below=self._read_from_above())
                          if not named.keys().isdisjoint(log_owners(span))]
        return found

    def write(
        self, prepared: Sequence[PreparedSpan], logs: Sequence[LogRecord] = (), *, read_anew: bool = False
    ) -> Changes:
        """Keep these spans and log records: all of them or, if it raises, none. With `read_anew` the spans are stored
        already, and dialects or prices may understand them differently by now.

        Raises:
            DiskFull, StoreLocked, StoreDamaged, WorldError: this machine said no; nothing of the batch is kept.
        """
        with self.transaction():
            groups: dict[bytes, list[PreparedSpan]] = {}
            for item in prepared:
                groups.setdefault(item.row.trace_id, []).append(item)
            named = {(log.trace_id, log.span_id) for log in logs}
            if read_anew:
                named |= {(item.row.trace_id, item.row.span_id) for item in prepared}
            rows = WriteSet(self, named)
            touched = rows.take(zip(self.states(list(groups)), groups.values(), strict=True))
            new_logs = self._write_logs(logs)
            rows.flush()
            changes = Changes(self._change, tuple(dict.fromkeys([*groups, *(log.trace_id for log in logs if log.trace_id)])),
                              rows.new_traces, rows.new_spans, touched - rows.new_spans, new_logs)
        self.trim()
        return changes

    def index_pending(self, limit: int = 2_000) -> int:
        """Do a slice of the work that senders do not wait for: the text of up to `limit` parts, doubled calls, a piece of
        one large trace. Gives how many parts still wait. Call it when no batch waits, and at least every 0.5 s."""
        from tracedesk.store import settle

        return settle.slice_of_work(self, limit)

    def settle(self) -> None:
        """Do all of that work: for tests and for whoever closes the store after an import."""
        from tracedesk.store import settle

        while settle.slice_of_work(self, 10_000, idle=True):
            pass

    def close(self) -> None:
        """Forget what is in memory; the store stays open."""
        self.forget()

    # -- the transaction ---------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE … COMMIT; on an error nothing is written and nothing remembered."""
        try:
            with self.store.writing() as db:
                version = db.execute("PRAGMA data_version").fetchone()[0]
                if version != self._seen_version:       # another process wrote: what we remember may be wrong
                    self.forget()
                    self._seen_version = version
                self._change = db.execute(
                    "INSERT INTO meta (name, value) VALUES ('change', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 "
                    "RETURNING value").fetchone()[0]
                yield
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        """Forget numbers and traces."""
        self._states.clear()
        self._used.clear()
        self.profile_nos.clear()
        self._weight = self._next_trace_no = 0
        self.numbering.forget()
        for numbers in (self.resources, self.scopes, self.profiles, self.series):
            numbers.forget()

    @property
    def change(self) -> int:
        """The number of the write that goes on."""
        return self._change

    def states(self, trace_ids: Sequence[bytes]) -> list[TraceState]:
        """The states of traces, read or made now; inside a transaction."""
        unknown = [trace_id for trace_id in trace_ids if trace_id not in self._states]
        stored = {row[0] for at in range(0, len(unknown), _ASKED_AT_ONCE) for row in self.db.execute(
            f"SELECT trace_id FROM traces WHERE trace_id IN ({', '.join('?' * len(unknown[at:at + _ASKED_AT_ONCE]))})",
            unknown[at:at + _ASKED_AT_ONCE])}
        return [self._state(trace_id, trace_id in stored) for trace_id in trace_ids]

    def _state(self, trace_id: bytes, stored: bool) -> TraceState:
        known = self._states.pop(trace_id, None)
        if known is None and stored:
            known = states.load(self.db, trace_id)
        if known is None:
            if not self._next_trace_no:
                self._next_trace_no = self.db.execute("SELECT coalesce(max(trace_no), 0) + 1 FROM traces").fetchone()[0]
            known = TraceState(self._next_trace_no, trace_id, self._change)
            self._next_trace_no += 1
        self._states[trace_id] = self._used[trace_id] = known
        return known

    def trim(self) -> None:
        """After a transaction: make large traces small in memory, and drop those used longest ago until the rest is small
        enough."""
        for state in self._used.values():
            state.grow()
            self._weight += state.weight - state.weighed
            state.weighed = state.weight
        self._used.clear()
        while self._weight > _CACHED_ENTRIES and len(self._states) > 1:
            self._weight -= self._states.pop(next(iter(self._states))).weighed

    # -- log records -------------------------------------------------------------------------------------------------

    def _write_logs(self, logs: Sequence[LogRecord]) -> int:
        if not logs:
            return 0
        ids = list(dict.fromkeys(log.trace_id for log in logs if log.trace_id))
        traces = dict(zip(ids, self.states(ids), strict=True))
        self.db.executemany(
            "INSERT INTO traces (trace_no, trace_id, first_seen, changed) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (trace_no) DO UPDATE SET changed = excluded.changed",
            [(state.trace_no, state.trace_id, state.first_seen, self._change) for state in traces.values()])
        numbered = [(traces[log.trace_id].trace_no if log.trace_id else log_store.NO_TRACE, log) for log in logs]
        return log_store.insert(self.db, numbered, self.resources, self.scopes)

    def _logged(self, trace_ids: set[bytes]) -> dict[bytes, int]:
        """The numbers of those traces that have stored log records."""
        return {trace_id: found[0] for trace_id in trace_ids if (found := self.db.execute(
            "SELECT trace_no FROM traces t WHERE trace_id = ? AND EXISTS (SELECT 1 FROM logs l WHERE l.trace_no = t.trace_no)",
            (trace_id,)).fetchone())}

    def _all_logs(self, trace_no: int | None, span: Received, arrived: Mapping[bytes, Sequence[LogRecord]]) -> list[LogRecord]:
        """The log records that may speak of a span: those stored and those that came now."""
        if trace_no is None and not arrived:
            return []
        records: list[LogRecord] = []
        for owner in log_owners(span):
            records += arrived.get(owner, ())
            if trace_no is not None:
                records += log_store.of_span(self.db, trace_no, owner)
        return log_store.distinct(records) if records else []

    def _read_from_above(self) -> bool:
        """Whether a scope of the store has spans that log records of their parents speak of."""
        last = self.db.execute("SELECT coalesce(max(scope_no), 0) FROM scopes").fetchone()[0]
        if last != self._scopes_seen:
            self._scopes_seen = last
            self._from_above = any(len(log_owners(_child(decode_scope(raw)))) > 1
                                   for raw, in self.db.execute("SELECT raw FROM scopes"))
        return self._from_above


def _child(scope: Scope) -> Span:
    """A span with a parent, in this scope."""
    return Span(bytes(16), b"\1" * 8, b"\2" * 8, "", 0, 0, {}, Resource(), scope)


def _everything_counts(rows: Sequence[SpanRow]) -> dict[bytes, bytes | None]:
    return {}
