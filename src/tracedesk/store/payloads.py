"""Payload parts: the OTLP messages of the spans of one trace that one write brought, and their text to search.

A part is zstd of: count, then per slot (bytes of message, bytes of text, resource, scope), then all messages, then all
texts. Neighbours share attribute names, system prompts and whole histories, and the text repeats what the message says,
so together they shrink to about a quarter; alone a message of 1.2 kB only to half. A slot whose span was replaced by a
later, better message is emptied.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

import zstandard

SPANS_PER_PART = 4096
"""Most spans in one part (slots are 16-bit numbers): whoever opens one span unpacks its whole part."""

_PACK = zstandard.ZstdCompressor(level=1, write_checksum=False)
_UNPACK = zstandard.ZstdDecompressor()
_SLOT = struct.Struct("<IIII")


class Payload(NamedTuple):
    """One slot: the message as stored, its text to search, and the numbers of its resource and scope."""

    raw: bytes
    text: str
    resource_no: int
    scope_no: int


EMPTY = Payload(b"", "", 0, 0)


def pack(payloads: Sequence[Payload]) -> bytes:
    """A part of these payloads, in this order."""
    texts = [text.encode("utf-8", "replace") for _, text, _, _ in payloads]
    pieces = [len(payloads).to_bytes(4, "little")]
    pieces += [_SLOT.pack(len(raw), len(text), resource, scope)
               for (raw, _, resource, scope), text in zip(payloads, texts, strict=True)]
    pieces += [raw for raw, _, _, _ in payloads]
    pieces += texts
    return _PACK.compress(b"".join(pieces))


def unpack(data: bytes) -> list[Payload]:
    """The payloads of a part: the inverse of `pack`."""
    flat = _UNPACK.decompress(data)
    count = int.from_bytes(flat[:4], "little")
    slots = list(_SLOT.iter_unpack(flat[4:4 + count * _SLOT.size]))
    at = 4 + count * _SLOT.size
    text_at = at + sum(slot[0] for slot in slots)
    out = []
    for raw_size, text_size, resource, scope in slots:
        out.append(Payload(flat[at:at + raw_size], flat[text_at:text_at + text_size].decode("utf-8"), resource, scope))
        at += raw_size
        text_at += text_size
    return out


def texts(data: bytes) -> list[str]:
    """Only the texts of a part, by slot."""
    return [payload.text for payload in unpack(data)]
