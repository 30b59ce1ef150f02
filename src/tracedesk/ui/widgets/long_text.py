"""Text of any length: its beginning in the page, the whole of it in a window; nothing in it is ever rendered or fetched."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QTextOption
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.clipboard import copy_text
from tracedesk.ui.widgets.text import label, visible

LINES, CHARACTERS = 40, 6_000
"""So much is shown before the button."""


class LongText(QWidget):
    """The first lines of a plain text, then a button that says how much more there is and shows all of it."""

    def __init__(self, text: str, face: str = "body", tone: str = "primary", *, lines: int = LINES) -> None:
        super().__init__()
        self._text = text
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        cut = "\n".join(text.split("\n", lines)[:lines])[:CHARACTERS]
        column.addWidget(label(visible(cut), face, tone, wrap=True, selectable=True))
        if len(cut) < len(text):
            more = text.count("\n") + 1 - lines
            words = f"{more:,} more lines" if more > 0 else f"{len(text) - len(cut):,} more characters"
            button = link_button(words)
            button.clicked.connect(lambda: show_text(self._text, self))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)


def link_button(text: str) -> QPushButton:
    """A button that reads like a link."""
    made = QPushButton(text)
    made.setAccessibleName(text)
    made.setFont(theme.current().font("dense"))
    made.setProperty(theme.FACE, "dense")
    made.setProperty("role", "link")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


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
