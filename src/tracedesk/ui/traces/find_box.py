"""Find in the open trace: a field, `3 / 12`, next and previous. It asks and shows; the finding is in `find.py`."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from tracedesk.ui import theme
from tracedesk.ui.stylesheet import repolish
from tracedesk.ui.widgets.buttons import IconButton, of_command
from tracedesk.ui.widgets.text import Glyph, label
from tracedesk.ui.widgets.timer import single_shot

TYPED_MS = 150
WIDTH_PX = 268


class FindBox(QFrame):
    """`sought(text)` a moment after typing, `stepped(±1)` for next and previous, `closed()` when it goes."""

    sought = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("pane", "field")
        theme.hold(self, 28, WIDTH_PX)
        self.field = QLineEdit()
        self.field.setProperty("role", "bare")
        self.field.setFont(theme.current().font("dense"))
        self.field.setProperty(theme.FACE, "dense")
        self.field.setPlaceholderText("Find in this trace")
        self.field.setAccessibleName("Find in this trace")
        self.field.setAccessibleDescription("Ctrl+F")
        self.field.installEventFilter(self)
        self._count = label("", "caption", "tertiary")
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 0, 2, 0)
        row.setSpacing(4)
        row.addWidget(Glyph("search", "text.tertiary", 13))
        row.addWidget(self.field, 1)
        row.addWidget(self._count)
        for icon, title, step, key, command in (("chevron_up", "Previous match", -1, "Shift+N", "match.previous"),
                                                ("chevron_down", "Next match", 1, "N", "match.next")):
            button = IconButton(icon, title, partial(self.stepped.emit, step), key=key, size=12, hit=24)
            row.addWidget(of_command(button, command))
        row.addWidget(IconButton("close", "Stop finding", self.close_box, size=12, hit=24))
        self._timer = single_shot(self, TYPED_MS, lambda: self.sought.emit(self.field.text()))
        self.field.textEdited.connect(lambda _text: self._timer.start())
        self.hide()

    def open_box(self) -> None:
        """Show it, with the cursor in it."""
        self.show()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_box(self) -> None:
        """Hide it; nothing is sought any more."""
        self._timer.stop()
        self.field.clear()
        self.say("")
        self.hide()
        self.closed.emit()

    def say(self, words: str) -> None:
        """`3 / 12`, `no match`, or nothing."""
        self._count.setText(words)
        self.field.setAccessibleDescription(f"Ctrl+F {words}".strip())

    def text(self) -> str:
        """What it says about the matches."""
        return self._count.text()

    def eventFilter(self, watched, event) -> bool:
        if watched is self.field:
            if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
                self.setProperty("focused", event.type() == QEvent.Type.FocusIn)
                repolish(self)
            elif event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self._timer.isActive():
                    self._timer.stop()
                    self.sought.emit(self.field.text())
                else:
                    self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
                return True
        return super().eventFilter(watched, event)
