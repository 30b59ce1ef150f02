"""Chart: what all charts share. pyqtgraph draws the data; axes, marks, crosshair and card are painted by us around it.

Hover reads values, a drag zooms, Shift and a drag marks a stretch, a click opens the traces behind a point; the arrow keys
and Enter do the same. While somebody reads a chart (pointer on it, or crosshair by key) it keeps still: a newer answer waits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy

from tracedesk.ui import theme
from tracedesk.ui.charts import frame, paint
from tracedesk.ui.charts.facts import Behind, Card
from tracedesk.ui.charts.ticks import Tick
from tracedesk.ui.widgets.timer import single_shot

DRAG_PX = 5
LEFT_PX, BOTTOM_PX, TOP_PX, RIGHT_PX = 40, 24, 8, 8


class ChartMark(NamedTuple):
    """A dashed vertical at `x`; `text` in a box at its top."""

    x: float
    text: str


class Chart(pg.GraphicsView):
    """One chart of one result. Subclasses say what is drawn (`_build`) and what stands at a slot (a bucket, a bar).

    Signals: `opened(Behind)` at a click or Enter, `zoomed(start_ns, end_ns)` after a drag, `region(start_ns, end_ns)` after a
    drag with Shift, `back()` at a double click, `menu_wanted(global position)`.
    """

    opened = Signal(object)
    zoomed = Signal(object, object)
    region = Signal(object, object)
    back = Signal()
    menu_wanted = Signal(QPoint)

    timed = False
    """Whether x is time, so that it can be zoomed."""
    _result: Any = None

    def __init__(self, title: str) -> None:
        super().__init__(useOpenGL=False, background=None)
        self._title = title
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.plot = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.scene().addItem(self.plot)
        self._waiting: Any = None
        self._items: list[Any] = []
        self.x_range, self.y_range = (0.0, 1.0), (0.0, 1.0)
        self.x_ticks: list[Tick] = []
        self.y_ticks: list[Tick] = []
        self.marks: tuple[ChartMark, ...] = ()
        self.limit: tuple[float, str] | None = None
        self.empty = ""
        self.right_px = RIGHT_PX
        self.can_go_back = False
        self._at: int | None = None
        self._hovered = False
        self._pressed: QPointF | None = None
        self._pressed_shift = False
        self.selected: tuple[float, float] | None = None
        self._click: QPointF | None = None
        self._click_timer = single_shot(self, 0, self._clicked)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)
        theme.changed.connect(self._theme_changed)

    # what subclasses say

    def _build(self) -> None:
        """Put the items of `_result` into `plot` and set ranges and ticks."""
        raise NotImplementedError

    def slots(self) -> int:
        """How many places there are to read."""
        return 0

    def slot_x(self, slot: int) -> float:
        """Where a slot stands on the x axis."""
        raise NotImplementedError

    def slot_at(self, x: float) -> int | None:
        """The slot nearest to a place of the x axis."""
        raise NotImplementedError

    def card(self, slot: int) -> Card:
        """What is read at a slot."""
        raise NotImplementedError

    def behind(self, slot: int, at: QPointF | None = None) -> Behind:
        """The traces behind a slot, or behind what was clicked in it."""
        raise NotImplementedError

    def stretch(self, low: float, high: float) -> tuple[int, int] | None:
        """[start, end) in ns of a stretch of the x axis, on whole buckets; None where x is not time."""
        return None

    def paint_over(self, painter: QPainter) -> None:
        """What a kind of chart adds above its data."""

    def summary(self) -> str:
        """What the chart shows, as a sentence."""
        return ""

    # showing

    @property
    def result(self) -> Any:
        """What is drawn."""
        return self._result

    @property
    def held(self) -> bool:
        """Whether somebody reads it."""
        return self._at is not None or self._pressed is not None or self.selected is not None

    def show_result(self, result: Any) -> None:
        """Draw another result; while the chart is being read, it waits."""
        if self.held and self._result is not None:
            self._waiting = result
        else:
            self._take(result)

    def _take(self, result: Any) -> None:
        self._result, self._waiting = result, None
        self._rebuild()

    def _theme_changed(self) -> None:
        if self._result is not None:
            self._rebuild()

    def _rebuild(self) -> None:
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        self._build()
        self.setAccessibleDescription(self.empty or self.summary())
        self._place()
        self.viewport().update()

    def close(self) -> bool:
        """Qt's close: pyqtgraph's takes the viewport away as well, which ends the process where it is still painted."""
        return bool(super(pg.GraphicsView, self).close())

    def add(self, item: Any) -> None:
        """Draw an item of pyqtgraph, or of Qt, in the coordinates of the data."""
        self._items.append(item)
        self.plot.addItem(item, ignoreBounds=True)

    def _release(self) -> None:
        """Nobody reads it any more: what waited is shown."""
        if self._waiting is not None and not self.held:
            self._take(self._waiting)

    def area(self) -> QRectF:
        """Where the data is drawn."""
        left = max([LEFT_PX, *(paint.text_px(tick.text, "caption") + 18 for tick in self.y_ticks)])
        bottom = theme.grown(BOTTOM_PX) if self.x_ticks else 6
        return QRectF(left, TOP_PX, max(1.0, self.width() - left - self.right_px), max(1.0, self.height() - TOP_PX - bottom))

    def _place(self) -> None:
        self.plot.setGeometry(self.area())
        self.plot.setRange(xRange=self.x_range, yRange=self.y_range, padding=0, disableAutoRange=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._result is not None:
            self._build_for_width()
            self._place()

    def _build_for_width(self) -> None:
        """Ticks that depend on the width."""

    def x_px(self, x: float) -> float:
        """Pixel of a place of the x axis."""
        area, (low, high) = self.area(), self.x_range
        return area.left() + (x - low) / max(1e-12, high - low) * area.width()

    def y_px(self, y: float) -> float:
        """Pixel of a value."""
        area, (low, high) = self.area(), self.y_range
        return area.bottom() - (y - low) / max(1e-12, high - low) * area.height()

    def x_of(self, px: float) -> float:
        """The place of the x axis at a pixel, inside of the range."""
        area, (low, high) = self.area(), self.x_range
        return min(high, max(low, low + (px - area.left()) / area.width() * (high - low)))

    # painting

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        colors, area = theme.current(), self.area()
        painter.fillRect(rect, colors.color("bg.panel"))
        if self.empty:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(colors.color("trace.grid_major"), 1))
        for number, tick in enumerate(self.y_ticks):
            y = round(self.y_px(tick.at))
            painter.setPen(QPen(colors.color("border.default" if not number else "trace.grid_major"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        colors, area = theme.current(), self.area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.empty:
            painter.setFont(colors.font("dense"))
            painter.setPen(colors.color("text.tertiary"))
            painter.drawText(QRectF(16, 0, self.width() - 32, self.height()), paint.CENTRE | Qt.TextFlag.TextWordWrap,
                             self.empty)
            return
        frame.paint_axes(painter, self, area)
        if self.limit is not None:
            frame.paint_limit(painter, self, area, *self.limit)
        frame.paint_marks(painter, self, area)
        self.paint_over(painter)
        frame.paint_selection(painter, self, area)
        if self._at is not None and self._at < self.slots():
            self._paint_crosshair(painter, area, self._at)
        if self.hasFocus():
            painter.setPen(QPen(colors.color("accent.focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(1, 1, self.width() - 2, self.height() - 2), 6, 6)

    def _paint_crosshair(self, painter: QPainter, area: QRectF, slot: int) -> None:
        colors = theme.current()
        x = self.x_px(self.slot_x(slot))
        painter.setPen(QPen(colors.color("border.control"), 1))
        painter.drawLine(QPointF(round(x) + 0.5, area.top()), QPointF(round(x) + 0.5, area.bottom()))
        self.paint_points(painter, slot)
        below = area.top() + (theme.grown(22) if self.marks else 4)
        high = paint.card_size(self.card(slot))[1]
        top = max(2.0, min(below, self.height() - high - 4))
        paint.paint_card(painter, self.card(slot), x, QRectF(2, top, self.width() - 6, high))

    def paint_points(self, painter: QPainter, slot: int) -> None:
        """Dots where the crosshair crosses the data."""

    def dot(self, painter: QPainter, at: QPointF, color: QColor, px: float = 3.0) -> None:
        """A dot with a ring in the colour of the pane."""
        painter.setPen(QPen(theme.current().color("bg.panel"), 1.5))
        painter.setBrush(color)
        painter.drawEllipse(at, px + 0.7, px + 0.7)

    # reading

    @property
    def slot(self) -> int | None:
        """Where the crosshair stands."""
        return self._at

    def read_at(self, slot: int | None) -> None:
        """Put the crosshair somewhere, or take it away."""
        slot = None if slot is None or not self.slots() else max(0, min(self.slots() - 1, slot))
        if slot != self._at:
            self._at = slot
            said = self.empty or self.summary() if slot is None else self.card(slot).text()
            self.setAccessibleDescription(said)
            self.viewport().update()
            self._release()

    def clear(self) -> bool:
        """Take crosshair and selection away; whether there was any."""
        there = self.held
        self.selected = self._pressed = None
        self._click_timer.stop()
        self.read_at(None)
        self.viewport().update()
        self._release()
        return there

    def open_here(self) -> None:
        """Open the traces behind the selection, else behind the crosshair."""
        chosen = None if self.selected is None else self.stretch(*sorted(self.selected))
        if chosen is not None:
            self.opened.emit(Behind("", *chosen))
        elif self._at is not None:
            self.opened.emit(self.behind(self._at))

    def chosen(self) -> tuple[int, int] | None:
        """[start, end) of the selection, else of the bucket under the crosshair, where x is time."""
        if self.selected is not None:
            return self.stretch(*sorted(self.selected))
        return None if self._at is None else self.stretch(self.slot_x(self._at), self.slot_x(self._at))

    # pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.LeftButton and not self.empty:
            self._pressed = event.position()
            self._pressed_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.selected = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.empty or self._result is None:
            return
        at = event.position()
        if self._pressed is not None and self.timed and (self.selected or abs(at.x() - self._pressed.x()) > DRAG_PX):
            self.selected = (self.x_of(self._pressed.x()), self.x_of(at.x()))
        inside = self.area().adjusted(-6, -TOP_PX, 6, BOTTOM_PX).contains(at)
        self._hovered = inside
        self.read_at(self.slot_at(self.x_of(at.x())) if inside else None)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        if self.selected is not None:
            chosen = self.stretch(*sorted(self.selected))
            if chosen is not None and self._pressed_shift:
                self.region.emit(*chosen)
                return
            self.selected = None
            if chosen is not None:
                self.zoomed.emit(*chosen)
        elif self.area().adjusted(-6, -TOP_PX, 6, BOTTOM_PX).contains(event.position()):
            self._click = event.position()
            if self.can_go_back:
                self._click_timer.start(QApplication.doubleClickInterval())
            else:
                self._clicked()
        self.viewport().update()
        self._release()

    def _clicked(self) -> None:
        if self._click is not None and self.slots():
            slot = self.slot_at(self.x_of(self._click.x()))
            if slot is not None:
                self.opened.emit(self.behind(slot, self._click))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._click_timer.stop()
        self._pressed = None
        self.back.emit()

    def leaveEvent(self, event: Any) -> None:
        self._hovered = False
        if self._pressed is None:
            self.read_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self._hovered:
            self.read_at(None)

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self.clear()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()                                   # the page scrolls

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = self.slots() - 1
        now = self._at if self._at is not None else last + 1
        to = {Qt.Key.Key_Left: now - 1, Qt.Key.Key_Right: min(last, now + 1), Qt.Key.Key_Home: 0,
              Qt.Key.Key_End: last}.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_here()
        elif to is not None and last >= 0:
            if self.timed and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                start = self.selected[0] if self.selected else self.slot_x(max(0, min(last, now)))
                self.selected = (start, self.slot_x(max(0, min(last, to))))
            else:
                self.selected = None
            self.read_at(to)
        else:
            event.ignore()
