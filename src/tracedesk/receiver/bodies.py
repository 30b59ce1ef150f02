"""Reading the body of an HTTP request: so many bytes, so much time, and inflated piece by piece.

A gzip body of 4 MB can hold 4 GiB. aiohttp's own inflating went to 987 MB before it answered 413, so ours stops at the
limit of a request. Memory is reserved in the intake before the bytes are kept.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator

import grpc
from aiohttp import web
from aiohttp.web_exceptions import HTTPBadRequest
from aiohttp.web_protocol import RequestPayloadError

from tracedesk.base.errors import DecodeError
from tracedesk.ingest.intake import Intake
from tracedesk.receiver.refusals import BODY_LIMIT, TOO_LARGE, Refusal, Refused

BODY_S = 30.0
_PIECE = 1024 * 1024
_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_BROKEN = DecodeError("The compressed body is broken or cut off.")


async def read(request: web.BaseRequest, intake: Intake) -> bytes:
    """The body, inflated. As many bytes as it has are reserved in the intake; whoever hands it on sees to their release.

    Raises:
        Refused: too large, too slow, or in an encoding that we do not have.
        DecodeError: it is cut off, or the compressed bytes are broken.
        TryLater: no memory for it at the moment.
    """
    kept = _Kept(intake)
    try:
        async with asyncio.timeout(BODY_S):
            async for piece in _inflated(request):
                kept.add(piece)
    except BaseException as error:
        kept.drop()
        if isinstance(error, TimeoutError):
            said = f"The body did not arrive within {BODY_S:.0f} s."
            raise Refused(Refusal(408, grpc.StatusCode.DEADLINE_EXCEEDED, said)) from error
        if isinstance(error, RequestPayloadError | HTTPBadRequest | ConnectionError):
            raise DecodeError("The body is cut off or wrongly chunked.") from error
        raise
    return b"".join(kept.pieces)


class _Kept:
    """The pieces of a body that have come, for which memory is reserved."""

    def __init__(self, intake: Intake) -> None:
        self.pieces: list[bytes] = []
        self._intake = intake
        self._size = 0

    def add(self, piece: bytes) -> None:
        """One more, if it may be."""
        if self._size + len(piece) > BODY_LIMIT:
            raise Refused(Refusal(413, grpc.StatusCode.RESOURCE_EXHAUSTED, TOO_LARGE))
        self._intake.reserve(len(piece))
        self._size += len(piece)
        self.pieces.append(piece)

    def drop(self) -> None:
        """Nothing comes of it."""
        self._intake.release(self._size)
        self.pieces.clear()


async def _inflated(request: web.BaseRequest) -> AsyncIterator[bytes]:
    """The body in pieces of at most 1 MiB."""
    named = ",".join(request.headers.getall("Content-Encoding", [])).strip().lower()
    if named in ("", "identity"):
        async for chunk in request.content.iter_any():
            yield chunk
        return
    wbits = _WBITS.get(named)
    if wbits is None:
        said = f"The encoding {named[:40]!r} is not known here; use gzip."
        raise Refused(Refusal(415, grpc.StatusCode.INVALID_ARGUMENT, said,
                              headers=(("Accept-Encoding", "gzip, deflate, identity"),)))
    stream = zlib.decompressobj(wbits)
    try:
        async for chunk in request.content.iter_any():
            rest = chunk
            while rest:
                if stream.eof:                       # gzip members may follow one another (RFC 1952)
                    stream = zlib.decompressobj(wbits)
                yield stream.decompress(rest, _PIECE)
                rest = stream.unused_data if stream.eof else stream.unconsumed_tail
                await asyncio.sleep(0)               # other senders are served between two pieces
        if not stream.eof:
            yield stream.flush()
    except zlib.error as error:
        raise _BROKEN from error
    if not stream.eof:
        raise _BROKEN
