"""HistogramChart: how often each size occurs, on a log scale where the panel says so. One group is solid bars, several are
outlines over each other; of a pair (a prompt version and the one before it) the newer is solid and the older a dashed outline.
A diamond is one request far to the right of all others.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from tracedesk.analytics.panel import Histogram
from tracedesk.base.words import counted
from tracedesk.ui import theme
from tracedesk.ui.charts import paint
from tracedesk.ui.charts.chart import Chart
from tracedesk.ui.charts.facts import Behind, Card, CardLine
from tracedesk.ui.charts.ticks import Tick, log_ticks, value_ticks
from tracedesk.ui.charts.words import value_text

OUTLIER_PX = 8
GAP_PX = 5
OTHERS = "others"
HEAD_PX = 22
"""Room above the bars for the words of medians."""


class HistogramChart(Chart):
    """A `Histogram`."""

    _result: Histogram | None
    _whole: Histogram | None = None
    _span = (0.0, 1.0)
    pair: tuple[str, str] | None = None
    """Labels of the two groups that are shown alone: before, after."""

    def slots(self) -> int:
        return 0 if self._result is None or not self._result.groups else len(self._result.groups[0].values)

    def show_pair(self, pair: tuple[str, str] | None) -> None:
        """Show only two groups, beside each other, or all."""
        self.pair = pair
        if self._whole is not None:
            self._take(self._whole)

    def groups(self) -> int:
        """How many groups there are in all."""
        return 0 if self._whole is None else len(self._whole.groups)

    def can_pair(self, pair: tuple[str, str]) -> bool:
        """Whether both are among the groups."""
        return self._whole is not None and set(pair) <= {group.label for group in self._whole.groups}

    def _take(self, result: Histogram) -> None:
        self._whole = result
        super()._take(only(result, self.pair) if self.pair is not None and self.can_pair(self.pair) else result)

    @property
    def _paired(self) -> bool:
        return self.pair is not None and self._result is not None and len(self._result.groups) == 2

    def _x(self, value: float) -> float:
        return math.log10(max(value, 1e-12)) if self._result is not None and self._result.log else value

    def slot_x(self, slot: int) -> float:
        assert self._result is not None
        return (self._x(float(self._result.edges[slot])) + self._x(float(self._result.edges[slot + 1]))) / 2

    def slot_at(self, x: float) -> int | None:
        if self._result is None or not self.slots():
            return None
        value = 10.0**x if self._result.log else x
        return max(0, min(self.slots() - 1, int(np.searchsorted(self._result.edges, value, side="right")) - 1))

    def _build(self) -> None:
        self.x_ticks, self.y_ticks = [], []
        nothing = self._result is None or not any(np.nansum(group.values) > 0 for group in self._result.groups)
        self.empty = "Nothing in this time" if nothing else ""
        if self.empty or self._result is None:
            return
        self.right_px = 10
        counted = np.sum([np.nan_to_num(group.values) for group in self._result.groups], axis=0)
        there = np.flatnonzero(counted)
        sizes = [float(self._result.edges[there[0]]), float(self._result.edges[there[-1] + 1]),
                 *(value for value, _ in self._result.outliers)]
        low, high = self._x(min(sizes)), self._x(max(sizes))
        room = max(high - low, 0.2 if self._result.log else abs(high) * 0.1 or 1.0)
        self._span = (low - room * 0.08, high + room * (0.12 if self._result.outliers else 0.08))
        most = max(float(np.nanmax(group.values)) for group in self._result.groups)
        self.y_range = (0.0, most * 1.25)
        self._build_for_width()
        colors = self._colors()
        lefts, rights = (np.array([self._x(float(edge)) for edge in edges])
                         for edges in (self._result.edges[:-1], self._result.edges[1:]))
        for number, (group, color) in enumerate(zip(self._result.groups, colors, strict=True)):
            values = np.nan_to_num(group.values)
            if len(self._result.groups) == 1 or (self._paired and number == 1):
                filled = values > 0
                edge = QPen(theme.current().color("bg.panel"), 1)
                edge.setCosmetic(True)
                self.add(pg.BarGraphItem(x0=lefts[filled], x1=rights[filled], y0=0, height=values[filled],
                                                  brush=color, pen=edge))
            else:
                own = np.flatnonzero(values)
                if not len(own):
                    continue
                first, after = int(own[0]), int(own[-1]) + 1
                edges = np.append(lefts[first:after], rights[after - 1])
                tint = QColor(color)
                tint.setAlphaF(0.18)
                pen = paint.dashes(color, [3, 2], 1.25) if self._paired else QPen(color, 1.25)
                pen.setCosmetic(True)
                self.add(pg.PlotCurveItem(edges, values[first:after], stepMode="center", pen=pen, fillLevel=0,
                                                   brush=tint, antialias=True))

    def _build_for_width(self) -> None:
        self.x_range = self._with_room_for_words(*self._span)
        if self._result is not None and self._result.log:
            self.x_ticks = log_ticks(*self.x_range)
        elif self._result is not None:
            most = self.x_range[1]
            self.x_ticks = [tick for tick in value_ticks(most, self._result.unit, 5) if self.x_range[0] <= tick.at <= most]
        if not self.x_ticks:
            self.x_ticks = [Tick(self.slot_x(self.slots() // 2), "")]

    def _with_room_for_words(self, low: float, high: float) -> tuple[float, float]:
        """A range so wide that the words at the least and the greatest median fit beside their lines."""
        assert self._result is not None
        known = [(self._x(value), self._median_px(number) + 2 * GAP_PX) for number, value in enumerate(self._result.medians)
                 if value is not None]
        wide = self.area().width()
        if not known or 2 * max(px for _, px in known) > wide:
            return low, high
        (last, last_px), (first, first_px) = max(known), min(known)
        high = max(high, low + (last - low) / (1 - last_px / wide))
        if len(known) > 1:
            low = min(low, high - (high - first) / (1 - first_px / wide))
        return low, high

    def _median_px(self, number: int) -> float:
        """How wide the words of a median are."""
        assert self._result is not None
        value = self._result.medians[number]
        figure = value_text(value, self._result.unit) if value is not None else ""
        return paint.text_px(f"{self._result.groups[number].label} ", "caption") + paint.text_px(figure, "dense_strong")

    def _colors(self) -> list[QColor]:
        """In the order of the design; what a newer version is compared with is grey."""
        assert self._result is not None
        colors, known = theme.current(), theme.current().series()
        if self._paired:
            return [colors.color("text.secondary"), known[0]]
        return [colors.color("text.tertiary") if group.label == OTHERS else known[number % len(known)]
                for number, group in enumerate(self._result.groups)]

    def area(self) -> QRectF:
        box = super().area()
        return QRectF(8, box.top() + theme.grown(HEAD_PX), self.width() - 16,
                      max(1.0, box.height() - theme.grown(HEAD_PX)))

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        super().drawBackground(painter, rect)
        if self.empty:
            return
        area = self.area()
        painter.setPen(QPen(theme.current().color("trace.grid_major"), 1))
        for tick in self.x_ticks:
            x = round(self.x_px(tick.at))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(QPen(theme.current().color("border.default"), 1))
        painter.drawLine(QPointF(area.left(), round(area.bottom())), QPointF(area.right(), round(area.bottom())))

    def paint_over(self, painter: QPainter) -> None:
        assert self._result is not None
        taken: list[QRectF] = []
        self._paint_outliers(painter, taken)
        lines = [self.x_px(self._x(value)) for value in self._result.medians if value is not None]
        medians = [(value, number) for number, value in enumerate(self._result.medians) if value is not None]
        for value, number in reversed(medians) if self._paired else medians:
            own = self.x_px(self._x(value))
            others = [QRectF(x - 1, 0, 2, self.height()) for x in lines if x != own]
            self._paint_median(painter, value, number, meant=self._paired and number == 1, taken=taken, others=others)

    def _paint_median(self, painter: QPainter, value: float, number: int, *, meant: bool, taken: list[QRectF],
                      others: list[QRectF]) -> None:
        assert self._result is not None
        colors, area = theme.current(), self.area()
        color = self._colors()[number]
        x = self.x_px(self._x(value))
        painter.setPen(QPen(color, 1.5))
        painter.drawLine(QPointF(x, area.top() - 16), QPointF(x, area.bottom()))
        words, figure = self._result.groups[number].label + " ", value_text(value, self._result.unit)
        wide = self._median_px(number)
        high = theme.grown(16)
        smaller = [other for other in self._result.medians if other is not None and other < value]
        right, left = x + GAP_PX, x - wide - GAP_PX
        sides = [right, left] if smaller or len(self._result.groups) == 1 else [left, right]
        boxes = [QRectF(at, area.top() - theme.grown(HEAD_PX) + 2, wide + 2, high) for at in sides
                 if at >= 0 and at + wide + 2 <= self.width()]
        box = next((box for box in boxes if not any(box.intersects(other) for other in (*taken, *others))), None)
        if box is None:
            return
        taken.append(box)
        painter.setFont(colors.font("caption"))
        painter.setPen(colors.color("text.link") if meant else colors.color("text.secondary"))
        painter.drawText(box, paint.MIDDLE, words)
        painter.setFont(colors.font("dense_strong"))
        painter.drawText(box.adjusted(paint.text_px(words, "caption"), 0, 4, 0), paint.MIDDLE, figure)

    def _paint_outliers(self, painter: QPainter, taken: list[QRectF]) -> None:
        assert self._result is not None
        colors = theme.current()
        warn = colors.color("status.warn")
        for value, _ in self._result.outliers:
            paint.diamond(painter, self._outlier_at(value), warn)
        if self._result.outliers:
            value = max(value for value, _ in self._result.outliers)
            count = len(self._result.outliers)
            words = [(value_text(value, self._result.unit), "dense_strong", warn),
                     (counted(count, "request"), "caption", colors.color("text.tertiary"))]
            at, high = self._outlier_at(value), theme.grown(16)
            for row, (text, face, color) in enumerate(words):
                wide = paint.text_px(text, face)
                left = max(2.0, min(at.x() - wide / 2, self.width() - wide - 4))
                box = QRectF(left, at.y() - 10 - high * (2 - row), wide + 2, high)
                painter.setFont(colors.font(face))
                painter.setPen(color)
                painter.drawText(box, paint.MIDDLE, text)
                taken.append(box)

    def _outlier_at(self, value: float) -> QPointF:
        return QPointF(self.x_px(self._x(value)), self.area().bottom() - 9)

    def paint_points(self, painter: QPainter, slot: int) -> None:
        """The crosshair alone says where."""

    def card(self, slot: int) -> Card:
        assert self._result is not None
        unit = self._result.unit
        low, high = (float(edge) for edge in self._result.edges[slot:slot + 2])
        title = f"{value_text(low, unit)} to {value_text(high, unit)}{' ' + unit if unit == 'tokens' else ''}"
        return Card(title, tuple(
            CardLine(group.label, f"{int(np.nan_to_num(group.values[slot])):,}", color)
            for group, color in zip(self._result.groups, self._colors(), strict=True)))

    def behind(self, slot: int, at: QPointF | None = None) -> Behind:
        assert self._result is not None
        if at is not None:
            for value, query in self._result.outliers:
                spot = self._outlier_at(value) - at
                if math.hypot(spot.x(), spot.y()) <= OUTLIER_PX + 2:
                    return Behind(query)
        key, suffix = {"tokens": ("tokens", ""), "ns": ("duration", "ns")}.get(self._result.unit, ("", ""))
        if not key:
            return Behind()
        low, high = (math.ceil(float(edge)) for edge in self._result.edges[slot:slot + 2])
        group = self._result.groups[-1] if self._paired or len(self._result.groups) == 1 else None
        words = [f"{key} >= {low}{suffix}", f"{key} < {high}{suffix}", group.query if group is not None else ""]
        return Behind(" ".join(word for word in words if word))

    def summary(self) -> str:
        if self._result is None:
            return ""
        parts = [f"{group.label} median {value_text(value, self._result.unit)}"
                 for group, value in zip(self._result.groups, self._result.medians, strict=False) if value is not None]
        if self._result.outliers:
            parts.append(f"{len(self._result.outliers):,} far above")
        return ", ".join(parts)


def only(whole: Histogram, pair: tuple[str, str]) -> Histogram:
    """Two groups of it, in this order."""
    at = [next(number for number, group in enumerate(whole.groups) if group.label == label) for label in pair]
    medians = tuple(whole.medians[number] for number in at) if whole.medians else ()
    return replace(whole, groups=tuple(whole.groups[number] for number in at), medians=medians)
