"""The legend under stacked bars: a swatch, the name, the sum; what has no price says so. A name opens its traces."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.analytics.panel import Line
from tracedesk.ui import theme
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.charts.paint import MIDDLE, SWATCH_PX, dashes, swatch
from tracedesk.ui.charts.words import figure_text
from tracedesk.ui.widgets.text import plain_tip

LEGEND_PX, GAP_PX, NAME_MOST_PX, NEAR_PX = 22, 10, 150, 6


class Legend(QWidget):
    """One line of series; those that do not fit are counted. `opened(Behind)` when one is clicked."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._line: Line | None = None
        self._colors: list[QColor] = []
        self._places: list[tuple[QRectF, str]] = []
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.hold(self, LEGEND_PX)

    def show_line(self, line: Line, colors: list[QColor]) -> None:
        """Another result and the colours of its series."""
        self._line, self._colors = line, colors
        said = "; ".join(f"{series.label} {figure_text(series.total)}".strip() for series in line.series)
        self.setAccessibleName(f"Legend: {said}")
        self.setToolTip(plain_tip(said.replace("; ", "\n")))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._places = []
        if self._line is None:
            return
        plain, strong = QFontMetricsF(colors.font("caption")), QFontMetricsF(colors.font("dense_strong"))
        x, middle = 12.0, self.height() / 2
        for number, (series, color) in enumerate(zip(self._line.series, self._colors, strict=True)):
            name = plain.elidedText(series.label, Qt.TextElideMode.ElideMiddle, NAME_MOST_PX)
            total = figure_text(series.total)
            unknown = series.total is not None and series.total.value is None
            metrics = plain if unknown else strong
            wide = SWATCH_PX + NEAR_PX + plain.horizontalAdvance(name) + 4 + metrics.horizontalAdvance(total)
            rest = len(self._line.series) - number
            last = rest == 1
            if x + wide + (0 if last else 34) > self.width() - 8:
                painter.setFont(colors.font("caption"))
                painter.setPen(colors.color("text.tertiary"))
                painter.drawText(QRectF(x, 0, 60, self.height()), MIDDLE, f"+{rest}")
                return
            if unknown:
                painter.setPen(dashes(colors.color("text.tertiary"), [2, 2]))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(x + 0.5, middle - SWATCH_PX / 2 + 0.5, SWATCH_PX - 1, SWATCH_PX - 1), 2, 2)
            else:
                swatch(painter, color, x, middle)
            left = x + SWATCH_PX + NEAR_PX
            painter.setFont(colors.font("caption"))
            painter.setPen(colors.color("text.secondary"))
            painter.drawText(QRectF(left, 0, wide, self.height()), MIDDLE, name)
            left += plain.horizontalAdvance(name) + 4
            painter.setFont(colors.font("caption" if unknown else "dense_strong"))
            painter.setPen(colors.color("text.tertiary" if unknown else "text.primary"))
            painter.drawText(QRectF(left, 0, wide, self.height()), MIDDLE, total)
            if total == "unpriced":
                painter.setPen(QPen(colors.color("text.tertiary"), 1, Qt.PenStyle.DotLine))
                y = middle + plain.height() / 2
                painter.drawLine(QPointF(left, y), QPointF(left + metrics.horizontalAdvance(total), y))
            self._places.append((QRectF(x, 0, wide, self.height()), series.query))
            x += wide + GAP_PX

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for box, query in self._places:
            if box.contains(event.position()) and query:
                self.opened.emit(Behind(query))
                return
