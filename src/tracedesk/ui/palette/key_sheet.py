"""The key sheet: every key that does something now, in columns, made from the commands themselves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tracedesk.ui.command import Command, printed
from tracedesk.ui.palette.scrim import Scrim
from tracedesk.ui.widgets.flow import Flow
from tracedesk.ui.widgets.text import KeyCap, key_caps, label

EDGE_PX, PAD_PX, COLUMN_GAP_PX = 16, 20, 36
FIRST = ("Move", "Look", "What if", "Read")
"""Columns in this order; others follow."""


def sheet_lines(commands: list[Command]) -> dict[str, list[tuple[list[str], str]]]:
    """Per column: (keys, words); commands with the same words share a line."""
    lines: dict[str, dict[str, list[str]]] = {column: {} for column in FIRST}
    for command in commands:
        if command.sheet and command.keys:
            found = lines.setdefault(command.sheet, {}).setdefault(command.words or command.title, [])
            if printed(command.keys[0]) not in found:
                found.append(printed(command.keys[0]))
    return {column: [(in_short(keys), words) for words, keys in found.items()] for column, found in lines.items() if found}


def in_short(keys: list[str]) -> list[str]:
    """`1 … 9` for a row of figures; other keys as they are."""
    if len(keys) > 3 and all(len(key) == 1 and key.isdigit() for key in keys):
        return [keys[0], "…", keys[-1]]
    return keys


class KeySheet(Scrim):
    """Opens with `?` anywhere and shows what the keys do on the present page; `commands()` gives those commands."""

    def __init__(self, parent: QWidget, commands: Callable[[], list[Command]]) -> None:
        super().__init__(parent)
        self._commands = commands
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.panel = QFrame(self)
        self.panel.setProperty("pane", "float")
        self.panel.setAccessibleName("Keys")
        self._column = QVBoxLayout(self.panel)
        self._column.setContentsMargins(PAD_PX, 16, PAD_PX, 18)
        self._column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Keys", "title"))
        head.addStretch(1)
        head.addWidget(KeyCap("?"))
        head.addWidget(label("opens this anywhere", "dense", "secondary"))
        self._column.addLayout(head)
        self._body = QWidget()
        self._column.addWidget(self._body)

    def open(self) -> None:
        """Cover the window and take the keys."""
        body = QWidget()
        flow = Flow(body, COLUMN_GAP_PX)
        for title, lines in sheet_lines(self._commands()).items():
            flow.addWidget(_column(title, lines))
        self._column.replaceWidget(self._body, body)
        self._body.deleteLater()
        self._body = body
        super().open()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def texts(self) -> list[str]:
        """What it says, for tests and screen readers."""
        return [found.text() for found in self._body.findChildren(QLabel)]

    def lay_out(self) -> None:
        """Columns beside one another, as far as the window is wide, the others below."""
        flow = self._body.layout()
        if flow is not None:
            columns = [item.sizeHint().width() for number in range(flow.count()) if (item := flow.itemAt(number)) is not None]
            wide = min(sum(columns) + COLUMN_GAP_PX * (len(columns) - 1), self.width() - 2 * (EDGE_PX + PAD_PX))
            self._body.setFixedSize(wide, flow.heightForWidth(wide))
        self.panel.adjustSize()
        self.panel.move((self.width() - self.panel.width()) // 2, max(EDGE_PX, (self.height() - self.panel.height()) // 2))


def _column(title: str, lines: list[tuple[list[str], str]]) -> QWidget:
    """One column: a head, and keys with their words."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(0)
    grid.setVerticalSpacing(8)
    grid.setColumnMinimumWidth(0, 116)
    grid.addWidget(label(title, "label", "secondary"), 0, 0, 1, 2)
    for row, (keys, words) in enumerate(lines, 1):
        caps = QHBoxLayout()
        caps.setSpacing(4)
        for key in keys:
            for cap in key_caps(key):
                caps.addWidget(cap)
        caps.addSpacing(14)
        caps.addStretch(1)
        grid.addLayout(caps, row, 0)
        grid.addWidget(label(words, "dense", "secondary"), row, 1)
    grid.setRowStretch(len(lines) + 1, 1)
    return made
