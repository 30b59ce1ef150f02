"""A small curve without axes: what a figure did over time. Plain painting; gaps are gaps, the last value is a dot."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.analytics.panel import Floats
from tracedesk.ui.charts import paint

FILL_ALPHA = 0.18
POINTS = 40
"""A spark shows at most so many buckets; of more, the mean of neighbours."""
DOT_PX = 2.0


def fewer(values: Floats, most: int = POINTS) -> Floats:
    """Means of neighbours, so that a small curve is not a band of noise; NaN where no neighbour has a value."""
    if len(values) <= most:
        return values
    places = np.arange(len(values)) * most // len(values)
    known = np.isfinite(values)
    counts = np.bincount(places[known], minlength=most)
    sums = np.bincount(places[known], weights=values[known], minlength=most)
    found = np.full(most, np.nan)
    np.divide(sums, counts, out=found, where=counts > 0)
    return found


def paint_spark(painter: QPainter, box: QRectF, values: Floats, color: QColor, *, limit: float | None = None,
                limit_color: QColor | None = None) -> None:
    """The curve into a box, from 0 to its greatest value (or a limit above it)."""
    values = fewer(values)
    known = np.isfinite(values)
    if not known.any():
        return
    most = max(float(values[known].max()), limit or 0.0)
    low = min(0.0, float(values[known].min()))
    span = most - low or 1.0
    step = (box.width() - 2 * DOT_PX) / max(1, len(values) - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area, line, alone = QPainterPath(), QPainterPath(), []
    points: list[QPointF] = []
    last: QPointF | None = None
    for number in range(len(values) + 1):
        if number < len(values) and known[number]:
            y = box.bottom() - 1 - (float(values[number]) - low) / span * (box.height() - 2 - 2 * DOT_PX)
            last = QPointF(box.left() + DOT_PX + number * step, y)
            points.append(last)
        elif points:
            if len(points) == 1:
                alone.append(points[0])
            line.moveTo(points[0])
            area.moveTo(points[0].x(), box.bottom())
            for point in points:
                line.lineTo(point)
                area.lineTo(point)
            area.lineTo(points[-1].x(), box.bottom())
            area.closeSubpath()
            points = []
    tint = QColor(color)
    tint.setAlphaF(FILL_ALPHA)
    painter.fillPath(area, tint)
    if limit is not None and limit_color is not None:
        y = box.bottom() - 1 - (limit - low) / span * (box.height() - 2 - 2 * DOT_PX)
        painter.setPen(paint.dashes(limit_color, [2, 3]))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
    pen = QPen(color, 1.5)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(line)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for point in alone:
        painter.drawEllipse(point, 1.5, 1.5)
    if last is not None:
        painter.drawEllipse(last, DOT_PX + 0.4, DOT_PX + 0.4)


class Spark(QWidget):
    """A spark as a widget; decoration beside a figure, so it has no accessible name of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._values: Floats = np.empty(0)
        self._color = QColor()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_values(self, values: Floats, color: QColor) -> None:
        """Another curve or colour."""
        self._values, self._color = values, color
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(72, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_spark(QPainter(self), QRectF(self.rect()), self._values, self._color)
