"""A real engine as a child process on free ports, and what one asks of it."""

from __future__ import annotations

import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tracedesk.store import questions
from tracedesk.store.connect import open_store

LINE = re.compile(r"listening grpc=(\S*) http=(\S*) store=(.*)\n")
START_S = 15.0


class Engine:
    """`tracedesk engine` under test. `grpc` and `http` are host:port, as the line that it prints says."""

    def __init__(self, store: Path, *options: str, grpc: str = "127.0.0.1:0", http: str = "127.0.0.1:0",
                 stdin: int = subprocess.DEVNULL, env: dict[str, str] | None = None) -> None:
        self.store = store
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tracedesk", "engine", "--store", str(store), "--grpc", grpc, "--http", http, *options],
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        self.said = ""
        self.grpc = self.http = ""
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def _wait(self) -> None:
        """Until it prints its line; an engine that ends instead is an AssertionError with what it said."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            assert ready.select(START_S), "it printed nothing"
        line = self.process.stdout.readline()
        found = LINE.fullmatch(line)
        assert found, f"it printed {line!r} and said {self.process.communicate()[1]}"
        self.grpc, self.http = found[1], found[2]

    def kill(self) -> None:
        """SIGKILL: no time for anything."""
        self.process.kill()
        self.process.communicate()

    def terminate(self, limit_s: float = 10) -> tuple[int, float]:
        """SIGTERM; gives its exit code and how long it took, in seconds."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.ended(limit_s), time.monotonic() - begun

    def ended(self, limit_s: float = 10) -> int:
        """Wait until it has ended; its exit code. What it said on stderr is in `said`."""
        self.said = self.process.communicate(timeout=limit_s)[1]
        return self.process.returncode

    def close(self) -> None:
        """End it, however."""
        if self.process.poll() is None:
            self.process.kill()
        if not (self.process.stdout and self.process.stdout.closed):
            self.process.communicate()


@contextmanager
def running(store: Path, *options: str, **more: str) -> Iterator[Engine]:
    """An engine for the length of a block."""
    engine = Engine(store, *options, **more)
    try:
        yield engine
    finally:
        engine.close()


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def span_ids(store: Path) -> set[bytes]:
    """The ids of all spans in a store."""
    with open_store(store, role="read") as opened:
        return {row.span_id for summary in questions.traces(opened, limit=1_000_000)
                for row in questions.rows(opened, summary.trace_id)}


def until(ready: Callable[[], bool], limit_s: float, what: str) -> float:
    """Wait until it is so; gives the seconds it took."""
    begun = time.monotonic()
    while not ready():
        assert time.monotonic() - begun < limit_s, f"{what}: not within {limit_s} s"
        time.sleep(0.01)
    return time.monotonic() - begun
