"""A small curve without axes: what a figure did over time. Plain painting; gaps are gaps, the last value is a dot."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from tracedesk.analytics.panel import Floats

FILL_ALPHA, BELOW = 0.18, 0.25
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


def paint_spark(painter: QPainter, box: QRectF, values: Floats, color: QColor, *, from_zero: bool = True) -> None:
    """The curve into a box, from 0 (or from a little below its least value) to its greatest."""
    values = fewer(values)
    known = np.isfinite(values)
    if not known.any():
        return
    least, most = float(values[known].min()), float(values[known].max())
    low = min(0.0, least) if from_zero else least - (most - least) * BELOW
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
