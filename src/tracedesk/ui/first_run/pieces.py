"""Parts of the first-run page: a numbered step, an address with its socket, the waiting ring, one line of help."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.ui import icons, theme
from tracedesk.ui.widgets.buttons import Button, IconButton
from tracedesk.ui.widgets.dot import Dot
from tracedesk.ui.widgets.text import Glyph, label, set_tone

CIRCLE_PX, INDENT_PX = 24, 40


class Step(QWidget):
    """A step: its number in a circle (a check when it is done), a line down to the next, title and body."""

    def __init__(self, number: int, title: str, *, last: bool = False) -> None:
        super().__init__()
        self._number, self._last = number, last
        self._state = "todo"
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(INDENT_PX, 0, 0, 0 if last else 20)
        column.setSpacing(10)
        self.title = label(title, "title")
        theme.hold(self.title, CIRCLE_PX)
        column.addWidget(self.title)
        column.addLayout(self.body)

    def set_state(self, state: str) -> None:
        """`done`, `now` or `todo`."""
        self._state = state
        self.setAccessibleName(f"Step {self._number}, {self.title.text()}, {state}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._last:
            painter.setPen(QPen(colors.color("border.subtle"), 1))
            painter.drawLine(12, CIRCLE_PX + 8, 12, self.height() - 8)
        box = QRectF(0.5, 0.5, CIRCLE_PX - 1, CIRCLE_PX - 1)
        if self._state == "done":
            ok = colors.status("ok")
            painter.setPen(QPen(ok.line, 1))
            painter.setBrush(ok.soft)
            painter.drawEllipse(box)
            icons.draw(painter, "check", ok.text, 5, 5, 14)
            return
        tone = "accent.base" if self._state == "now" else "border.control"
        painter.setPen(QPen(colors.color(tone), 1.2))
        painter.setBrush(colors.color("accent.soft") if self._state == "now" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box)
        painter.setFont(colors.font("dense_strong"))
        painter.setPen(colors.color("text.link" if self._state == "now" else "text.secondary"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(self._number))


class Address(QFrame):
    """`localhost:4317  OTLP gRPC  open`: a dot that tells what a real connection found."""

    def __init__(self, kind: str, on_copy: Callable[[str], object]) -> None:
        super().__init__()
        self.setProperty("pane", "card")
        self._on_copy = on_copy
        self._dot = Dot()
        self._address = label("", "code")
        self._kind = kind
        self._state = label("", "caption", "tertiary")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(self._dot)
        row.addWidget(self._address)
        self._kind_word = label(kind, "dense", "tertiary")
        row.addWidget(self._kind_word)
        row.addStretch(1)
        row.addWidget(self._state)
        row.addWidget(IconButton("copy", f"Copy the {kind} address", lambda: on_copy(self._address.text()), size=14, hit=28))
        self.say("", "waiting", "unset")

    def say(self, address: str, state: str, status: str) -> None:
        """Address, word and status (`ok`, `error`, `unset`)."""
        self._address.setText(address or "—")
        self._state.setText(state)
        set_tone(self._state, "tertiary" if status == "ok" else status)
        self._dot.set_tone(f"status.{status}")
        self.setAccessibleName(f"{self._kind} {address} {state}")

    def fold(self, narrow: bool) -> None:
        """Say the kind in one word where there is little room."""
        self._kind_word.setText(self._kind.split()[-1] if narrow else self._kind)

    def text(self) -> str:
        """What it says."""
        return f"{self._address.text()} {self._state.text()}"


class WaitingRing(QWidget):
    """A dot in two rings: waiting. Still, because nothing moves that the user did not cause."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(36, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        color = theme.current().color("accent.base")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for radius, alpha in ((17.0, 0.30), (11.0, 0.65)):
            color.setAlphaF(alpha)
            painter.setPen(QPen(color, 1.2))
            painter.drawEllipse(QRectF(18 - radius, 18 - radius, 2 * radius, 2 * radius))
        color.setAlphaF(1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QRectF(13, 13, 10, 10))


class HelpLine(QWidget):
    """An icon, a sentence with words in code, and something at the right: a note, Copy or a link."""

    def __init__(self, icon: str, parts: list[tuple[str, bool]], note: str = "", action: str = "",
                 run: Callable[[], object] | None = None) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._glyph = Glyph(icon, "text.tertiary", 14)
        row.addWidget(self._glyph)
        row.addSpacing(10)
        self._labels = []
        for words, mono in parts:
            made = label(words, "code" if mono else "dense", "primary" if mono else "secondary")
            self._labels.append(made)
            row.addWidget(made)
        row.addStretch(1)
        self.note = label(note, "caption", "tertiary")
        row.addWidget(self.note)
        if action == "copy":
            row.addWidget(IconButton("copy", f"Copy {parts[1][0]}", run, size=14, hit=24))
        elif action:
            row.addWidget(Button(action, run, role="link"))
        theme.hold(self, 28)

    def say(self, icon: str, words: str, note: str, tone: str = "text.tertiary") -> None:
        """Another state of the first part."""
        self._glyph.show_icon(icon, tone)
        self._labels[0].setText(words)
        self.note.setText(note)
