"""What a drag does to the flame graph in time order: on the ruler it zooms to the range, with Shift it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainter

from tracedesk.base.clock import format_duration
from tracedesk.scene.facts import measure_spans
from tracedesk.ui.flame.source import TIME
from tracedesk.ui.waterfall.marks import paint_plate, paint_range

if TYPE_CHECKING:
    from tracedesk.ui.flame.canvas import FlameCanvas

LEAST_DRAG_PX = 4.0


class TimeTools:
    """`measured` are two moments, ns since 1970, or None."""

    def __init__(self, canvas: FlameCanvas) -> None:
        self._canvas = canvas
        self.measured: tuple[int, int] | None = None
        self._measuring = False
        self._range: tuple[float, float] | None = None

    def _share(self, x: float) -> float:
        """The share of the whole at a pixel of the widget."""
        plot, (left, right) = self._canvas.plot(), self._canvas.view
        return left + min(max((x - plot.left()) / plot.width(), 0.0), 1.0) * (right - left)

    def _moment(self, x: float) -> int:
        trace = self._canvas.source.trace
        assert trace is not None
        return trace.t0_ns + round(self._share(x) * max(1, trace.t1_ns - trace.t0_ns))

    def forget(self) -> None:
        """Measure nothing any more."""
        self.measured, self._measuring, self._range = None, False, None
        self._canvas.update()

    def measure_selected(self) -> None:
        """From the start to the end of the selected span; again: stop."""
        trace, span = self._canvas.source.trace, self._canvas.source.selected
        if self.measured is not None or trace is None or span < 0 or self._canvas.source.mode != TIME:
            self.forget()
            return
        self.measured = (int(trace.start_ns[span]), int(trace.end_ns[span]))
        self._canvas.update()

    def press(self, event: QMouseEvent) -> bool:
        """Whether a press begins one of these drags; any other ends a measurement."""
        source, x = self._canvas.source, event.position().x()
        self.forget()
        if source.trace is None or source.mode != TIME:
            return False
        if event.position().y() < self._canvas.plot().top():
            self._range = (x, x)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._measuring = True
            self.measured = (self._moment(x), self._moment(x))
        return self._measuring or self._range is not None

    def move(self, spot: QPointF) -> bool:
        """Whether the drag is one of these."""
        if self._measuring and self.measured is not None:
            self.measured = (self.measured[0], self._moment(spot.x()))
        elif self._range is not None:
            self._range = (self._range[0], spot.x())
        else:
            return False
        self._canvas.update()
        return True

    def release(self) -> bool:
        """Whether the drag was one of these; a range is zoomed to."""
        wanted, self._range = self._range, None
        was, self._measuring = self._measuring or wanted is not None, False
        if wanted is not None and abs(wanted[1] - wanted[0]) >= LEAST_DRAG_PX:
            left, right = sorted(map(self._share, wanted))
            self._canvas.zoom_to(left, right)
        if was:
            self._canvas.update()
        return was

    def paint(self, painter: QPainter) -> None:
        """The range or the measured stretch over the frames; the painter's origin is that of the widget."""
        canvas, trace = self._canvas, self._canvas.source.trace
        plot, look = canvas.plot(), canvas.look
        painter.save()
        painter.translate(plot.left(), 0)
        if self._range is not None:
            x0, x1 = sorted(x - plot.left() for x in self._range)
            paint_range(painter, look, x0, x1, canvas.height())
        if self.measured is not None and trace is not None and canvas.source.mode == TIME:
            begin, end = sorted(self.measured)
            whole, (left, right) = max(1, trace.t1_ns - trace.t0_ns), canvas.view
            x0, x1 = (((moment - trace.t0_ns) / whole - left) / (right - left) * plot.width() for moment in (begin, end))
            paint_range(painter, look, x0, x1, canvas.height())
            found = measure_spans(trace, trace.start_ns, trace.end_ns, (begin, end), canvas.source.elsewhere)
            paint_plate(painter, look, f"{format_duration(found.ns)} · {found.words}", (x0, x1), plot.width(), canvas.height())
        painter.restore()
