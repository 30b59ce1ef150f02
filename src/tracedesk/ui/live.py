"""What tells the desk that the store changed: `PRAGMA data_version`, 8 times a second, 2 to 5 µs each.

`changed` is emitted when another process wrote, `moved` when the file was moved aside and another is going to lie in its
place; `stats` with the size and age of the store every 5 s, within 1 s of a write. A store that is not there yet is looked
for once a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from tracedesk.base import clock
from tracedesk.base.clock import NS_PER_S
from tracedesk.base.errors import NotFound, WorldError
from tracedesk.store.changes import data_version
from tracedesk.store.connect import Store, open_store
from tracedesk.store.questions import StoreStats, stats

POLL_MS = 125
STATS_EVERY, STATS_SOON = 40, 8
"""Polls between two looks at size and age of the store: 5 s, or 1 s where something was written."""
RETRY_EVERY = 8


class StatusWords(NamedTuple):
    """What the status bar says about the store."""

    store: str
    detail: str
    dropped: int
    empty: bool
    key_place: str


class Live(QObject):
    """The poll. Its connection belongs to the main thread and is used for nothing else."""

    changed = Signal()
    moved = Signal()
    stats = Signal(object)

    def __init__(self, path: Path, parent: Any) -> None:
        super().__init__(parent)
        self._desk = parent
        self._path = path
        self._store: Store | None = None
        self._key_place = "keyring"
        self._version = -1
        self._beat = 0
        self._since_stats, self._stats_stale = STATS_EVERY, False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    def start(self) -> None:
        """Begin to poll."""
        self._timer.start()
        self.poll()

    def stop(self) -> None:
        """Stop and let go of the store."""
        self._timer.stop()
        if self._store is not None:
            self._store.close()
            self._store = None

    def poll(self) -> None:
        """Look once."""
        if self._store is not None and self._store.was_moved():
            self._store.close()
            self._store, self._beat = None, 0
            self.moved.emit()
        if self._store is None:
            if self._beat % RETRY_EVERY == 0:
                self._open()
            if self._store is None:
                self._beat += 1
                return
        self._beat += 1
        self._since_stats += 1
        if self._since_stats >= (STATS_SOON if self._stats_stale else STATS_EVERY):
            self._ask_stats()
        try:
            version = data_version(self._store)
        except WorldError as error:
            self._store.close()
            self._store = None
            self._beat = 1
            self._desk.explain(error)
            return
        if version != self._version:
            self._version = version
            self._stats_stale = True
            self.changed.emit()

    def _open(self) -> None:
        try:
            self._store = open_store(self._path, role="read")
        except NotFound:
            return                                   # the engine has not made it yet
        except WorldError as error:
            self._desk.explain(error)
            return
        self._version = -1
        self._since_stats = STATS_EVERY
        self._desk.banner.clear("error")

    def _ask_stats(self) -> None:
        self._since_stats, self._stats_stale = 0, False
        self._desk.tasks.ask("stats", stats, self.stats.emit, lambda _error: None)

    def key_place(self) -> str:
        """`keyring` or `file`, as last seen; `keyring` while there was no store yet."""
        if self._store is not None:
            self._key_place = self._store.key_place
        return self._key_place

    def words(self, found: StoreStats) -> StatusWords:
        """The words for the status bar."""
        place = self._key_place = found.key_place
        size = size_text(found.size_bytes)
        dropped = self._desk.supervisor.dropped()
        if not found.spans:
            return StatusWords(f"empty, {size}", str(self._path), dropped, True, place)
        age = age_text(clock.now_ns() - found.oldest_ns) if found.oldest_ns else ""
        return StatusWords(f"{size} · {age}" if age else size,
                           f"{self._path}\n{found.spans:,} spans in {found.traces:,} traces\n{found.size_bytes:,} bytes",
                           dropped, False, place)


def size_text(size_bytes: int) -> str:
    """`64 kB`, `1.84 GB`: three figures, decimal units."""
    value, unit = float(size_bytes), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    if unit == "B" or value >= 100:
        return f"{value:.0f} {unit}"
    return f"{value:.1f} {unit}" if value >= 10 else f"{value:.2f} {unit}"


def age_text(age_ns: int) -> str:
    """`92 days`, `3 hours`, `12 minutes`."""
    seconds = max(0, age_ns // NS_PER_S)
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'s' if count != 1 else ''}"
    return "under a minute"
