"""Children of the desk: our own command line as a process, with its JSON answer, and a way to stop it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QProcess

from tracedesk.base.own import own_command

KILL_AFTER_MS = 2000


class Child(QObject):
    """One run of a verb. `on_done(answer)` gets the JSON it printed (or None), `on_failed(sentence)` what it said instead."""

    def __init__(self, parent: QObject, args: list[str], on_done: Callable[[Any], object],
                 on_failed: Callable[[str], object]) -> None:
        super().__init__(parent)
        self._on_done, self._on_failed = on_done, on_failed
        self._cancelled = False
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._broken)
        program, *arguments = own_command(*args)
        self._process.start(program, arguments)

    def cancel(self) -> None:
        """Stop it; nothing is called afterwards."""
        self._cancelled = True
        self._process.terminate()
        if not self._process.waitForFinished(KILL_AFTER_MS):
            self._process.kill()
            self._process.waitForFinished(KILL_AFTER_MS)

    def _finished(self, code: int) -> None:
        if self._cancelled:
            return
        self._cancelled = True
        if code == 0:
            text = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
            try:
                answer = json.loads(text)
            except ValueError:
                answer = None
            self._on_done(answer)
        else:
            said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace").strip()
            self._on_failed(said or f"The work ended with code {code}.")

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and not self._cancelled:
            self._cancelled = True
            self._on_failed(f"It could not be started: {self._process.errorString()}.")
