"""Watches over the engine: starts one where none runs, says when it died, starts another within 2 s.

The engine is a process of its own and speaks through rows of the store; this reads its heartbeat twice a second. Nothing
is lost when the desk goes: an engine that somebody else started stays.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from tracedesk.base import settings
from tracedesk.base.errors import NotFound, TraceDeskError
from tracedesk.engine import client
from tracedesk.engine.client import EngineState, StartedEngine
from tracedesk.ui.child import Child
from tracedesk.ui.first_run.hello import send_test_span
from tracedesk.ui.state import AppState, Receiver

BEAT_MS = 500
RESTARTS_WITHIN_S = 60.0
PAUSES_S = ((10, 10.0), (5, 2.0))
"""After so many starts within a minute the next one waits so long after the last: an engine that dies at once must not keep
the machine busy, and is tried again all the same."""
START, OTHER_PORT = "engine.start", "engine.other_port"
OTHER_BY, MOST_PORT = 10, 65_535
"""4327 stands in for 4317."""


class Supervisor(QObject):
    """`trouble(what, what still works, action, command behind it)` and `mended()` for the banner. `engine` is its last
    heartbeat."""

    trouble = Signal(str, str, str, str)
    mended = Signal()

    def __init__(self, store_path: Path, state: AppState, desk: Any) -> None:
        super().__init__(desk)
        self._path, self._state, self._desk = store_path, state, desk
        self.engine: EngineState | None = None
        self._handle: StartedEngine | None = None
        self._begun: StartedEngine | None = None
        self._starting = False
        self._was_seen = self._broke = False
        self._said = ""
        self._restarts: list[float] = []
        self._sample: Child | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._look)

    def adopt(self, begun: StartedEngine | None) -> None:
        """Before `start`: an engine that was started for this desk and may not listen yet."""
        self._begun = begun

    def start(self) -> None:
        """Find the engine of this store, or start one; then watch it."""
        self._ensure()
        self._timer.start()

    def stop(self) -> None:
        """Watch no longer, when no task runs any more. An engine that this desk started ends when the desk does."""
        self._timer.stop()
        if self._sample is not None:
            self._sample.cancel()
        for engine in (self._begun, self._handle):
            if engine is not None:
                engine.close()
        self._begun = self._handle = None

    def restart(self) -> None:
        """Start one now, because the user asked."""
        self._restarts.clear()
        self._ensure()

    def other_port(self) -> tuple[str, str, int] | None:
        """(`grpc` or `http`, host, port) where to receive instead of the port that is taken; None where none is, or where the
        engine is not this desk's own."""
        engine = self.engine
        if engine is None or not engine.taken or self._handle is None:
            return None
        kind = "http" if engine.grpc else "grpc"
        host, _, port = str(getattr(settings.load().receiver, kind)).rpartition(":")
        return (kind, host, int(port) + OTHER_BY) if port.isdigit() and int(port) <= MOST_PORT - OTHER_BY else None

    def use_other_port(self) -> None:
        """Write the other port into the settings, and start the engine again, which reads them."""
        other = self.other_port()
        if other is None:
            return
        kind, host, port = other
        try:
            settings.save("receiver", {kind: f"{host}:{port}"})
        except TraceDeskError as error:
            self._desk.explain(error)
            return
        self.restart()

    def received(self) -> int:
        """Spans that the engine took since it began."""
        return self.engine.received if self.engine is not None else 0

    def dropped(self) -> int:
        """Spans and log records that the engine could not keep since it began."""
        return self.engine.dropped if self.engine is not None else 0

    def send_test_span(self) -> None:
        """One span through the real SDK and the real receiver."""
        if self.engine is None or not self.engine.http:
            self._desk.toast.say("No engine is listening yet")
            return
        address = self.engine.http
        self._desk.tasks.run("test span", lambda: send_test_span(f"http://{address}"),
                             lambda _done: self._desk.toast.say("Test span sent"))

    def send_sample(self) -> None:
        """The sample traces through the real exporter, from a child process."""
        if self.engine is None or not self.engine.http:
            self._desk.toast.say("No engine is listening yet")
            return
        self._sample = Child(self, ["demo", "--store", str(self._path)], lambda _answer: self._desk.toast.say("Sample sent"),
                             lambda said: self.trouble.emit("The sample could not be sent.", said.splitlines()[0], "", ""))

    def _ensure(self) -> None:
        if self._starting:
            return
        self._starting = True
        self._desk.tasks.run("engine", self._bring_up, self._ensured, self._no_start)

    def _bring_up(self) -> None:
        """On a reader's thread: keeps hold of the engine itself, because the answer is not delivered to a closing desk."""
        before, self._handle = self._handle, self._begun
        self._begun = None
        if before is not None:
            before.close()
        self._handle = client.ensure_engine(self._path, self._handle)

    def _ensured(self, _answer: None) -> None:
        self._starting = False
        self._look()

    def _no_start(self, error: TraceDeskError) -> None:
        self._starting, self._broke = False, True
        self._state.set_receiver(Receiver.NONE)
        self.trouble.emit(error.message, error.hint or "What is stored can still be read.", "Start again", START)

    def _look(self) -> None:
        self._desk.tasks.ask("heartbeat", client.heartbeat, self._beat, self._no_beat)

    def _no_beat(self, error: TraceDeskError) -> None:
        if not isinstance(error, NotFound):
            self._desk.explain(error)

    def _beat(self, engine: EngineState | None) -> None:
        alive = engine is not None and engine.alive
        if alive and engine is not None:
            if not self._was_seen or self.engine is None:
                self.mended.emit()
            self._was_seen, self._broke, self.engine = True, False, engine
            self._show(engine)
            return
        self.engine, self._said = None, ""
        if self._starting:
            return
        self._state.set_receiver(Receiver.NONE if self._was_seen or self._broke else Receiver.STARTING)
        if self._was_seen:
            self.trouble.emit("The engine stopped.", "What is stored can still be read. Starting it again.", "Start again",
                              START)
        if self._may_restart():
            self._ensure()

    def _may_restart(self) -> bool:
        now = time.monotonic()
        self._restarts = [moment for moment in self._restarts if now - moment < RESTARTS_WITHIN_S]
        pause_s = next((pause_s for starts, pause_s in PAUSES_S if len(self._restarts) >= starts), 0.0)
        if self._restarts and now - self._restarts[-1] < pause_s:
            return False
        self._restarts.append(now)
        return True

    def _show(self, engine: EngineState) -> None:
        both = (("gRPC", engine.grpc), ("HTTP", engine.http))
        open_ = [(kind, address.rpartition(":")[2]) for kind, address in both if address]
        ports = " ".join(f":{port} {kind}" for kind, port in open_)
        self._complain(engine, " and ".join(f"{kind} on {port}" for kind, port in open_))
        if engine.taken:
            self._state.set_receiver(Receiver.PORT_TAKEN, ports)
        elif engine.spans_per_s >= 0.5:
            self._state.set_receiver(Receiver.RECEIVING, f"{engine.spans_per_s:,.0f} spans/s")
        else:
            self._state.set_receiver(Receiver.LISTENING, ports)

    def _complain(self, engine: EngineState, works: str) -> None:
        """Say once what is wrong, and once that it no longer is."""
        what = engine.trouble or engine.taken
        if what == self._said:
            return
        self._said = what
        if engine.trouble:
            self.trouble.emit(what, "Senders are told to wait. What is stored can still be read.", "", "")
        elif what:
            other = self.other_port()
            self.trouble.emit(what, f"{works} still works." if works else "", f"Use {other[2]}" if other else "", OTHER_PORT)
        else:
            self.mended.emit()
