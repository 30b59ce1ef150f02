"""Both listeners: OTLP/gRPC and OTLP/HTTP. One whose port is taken does not keep the other from receiving.

::

    sender ─► front :4317 ─┬─► gRPC on a private socket ─┐
    sender ─► front :4318 ─┴─► aiohttp ──────────────────┴─► intake ─► COMMIT ─► answer
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import grpc
import grpc.aio

from tracedesk.base.errors import PortInUse
from tracedesk.base.settings import ReceiverSettings
from tracedesk.ingest.intake import Intake
from tracedesk.receiver.admission import admission, safe_to_listen, tls
from tracedesk.receiver.front import Dial, Front
from tracedesk.receiver.grpc_server import make_server
from tracedesk.receiver.http_server import HttpServer
from tracedesk.receiver.ports import bind, parse_address, spoken
from tracedesk.receiver.refusals import Refusal

_FOLDER, _SOCKET = "tracedesk-", "grpc"
_YOUNG_S = 10.0


class Receiver:
    """Receives OTLP into an intake. Lives on one event loop.

    `grpc_address` and `http_address` are `host:port`, "" where the port was taken; `problems` says by whom.
    """

    def __init__(self, settings: ReceiverSettings, intake: Intake, token: str | None) -> None:
        self.grpc_address = self.http_address = ""
        self.problems: list[PortInUse] = []
        self._settings, self._intake = settings, intake
        self._token = token
        self._grpc: grpc.aio.Server | None = None
        self._dial: Dial
        self._http: list[HttpServer] = []
        self._fronts: list[Front] = []
        self._folder: Path | None = None

    async def start(self) -> None:
        """Listen. Called again, it tries the ports that were taken.

        Raises:
            WorldError: the settings are not safe to listen with, or this machine has no such address.
            DataError: an address is no HOST:PORT.
        """
        grpc_at, http_at = parse_address(self._settings.grpc), parse_address(self._settings.http)
        safe_to_listen((grpc_at[0], http_at[0]), self._settings, self._token)
        self.problems = []
        if self._grpc is None:
            self._dial = await self._start_grpc()
        if not self.http_address:
            try:
                self.http_address = await self._listen(*http_at, speaks_grpc=False)
            except PortInUse as error:
                self.problems.append(error)
        if not self.grpc_address:
            try:
                self.grpc_address = await self._listen(*grpc_at, speaks_grpc=True)
            except PortInUse as error:
                self.problems.insert(0, error)

    async def stop(self, grace_s: float) -> None:
        """Accept nothing new; calls under way have so long to get their answer."""
        for front in self._fronts:
            front.close()
        for server in self._http:
            server.pre_shutdown()
        await asyncio.gather(*(server.shutdown(grace_s) for server in self._http),
                             *([self._grpc.stop(grace_s)] if self._grpc else []))
        for front in self._fronts:
            front.hang_up()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._grpc, self._folder = None, None
        self._http, self._fronts = [], []
        self.grpc_address = self.http_address = ""

    async def _listen(self, host: str, port: int, *, speaks_grpc: bool) -> str:
        context = tls(self._settings)
        listener = bind(host, port)
        rules = admission(host, listener.getsockname()[1], self._settings, self._token)
        if speaks_grpc:
            http = HttpServer(self._intake, rules, instead=self._other_port)
        else:
            http = HttpServer(self._intake, rules)
        front = Front(http, self._dial)
        self._http.append(http)
        self._fronts.append(front)
        await front.listen(listener, context)
        return spoken(listener)

    async def _start_grpc(self) -> Dial:
        """Start the gRPC server on a socket in a folder that only this user may enter (Windows: on a free loopback port)."""
        loop = asyncio.get_running_loop()
        self._grpc = make_server(self._intake, self._token)
        if sys.platform == "win32":
            port = self._grpc.add_insecure_port("127.0.0.1:0")
            await self._grpc.start()
            return lambda protocol: loop.create_connection(lambda: protocol, "127.0.0.1", port)
        _remove_dead_sockets()
        self._folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
        path = str(self._folder / _SOCKET)
        self._grpc.add_insecure_port(f"unix:{path}")
        await self._grpc.start()
        return lambda protocol: loop.create_unix_connection(lambda: protocol, path)

    def _other_port(self) -> Refusal:
        """What HTTP is told that comes to the gRPC port."""
        scheme = "https" if self._settings.tls_certificate else "http"
        where = f"{scheme}://{self.http_address}" if self.http_address else "another port, which is taken at the moment"
        return Refusal(421, grpc.StatusCode.FAILED_PRECONDITION,
                       f"This is the port for OTLP/gRPC. OTLP/HTTP is received on {where}.")


def _remove_dead_sockets() -> None:
    """Remove the folders of engines that were killed: ours, and nobody listens there."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            found = folder.stat()
            if found.st_uid != os.getuid() or time.time() - found.st_mtime < _YOUNG_S:
                continue                                                   # not ours, or about to listen
            if [path.name for path in folder.iterdir()] != [_SOCKET]:
                continue
            try:
                probe.connect(str(folder / _SOCKET))
            except ConnectionRefusedError:
                shutil.rmtree(folder, ignore_errors=True)
