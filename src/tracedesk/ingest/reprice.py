"""Stored spans read and priced again, because dialects or prices have changed since they came.

Every span goes the way it went when it was received (`Writer.gather`, `prepare`, `Writer.write`), so rows, sums and totals
become those of a store that receives everything today. The messages themselves are not touched. It is done in pieces, each
a transaction of its own: senders get their turn between two, and whoever stops it keeps what is done.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from tracedesk.ingest.stages import Prices, prepare_all
from tracedesk.store import rereading
from tracedesk.store.writer import Writer

PIECE_SPANS = 200
"""Some 30 ms: senders wait for a piece to end."""


class Repriced(NamedTuple):
    """How far it is: spans read again, of how many in all, and how many of them are understood or priced otherwise now."""

    spans: int
    total: int
    changed: int


def reprice(writer: Writer, book: Prices) -> Generator[Repriced, None, Repriced]:
    """Read all stored spans again, a piece at a time; the work that senders do not wait for is left to `settle`.

    Raises:
        DiskFull, StoreLocked, StoreDamaged, WorldError: this machine said no; what is done stays done.
    """
    total = rereading.count(writer.store)
    done = changed = 0
    place = rereading.START
    yield Repriced(0, total, 0)
    while (piece := rereading.piece(writer.store, place, PIECE_SPANS)) is not None:
        prepared = prepare_all(writer.gather(piece.spans, ()), book)
        changed += writer.write(prepared, read_anew=True).changed_spans
        done += len(piece.spans)
        place = piece.place
        yield Repriced(done, max(total, done), changed)
    return Repriced(done, done, changed)
