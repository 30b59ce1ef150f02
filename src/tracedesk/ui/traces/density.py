"""The density strip: time across, duration up (log), darkness = count, red cells = at least one error.

One `QImage`, scaled without smoothing. Drag to select a range; ←/→ and Enter are not needed: the same two chips can be
typed (`start >`, `duration >`).
"""

from __future__ import annotations

import math
import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.base import clock
from tracedesk.base.clock import NARROW, NS_PER_MS, NS_PER_S, NS_PER_US
from tracedesk.ui import theme

LEFT_PX, TOP_PX, BOTTOM_PX, HEIGHT_PX = 44, 14, 20, 96
COLUMNS, ROWS = 48, 7
MOST_TICKS = 3


class DensityStrip(QWidget):
    """`selected(start_ns, end_ns, low_ns, high_ns)` after a drag."""

    selected = Signal(object, object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._counts: NDArray[np.int64] = np.zeros((ROWS, COLUMNS), np.int64)
        self._errors: NDArray[np.int64] = np.zeros((ROWS, COLUMNS), np.int64)
        self._span = (0, 1)
        self._range = (NS_PER_S // 10, 10 * NS_PER_S)
        self._image: QImage | None = None
        self._drag: tuple[float, float, float, float] | None = None
        theme.hold(self, HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Durations over time")
        theme.changed.connect(self._repaint_image)

    def show_density(self, counts: NDArray[np.int64], errors: NDArray[np.int64], start_ns: int, end_ns: int, low_ns: int,
                     high_ns: int) -> None:
        """Cells `[row, column]`, row 0 the shortest durations."""
        self._counts, self._errors = counts, errors
        self._span = (start_ns, max(end_ns, start_ns + 1))
        self._range = (max(1, low_ns), max(high_ns, low_ns + 1, 2))
        self.setAccessibleDescription(f"{int(counts.sum()):,} traces, {int((errors > 0).sum())} cells with errors")
        self._repaint_image()

    def _repaint_image(self) -> None:
        self._image = None
        self.update()

    def _plot(self) -> QRectF:
        left, top, bottom = theme.grown(LEFT_PX), theme.grown(TOP_PX), theme.grown(BOTTOM_PX)
        return QRectF(left, top, self.width() - left - 12, self.height() - top - bottom)

    def sizeHint(self) -> QSize:
        return QSize(356, theme.grown(HEIGHT_PX))

    def _draw_image(self, dpr: float) -> QImage:
        """The cells: a dot per cell on a grid, so that neighbours stay apart as in a table."""
        plot = self._plot()
        rows, columns = self._counts.shape
        image = QImage(QSize(int(plot.width() * dpr), int(plot.height() * dpr)), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(dpr)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        colors = theme.current()
        base, failed = colors.color("accent.base"), colors.color("status.error")
        wide, high = plot.width() / columns, plot.height() / rows
        most = math.log1p(int(self._counts.max()) or 1)
        for row, column in zip(*np.nonzero(self._counts), strict=True):
            box = QRectF(column * wide + 0.5, (rows - 1 - row) * high + 0.5, max(1.0, wide - 1.2), max(1.0, high - 1.2))
            if self._errors[row, column]:
                painter.fillRect(box, failed)
            else:
                base.setAlphaF(0.18 + 0.72 * math.log1p(int(self._counts[row, column])) / most)
                painter.fillRect(box, base)
        painter.end()
        return image

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        plot = self._plot()
        if self._image is None or self._image.width() != int(plot.width() * self.devicePixelRatioF()):
            self._image = self._draw_image(self.devicePixelRatioF())
        painter.drawImage(plot.topLeft(), self._image)
        painter.setFont(colors.font("caption"))
        painter.setPen(colors.color("text.tertiary"))
        if not self._counts.any():
            painter.drawText(plot, Qt.AlignmentFlag.AlignCenter, "durations over time")
            return
        for ns in self._ticks():
            y = plot.bottom() - self._fraction(ns) * plot.height()
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - 12, plot.left() - 5, 24), right,
                             decade_text(ns))
        start, end = self._span
        room = theme.grown(60)
        for index in range(5):
            ns = start + (end - start) * index // 4
            words = "now" if index == 4 and clock.now_ns() - end < 120 * NS_PER_S else clock_text(ns, end - start)
            side = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignHCenter,
                    Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)[index]
            x = plot.left() + plot.width() * index / 4
            left = x - (0 if index == 0 else room if index == 4 else room / 2)
            box = QRectF(left, plot.bottom() + 1, room, self.height() - plot.bottom() - 2)
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, words)
        if self._drag is not None:
            x0, y0, x1, y1 = self._drag
            brush = QRectF(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)).intersected(plot)
            fill = colors.color("trace.brush")
            painter.setPen(QPen(fill, 1))
            fill.setAlphaF(0.2)
            painter.setBrush(fill)
            painter.drawRect(brush)

    def _ticks(self) -> list[int]:
        low, high = self._range
        first = 10 ** math.ceil(math.log10(low) - 1e-9)
        ticks = []
        while first <= high * 1.0001:
            ticks.append(int(first))
            first *= 10
        step = -(-len(ticks) // MOST_TICKS)
        return ticks[::-1][::step][::-1]

    def _fraction(self, ns: int) -> float:
        low, high = (math.log(value) for value in self._range)
        return min(1.0, max(0.0, (math.log(max(1, ns)) - low) / (high - low)))

    def mousePressEvent(self, event) -> None:
        x, y = event.position().x(), event.position().y()
        self._drag = (x, y, x, y)

    def mouseMoveEvent(self, event) -> None:
        if self._drag is not None:
            self._drag = (*self._drag[:2], event.position().x(), event.position().y())
            self.update()

    def mouseReleaseEvent(self, event) -> None:
        if self._drag is None:
            return
        x0, y0, x1, y1 = self._drag
        self._drag = None
        self.update()
        plot = self._plot()
        if abs(x1 - x0) < 4 and abs(y1 - y0) < 4:
            return
        a, b = sorted(min(1.0, max(0.0, (x - plot.left()) / plot.width())) for x in (x0, x1))
        lo, hi = sorted(min(1.0, max(0.0, (plot.bottom() - y) / plot.height())) for y in (y0, y1))
        start, end = self._span
        low, high = (math.log(value) for value in self._range)
        self.selected.emit(int(start + a * (end - start)), int(start + b * (end - start)),
                           int(math.exp(low + lo * (high - low))) if lo > 0.02 else None,
                           int(math.exp(low + hi * (high - low))) if hi < 0.98 else None)


def decade_text(ns: int) -> str:
    """A power of ten as the axis says it: `1 µs`, `10 ms`, `0.1 s`, `1 s`, `1,000 s`."""
    for unit, word, least in ((NS_PER_S, "s", NS_PER_S // 10), (NS_PER_MS, "ms", NS_PER_MS), (NS_PER_US, "µs", NS_PER_US)):
        if ns >= least:
            return f"{ns / unit:,.1f}{NARROW}{word}" if ns < unit else f"{ns // unit:,}{NARROW}{word}"
    return f"{ns}{NARROW}ns"


def clock_text(ns: int, span_ns: int) -> str:
    """Local time of day for spans under two days, else the date."""
    moment = time.localtime(min(max(ns // NS_PER_S, 0), 253_402_300_000))
    if span_ns >= 2 * 86_400 * NS_PER_S:
        return f"{moment.tm_mday} {time.strftime('%b', moment)}"
    return f"{moment.tm_hour:02}:{moment.tm_min:02}"
