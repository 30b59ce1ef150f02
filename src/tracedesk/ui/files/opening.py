"""Opening trace files: a child process imports them into a store of their own, which a read-only window then shows.

Nothing is copied into the user's store until somebody keeps it. The temporary folder goes when the window does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QFileDialog

from tracedesk.importers.formats.span_table import guess
from tracedesk.importers.glance import Glance
from tracedesk.importers.source import Source
from tracedesk.ui.child import Child
from tracedesk.ui.files.shown import ShownFiles, count_of, import_args, what_was_read

FILTERS = ("Traces (*.json *.jsonl *.ndjson *.log *.pb *.bin *.binpb *.msgpack *.csv *.tsv *.parquet "
           "*.gz *.zst *.bz2 *.xz *.zip);;All files (*)")
MOST_RECENT = 12
SAY_AFTER_MS = 1_000


def choose_files(desk: Any) -> None:
    """Ask for files and open them together."""
    names, _ = QFileDialog.getOpenFileNames(desk, "Open trace files", "", FILTERS)
    open_files(desk, [Path(name) for name in names])


def choose_folder(desk: Any) -> None:
    """Ask for a folder and open the files in it."""
    name = QFileDialog.getExistingDirectory(desk, "Open a folder of trace files")
    open_files(desk, [Path(name)] if name else [])


def open_files(desk: Any, paths: Sequence[Path], mapping: Mapping[str, str] | None = None) -> Opening | None:
    """Open files and folders together in a window of their own; `mapping` names the columns of a table."""
    return Opening(desk, list(paths), dict(mapping or {})) if paths else None


def recent_files(desk: Any) -> list[list[str]]:
    """What was opened lately, newest first: each the paths that were opened together."""
    found = desk.settings.data("files/recent", [])
    return [names for names in found if isinstance(names, list) and names and all(isinstance(name, str) for name in names)] \
        if isinstance(found, list) else []


def title_of(paths: Sequence[Path]) -> str:
    """How files that were opened together are called."""
    return paths[0].name if len(paths) == 1 else f"{paths[0].name} and {len(paths) - 1:,} more"


class Opening(QObject):
    """One import under way: says how far it is after a second, with Cancel."""

    def __init__(self, desk: Any, paths: list[Path], mapping: dict[str, str]) -> None:
        super().__init__(desk)
        self._desk, self._paths, self._mapping = desk, paths, mapping
        self._title = title_of(paths)
        self.folder: tempfile.TemporaryDirectory[str] | None = tempfile.TemporaryDirectory(prefix="tracedesk-")
        self.store = Path(self.folder.name) / "file.db"
        self._counts: dict[str, int] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(SAY_AFTER_MS)
        self._timer.timeout.connect(self._say_progress)
        self._timer.start()
        self._child = Child(self, import_args(paths, self.store, mapping), self._done, self._failed, self._progress)

    def cancel(self) -> None:
        """Stop and forget."""
        self._timer.stop()
        self._child.cancel()
        self._desk.banner.clear("opening")
        self._clean()

    def _progress(self, said: dict[str, Any]) -> None:
        self._counts[str(said.get("file"))] = count_of(said, "spans") + count_of(said, "logs")

    def _say_progress(self) -> None:
        self._desk.banner.say("info", f"Opening {self._title}.", f"{sum(self._counts.values()):,} spans so far.", "Cancel",
                              self.cancel, topic="opening")

    def _done(self, answer: Any) -> None:
        self._timer.stop()
        self._desk.banner.clear("opening")
        window = type(self._desk)(self.store, read_only=True, title=self._title)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        folder, self.folder = self.folder, None
        if folder is not None:
            window.destroyed.connect(lambda: folder.cleanup())  # noqa: PLW0108 - it lives as long as the window that reads it
        window.files = ShownFiles(window, self._paths, self._mapping, self._home(), answer)
        window.resize(self._desk.size())
        window.start()
        window.show()
        what_was_read(window, answer)
        self._remember()
        self.deleteLater()

    def _home(self) -> Path:
        """The user's store, also where the file was opened from another file's window."""
        return self._desk.files.home if self._desk.files is not None else self._desk.store_path

    def _remember(self) -> None:
        names = [str(path.absolute()) for path in self._paths]
        others = [found for found in recent_files(self._desk) if found != names]
        self._desk.settings.put("files/recent", [names, *others][:MOST_RECENT])

    def _failed(self, said: str) -> None:
        if any(count_of(file, "spans") + count_of(file, "logs") for file in _files(self._child.answer)):
            self._done(self._child.answer)                   # one of several could not be read
            return
        self._timer.stop()
        what, _, hint = said.partition("\n")
        table = self._columns()
        self._desk.banner.say("error", f"{self._title} could not be opened.", f"{what} {hint}".strip(),
                              "Name its columns…" if table else "", lambda: self._ask_columns(table), topic="opening")
        self._clean()

    def _columns(self) -> tuple[str, ...]:
        """The columns of a single file that is a table."""
        if len(self._paths) != 1 or not self._paths[0].is_file():
            return ()
        return Glance(Source(self._paths[0])).columns

    def _ask_columns(self, columns: tuple[str, ...]) -> None:
        from tracedesk.ui.files.columns import ColumnsDialog  # only a table that nobody knows needs it

        desk, paths = self._desk, self._paths
        dialog = ColumnsDialog(desk, paths[0], columns, guess(columns))
        dialog.chosen.connect(lambda mapping: open_files(desk, paths, mapping))
        dialog.open()

    def _clean(self) -> None:
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None
        self.deleteLater()


def _files(answer: Any) -> list[dict[str, Any]]:
    found = answer.get("files") if isinstance(answer, dict) else None
    return [file for file in found if isinstance(file, dict)] if isinstance(found, list) else []
