"""The painted part of the flame graph. Click = zoom to the frame, Backspace = back; search dims what does not match."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QToolTip, QWidget

from tracedesk.model.trace import Trace
from tracedesk.ui import theme
from tracedesk.ui.flame.paint import GAP_PX, Marked, paint_ruler, paint_shapes, row_px
from tracedesk.ui.flame.shapes import Shapes
from tracedesk.ui.flame.source import TIME, Source
from tracedesk.ui.flame.time_tools import TimeTools
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.motion import Glide
from tracedesk.ui.waterfall.tools import pinched
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.text import plain_tip

GLIDE_MS, PAD_PX, TOP_PX, RULER_PX = 150, 16, 4, 20
LEAST_SHARE = 1e-9
ZOOM_STEP, PAN_SHARE, PAGE_SHARE = 1.2, 0.15, 0.9
DRAG_PX = 4


class FlameCanvas(QWidget):
    """Frames between the shares `view` of the whole. `picked(span id)` on a click, `changed()` when what is drawn changed,
    `menu_opened(Menu, whether it is of a frame)` for those who have more to offer."""

    picked = Signal(object)
    changed = Signal()
    menu_opened = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__()
        self.source = Source()
        self.view: tuple[float, float] = (0.0, 1.0)
        self.look = Look(theme.current())
        self._hover: int | None = None
        self._pointer: float | None = None
        self._history: list[tuple[float, float]] = []
        self._pressed: tuple[float, float, tuple[float, float]] | None = None
        self._dragged = False
        self.tools = TimeTools(self)
        self._glide = Glide(self)
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.bar.valueChanged.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Flame graph")
        theme.changed.connect(self._restyled)

    # what is shown

    def set_trace(self, trace: Trace | None) -> None:
        """Another trace; the same one grown keeps its window."""
        if not self.source.set_trace(trace):
            self.tools.forget()
            self._history.clear()
            self.view = (0.0, 1.0)
        self._refresh()

    def select(self, span_id: bytes | None) -> None:
        """Show which span is selected."""
        trace = self.source.trace
        if trace is None:
            return
        if self.source.select(trace.index_of.get(span_id, -1) if span_id is not None else -1):
            self._refresh()
        self.update()

    def set_stretch(self, stretch: tuple[int, int] | None) -> None:
        """Only what starts between two moments; in time order that stretch comes into view."""
        self.source.set_stretch(stretch)
        self._start_over()

    def set_mode(self, mode: str) -> None:
        """`merged`, `time` or `callers`."""
        if mode != self.source.mode:
            self.source.mode = mode
            self.tools.forget()
            self.bar.setValue(0)
            self._start_over()

    def _start_over(self) -> None:
        self._history.clear()
        self.show_window(*self.source.stretch_in_view(), glide=False)
        self._refresh()

    def set_matches(self, indexes: Sequence[int] | NDArray[np.int64] | None) -> None:
        """Dim everything but these spans; None or no span: dim nothing."""
        self.source.set_matches(indexes)
        self.update()

    def search(self, text: str) -> None:
        """Dim the frames whose name does not contain the text."""
        self.source.search(text)
        self.update()
        self.changed.emit()

    def behind(self) -> tuple[int, int]:
        """(spans, ns of span time) behind what the window shows."""
        shapes = self.source.shapes()
        return (0, 0) if shapes is None else shapes.behind(self.view)

    # painting

    def sizeHint(self) -> QSize:
        return QSize(600, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 80)

    @property
    def row_px(self) -> int:
        """Height of a row of frames."""
        return row_px(self.look)

    def plot(self) -> QRectF:
        """Where frames are drawn."""
        top = TOP_PX + (self.look.colors.grown(RULER_PX) if self.source.mode == TIME else 0)
        return QRectF(PAD_PX, top, max(1, self.width() - 2 * PAD_PX), self.height() - top)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.look.color("bg.panel"))
        shapes = self.source.shapes()
        if shapes is None or self.source.trace is None:
            return
        plot = self.plot()
        if self.source.mode == TIME:
            paint_ruler(painter, self.look, self.source.trace, self.view, plot)
        painter.save()
        painter.setClipRect(plot)
        painter.translate(plot.left(), plot.top() - self.bar.value())
        first = max(0, self.bar.value() // self.row_px)
        drawn = shapes.window(self.view, plot.width(), first, first + self.height() // self.row_px + 2)
        marked = Marked(self.source.match, self.source.selected, self._hover)
        paint_shapes(painter, self.look, self.source.trace, drawn, marked, plot.width())
        painter.restore()
        self.tools.paint(painter)

    def _refresh(self) -> None:
        shapes = self.source.shapes()
        rows = shapes.rows if shapes is not None else 0
        most = max(0, rows * self.row_px + 8 - round(self.plot().height()))
        self.bar.setRange(0, most)
        self.bar.setPageStep(max(1, self.height()))
        self.bar.setSingleStep(self.row_px)
        self.bar.setVisible(most > 0)
        self.update()
        self.changed.emit()

    def _restyled(self) -> None:
        self.look = Look(theme.current())
        self.update()

    def resizeEvent(self, event) -> None:
        self.bar.setGeometry(self.width() - 11, 0, 10, self.height())
        self._refresh()

    # moving

    def show_window(self, left: float, right: float, *, glide: bool = True) -> None:
        """Show the shares `left` to `right` of the whole."""
        width = min(max(right - left, LEAST_SHARE), 1.0)
        left = min(max(left, 0.0), 1.0 - width)
        begin, end = self.view, (left, left + width)

        def step(share: float) -> None:
            left, right = (a + (b - a) * share for a, b in zip(begin, end, strict=True))
            self.view = end if share >= 1.0 else (left, right)
            self.update()
            if share >= 1.0:
                self.changed.emit()

        self._glide.start(GLIDE_MS if glide else 0, step)

    def back(self) -> None:
        """To the window before the last zoom, else to everything."""
        self.show_window(*(self._history.pop() if self._history else (0.0, 1.0)))

    def zoom_to(self, left: float, right: float) -> None:
        """Zoom, and remember the way back."""
        if (left, right) != self.view:
            self._history.append(self.view)
            self.show_window(left, right)

    def _zoom_by(self, factor: float, x: float) -> None:
        left, right = self.view
        width = min((right - left) / factor, 1.0)
        at = x / self.plot().width()
        begin = left + at * (right - left) - at * width
        self.show_window(begin, begin + width, glide=False)

    # mouse and keys

    def _at(self, x: float, y: float) -> tuple[int, float, float] | None:
        """(span, left, right) of the frame at a point of the widget."""
        shapes, plot = self.source.shapes(), self.plot()
        if shapes is None or not plot.contains(x, y):
            return None
        down = y - plot.top() + self.bar.value()
        if down % self.row_px >= self.row_px - GAP_PX:
            return None
        left, right = self.view
        return shapes.at(left + (x - plot.left()) / plot.width() * (right - left), int(down // self.row_px),
                         (right - left) / plot.width())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self.tools.press(event):
            self._pressed = (event.position().x(), event.position().y() + self.bar.value(), self.view)
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, y = event.position().x(), event.position().y()
        self._pointer = x
        if self.tools.move(event.position()):
            return
        if self._pressed is not None:
            before = self._pressed[2]
            by = (self._pressed[0] - x) / self.plot().width() * (before[1] - before[0])
            down = self._pressed[1] - self.bar.value() - y
            self._dragged = self._dragged or max(abs(x - self._pressed[0]), abs(down)) >= DRAG_PX
            if self._dragged:
                self.show_window(before[0] + by, before[1] + by, glide=False)
                self.bar.setValue(self.bar.value() + round(down))
            return
        found = self._at(x, y)
        hover = found[0] if found is not None else None
        if hover != self._hover:
            self._hover = hover
            self.update()
            shapes = self.source.shapes()
            if found is not None and shapes is not None:
                QToolTip.showText(event.globalPosition().toPoint() + QPoint(12, 12), plain_tip(shapes.words(*found)), self)
            else:
                QToolTip.hideText()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if self.tools.release() or pressed is None or self._dragged or event.button() != Qt.MouseButton.LeftButton:
            return
        found = self._at(event.position().x(), event.position().y())
        if found is not None and self.source.trace is not None:
            span, left, right = found
            self.source.selected = span
            self.zoom_to(left, right)
            self.picked.emit(self.source.trace.span_ids[span])
            self.update()

    def leaveEvent(self, event) -> None:
        self._hover = self._pointer = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_by(ZOOM_STEP ** ((turn.y() or turn.x()) / 120), event.position().x() - self.plot().left())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            left, right = self.view
            by = -(turn.x() or turn.y()) / 120 * 60 / self.plot().width() * (right - left)
            self.show_window(left + by, right + by, glide=False)
        else:
            self.bar.setValue(self.bar.value() - round(turn.y() / 120 * 3 * self.row_px))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_by(pinched(event), event.position().x() - self.plot().left())
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        found, trace = self._at(event.pos().x(), event.pos().y()), self.source.trace
        if trace is None:
            return
        menu = Menu(self)
        if found is not None:
            self.go(found[0])
            menu.addAction("Zoom to the frame   Enter", lambda: self.zoom_to(*found[1:]))
        menu.addAction("Back   Backspace", self.back)
        self.menu_opened.emit(menu, found is not None)
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, (left, right) = Qt.Key(event.key()), self.view
        width = right - left
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Backspace:
            self.back()
        elif key == Qt.Key.Key_F:
            self._fit()
        elif key in (Qt.Key.Key_W, Qt.Key.Key_S):
            self._zoom_by(ZOOM_STEP ** (2 if key == Qt.Key.Key_W else -2), self._centre())
        elif key in (Qt.Key.Key_A, Qt.Key.Key_D):
            share = PAGE_SHARE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else PAN_SHARE
            by = share * width * (1 if key == Qt.Key.Key_D else -1)
            self.show_window(left + by, right + by)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._zoom_to_selected()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_J, Qt.Key.Key_K):
            self._walk(key)
        elif key == Qt.Key.Key_M:
            self.tools.measure_selected()
        elif key == Qt.Key.Key_N:
            self._next_match(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def _selected_window(self) -> tuple[float, float] | None:
        """The window that the selected frame fills."""
        shapes = self.source.shapes()
        found = shapes.of(self.source.selected) if shapes is not None and self.source.selected >= 0 else None
        return found[1:] if found is not None else None

    def _zoom_to_selected(self) -> None:
        window = self._selected_window()
        if window is not None:
            self.zoom_to(*window)

    def _fit(self) -> None:
        """First the selected frame, then everything."""
        window = self._selected_window()
        if window is not None and window != self.view:
            self.zoom_to(*window)
            return
        self._history.clear()
        self.show_window(0.0, 1.0)

    def _centre(self) -> float:
        """Keys zoom around the pointer, else around the selected frame where it is in view, else around the middle."""
        plot, (left, right) = self.plot(), self.view
        if self._pointer is not None:
            return min(max(self._pointer - plot.left(), 0.0), plot.width())
        window = self._selected_window()
        middle = ((window[0] + window[1]) / 2 - left) / (right - left) if window is not None else 0.5
        return plot.width() * (middle if 0.0 <= middle <= 1.0 else 0.5)

    def _walk(self, key: Qt.Key) -> None:
        shapes = self.source.shapes()
        if shapes is None or self.source.trace is None:
            return
        way = {Qt.Key.Key_Up: "up", Qt.Key.Key_K: "up", Qt.Key.Key_Down: "down", Qt.Key.Key_J: "down", Qt.Key.Key_Left: "left",
               Qt.Key.Key_Right: "right"}[key]
        span = shapes.next(self.source.selected, way)
        if span is not None and span != self.source.selected:
            self.go(span)

    def _next_match(self, by: int) -> None:
        span = self.source.next_match(by)
        if span is not None:
            self.go(span)

    def go(self, span: int) -> None:
        """Select a span as the user does."""
        trace, shapes = self.source.trace, self.source.shapes()
        if trace is None or shapes is None:
            return
        self.source.selected = span
        self._keep_in_view(shapes, span)
        self.picked.emit(trace.span_ids[span])
        self.update()

    def _keep_in_view(self, shapes: Shapes, span: int) -> None:
        found = shapes.of(span)
        if found is None:
            return
        row, left, right = found
        self.bar.setValue(min(max(self.bar.value(), (row + 1) * self.row_px - round(self.plot().height())), row * self.row_px))
        if right <= self.view[0] or left >= self.view[1]:
            width = self.view[1] - self.view[0]
            middle = (left + right) / 2
            self.show_window(middle - width / 2, middle + width / 2)

