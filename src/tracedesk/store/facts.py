"""Facts parts: the narrow rows of up to 512 spans, packed so that they cost little to write and open as numpy columns.

A part is zstd of: count (with a bit that says which form its records have), then the fixed-size records of `RECORD`
transposed byte by byte (like bytes lie together and shrink better), then the part's own table of texts as a JSON array. A
record points to texts by number, 0 is None. Because each part has its own table, nothing of a trace lives outside its parts,
and erasing a trace erases all of it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from tracedesk.model.kinds import Status
from tracedesk.model.row import SpanRow
from tracedesk.store import packing

SPANS_PER_PART = 512
NONE = -(2**63)
"""Stands for None in the integer fields of a record."""

TEXTS = ("name", "service", "host", "operation", "model", "provider", "response_id", "user_id", "session_id", "error_type",
         "error_message", "title", "label", "tags", "marks", "signs")
_NUMBERS = ("start_ns", "end_ns", "ttft_ns", "cost_nusd", "input_tokens", "output_tokens", "cache_read_tokens",
            "cache_write_tokens", "reasoning_tokens")

RECORD = np.dtype(
    [("span_id", ">u8"), ("parent_id", ">u8")] + [(name, "<i8") for name in _NUMBERS]
    + [("size", "<u4"), ("digest", "<u4"), ("part", "<u4"), ("otel_kind", "<i4"), ("notes", "<u2"), ("slot", "<u2")]
    + [(name, "<u2") for name in TEXTS] + [("kind", "u1"), ("status", "u1"), ("cost_status", "u1")])
_STRUCT = struct.Struct("<8s8s9qIIIiHH16HBBB")
_FIELDS: dict[str, tuple[np.dtype[Any], int]] = {name: found[:2] for name, found in (RECORD.fields or {}).items()}
assert RECORD.itemsize == _STRUCT.size

_FIRST_RECORD = np.dtype([(name, _FIELDS[name][0]) for name in RECORD.names or () if name != "signs"])
_FIRST_FIELDS: dict[str, tuple[np.dtype[Any], int]] = {name: found[:2] for name, found in (_FIRST_RECORD.fields or {}).items()}
"""How parts were written before rows had signs."""
_SECOND = 1 << 31
"""Set in the count of a part whose records are RECORD."""

_CHECKED = struct.Struct("<9qiBBBH")
_texts_of = attrgetter(*TEXTS)
_LAST_STATUS = int(Status.ERROR)
_NO_PARENT = bytes(8)


class Entry(NamedTuple):
    """A row, which payload it was read from (size and digest of the message), and where that payload lies."""

    row: SpanRow
    size: int
    digest: int
    part: int
    slot: int


def storable(row: SpanRow) -> SpanRow:
    """The row as a part gives it back: mostly the row itself. Numbers that do not fit are cut (times), or unknown (whatever
    is counted, codes); what is no text in UTF-8 has `?` in its place."""
    try:
        _CHECKED.pack(
            row.start_ns, row.end_ns or 0, row.ttft_ns or 0, row.cost_nusd or 0, row.input_tokens or 0, row.output_tokens or 0,
            row.cache_read_tokens or 0, row.cache_write_tokens or 0, row.reasoning_tokens or 0, row.otel_kind, row.kind,
            row.status, row.cost_status, row.notes)
    except struct.error:
        row = _that_fits(row)
    if row.status > _LAST_STATUS:
        row = row._replace(status=0)
    texts = "".join(filter(None, _texts_of(row)))
    if not texts.isascii():
        try:
            texts.encode()
        except UnicodeEncodeError:
            row = row._replace(**{name: text and text.encode("utf-8", "replace").decode()
                                  for name, text in zip(TEXTS, _texts_of(row), strict=True)})
    return row


def _that_fits(row: SpanRow) -> SpanRow:
    top = 2**63 - 1
    changes: dict[str, Any] = {}
    for name in _NUMBERS:
        value = getattr(row, name)
        if value is not None and not -top <= value <= top:
            changes[name] = max(-top, min(top, value)) if name in ("start_ns", "end_ns") else None
    for name in ("kind", "status", "cost_status"):
        if not 0 <= getattr(row, name) <= 255:
            changes[name] = 0
    return row._replace(otel_kind=row.otel_kind if abs(row.otel_kind) < 2**31 else 0, notes=row.notes & 0xFFFF, **changes)


def pack(entries: Sequence[Entry]) -> bytes:
    """A part of these entries, in this order."""
    table = _Texts({None: 0})
    records = [_record(entry, table) for entry in entries]
    body = np.frombuffer(b"".join(records), np.uint8).reshape(len(records), RECORD.itemsize)
    return packing.pack(b"".join(((len(records) | _SECOND).to_bytes(4, "little"), body.T.tobytes(), orjson.dumps(list(table)))))


class _Texts(dict[str | None, int]):
    """The numbers of the texts of a part, given out as they come; None is 0."""

    def __missing__(self, text: str | None) -> int:
        number = self[text] = len(self)
        return number


def _record(entry: Entry, table: _Texts) -> bytes:
    row, size, digest, part, slot = entry
    (_, span_id, parent_id, name, service, start_ns, end_ns, kind, otel_kind, status, notes, host, operation, model, provider,
     tokens_in, tokens_out, cache_read, cache_write, reasoning, ttft_ns, cost_nusd, cost_status, response_id, user_id,
     session_id, error_type, error_message, title, label, tags, marks, signs) = row
    return _STRUCT.pack(
        span_id, parent_id or _NO_PARENT, start_ns, NONE if end_ns is None else end_ns, NONE if ttft_ns is None else ttft_ns,
        NONE if cost_nusd is None else cost_nusd, NONE if tokens_in is None else tokens_in,
        NONE if tokens_out is None else tokens_out, NONE if cache_read is None else cache_read,
        NONE if cache_write is None else cache_write, NONE if reasoning is None else reasoning, size, digest, part, otel_kind,
        notes, slot, table[name], table[service], table[host], table[operation], table[model], table[provider],
        table[response_id], table[user_id], table[session_id], table[error_type], table[error_message], table[title],
        table[label], table[tags], table[marks], table[signs], kind, status, cost_status)


def unpack(data: bytes) -> tuple[NDArray[Any], list[str | None]]:
    """(records, texts) of a part."""
    flat = packing.unpack(data)
    count, kind = _form(flat)
    stop = 4 + count * kind.itemsize
    body = np.frombuffer(flat, np.uint8, stop - 4, 4).reshape(kind.itemsize, count)
    records = np.ascontiguousarray(body.T).reshape(-1).view(kind)
    if kind is not RECORD:
        made = np.zeros(count, RECORD)
        for name in kind.names or ():
            made[name] = records[name]
        records = made
    return records, orjson.loads(flat[stop:])


def _form(flat: bytes) -> tuple[int, np.dtype[Any]]:
    """(how many records, of which form) a part has."""
    count = int.from_bytes(flat[:4], "little")
    return count & ~_SECOND, RECORD if count & _SECOND else _FIRST_RECORD


def unpack_columns(data: bytes, fields: Sequence[str]) -> tuple[dict[str, NDArray[Any]], list[str | None]]:
    """(some fields as columns, texts) of a part; a third of the cost of all records."""
    flat = packing.unpack(data)
    count, form = _form(flat)
    stop = 4 + count * form.itemsize
    body = np.frombuffer(flat, np.uint8, stop - 4, 4).reshape(form.itemsize, count)
    columns = {}
    places = _FIELDS if form is RECORD else _FIRST_FIELDS
    for name in fields:
        if name not in places:
            columns[name] = np.zeros(count, _FIELDS[name][0])
            continue
        kind, offset = places[name]
        columns[name] = np.ascontiguousarray(body[offset:offset + kind.itemsize].T).reshape(-1).view(kind)
    return columns, orjson.loads(flat[stop:])


def entries(trace_id: bytes, data: bytes) -> list[Entry]:
    """The entries of a part: the inverse of `pack`."""
    records, texts = unpack(data)
    return list(entries_of(trace_id, records, texts))


def entries_of(trace_id: bytes, records: NDArray[Any], texts: list[str | None]) -> Iterator[Entry]:
    """The entries of some records."""
    for (span_id, parent_id, start_ns, end_ns, ttft_ns, cost_nusd, tokens_in, tokens_out, cache_read, cache_write, reasoning,
         size, digest, part, otel_kind, notes, slot, name, service, host, operation, model, provider, response_id, user_id,
         session_id, error_type, error_message, title, label, tags, marks, signs, kind, status, cost_status
         ) in _STRUCT.iter_unpack(records.tobytes()):
        yield Entry(SpanRow(
            trace_id, span_id, None if parent_id == _NO_PARENT else parent_id, texts[name] or "", texts[service] or "",
            start_ns, None if end_ns == NONE else end_ns, kind, otel_kind, status, notes, texts[host], texts[operation],
            texts[model], texts[provider], None if tokens_in == NONE else tokens_in,
            None if tokens_out == NONE else tokens_out, None if cache_read == NONE else cache_read,
            None if cache_write == NONE else cache_write, None if reasoning == NONE else reasoning,
            None if ttft_ns == NONE else ttft_ns, None if cost_nusd == NONE else cost_nusd, cost_status, texts[response_id],
            texts[user_id], texts[session_id], texts[error_type], texts[error_message], texts[title], texts[label],
            texts[tags], texts[marks], texts[signs]), size, digest, part, slot)
