"""The listener that senders connect to. It looks at the first bytes of a connection and hands it on.

gRPC begins with the preface of HTTP/2 (RFC 9113, 3.4). Such a connection is relayed to the gRPC server, which listens on a
private socket; on either port, because gRPC's senders try again at once and for ever when they are told that it was the
wrong one. Anything else goes to an HTTP/1.1 protocol. On the gRPC port that one tells the sender which port it wanted;
gRPC's own server would answer with bytes that no HTTP library understands. Python's gRPC cannot be handed a connected
socket, so relaying is the only way to have both on one port. Measured with 512 spans of 1.2 kB a request and nothing behind
the server, relaying costs 0.6 to 1.1 µs of a span, where keeping the span costs about 100.

Connections are few and must say what they want: at most 256, each with its first request line and headers, or preface,
within 10 s. When they are too many, the one that has waited longest without a word makes room.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

from aiohttp.web_protocol import RequestHandler

from tracedesk.base.log import logger

CONNECTIONS = 256
HEAD_S, HEAD_BYTES = 10.0, 64 * 1024

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_BUFFERED = 1024 * 1024

Dial = Callable[[asyncio.Protocol], Awaitable[object]]
"""Connects a protocol to the gRPC server."""

log = logger("receiver")


class Front:
    """One listening socket and its connections: HTTP/1.1 goes to protocols that `http()` makes, gRPC where `dial` connects."""

    def __init__(self, http: Callable[[], RequestHandler], dial: Dial) -> None:
        self.http, self.dial = http, dial
        self._server: asyncio.Server | None = None
        self._silent: dict[_Newcomer, None] = {}
        self._known: set[asyncio.BaseTransport] = set()

    async def listen(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        """Accept connections on a bound socket."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Newcomer(self), sock=listener, ssl=context, backlog=CONNECTIONS)

    def close(self) -> None:
        """Accept no more; connections that have not said anything are closed."""
        if self._server is not None:
            self._server.close()
        for newcomer in list(self._silent):
            newcomer.hang_up()

    def hang_up(self) -> None:
        """Close every connection."""
        for transport in list(self._known):
            transport.abort() if isinstance(transport, asyncio.Transport) else transport.close()

    def admit(self, newcomer: _Newcomer, transport: asyncio.Transport) -> bool:
        """Whether there is room for one more; the one that was silent longest may have to go."""
        self._known = {known for known in self._known if not known.is_closing()}
        if len(self._known) >= CONNECTIONS:
            silent = next(iter(self._silent), None)
            if silent is None:
                return False
            silent.hang_up()
            self._known = {known for known in self._known if not known.is_closing()}
        self._known.add(transport)
        self._silent[newcomer] = None
        return True

    def spoke(self, newcomer: _Newcomer) -> None:
        """It said what it wants, or is gone."""
        self._silent.pop(newcomer, None)


class _Newcomer(asyncio.Protocol):
    """A connection until its first bytes say what it is."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._head = bytearray()
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first bytes, not for ever."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._front.admit(self, transport):
            self._timer = asyncio.get_running_loop().call_later(HEAD_S, self.hang_up)
        else:
            transport.abort()

    def hang_up(self) -> None:
        """It took too long, or another one needs its place."""
        self._gone()
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Decide as soon as the bytes tell."""
        self._head += data
        head = bytes(self._head)
        if _PREFACE.startswith(head[:len(_PREFACE)]):
            if len(head) < len(_PREFACE):
                return
            self._gone()
            _Relay(self._transport, head).begin(self._front.dial)
        elif _END_OF_HEAD in head or len(head) > HEAD_BYTES:
            self._gone()
            protocol = self._front.http()
            self._transport.set_protocol(protocol)
            protocol.connection_made(self._transport)
            protocol.data_received(head)

    def connection_lost(self, exc: Exception | None) -> None:
        """It went away without having said enough."""
        self._gone()

    def _gone(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._front.spoke(self)


class _Relay(asyncio.Protocol):
    """Bytes from one transport to the other. Each side is one; `other` is None until the gRPC server has answered."""

    def __init__(self, transport: asyncio.Transport | None, pending: bytes = b"") -> None:
        self._transport = transport
        self._pending = pending
        self._other: _Relay | None = None

    def begin(self, dial: Dial) -> None:
        """Take over the sender's transport, and connect to the gRPC server."""
        assert self._transport is not None
        self._transport.set_protocol(self)
        self._transport.pause_reading()
        self._other = _Relay(None)
        self._other._other = self
        task = asyncio.ensure_future(dial(self._other))
        task.add_done_callback(self._dialled)

    def _dialled(self, task: asyncio.Future[object]) -> None:
        if task.cancelled() or task.exception() is not None:
            log.error("the gRPC server cannot be reached from its own port")
            self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The gRPC server has answered: on with what the sender said so far."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=_BUFFERED)
        sender = self._other
        if sender is None or sender._transport is None or sender._transport.is_closing():
            transport.abort()
            return
        sender._transport.set_write_buffer_limits(high=_BUFFERED)
        transport.write(sender._pending)
        sender._pending = b""
        sender._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """On to the other side."""
        if self._other is not None and self._other._transport is not None:
            self._other._transport.write(data)

    def pause_writing(self) -> None:
        """This side is slow: the other one waits."""
        if self._other is not None and self._other._transport is not None and not self._other._transport.is_closing():
            self._other._transport.pause_reading()

    def resume_writing(self) -> None:
        """On again."""
        if self._other is not None and self._other._transport is not None and not self._other._transport.is_closing():
            self._other._transport.resume_reading()

    def eof_received(self) -> bool:
        """Half-closing is not something that gRPC does."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """What one side closes is closed on the other, after what was written to it."""
        other, self._other = self._other, None
        if other is not None:
            other._other = None
            if other._transport is not None:
                other._transport.close()

    def close(self) -> None:
        """Close this side."""
        if self._transport is not None:
            self._transport.close()
