"""A window for long text: plain, searchable by the eye, copied whole; nothing in it is ever rendered or fetched."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QTextOption
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.inspector.pieces import copy_text, visible


class TextViewer(QDialog):
    """Read-only text with find and copy. `text` is shown with control characters made visible, and copied as it is."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Text")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 640)
        self._raw = text
        column = QVBoxLayout(self)
        self.edit = QPlainTextEdit()
        self.edit.setReadOnly(True)
        self.edit.setFont(theme.current().font("code"))
        self.edit.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.edit.setPlainText(visible(text))
        self.edit.setAccessibleName("Text")
        row = QHBoxLayout()
        self.sought = QLineEdit()
        self.sought.setPlaceholderText("Find")
        self.sought.setAccessibleName("Find in this text")
        self.sought.returnPressed.connect(self._next)
        copy = QPushButton("Copy all")
        copy.clicked.connect(lambda: copy_text(self._raw))
        row.addWidget(self.sought, 1)
        row.addWidget(copy)
        column.addLayout(row)
        column.addWidget(self.edit, 1)
        QShortcut(QKeySequence.StandardKey.Find, self, self.sought.setFocus)

    def _next(self) -> None:
        """Go to the next place of the text sought, from the top again after the last."""
        if not self.edit.find(self.sought.text()):
            cursor = self.edit.textCursor()
            cursor.setPosition(0)
            self.edit.setTextCursor(cursor)
            self.edit.find(self.sought.text())


def show_text(text: str, parent: QWidget) -> TextViewer:
    """Open a viewer on `text` above `parent`'s window."""
    viewer = TextViewer(text, parent.window())
    viewer.show()
    return viewer
