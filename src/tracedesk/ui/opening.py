"""Opening a trace file: a child process imports it into a store of its own, which a read-only window then shows.

Nothing is copied into the user's store. The temporary folder goes when the window does.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer
from PySide6.QtWidgets import QFileDialog

from tracedesk.ui.child import Child

FILTERS = "Traces (*.json *.jsonl *.pb *.bin *.gz *.zst *.otlp);;All files (*)"


def choose_file(desk: Any) -> None:
    """Ask for files and open them."""
    names, _ = QFileDialog.getOpenFileNames(desk, "Open a trace file", "", FILTERS)
    for name in names:
        open_file(desk, Path(name))


def open_file(desk: Any, path: Path) -> Opening:
    """Open one file in a window of its own."""
    return Opening(desk, path)


class Opening(QObject):
    """One import under way: says so in the banner after a second, with Cancel."""

    def __init__(self, desk: Any, path: Path) -> None:
        super().__init__(desk)
        self._desk, self._path = desk, path
        self.folder: tempfile.TemporaryDirectory[str] | None = tempfile.TemporaryDirectory(prefix="tracedesk-")
        self.store = Path(self.folder.name) / "file.db"
        self._clock = QElapsedTimer()
        self._clock.start()
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._still_at_it)
        self._timer.start()
        self._child = Child(self, ["import", str(path), "--store", str(self.store), "--json"], self._done, self._failed)

    def cancel(self) -> None:
        """Stop and forget."""
        self._timer.stop()
        self._child.cancel()
        self._desk.banner.clear("opening")
        self._clean()

    def _still_at_it(self) -> None:
        seconds = self._clock.elapsed() // 1000
        self._desk.banner.say("info", f"Opening {self._path.name}.", f"{seconds} s so far.", "Cancel", self.cancel,
                              topic="opening")

    def _done(self, report: Any) -> None:
        self._timer.stop()
        self._desk.banner.clear("opening")
        window = type(self._desk)(self.store, read_only=True, title=self._path.name)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        folder, self.folder = self.folder, None
        if folder is not None:
            window.destroyed.connect(lambda: folder.cleanup())  # noqa: PLW0108 - it lives as long as the window that reads it
        window.resize(self._desk.size())
        window.start()
        window.show()
        _say_what_was_left_out(window, report)
        self.deleteLater()

    def _failed(self, said: str) -> None:
        self._timer.stop()
        what, _, hint = said.partition("\n")
        self._desk.banner.say("error", f"{self._path.name} could not be opened.", f"{what} {hint}".strip(), topic="opening")
        self._clean()

    def _clean(self) -> None:
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None
        self.deleteLater()


def _say_what_was_left_out(window: Any, report: Any) -> None:
    """`12 of 4,310 could not be read. The rest is open.`"""
    if not isinstance(report, dict):
        return
    for file in report.get("files", ()):
        skipped = sum(int(item.get("count", 0)) for item in file.get("skipped", ()))
        if skipped:
            first = file["skipped"][0]
            window.banner.say("warn", f"{skipped:,} of {file.get('read', skipped):,} could not be read. The rest is open.",
                              f"{first.get('reason', '')} {first.get('first', '')}".strip(), topic="skipped")
