"""The same scenario over the latest traces of the filter: percentiles, cost and missed budgets before and after."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_total
from tracedesk.ui import theme
from tracedesk.ui.waterfall.tools import hatched
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.text import label
from tracedesk.whatif.many import Many

BINS, AXIS_PX = 48, 18


class Histogram(QWidget):
    """Totals before (outline) and after (hatched) on one axis, the budget as a dotted line."""

    def __init__(self) -> None:
        super().__init__()
        self._found: Many | None = None
        self.setMinimumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Histogram of the totals before and after")

    def show_many(self, found: Many) -> None:
        """Other totals."""
        self._found = found
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 150)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._found is None or not self._found.traces:
            return
        colors = theme.current()
        painter = QPainter(self)
        edges, before, after = self._found.histogram(BINS)
        most, room, top = max(1, *before, *after), self.height() - AXIS_PX - 4, 4
        step = self.width() / BINS
        painter.setPen(QPen(colors.color("trace.grid_major"), 1))
        painter.drawLine(0, top + room, self.width(), top + room)
        for number in range(BINS):
            left = number * step
            grown = QRectF(left + 1, top + room * (1 - after[number] / most), step - 2, room * after[number] / most)
            if after[number]:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(hatched(colors.diff("worse").text))
                painter.drawRect(grown)
            if before[number]:
                painter.setPen(QPen(colors.color("text.secondary"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                height = room * before[number] / most
                painter.drawRect(QRectF(left + 1.5, round(top + room - height) + 0.5, step - 3, height))
        painter.setFont(colors.font("caption"))
        painter.setPen(colors.color("text.tertiary"))
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = share * self.width()
            box = QRectF(x - 100 * share, top + room + 2, 100, AXIS_PX)
            side = {0.0: Qt.AlignmentFlag.AlignLeft, 1.0: Qt.AlignmentFlag.AlignRight}.get(share, Qt.AlignmentFlag.AlignHCenter)
            words = format_duration(int(edges[-1] * share)) if share else "0"
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, words)
        if self._found.budget_ns is not None and self._found.budget_ns < edges[-1]:
            pen = QPen(colors.color("trace.slo"), 1)
            pen.setDashPattern([2, 4])
            painter.setPen(pen)
            x = self._found.budget_ns / edges[-1] * self.width()
            painter.drawLine(int(x), 0, int(x), top + room)


class ManyPanel(QWidget):
    """Table and histogram of the answer, or the sentence why there is none yet."""

    def __init__(self) -> None:
        super().__init__()
        self._says = label("", "dense", "tertiary")
        self._table = Table([Column(""), Column("Measured", 96, True), Column("Simulated", 96, True)], "Before and after")
        self._table.setFixedWidth(360)
        self._histogram = Histogram()
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(self._table)
        row.addWidget(self._histogram, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 8)
        column.setSpacing(4)
        column.addWidget(self._says)
        column.addLayout(row, 1)

    def say(self, text: str) -> None:
        """A sentence: progress, or what went wrong."""
        self._says.setText(text)

    def show_many(self, found: Many) -> None:
        """The answer."""
        self._says.setText(f"{len(found.traces):,} traces, {found.touched:,} of them touched. "
                           "The outline is measured, the hatching simulated.")
        lines = [(name, format_duration(getattr(found.before, field)), format_duration(getattr(found.after, field)))
                 for name, field in (("p50", "p50_ns"), ("p95", "p95_ns"), ("p99", "p99_ns"))]
        costs = [format_total(spread.cost_nusd, spread.unpriced) for spread in (found.before, found.after)]
        lines.append(("cost", costs[0], costs[1]))
        if found.budget_ns is not None:
            lines.append((f"over {format_duration(found.budget_ns)}", f"{found.before.misses:,}", f"{found.after.misses:,}"))
        self._table.show_rows([((Cell(name, "text.secondary"), Cell(before), Cell(after)), name)
                               for name, before, after in lines])
        self._histogram.show_many(found)
