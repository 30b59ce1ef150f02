"""LineChart: curves over time. Latency takes one hue: p50 thin, p95 strong and filled, p99 grey dashed (DESIGN section 3).

Curves carry their name and their figure at the right end instead of a legend. Buckets without a value are gaps; a bucket
alone between two gaps is a dot.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from tracedesk.analytics.panel import Floats, Series
from tracedesk.ui import theme
from tracedesk.ui.charts import paint
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.charts.over_time import OverTime
from tracedesk.ui.charts.ticks import value_ticks
from tracedesk.ui.charts.words import UNKNOWN, figure_text, value_text

NEAR_PX = 9
END_PX = 16
THIN_ALPHA, FILL_ALPHA = 0.65, 0.12


class Style(NamedTuple):
    """How a curve is drawn."""

    color: QColor
    width: float
    dashed: bool
    filled: bool


class LineChart(OverTime):
    """A `Line` that is not stacked."""

    def _styles(self) -> list[Style]:
        assert self._result is not None
        found = []
        known = theme.current().series()
        labels = {series.label for series in self._result.series}
        for series, color in zip(self._result.series, super().colors(), strict=True):
            if not {"p50", "p95"} <= labels:
                found.append(Style(color, 1.75, False, len(self._result.series) == 1))
            elif series.label == "p99":
                found.append(Style(theme.current().color("text.tertiary"), 1.25, True, False))
            elif series.label == "p50":
                thin = QColor(known[0])
                thin.setAlphaF(THIN_ALPHA)
                found.append(Style(thin, 1.5, False, False))
            else:
                strong = series.label == "p95"
                found.append(Style(known[0] if strong else color, 2.0 if strong else 1.5, False, strong))
        return found

    def colors(self) -> list[QColor]:
        return [_solid(style.color) for style in self._styles()]

    def _build(self) -> None:
        self.x_ticks, self.y_ticks, self.marks, self.limit, self.right_px = [], [], (), None, 8
        if self._say_empty() or self._result is None:
            return
        most = max(float(np.nanmax(series.values)) for series in self._result.series if np.isfinite(series.values).any())
        self.limit = self._result.limit
        if self.limit is not None:
            most = max(most, self.limit[0])
        self.y_ticks = value_ticks(most, self._result.unit)
        self.y_range = (0.0, self.y_ticks[-1].at)
        self.right_px = 22 + round(max(paint.text_px(f"{series.label} ", "caption")
                                       + paint.text_px(self._end_words(series), "dense_strong")
                                       for series in self._result.series))
        self._frame_time()
        xs = ((np.arange(self.slots()) + 0.5) * self.step_s).astype(np.float64)
        for series, style in zip(self._result.series, self._styles(), strict=True):
            if style.filled:
                self.add(_fill(xs, series.values, style.color))
        for series, style in zip(self._result.series, self._styles(), strict=True):
            pen = paint.dashes(style.color, [4, 2], style.width) if style.dashed else QPen(style.color, style.width)
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            self.add(pg.PlotCurveItem(xs, series.values, pen=pen, connect="finite", antialias=True))
            alone = _alone(series.values)
            if alone.any():
                self.add(pg.ScatterPlotItem(xs[alone], series.values[alone], size=5, pen=None, brush=style.color,
                                                     antialias=True))

    def _end_words(self, series: Series) -> str:
        assert self._result is not None
        if series.total is not None:
            return figure_text(series.total)
        known = series.values[np.isfinite(series.values)]
        return value_text(float(known[-1]), self._result.unit) if len(known) else UNKNOWN

    def ends(self) -> list[tuple[float, float, int]]:
        """(y of the label, y of the last value, series) from the top, so far apart that no label hides another."""
        assert self._result is not None
        found = []
        for number, series in enumerate(self._result.series):
            known = np.flatnonzero(np.isfinite(series.values))
            if len(known):
                found.append((self.y_px(float(series.values[known[-1]])), number))
        found.sort()
        apart = theme.grown(END_PX)
        placed: list[tuple[float, float, int]] = []
        for at, (y, number) in enumerate(found):
            top = y if not at else max(y, placed[-1][0] + apart)
            placed.append((top, y, number))
        over = max(0.0, placed[-1][0] - (self.area().bottom() - 2)) if placed else 0.0
        moved: list[tuple[float, float, int]] = []
        for place, y, number in reversed(placed):
            limit = moved[-1][0] - apart if moved else math.inf
            moved.append((min(place - over if not moved else place, limit), y, number))
        return moved[::-1]

    def paint_over(self, painter: QPainter) -> None:
        assert self._result is not None
        colors, area, styles = theme.current(), self.area(), self._styles()
        for label_y, y, number in self.ends():
            series, style = self._result.series[number], styles[number]
            last = int(np.flatnonzero(np.isfinite(series.values))[-1])
            self.dot(painter, QPointF(self.x_px(self.slot_x(last)), y), _solid(style.color), 2.6)
            x = area.right() + 10
            high = theme.grown(END_PX)
            painter.setFont(colors.font("caption"))
            painter.setPen(colors.color("text.secondary") if style.dashed else _readable(style.color))
            wide = paint.text_px(f"{series.label} ", "caption")
            painter.drawText(QRectF(x, label_y - high / 2, wide + 4, high), paint.MIDDLE, series.label)
            painter.setFont(colors.font("dense_strong"))
            painter.setPen(colors.color("text.primary"))
            painter.drawText(QRectF(x + wide + 1, label_y - high / 2, 200, high), paint.MIDDLE, self._end_words(series))

    def paint_points(self, painter: QPainter, slot: int) -> None:
        assert self._result is not None
        for series, style in zip(self._result.series, self._styles(), strict=True):
            if math.isfinite(series.values[slot]):
                self.dot(painter, QPointF(self.x_px(self.slot_x(slot)), self.y_px(float(series.values[slot]))),
                         _solid(style.color))

    def behind(self, slot: int, at: QPointF | None = None) -> Behind:
        assert self._result is not None
        query = ""
        if at is not None:
            near = [(abs(self.y_px(float(series.values[slot])) - at.y()), series.query) for series in self._result.series
                    if math.isfinite(series.values[slot])]
            distance, found = min(near, default=(math.inf, ""))
            query = found if distance <= NEAR_PX else ""
        return Behind(query, *self.bucket_ns(slot))


def _solid(color: QColor) -> QColor:
    """A colour as it looks on the pane, without transparency."""
    if color.alpha() == 255:
        return color
    pane, part = theme.current().color("bg.panel"), color.alphaF()
    return QColor.fromRgbF(*(part * over + (1 - part) * under for over, under in
                             ((color.redF(), pane.redF()), (color.greenF(), pane.greenF()), (color.blueF(), pane.blueF()))))


def _readable(color: QColor) -> QColor:
    """The colour of a curve as that of its name: without the transparency that makes a thin curve pale."""
    full = QColor(color)
    full.setAlpha(255)
    return full


def _alone(values: Floats) -> np.ndarray:
    """Which values stand between two gaps."""
    known = np.isfinite(values)
    padded = np.concatenate(([False], known, [False]))
    return known & ~padded[:-2] & ~padded[2:]


def _fill(xs: Floats, values: Floats, color: QColor) -> QGraphicsPathItem:
    """The area below a curve, one closed shape per run without a gap."""
    path = QPainterPath()
    known = np.isfinite(values)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0]))))
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        path.moveTo(xs[first], 0.0)
        for at in range(first, after):
            path.lineTo(xs[at], values[at])
        path.lineTo(xs[after - 1], 0.0)
        path.closeSubpath()
    item = QGraphicsPathItem(path)
    tint = QColor(color)
    tint.setAlphaF(FILL_ALPHA)
    item.setBrush(tint)
    item.setPen(QPen(Qt.PenStyle.NoPen))
    return item
