"""Log records: each kept once, also those that belong to no span; and which spans must be read again because of them.

Several dialects send messages only as log records. So a span's row is prepared from the span and all log records that
name it, whenever either comes. A record is identified by its bytes and those of its resource and scope.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from tracedesk.model.span import LogRecord, Resource, Scope
from tracedesk.store import packing
from tracedesk.store.interned import Numbers
from tracedesk.wire.encode import log_raw, resource_raw, scope_raw
from tracedesk.wire.stored import decode_log, decode_resource, decode_scope

NO_TRACE = 0
NO_SPAN = b""

_FIELDS = "l.span_id, l.notes, l.data, r.raw, r.schema_url, s.raw, s.schema_url"
_JOINED = "logs l JOIN resources r USING (resource_no) JOIN scopes s USING (scope_no)"


def digest(log: LogRecord) -> int:
    """64 bits that identify a record."""
    made = hashlib.blake2b(log_raw(log), digest_size=8)
    for piece in (resource_raw(log.resource), scope_raw(log.scope)):
        made.update(piece)
    return int.from_bytes(made.digest(), "big", signed=True)


def insert(connection: Any, logs: Iterable[tuple[int, LogRecord]], resources: Numbers, scopes: Numbers) -> int:
    """Keep records, each with the number of its trace (or 0); gives how many are new."""
    before = connection.total_changes
    connection.executemany(
        "INSERT OR IGNORE INTO logs (trace_no, span_id, time_ns, digest, resource_no, scope_no, notes, data) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(trace_no, log.span_id or NO_SPAN, log.time_ns, digest(log),
          resources.of(resource_raw(log.resource), log.resource.schema_url),
          scopes.of(scope_raw(log.scope), log.scope.schema_url), log.notes, packing.pack(log_raw(log)))
         for trace_no, log in logs])
    return int(connection.total_changes - before)


def of_trace(connection: Any, trace_no: int, limit: int = 100_000) -> dict[bytes, list[LogRecord]]:
    """The records of a trace by span id (b"" for those that name no span), each list by time."""
    return _grouped(connection.execute(
        f"SELECT {_FIELDS} FROM {_JOINED} WHERE l.trace_no = ? ORDER BY l.span_id, l.time_ns, l.digest LIMIT ?",
        (trace_no, limit)))


def of_span(connection: Any, trace_no: int, span_id: bytes, limit: int = 10_000) -> list[LogRecord]:
    """The records of one span by time."""
    return _grouped(connection.execute(
        f"SELECT {_FIELDS} FROM {_JOINED} WHERE l.trace_no = ? AND l.span_id = ? ORDER BY l.time_ns, l.digest LIMIT ?",
        (trace_no, span_id, limit))).get(span_id, [])


def loose(connection: Any, limit: int = 1_000) -> list[LogRecord]:
    """The latest records that belong to no trace, by time."""
    found = _grouped(connection.execute(
        f"SELECT {_FIELDS} FROM {_JOINED} WHERE l.trace_no = 0 ORDER BY l.time_ns DESC, l.digest LIMIT ?", (limit,)))
    return found.get(NO_SPAN, [])[::-1]


def unpacked(data: bytes) -> bytes:
    """The OTLP message of a row of `logs`."""
    return packing.unpack(data)


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[bytes, list[LogRecord]]:
    known = Known()
    found: dict[bytes, list[LogRecord]] = {}
    for span_id, notes, data, resource, resource_url, scope, scope_url in rows:
        log = decode_log(unpacked(data), known.resource(resource, resource_url), known.scope(scope, scope_url))
        log.notes |= notes
        found.setdefault(span_id, []).append(log)
    return found


class Known:
    """Resources and scopes decoded once per question."""

    def __init__(self) -> None:
        self._resources: dict[tuple[bytes, str], Resource] = {}
        self._scopes: dict[tuple[bytes, str], Scope] = {}

    def resource(self, raw: bytes, schema_url: str) -> Resource:
        """The resource of a stored message."""
        found = self._resources.get((raw, schema_url))
        if found is None:
            found = self._resources[raw, schema_url] = decode_resource(raw, schema_url)
        return found

    def scope(self, raw: bytes, schema_url: str) -> Scope:
        """The scope of a stored message."""
        found = self._scopes.get((raw, schema_url))
        if found is None:
            found = self._scopes[raw, schema_url] = decode_scope(raw, schema_url)
        return found


def distinct(records: Sequence[LogRecord]) -> list[LogRecord]:
    """Each record once, in the order of `of_span`."""
    by_digest = {(log.time_ns, digest(log)): log for log in records}
    return [by_digest[key] for key in sorted(by_digest)]
