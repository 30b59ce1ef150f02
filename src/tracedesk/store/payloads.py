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
    """One slot: the message as stored, its words to search, and the numbers of its resource and scope."""

    raw: bytes
    words: Words
    resource_no: int
    scope_no: int


EMPTY = Payload(b"", Words(""), 0, 0)
_BETWEEN = "\x1f"


def pack(payloads: Sequence[Payload]) -> bytes:
    """A part of these payloads, in this order."""
    words = [_joined(payload.words) for payload in payloads]
    pieces = [len(payloads).to_bytes(4, "little")]
    pieces += [_SLOT.pack(len(raw), len(said), resource, scope)
               for (raw, _, resource, scope), said in zip(payloads, words, strict=True)]
    pieces += [raw for raw, _, _, _ in payloads]
    pieces += words
    return packing.pack(b"".join(pieces))


def _joined(words: Words) -> bytes:
    text, name, error = words
    return _BETWEEN.join((name.replace(_BETWEEN, " "), error.replace(_BETWEEN, " "), text)).encode("utf-8", "replace")


def _parted(said: bytes) -> Words:
    name, error, text = said.decode("utf-8").split(_BETWEEN, 2)
    return Words(text, name, error)


def unpack(data: bytes) -> list[Payload]:
    """The payloads of a part: the inverse of `pack`."""
    flat = packing.unpack(data)
    count = int.from_bytes(flat[:4], "little")
    slots = list(_SLOT.iter_unpack(flat[4:4 + count * _SLOT.size]))
    at = 4 + count * _SLOT.size
    words_at = at + sum(slot[0] for slot in slots)
    out = []
    for raw_size, words_size, resource, scope in slots:
        out.append(Payload(flat[at:at + raw_size], _parted(flat[words_at:words_at + words_size]), resource, scope))
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
