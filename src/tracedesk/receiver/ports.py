"""Taking a port, and finding out who has it when it is taken."""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

from tracedesk.base.errors import DataError, PortInUse, WorldError

_LISTENS = "0A"


def parse_address(text: str) -> tuple[str, int]:
    """(host, port) of `127.0.0.1:4317`, `[::1]:4317` or `localhost:4317`.

    Raises:
        DataError: it is none.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise DataError(f"{text} is no HOST:PORT.", hint="Write for example 127.0.0.1:4317.")
    return host.strip("[]"), int(port)


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to an address, ours alone.

    Raises:
        PortInUse: another program has the port.
        WorldError: this machine has no such address, or does not let us.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise WorldError(f"Nobody knows the address {host}.", hint="Listen on 127.0.0.1.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:                                            # only so that a port of ours that just closed can be had again
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
            other = port + 10_000 if port <= 55_535 else port - 10_000
            raise PortInUse(port, program=program_on(port), hint=f"Stop it, or receive on {other}.") from error
        raise WorldError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener


def spoken(listener: socket.socket) -> str:
    """`host:port` of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def program_on(port: int) -> str:
    """`otelcol (process 4711)`: the program that listens on a port; "" where the system does not tell us."""
    if sys.platform != "linux":
        return ""
    sockets = _listening(port)
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if any(os.readlink(handle) in sockets for handle in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:                                  # it ended, or is not ours to look at
            continue
    return ""


def _listening(port: int) -> set[str]:
    """`socket:[inode]` of all sockets that listen on a port, from the tables of proc(5)."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found
