"""Payload parts: the OTLP messages of the spans of one trace that one write brought, and their words to search.

A part is zstd of: count, then per slot (bytes of message, bytes of words, resource, scope), then all messages, then all
words. Neighbours share attribute names, system prompts and whole histories, and the words repeat what the message says,
so together they shrink to about a quarter; alone a message of 1.2 kB only to half. A slot whose span was replaced by a
later, better message is emptied.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from tracedesk.model.row import SpanRow
from tracedesk.store import packing

SPANS_PER_PART = 4096
"""Most spans in one part (slots are 16-bit numbers): whoever opens one span unpacks its whole part."""

_SLOT = struct.Struct("<IIII")


class Words(NamedTuple):
    """What a span is found by: its prompts, outputs and the like; its name; type and message of its error."""

    text: str
    name: str = ""
    error: str = ""


class Payload(NamedTuple):
    """One slot: the message as stored, its words to search (`packed_words`), and the numbers of its resource and scope."""

    raw: bytes
    words: bytes
    resource_no: int
    scope_no: int


_BETWEEN = "\x1f"


def packed_words(row: SpanRow, text: str) -> bytes:
    """What a span is found by, as a slot has it."""
    name, error = row.name, row.error_message or ""
    if row.error_type and row.error_type not in error:
        error = f"{row.error_type} {error}"
    if _BETWEEN in name or _BETWEEN in error:
        name, error = name.replace(_BETWEEN, " "), error.replace(_BETWEEN, " ")
    return f"{name}{_BETWEEN}{error}{_BETWEEN}{text}".encode("utf-8", "replace")


def _parted(said: bytes) -> Words:
    name, error, text = said.decode("utf-8").split(_BETWEEN, 2)
    return Words(text, name, error)


EMPTY = Payload(b"", (_BETWEEN * 2).encode(), 0, 0)


def pack(payloads: Sequence[Payload]) -> bytes:
    """A part of these payloads, in this order."""
    pieces = [len(payloads).to_bytes(4, "little")]
    pieces += [_SLOT.pack(len(raw), len(said), resource, scope) for raw, said, resource, scope in payloads]
    pieces += [payload[0] for payload in payloads]
    pieces += [payload[1] for payload in payloads]
    return packing.pack(b"".join(pieces))


def unpack(data: bytes) -> list[Payload]:
    """The payloads of a part: the inverse of `pack`."""
    flat = packing.unpack(data)
    count = int.from_bytes(flat[:4], "little")
    slots = list(_SLOT.iter_unpack(flat[4:4 + count * _SLOT.size]))
    at = 4 + count * _SLOT.size
    words_at = at + sum(slot[0] for slot in slots)
    out = []
    for raw_size, words_size, resource, scope in slots:
        out.append(Payload(flat[at:at + raw_size], flat[words_at:words_at + words_size], resource, scope))
        at += raw_size
        words_at += words_size
    return out


def words(data: bytes) -> list[Words]:
    """Only the words of a part, by slot."""
    flat = packing.unpack(data)
    count = int.from_bytes(flat[:4], "little")
    slots = list(_SLOT.iter_unpack(flat[4:4 + count * _SLOT.size]))
    at = 4 + count * _SLOT.size + sum(slot[0] for slot in slots)
    found = []
    for _, size, _, _ in slots:
        found.append(_parted(flat[at:at + size]))
        at += size
    return found
