"""What is painted around the data of a chart: axes, limit, marks, selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from tracedesk.ui import theme
from tracedesk.ui.charts import paint

if TYPE_CHECKING:
    from tracedesk.ui.charts.chart import Chart

MARK_ROWS = 3


def paint_axes(painter: QPainter, chart: Chart, area: QRectF) -> None:
    """The texts of both axes; the left gutter belongs to the values."""
    colors = theme.current()
    painter.setFont(colors.font("caption"))
    painter.setPen(colors.color("text.tertiary"))
    high = theme.grown(16)
    for tick in chart.y_ticks:
        painter.drawText(QRectF(0, chart.y_px(tick.at) - high / 2, area.left() - 8, high), paint.RIGHT, tick.text)
    for tick in chart.x_ticks:
        wide = paint.text_px(tick.text, "caption")
        left = min(max(0.0, chart.x_px(tick.at) - wide / 2), chart.width() - wide - 2)
        painter.drawText(QRectF(left, area.bottom() + 6, wide + 2, high), paint.MIDDLE, tick.text)


def paint_limit(painter: QPainter, chart: Chart, area: QRectF, value: float, words: str) -> None:
    """A dotted line somebody set, and its name."""
    colors = theme.current()
    y = chart.y_px(value)
    if not area.top() - 1 <= y <= area.bottom() + 1:
        return
    painter.setPen(paint.dashes(colors.color("trace.slo"), [2, 4], 1.25))
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    painter.setFont(colors.font("caption"))
    painter.setPen(colors.color("trace.slo"))
    wide, high = paint.text_px(words, "caption"), theme.grown(16)
    box = QRectF(area.left() + 2, y + 2 if y + 2 + high < area.bottom() else y - high - 1, wide + 8, high)
    painter.fillRect(box, colors.color("bg.panel"))
    painter.drawText(box, paint.CENTRE, words)


def paint_marks(painter: QPainter, chart: Chart, area: QRectF) -> None:
    """Dashed verticals; their words stand below each other where they would overlap, and go where there is no row left."""
    colors = theme.current()
    taken: list[QRectF] = []
    high = theme.grown(18)
    places = [(chart.x_px(mark.x), mark.text) for mark in chart.marks]
    painter.setPen(paint.dashes(colors.color("border.control"), [4, 3]))
    for x, _ in places:
        painter.drawLine(QPointF(round(x) + 0.5, area.top()), QPointF(round(x) + 0.5, area.bottom()))
    for x, text in places:
        wide = paint.text_px(text, "caption") + 14
        left = x - wide - 5 if x - wide - 5 >= area.left() else x + 5
        for row in range(MARK_ROWS):
            box = QRectF(round(left), area.top() + row * (high + 2), wide, high)
            if box.right() <= chart.width() and not any(box.intersects(other) for other in taken):
                paint.paint_box(painter, box, text)
                taken.append(box)
                break


def paint_selection(painter: QPainter, chart: Chart, area: QRectF) -> None:
    """The stretch that is being marked."""
    if chart.selected is None:
        return
    low, high = sorted(map(chart.x_px, chart.selected))
    color = theme.current().color("trace.brush")
    painter.setPen(QPen(color, 1))
    painter.drawLine(QPointF(low, area.top()), QPointF(low, area.bottom()))
    painter.drawLine(QPointF(high, area.top()), QPointF(high, area.bottom()))
    tint = QColor(color)
    tint.setAlphaF(0.16)
    painter.fillRect(QRectF(low, area.top(), high - low, area.height()), tint)
