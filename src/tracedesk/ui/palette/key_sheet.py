"""The key sheet: every key that does something now, in columns, made from the commands themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.ui.command import Command, printed
from tracedesk.ui.palette.scrim import Scrim
from tracedesk.ui.widgets.text import KeyCap, label

COLUMNS = ("Move", "Look", "What if", "Read")


def sheet_lines(commands: list[Command]) -> dict[str, list[tuple[list[str], str]]]:
    """Per column: (keys, words); commands with the same words share a line."""
    lines: dict[str, dict[str, list[str]]] = {column: {} for column in COLUMNS}
    for command in commands:
        if command.sheet and command.keys:
            lines[command.sheet].setdefault(command.words or command.title, []).append(printed(command.keys[0]))
    return {column: [(keys, words) for words, keys in found.items()] for column, found in lines.items() if found}


class KeySheet(Scrim):
    """Opens with `?` anywhere."""

    def __init__(self, parent: QWidget, commands: list[Command]) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.panel = QFrame(self)
        self.panel.setProperty("pane", "float")
        self.panel.setAccessibleName("Keys")
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(label("Keys", "title"))
        head.addStretch(1)
        head.addWidget(KeyCap("?"))
        head.addWidget(label("opens this anywhere", "dense", "secondary"))
        column.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(8)
        for number, (title, lines) in enumerate(sheet_lines(commands).items()):
            grid.addWidget(label(title, "label", "secondary"), 0, number * 3, 1, 2)
            for row, (keys, words) in enumerate(lines, 1):
                caps = QHBoxLayout()
                caps.setSpacing(4)
                for key in keys:
                    for part in key.split("+") if key not in ("+", "-") else [key]:
                        caps.addWidget(KeyCap(part))
                caps.addStretch(1)
                grid.addLayout(caps, row, number * 3)
                grid.addWidget(label(words, "dense", "secondary"), row, number * 3 + 1)
                grid.setColumnMinimumWidth(number * 3, 120)
            grid.setColumnMinimumWidth(number * 3 + 2, 40)
        column.addLayout(grid)

    def open(self) -> None:
        """Cover the window and take the keys."""
        super().open()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def lay_out(self) -> None:
        self.panel.adjustSize()
        self.panel.move((self.width() - self.panel.width()) // 2, max(16, (self.height() - self.panel.height()) // 2))
