"""From a body to the store: a small one at once; a large one in pieces, between which other senders have their turn."""

from __future__ import annotations

import asyncio
from functools import partial

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tracedesk.ingest.intake import Intake
from tracedesk.model.batch import SpanBatch
from tracedesk.receiver.signals import Signal
from tracedesk.wire.borders import name_of
from tracedesk.wire.otlp_proto import refuse
from tracedesk.wire.pieces import PIECE_BYTES, SMALL_BYTES, TOO_FULL, pieces

_NAMED = {"traces": Span, "logs": LogRecord}


async def keep(intake: Intake, signal: Signal, body: bytes, *, is_json: bool, origin: str) -> SpanBatch:
    """Have a body written for which memory is reserved; releases that. Gives, after COMMIT, what was refused of it
    (`rejected`). Where this fails half-way, pieces may be kept; sent again, they are the same spans.

    Raises:
        DecodeError: it is no such request, or has too much inside.
        TryLater: this machine said no, or is ending.
    """
    decode = signal.from_json if is_json else signal.from_proto
    if is_json or len(body) <= SMALL_BYTES:
        return await asyncio.wrap_future(intake.receive(partial(decode, body, origin=origin), len(body)))
    try:
        left_out: list[bytes] = []
        kept = SpanBatch(origin=origin, size_bytes=len(body))
        parts = (pieces(body, signal.key, left_out) if len(body) <= PIECE_BYTES
                 else await asyncio.to_thread(pieces, body, signal.key, left_out))
        if left_out:
            kind = _NAMED.get(signal.key)
            for raw in left_out:
                refuse(kept, TOO_FULL, name_of(raw, kind) if kind else "")
            await asyncio.wrap_future(intake.receive(lambda: kept, 0))           # it counts them
        for part in parts:
            done = await asyncio.wrap_future(intake.receive(partial(decode, part, origin=origin), 0))
            for one in done.rejected:
                refuse(kept, one.reason, one.first, one.count)
        return kept
    finally:
        intake.release(len(body))
