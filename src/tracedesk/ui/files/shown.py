"""The files that a read-only window shows: what was read of them, keeping them in the user's store, watching them grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from tracedesk.importers.source import files_in
from tracedesk.ui.child import Child

WATCH_MS = 1_000
TOPIC = "files"


def import_args(paths: Sequence[Path], store: Path, mapping: Mapping[str, str]) -> list[str]:
    """The command line that imports files into a store and says how far it is."""
    pairs = [word for role, column in mapping.items() for word in ("--map", f"{role}={column}")]
    return ["import", "--store", str(store), "--json", "--progress", *pairs, "--", *map(str, paths)]


def count_of(record: Mapping[str, Any], name: str) -> int:
    """A count of a report."""
    value = record.get(name)
    return value if isinstance(value, int) else 0


class ShownFiles(QObject):
    """`paths` as they were opened, `reports` as `import --json` gave them, `home` the store that they may be kept in."""

    changed = Signal()

    def __init__(self, window: Any, paths: list[Path], mapping: dict[str, str], home: Path, answer: Any) -> None:
        super().__init__(window)
        self._window = window
        self.paths, self.mapping, self.home = paths, mapping, home
        self.reports: list[dict[str, Any]] = []
        self.kept = False
        self._take(answer)
        self._keeping: Child | None = None
        self._reading: Child | None = None
        self._sizes = self._size()
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look)

    def _take(self, answer: Any) -> None:
        found = answer.get("files") if isinstance(answer, dict) else None
        self.reports = [file for file in found if isinstance(file, dict)] if isinstance(found, list) else []

    # keeping

    @property
    def keeping(self) -> bool:
        """Whether they are being kept just now."""
        return self._keeping is not None

    def keep(self) -> None:
        """Import the files into the user's store; nothing is stored twice."""
        if self._keeping is None:
            self._window.banner.say("info", "Keeping the files in the store.", "", "Cancel", self.stop_keeping, topic=TOPIC)
            self._keeping = Child(self, import_args(self.paths, self.home, self.mapping), self._kept, self._not_kept,
                                  self._step)
            self.changed.emit()

    def stop_keeping(self) -> None:
        """Stop; what was stored until now stays."""
        if self._keeping is not None:
            self._keeping.cancel()
            self._keeping = None
            self._window.banner.clear(TOPIC)
            self.changed.emit()

    def _step(self, said: dict[str, Any]) -> None:
        self._window.banner.say("info", "Keeping the files in the store.", f"{count_of(said, 'spans'):,} spans so far.",
                                "Cancel", self.stop_keeping, topic=TOPIC)

    def _kept(self, answer: Any) -> None:
        self._keeping, self.kept = None, True
        found = answer.get("files", ()) if isinstance(answer, dict) else ()
        spans = sum(count_of(file, "spans") for file in found)
        self._window.banner.clear(TOPIC)
        self._window.toast.say(f"Kept {spans:,} spans in the store")
        self.changed.emit()

    def _not_kept(self, said: str) -> None:
        answer = self._keeping.answer if self._keeping is not None else None
        if isinstance(answer, dict):                         # one of several could not be read, which the page says
            self._kept(answer)
            return
        self._keeping = None
        what, _, hint = said.partition("\n")
        self._window.banner.say("error", "The files could not be kept.", f"{what} {hint}".strip(), topic=TOPIC)
        self.changed.emit()

    # watching

    @property
    def watching(self) -> bool:
        """Whether the files are looked at again as they grow."""
        return self._watch.isActive()

    def watch(self, on: bool) -> None:
        """Read the files again whenever their size changes."""
        if on:
            self._watch.start()
        else:
            self._watch.stop()
        self.changed.emit()

    def _size(self) -> dict[Path, int]:
        found: dict[Path, int] = {}
        for path in self.paths:
            for file in files_in(path):
                try:
                    found[file] = file.stat().st_size
                except OSError:                              # it is just being written anew
                    continue
        return found

    def _look(self) -> None:
        now = self._size()
        if now != self._sizes and self._reading is None:
            self._sizes = now
            self._reading = Child(self, import_args(self.paths, self._window.store_path, self.mapping), self._read,
                                  lambda _: self._read(self._reading.answer if self._reading is not None else None))

    def _read(self, answer: Any) -> None:
        self._reading = None
        if isinstance(answer, dict):
            self._take(answer)
            self.changed.emit()

    def stop(self) -> None:
        """End what runs, before the window goes."""
        self._watch.stop()
        for child in (self._keeping, self._reading):
            if child is not None:
                child.cancel()
        self._keeping = self._reading = None


def what_was_read(window: Any, answer: Any) -> None:
    """`12 of 4,310 could not be read. The rest is open.`, with the way to the whole report; else how to keep it."""
    reports = window.files.reports
    skipped = sum(count_of(item, "count") for file in reports for item in file.get("skipped", ()))
    if skipped:
        read = sum(count_of(file, "read") for file in reports)
        first = next(item for file in reports for item in file.get("skipped", ()))
        window.banner.say("warn", f"{skipped:,} of {max(read, skipped):,} could not be read. The rest is open.",
                          f"{first.get('reason', '')} {first.get('first', '')}".strip(), "What was read",
                          lambda: window.state.go("files"), topic="skipped")
    else:
        window.banner.say("info", "Open to read. Nothing is stored until you keep it.", "", "Keep in the store",
                          lambda: window.commands.run("file.keep"), topic="skipped")
