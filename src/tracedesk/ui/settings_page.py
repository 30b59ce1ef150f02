"""Settings: look, text size, what listens, where the data and its key are."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from tracedesk.base.paths import config_dir
from tracedesk.ui import theme
from tracedesk.ui.widgets.buttons import Segments
from tracedesk.ui.widgets.text import label

THEMES = (("System", "theme.system", theme.SYSTEM), ("Dark", "theme.dark", theme.DARK), ("Light", "theme.light", theme.LIGHT))
SIZES = (0.8, 0.9, 1.0, 1.25, 1.5, 2.0)


class SettingsPage(QFrame):
    """The page of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("pane", "panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(56, 40, 56, 24)
        column.setSpacing(16)
        column.addWidget(label("Settings", "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(14)
        grid.setColumnStretch(2, 1)
        column.addLayout(grid)
        column.addStretch(1)
        self._grid = grid
        choices = [key for _, _, key in THEMES]
        self._row("Theme", Segments([title for title, _, _ in THEMES], lambda index: desk.commands.run(THEMES[index][1]),
                                    current=choices.index(theme.choice()) if theme.choice() in choices else 0, title="Theme"),
                  "Follows the system until you pick one.")
        nearest = min(range(len(SIZES)), key=lambda index: abs(SIZES[index] - theme.current().scale))
        self._row("Text size", Segments([f"{round(size * 100)} %" for size in SIZES], self._size, current=nearest,
                                       title="Text size"),
                  "Ctrl + and Ctrl − do the same.")
        self._listens = label("", "code")
        self._row("Receiver", self._listens, "tracedesk engine --grpc HOST:PORT --http HOST:PORT listens elsewhere.")
        self._store = label(str(desk.store_path), "code")
        self._row("Store", self._store, "TRACEDESK_STORE or --store picks another file.")
        self._key = label("", "dense")
        self._row("Key of the store", self._key, "")
        self._row("These settings", label(str(config_dir()), "code"), "")
        for copyable in self.findChildren(QLabel):
            copyable.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        desk.state.receiver_changed.connect(self._show)
        self._show()

    def _row(self, title: str, widget, hint: str) -> None:
        at = self._grid.rowCount()
        self._grid.addWidget(label(title, "body", "secondary"), at, 0)
        self._grid.addWidget(widget, at, 1, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(label(hint, "dense", "tertiary"), at, 2)

    def _size(self, index: int) -> None:
        theme.choose(theme.choice(), scale=SIZES[index])
        self._desk.settings.put("text_size", SIZES[index])

    def _show(self) -> None:
        engine = self._desk.supervisor.engine
        self._listens.setText("no engine" if engine is None else f"gRPC {engine.grpc or '—'}   HTTP {engine.http or '—'}")
        place = self._desk.live.key_place()
        self._key.setText("in the system's keyring" if place == "keyring"
                          else "in a file beside the store that only you can read")
