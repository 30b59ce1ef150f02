"""What the inspector's pages are built of: lines that were sent, bars of shares, squares of their legends, cards, tags."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.widgets.text import Elided, plain_tip, visible

LINE_PX = 16
"""The least height of a line."""


def sent_line(text: str, face: str = "dense", tone: str = "text.primary") -> Elided:
    """One line of what was sent; it gives way in the middle, because names, ids and addresses are told apart by their ends."""
    return Elided(text, face, tone, Qt.TextElideMode.ElideMiddle, least_px=LINE_PX)


class StackBar(QWidget):
    """Shares of a whole as one bar of coloured pieces, 8 px high."""

    HEIGHT_PX = 8

    def __init__(self, parts: Sequence[tuple[float, QColor]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = [(size, color) for size, color in parts if size > 0]
        self.setFixedHeight(self.HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        total = sum(size for size, _ in self._parts)
        gap_px = 1.0
        room = self.width() - gap_px * max(0, len(self._parts) - 1)
        x = 0.0
        for size, color in self._parts:
            width = max(2.0, room * size / total)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(x, 0, width, self.height()), 1.5, 1.5)
            x += width + gap_px
        painter.end()


class Swatch(QWidget):
    """The 8 px square of a legend."""

    def __init__(self, color: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = color
        self.setFixedSize(8, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        painter.end()


class Card(QFrame):
    """A raised box with a 1 px border and, where `edge` is given, a 2 px left edge in that colour."""

    def __init__(self, *, edge: QColor | None = None, surface: str = "bg.raised", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edge, self._surface = edge, surface
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(12, 8, 12, 8)
        self.column.setSpacing(4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Painted, because a style sheet of its own costs each card a millisecond."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(colors.color("border.default"))
        painter.setBrush(colors.color(self._surface))
        painter.drawRoundedRect(box, 6, 6)
        if self._edge is not None:
            painter.setClipRect(QRectF(0, 0, 6, self.height()))
            painter.setPen(QPen(self._edge, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0, 20, 0), 6, 6)


class Chip(QWidget):
    """A tag: name in grey, value in ink."""

    def __init__(self, name: str, value: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = visible(name)
        self._value = visible(value if len(value) <= 48 else value[:47] + "…").replace("\n", " ")
        self.setToolTip(plain_tip(f"{name}  {value}"))
        self.setAccessibleName(f"{name} {value[:200]}")

    def sizeHint(self) -> QSize:
        colors = theme.current()
        name, value = QFontMetrics(colors.font("caption")), QFontMetrics(colors.font("label"))
        return QSize(name.horizontalAdvance(self._name) + value.horizontalAdvance(self._value) + 18,
                     max(20, value.height() + 6))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colors.color("border.default"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        x = 7
        for text, font, color in ((self._name, "caption", "text.secondary"), (self._value, "label", "text.primary")):
            metrics = QFontMetrics(colors.font(font))
            painter.setFont(colors.font(font))
            painter.setPen(colors.color(color))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, self.width() - x - 6))
            painter.drawText(QRectF(x, 0, self.width() - x, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            x += metrics.horizontalAdvance(text) + 4
