"""The small curve beside a figure of "so far": the sum after each step of the turn, up to the current one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

POINTS_AT_MOST = 100


class Curve(QWidget):
    """Painted; the whole turn is the width, its last value the height, so the curve ends where the turn stands."""

    def __init__(self) -> None:
        super().__init__()
        self._values: list[float] = []
        self._most = 1.0
        self._color = QColor()
        self.setFixedSize(92, 32)

    def show_values(self, values: Sequence[float], most: float, color: QColor) -> None:
        """The values up to now, which only grow, and the greatest one there will be. Of many some are drawn, and the last."""
        every = max(1, len(values) // POINTS_AT_MOST)
        self._values = [*values[:-1:every], *values[-1:]]
        self._most, self._color = max(most, 1e-9), color
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._values:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, high = self.width() - 8.0, self.height() - 8.0
        step = wide / max(1, len(self._values) - 1)
        points = [QPointF(3 + at * step, 4 + high * (1 - min(1.0, value / self._most)))
                  for at, value in enumerate(self._values)]
        if len(points) == 1:
            points = [QPointF(3, points[0].y()), QPointF(3 + wide, points[0].y())]
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        area = QPainterPath(line)
        area.lineTo(points[-1].x(), self.height() - 2)
        area.lineTo(points[0].x(), self.height() - 2)
        fill = QColor(self._color)
        fill.setAlphaF(0.22)
        painter.fillPath(area, fill)
        painter.setPen(QPen(self._color, 1.5))
        painter.drawPath(line)
        painter.setBrush(self._color)
        painter.drawEllipse(points[-1], 2.2, 2.2)
