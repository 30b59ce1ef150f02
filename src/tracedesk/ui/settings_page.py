"""Settings: look, text size, what listens, where the data and its key are, the keys of commands."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tracedesk.base.paths import config_dir
from tracedesk.ui import theme
from tracedesk.ui.settings_keys import KeysPane
from tracedesk.ui.widgets.buttons import IconButton, Segments
from tracedesk.ui.widgets.scroll import scrolled
from tracedesk.ui.widgets.text import Elided, label

THEMES = (("System", "theme.system", theme.SYSTEM), ("Dark", "theme.dark", theme.DARK), ("Light", "theme.light", theme.LIGHT))
SIZES = (0.8, 0.9, 1.0, 1.25, 1.5, 2.0)


class SettingsPage(QFrame):
    """The page of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        inside = QFrame()
        inside.setProperty("pane", "panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(56, 40, 56, 24)
        column.setSpacing(16)
        column.addWidget(label("Settings", "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(14)
        grid.setColumnStretch(2, 1)
        column.addLayout(grid)
        column.addSpacing(8)
        self.keys = KeysPane(desk)
        column.addWidget(self.keys, 1)
        self._grid = grid
        choices = [key for _, _, key in THEMES]
        self._themes = Segments([title for title, _, _ in THEMES], lambda index: desk.commands.run(THEMES[index][1]),
                                current=choices.index(theme.choice()) if theme.choice() in choices else 0, title="Theme")
        self._row("Theme", self._themes, "Follows the system until you pick one.")
        nearest = min(range(len(SIZES)), key=lambda index: abs(SIZES[index] - theme.current().scale))
        sizes = Segments([f"{round(size * 100)} %" for size in SIZES], self._size, current=nearest, title="Text size")
        self._sizes = self._row("Text size", sizes, "")
        self._listens = label("", "code")
        self._row("Receiver", self._listens, "tracedesk engine --grpc HOST:PORT --http HOST:PORT listens elsewhere.")
        self._row("Store", self._path(str(desk.store_path), "the path of the store"),
                  "TRACEDESK_STORE or --store picks another file.")
        self._key = label("", "dense")
        self._row("Key of the store", self._key, "")
        self._row("These settings", self._path(str(config_dir()), "the path of the settings"), "")
        self._listens.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scrolled(inside))
        desk.state.receiver_changed.connect(self._show)
        desk.commands.keys_changed.connect(self._show)
        self._show()

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        return [self._themes, self.keys.table]

    def _row(self, title: str, widget: QWidget, hint: str) -> QLabel:
        at = self._grid.rowCount()
        self._grid.addWidget(label(title, "body", "secondary"), at, 0)
        self._grid.addWidget(widget, at, 1, Qt.AlignmentFlag.AlignLeft)
        beside = label(hint, "dense", "tertiary", wrap=True)
        self._grid.addWidget(beside, at, 2)
        return beside

    def _path(self, text: str, what: str) -> QWidget:
        """A path that gives way in the middle, and its copy."""
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(Elided(text, "code", mode=Qt.TextElideMode.ElideMiddle))
        row.addWidget(IconButton("copy", f"Copy {what}", lambda: self._desk.copy(text, what), size=12, hit=22))
        return made

    def _size(self, index: int) -> None:
        theme.choose(theme.choice(), scale=SIZES[index])
        self._desk.settings.put("text_size", SIZES[index])

    def _show(self) -> None:
        keys = [key for key in map(self._desk.commands.key, ("text.larger", "text.smaller")) if key]
        self._sizes.setText(f"{' and '.join(keys)} {'do' if len(keys) > 1 else 'does'} the same." if keys else "")
        engine = self._desk.supervisor.engine
        self._listens.setText("no engine" if engine is None else f"gRPC {engine.grpc or '—'}   HTTP {engine.http or '—'}")
        place = self._desk.live.key_place()
        self._key.setText("in the system's keyring" if place == "keyring"
                          else "in a file beside the store that only you can read")
