"""A dot that tells how something is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tracedesk.ui import theme


class Dot(QWidget):
    """A dot in the colour of a status."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(8, 8)
        self._tone = "status.unset"

    def set_tone(self, tone: str) -> None:
        """The colour of the dot."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().color(self._tone))
        painter.drawEllipse(QRectF(0.5, 0.5, 7, 7))
