"""Children of the desk: our own command line as a process, with its JSON answer, and a way to stop it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QProcess

from tracedesk.base.own import own_command

KILL_AFTER_MS = 2000


class Child(QObject):
    """One run of a verb. `on_done(answer)` gets the JSON it printed (or None), `on_failed(sentence)` what it said instead;
    `answer` is then what it printed all the same. `on_progress` gets each object that it writes to standard error."""

    def __init__(self, parent: QObject, args: list[str], on_done: Callable[[Any], object], on_failed: Callable[[str], object],
                 on_progress: Callable[[dict[str, Any]], object] | None = None) -> None:
        super().__init__(parent)
        self._on_done, self._on_failed, self._on_progress = on_done, on_failed, on_progress
        self.answer: Any = None
        self._rest = b""
        self._said: list[str] = []
        self._cancelled = False
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._broken)
        self._process.readyReadStandardError.connect(self._hear)
        program, *arguments = own_command(*args)
        self._process.start(program, arguments)

    def cancel(self) -> None:
        """Stop it, if it still runs; nothing is called afterwards."""
        self._cancelled = True
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return
        self._process.terminate()
        if not self._process.waitForFinished(KILL_AFTER_MS):
            self._process.kill()
            self._process.waitForFinished(KILL_AFTER_MS)

    def _hear(self, end: bool = False) -> None:
        """Lines of standard error: progress goes on at once, sentences are kept."""
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardError().data())).split(b"\n")
        if end:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            said = _json(line) if line.startswith(b"{") else None
            if isinstance(said, dict):
                if self._on_progress is not None and not self._cancelled:
                    self._on_progress(said)
            elif line.strip():
                self._said.append(line.decode("utf-8", "replace"))

    def _finished(self, code: int) -> None:
        if self._cancelled:
            return
        self._hear(end=True)
        self._cancelled = True
        self.answer = _json(bytes(self._process.readAllStandardOutput().data()))
        if code == 0:
            self._on_done(self.answer)
        else:
            self._on_failed("\n".join(self._said).strip() or f"The work ended with code {code}.")

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and not self._cancelled:
            self._cancelled = True
            self._on_failed(f"It could not be started: {self._process.errorString()}.")


def _json(text: bytes) -> Any:
    """The value of JSON text, None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None
