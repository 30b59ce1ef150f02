"""Finds the engine of a store by its heartbeat, and starts one where none runs."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tracedesk.base import clock
from tracedesk.base.clock import NS_PER_S
from tracedesk.base.errors import NoEngine, StoreLocked, WorldError
from tracedesk.base.own import own_command
from tracedesk.store import heartbeat as hearts
from tracedesk.store.connect import Store
from tracedesk.store.lock import EngineLock

START_S = 10.0
END_S = 4.0
LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class EngineState:
    """The engine of a store, as it last said. `alive`: its process lives and spoke within 2.5 s.

    `grpc` and `http` are `host:port`, "" where it does not listen; `taken` is the sentence about a port that another
    program has, `trouble` the one about what keeps it from writing; both "" when all is well.
    """

    alive: bool
    pid: int
    grpc: str
    http: str
    taken: str
    trouble: str
    spans_per_s: float
    received: int
    dropped: int
    since_ns: int


def heartbeat(store: Store, now_ns: Callable[[], int] = clock.now_ns) -> EngineState | None:
    """The engine that writes to this store; None where none has been started, or the last one ended in order."""
    return engine_of(store.path, now_ns)


def engine_of(path: Path, now_ns: Callable[[], int] = clock.now_ns) -> EngineState | None:
    """The same, by the path of the store, which need not exist."""
    beat = hearts.read(path)
    if beat is None:
        return None
    lock = EngineLock(path)
    young = abs(now_ns() - beat.beat_ns) < hearts.STALE_S * NS_PER_S
    alive = young and lock.holder() == beat.pid and lock.is_held()
    return EngineState(alive, beat.pid, beat.grpc, beat.http, beat.taken, beat.trouble,
                       beat.spans_per_s, beat.received, beat.dropped, beat.since_ns)


class StartedEngine:
    """An engine that this process started; it ends when `close` is called, or when this process does.

    Its stdin is a pipe that nobody writes to: when we die, however we die, it reads the end of it and drains.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the child; `close` closes it
        no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)       # Windows
        try:
            self._process = subprocess.Popen(
                own_command("engine", "--store", str(path), "--parent-pipe"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=self._said, creationflags=no_window, start_new_session=True)     # Ctrl+C in a terminal is for us
        except OSError as error:
            self._said.close()
            raise NoEngine(f"The engine could not be started: {error.strerror}.") from error
        self.pid = self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def listens(self) -> bool:
        """Wait until it does; False where another engine of this store was quicker.

        Raises:
            NoEngine: it did not start.
            WorldError: it ended with this sentence.
        """
        give_up = time.monotonic() + START_S
        while time.monotonic() < give_up:
            if not self.running:
                error = self._last_words()
                self.close()
                if self._process.returncode == StoreLocked.exit_code and running(self._path):
                    return False
                raise error
            if running(self._path):
                return True
            time.sleep(LOOK_S)
        self.close()
        raise NoEngine(f"The engine did not start within {START_S:.0f} s.", hint="`tracedesk doctor` looks for the reason.")

    def close(self) -> None:
        """Let it drain and end; stop it by force where it does not."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def _last_words(self) -> WorldError:
        """What it wrote on stderr before it ended: the message, and the hint below it."""
        self._said.seek(0)
        lines = [line.strip() for line in self._said.read().decode("utf-8", "replace").splitlines() if line.strip()]
        if not lines:
            return NoEngine("The engine ended at once and said nothing.", hint="`tracedesk doctor` looks for the reason.")
        if lines[0].startswith("Traceback"):
            return NoEngine("The engine broke while it started.", hint=lines[-1])
        return WorldError(lines[0], hint=" ".join(lines[1:]))


def running(path: Path) -> bool:
    """Whether an engine of this store is alive."""
    state = engine_of(path)
    return state is not None and state.alive


def begin_engine(path: Path) -> StartedEngine | None:
    """Start an engine for this store, without waiting for it; None where one runs already.

    Raises:
        NoEngine: it could not be started.
    """
    return None if running(path) else StartedEngine(path)


def ensure_engine(path: Path, begun: StartedEngine | None = None) -> StartedEngine | None:
    """The engine just `begun`, or one started now, once it listens; None where one runs already.

    Raises:
        NoEngine: it did not start, or another one holds the store and does not answer.
        WorldError: it ended with this sentence.
    """
    engine = begun or begin_engine(path)
    return engine if engine is not None and engine.listens() else None
