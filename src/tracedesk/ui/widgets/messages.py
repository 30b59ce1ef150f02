"""What a pane says when it has nothing, not yet, or bad news: Empty, Skeleton, Banner; and Toast, which only confirms.

DESIGN section 12: a banner says what happened, what still works, one action, close. A skeleton comes after 150 ms and
does not move. An empty pane says what would be here and offers the one thing to do.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.stylesheet import repolish
from tracedesk.ui.widgets.buttons import Button, IconButton
from tracedesk.ui.widgets.text import Glyph, label
from tracedesk.ui.widgets.timer import single_shot

TOAST_MS = 5000
SKELETON_AFTER_MS = 150
ICONS = {"error": ("error", "status.error"), "warn": ("warn", "status.warn"), "info": ("info", "accent.base"),
         "plain": ("ok", "status.ok")}


class Banner(QFrame):
    """What happened · what still works · one action · close. Hidden until `say`."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("banner", "info")
        self.setProperty("place", "top")
        self._glyph = Glyph("info", "accent.base", 16)
        self._strong = label("", "dense_strong")
        self._rest = label("", "dense", "secondary")
        self._rest.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._action = Button("", self._act, size="small")
        self._close = IconButton("close", "Close this message", self.hide, size=14, hit=24)
        self._run: Callable[[], object] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(8)
        row.addWidget(self._glyph)
        row.addWidget(self._strong)
        row.addWidget(self._rest, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self.topic = ""
        self.hide()

    def say(self, level: str, what: str, still: str = "", action: str = "", run: Callable[[], object] | None = None, *,
            topic: str = "") -> None:
        """Show a message; `level` is error, warn, info or plain. `topic` names it, so that `clear(topic)` takes it back."""
        self.topic = topic
        self.setProperty("banner", level)
        repolish(self)
        self._glyph.show_icon(*ICONS[level])
        self._strong.setText(what)
        self._rest.setText(still)
        self._action.setVisible(bool(action))
        self._action.set_text(action)
        self._run = run
        self.setAccessibleName(f"{what} {still}".strip())
        self.show()

    def text(self) -> str:
        """What it says now."""
        return f"{self._strong.text()} {self._rest.text()}".strip() if not self.isHidden() else ""

    def clear(self, topic: str) -> None:
        """Take back the message about a topic, if it is the one shown."""
        if self.topic == topic:
            self.hide()

    def _act(self) -> None:
        if self._run is not None:
            self._run()


class Toast(QFrame):
    """A confirmation at the bottom of the window for 5 s, at most one, with Undo where there is one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("banner", "plain")
        self._text = label("", "dense")
        self._action = Button("", self._act, role="ghost", size="small")
        self._run: Callable[[], object] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(Glyph("ok", "status.ok", 16))
        row.addWidget(self._text)
        row.addWidget(self._action)
        self._timer = single_shot(self, TOAST_MS, self.hide)
        self.hide()

    def say(self, text: str, action: str = "", run: Callable[[], object] | None = None) -> None:
        """Confirm something that was done."""
        self._text.setText(text)
        self._action.set_text(action)
        self._action.setVisible(bool(action))
        self._run = run
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 40)
        self.setAccessibleName(text)
        self.show()
        self.raise_()
        self._timer.start()

    def text(self) -> str:
        """What it says now, or nothing."""
        return "" if self.isHidden() else self._text.text()

    def _act(self) -> None:
        self.hide()
        if self._run is not None:
            self._run()


class Empty(QWidget):
    """What would be here, why it is not, and the one thing to do; a dashed frame and one icon."""

    def __init__(self, icon: str = "inbox") -> None:
        super().__init__()
        self._glyph = Glyph(icon, "text.tertiary", 20)
        self._title = label("", "body_strong")
        self._why = label("", "dense", "tertiary", wrap=True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._action = Button("", self._act)
        self._run: Callable[[], object] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(6)
        column.addStretch(1)
        for widget in (self._glyph, self._title):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._why)
        column.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def say(self, title: str, why: str = "", action: str = "", run: Callable[[], object] | None = None, *,
            icon: str = "inbox") -> None:
        """Fill it."""
        self._glyph.show_icon(icon)
        self._title.setText(title)
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self._action.set_text(action)
        self._action.setVisible(bool(action))
        self._run = run

    def text(self) -> str:
        """Title and reason, for tests and screen readers."""
        return f"{self._title.text()} · {self._why.text()}"

    def _act(self) -> None:
        if self._run is not None:
            self._run()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.current().color("border.strong"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(8.5, 8.5, -8.5, -8.5), 8, 8)


class Skeleton(QWidget):
    """The shape of rows that are on their way; drawn only when 150 ms have passed without them."""

    def __init__(self, row_px: int = 48) -> None:
        super().__init__()
        self._row_px = row_px
        self._due = False
        self._timer = single_shot(self, SKELETON_AFTER_MS, self._appear)
        self.setAccessibleName("Loading")

    def showEvent(self, event) -> None:
        self._due = False
        self._timer.start()

    def hideEvent(self, event) -> None:
        self._timer.stop()

    def _appear(self) -> None:
        self._due = True
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._due:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().color("border.subtle"))
        for top in range(0, self.height(), self._row_px):
            wide = self.width() - 32
            painter.drawRoundedRect(QRectF(16, top + 8, 12, 12), 4, 4)
            painter.drawRoundedRect(QRectF(36, top + 9, wide * (0.45 + (top // self._row_px % 3) * 0.1), 10), 4, 4)
            if self._row_px >= 40:
                painter.drawRoundedRect(QRectF(36, top + 28, wide * 0.3, 8), 4, 4)
                painter.drawRoundedRect(QRectF(16 + wide * 0.6, top + 28, wide * 0.35, 8), 4, 4)
