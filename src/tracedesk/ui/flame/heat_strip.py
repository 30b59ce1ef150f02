"""The whole run of a huge trace as heat: a line per kind, bright where it worked most; drag to select a stretch."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.scene import timescale
from tracedesk.scene.heat import HUGE, Heat, heat
from tracedesk.scene.ticks import ticks
from tracedesk.ui import icons, theme
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.tools import MIDDLE, faded

LINE_PX, GAP_PX, LABELS_PX, PAD_PX, HEAD_PX, RULER_PX = 14, 2, 104, 16, 30, 26
CELL_PX, LEVELS = 3, 64
LEAST_DRAG_PX = 4
STEP_SHARE = 0.02


class HeatStrip(QWidget):
    """`selected((begin_ns, end_ns) or None)` after a drag, a double click, or F and Esc."""

    selected = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.stretch: tuple[int, int] | None = None
        self._trace: Trace | None = None
        self._heat: Heat | None = None
        self._image: QImage | None = None
        self._look = Look(theme.current())
        self._pressed: float | None = None
        self._inside = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Whole run, share of working time by kind")
        theme.changed.connect(self._restyled)

    def set_trace(self, trace: Trace | None) -> None:
        """Another trace; it is shown only where the trace is huge."""
        self._trace = trace if trace is not None and trace.n >= HUGE else None
        self._heat = self._image = None
        self.stretch = None
        self.setVisible(self._trace is not None)

    def set_stretch(self, stretch: tuple[int, int] | None) -> None:
        """Select a stretch of time, or nothing."""
        self.stretch = stretch
        trace = self._trace
        if trace is not None and stretch is not None:
            self._inside = int(np.count_nonzero((trace.start_ns >= stretch[0]) & (trace.start_ns < stretch[1])))
        self.selected.emit(stretch)
        self.update()

    def words(self) -> str:
        """What one cell is."""
        found = self._computed()
        return "" if found is None else f"share of working time by span kind, {format_duration(round(found.cell_ns))} per cell"

    def _computed(self) -> Heat | None:
        if self._trace is None:
            return None
        columns = max(1, int(self._plot().width()) // CELL_PX)
        if self._heat is None or self._heat.work_ns.shape[1] != columns:
            self._heat, self._image = heat(self._trace, columns), None
            self.updateGeometry()
        return self._heat

    def _plot(self) -> QRectF:
        lines = len(self._heat.kinds) if self._heat is not None else 1
        left = PAD_PX + LABELS_PX
        return QRectF(left, HEAD_PX, max(1, self.width() - left - PAD_PX), lines * (LINE_PX + GAP_PX))

    def sizeHint(self) -> QSize:
        lines = len(self._heat.kinds) if self._heat is not None else 1
        return QSize(400, HEAD_PX + lines * (LINE_PX + GAP_PX) + RULER_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _restyled(self) -> None:
        self._look, self._image = Look(theme.current()), None
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        found, look, trace = self._computed(), self._look, self._trace
        if found is None or trace is None:
            return
        plot = self._plot()
        painter = QPainter(self)
        painter.setFont(look.name_strong)
        painter.setPen(look.color("text.primary"))
        painter.drawText(QRectF(PAD_PX, 4, 120, HEAD_PX - 8), MIDDLE, "Whole run")
        painter.setFont(look.caption)
        painter.setPen(look.color("text.tertiary"))
        after = PAD_PX + look.name_strong_px.of("Whole run") + 8
        painter.drawText(QRectF(after, 4, plot.width(), HEAD_PX - 8), MIDDLE, self.words())
        for line, kind in enumerate(found.kinds):
            y = HEAD_PX + line * (LINE_PX + GAP_PX)
            icons.draw(painter, Kind(kind).label, look.colors.kind(kind).text, PAD_PX, y + 1, 12)
            painter.setPen(look.color("text.secondary"))
            painter.drawText(QRectF(PAD_PX + 18, y, LABELS_PX - 22, LINE_PX), MIDDLE,
                             look.caption_px.elided(look.colors.kind_label(kind), LABELS_PX - 22))
        painter.drawImage(plot, self._drawn(found))
        scale = timescale.TimeScale(trace.t0_ns, float(max(1, trace.t1_ns - trace.t0_ns)), plot.width())
        painter.setPen(look.color("text.tertiary"))
        for tick in ticks(scale, trace.t0_ns):
            if tick.x_px + look.caption_px.of(tick.text) <= plot.width():
                painter.drawText(QRectF(plot.left() + tick.x_px, plot.bottom(), 120, RULER_PX), MIDDLE, tick.text)
        self._paint_stretch(painter, scale, plot)

    def _drawn(self, found: Heat) -> QImage:
        """One column a cell: brightness is the square root of the share of the busiest cell, so that little is seen too."""
        if self._image is not None:
            return self._image
        lines, columns = found.work_ns.shape
        pixels = np.zeros((lines * (LINE_PX + GAP_PX), columns), np.uint32)
        most = max(float(found.work_ns.max()), 1.0) if found.work_ns.size else 1.0
        for line, kind in enumerate(found.kinds):
            shares = np.sqrt(found.work_ns[line] / most)
            low, high = self._look.color("bg.inset"), self._look.colors.kind(kind).solid
            ramp = np.array([_mixed(low, high, level / (LEVELS - 1)) for level in range(LEVELS)], np.uint32)
            top = line * (LINE_PX + GAP_PX)
            pixels[top:top + LINE_PX] = ramp[np.clip((shares * (LEVELS - 1)).round().astype(int), 0, LEVELS - 1)]
        self._image = QImage(pixels.data, columns, pixels.shape[0], 4 * columns, QImage.Format.Format_ARGB32).copy()
        return self._image

    def _paint_stretch(self, painter: QPainter, scale: timescale.TimeScale, plot: QRectF) -> None:
        look, trace = self._look, self._trace
        if self.stretch is None or trace is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x0, x1 = (plot.left() + scale.x(moment) for moment in self.stretch)
        brush = look.color("trace.brush")
        painter.setPen(QPen(brush, 1.5))
        painter.setBrush(faded(brush, 0.08))
        painter.drawRoundedRect(QRectF(x0, plot.top() - 2, max(x1 - x0, 2.0), plot.height() + 2), 4, 4)
        begin, end = (format_duration(moment - trace.t0_ns) for moment in self.stretch)
        text = f"{begin} to {end}, {self._inside:,} spans"
        wide = look.label_px.of(text) + 14
        left = min(max((x0 + x1 - wide) / 2, plot.left()), plot.right() - wide)
        box = QRectF(left, plot.bottom() + 2, wide, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(look.label)
        painter.setPen(look.color("accent.on"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # selecting

    def _moment(self, x: float) -> int:
        trace, plot = self._trace, self._plot()
        assert trace is not None
        share = min(max((x - plot.left()) / plot.width(), 0.0), 1.0)
        return trace.t0_ns + round(share * (trace.t1_ns - trace.t0_ns))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._trace is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and abs(event.position().x() - self._pressed) >= LEAST_DRAG_PX:
            begin, end = sorted((self._moment(self._pressed), self._moment(event.position().x())))
            self.stretch = (begin, end)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is not None and abs(event.position().x() - pressed) >= LEAST_DRAG_PX:
            begin, end = sorted((self._moment(pressed), self._moment(event.position().x())))
            self.set_stretch((begin, max(end, begin + 1)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.set_stretch(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """←/→ move the stretch (a tenth at first), F and Esc take it away."""
        trace, key = self._trace, Qt.Key(event.key())
        if trace is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_F, Qt.Key.Key_Escape) and self.stretch is not None:
            self.set_stretch(None)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            whole = trace.t1_ns - trace.t0_ns
            begin, end = self.stretch or (trace.t0_ns, trace.t0_ns + whole // 10)
            by = round(STEP_SHARE * whole) * (1 if key == Qt.Key.Key_Right else -1) if self.stretch is not None else 0
            by = min(max(by, trace.t0_ns - begin), trace.t1_ns - end)
            self.set_stretch((begin + by, end + by))
        else:
            super().keyPressEvent(event)


def _mixed(low: QColor, high: QColor, share: float) -> int:
    """The colour between two, as 0xAARRGGBB."""
    pairs = ((low.red(), high.red()), (low.green(), high.green()), (low.blue(), high.blue()))
    red, green, blue = (round(a + (b - a) * share) for a, b in pairs)
    return 0xFF000000 | red << 16 | green << 8 | blue

