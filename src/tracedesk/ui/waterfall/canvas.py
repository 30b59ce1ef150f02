"""The painted part of the waterfall: rows with tree, duration and timeline. It paints what `scene` decided."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.scene.facts import measure, sentence
from tracedesk.scene.ticks import ticks
from tracedesk.ui.waterfall import bars, marks, simulated, tree
from tracedesk.ui.waterfall.frame import Frame
from tracedesk.ui.waterfall.host import Host
from tracedesk.ui.waterfall.slide import RowSlide

EDGE_MARK_PX = 2


class Canvas(QWidget):
    """Rows of the waterfall from `scroll_px` on."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host
        self.scroll_px = 0
        self.measured: tuple[int, int] | None = None
        self.bars_drawn = 0
        self.slide = RowSlide(self, self.update)
        self._left: QPixmap | None = None
        self._left_key: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Waterfall")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def sizeHint(self) -> QSize:
        return QSize(600, 312)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 72)

    def visible_rows(self) -> tuple[int, int, float]:
        """(first, one past the last, top of the first in pixels) of the rows in view."""
        scene, row_px = self._host.scene, self._host.geometry_now().row_px
        if scene is None:
            return 0, 0, 0.0
        first = max(0, self.scroll_px // row_px)
        last = min(scene.rows.n, -(-(self.scroll_px + self.height()) // row_px))
        return first, max(first, last), float(first * row_px - self.scroll_px)

    # rows, for screen readers

    def row_count(self) -> int:
        """How many rows there are."""
        return self._host.scene.rows.n if self._host.scene is not None else 0

    def row_at(self, y: int) -> int:
        """The row at a height of the canvas."""
        return (y + self.scroll_px) // self._host.geometry_now().row_px

    def row_box(self, row: int) -> QRect:
        """Where a row is on the canvas."""
        row_px = self._host.geometry_now().row_px
        return QRect(0, row * row_px - self.scroll_px, self.width(), row_px)

    def row_text(self, row: int) -> str:
        """What stands in a row, as a sentence."""
        scene = self._host.scene
        if scene is None:
            return ""
        span = scene.span_at(row)
        return sentence(scene, row, self._host.look.colors.kind_label(int(scene.trace.kind[span])) if span is not None else "")

    def row_opens(self, row: int) -> tuple[bool, bool]:
        """(can be opened and closed, is open)."""
        scene = self._host.scene
        span = scene.span_at(row) if scene is not None else None
        if scene is None or span is None:
            return False, False
        return bool(scene.trace.child_count[span]), span not in scene.closed

    def is_selected(self, row: int) -> bool:
        """Whether a row is the selected one."""
        return row == self.selected_row()

    def selected_row(self) -> int | None:
        """The row of the selected span."""
        scene = self._host.scene
        return int(scene.rows.row_of[scene.selected]) if scene is not None and scene.selected is not None else None

    def whole_text(self) -> str:
        """The trace in a few words."""
        scene = self._host.scene
        if scene is None:
            return "No trace"
        return f"{scene.trace.n:,} spans, {format_duration(scene.t1_ns - scene.t0_ns)}"

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.slide.paint(painter):
            painter.save()
            self._paint(painter)
            painter.restore()
        if self._host.scene is not None and self.hasFocus() and self._host.by_keyboard:
            painter.setPen(QPen(self._host.look.color("accent.focus"), 2))
            painter.drawRect(QRectF(1, 1, self.width() - 2, self.height() - 2))

    def picture(self) -> QPixmap:
        """All of it as it is now."""
        made = QPixmap(self.size() * self.devicePixelRatioF())
        made.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(made)
        self._paint(painter)
        painter.end()
        return made

    def _paint(self, painter: QPainter) -> None:
        look, geometry, scene = self._host.look, self._host.geometry_now(), self._host.scene
        if scene is None:
            painter.fillRect(self.rect(), look.color("bg.panel"))
            return
        first, last, top = self.visible_rows()
        frame = Frame(painter, scene, geometry, look, first, last, top, self.scroll_px, self.height())
        painter.drawPixmap(0, 0, self._columns(frame))
        painter.setClipRect(QRectF(geometry.edge + 1, 0, self.width() - geometry.edge - 1, self.height()))
        self._paint_rows(frame)
        painter.translate(geometry.left, 0)
        marks.paint_grid(frame, [tick.x_px for tick in ticks(scene.scale, scene.t0_ns)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_timeline(frame)

    def forget(self) -> None:
        """What the columns say has changed."""
        self._left = None
        self.update()

    def _columns(self, frame: Frame) -> QPixmap:
        """Tree and durations, kept while only the time scale moves: they are most of the text of a frame."""
        scene = frame.scene
        key = (scene, scene.rows, scene.start_ns.ctypes.data, scene.end_ns.ctypes.data, scene.selected, scene.hovered,
               scene.lit is None or scene.lit.tobytes(), scene.simulation, scene.corrected, frame.look, frame.geometry,
               frame.scroll_px, self.size(), self.devicePixelRatioF())
        if self._left is None or self._left_key != key:
            ratio = self.devicePixelRatioF()
            self._left = QPixmap(round((frame.geometry.edge + 1) * ratio), round(self.height() * ratio))
            self._left.setDevicePixelRatio(ratio)
            self._left_key = key
            painter = QPainter(self._left)
            part = replace(frame, painter=painter)
            self._paint_rows(part)
            painter.setPen(QPen(frame.look.color("border.subtle"), 1))
            painter.drawLine(QPointF(frame.geometry.edge + 0.5, 0), QPointF(frame.geometry.edge + 0.5, self.height()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            tree.paint_tree(part)
            tree.paint_durations(part)
            tree.paint_columns(part)
            painter.end()
        return self._left

    def _paint_rows(self, frame: Frame) -> None:
        """The pane, and tints of the hovered and the selected row."""
        painter, scene, look, row_px = frame.painter, frame.scene, frame.look, frame.geometry.row_px
        painter.fillRect(self.rect(), look.color("bg.panel"))
        for index, tone in ((scene.hovered, "bg.hover"), (scene.selected, "bg.selected")):
            row = int(scene.rows.row_of[index]) if index is not None else -1
            if frame.first <= row < frame.last:
                painter.fillRect(QRectF(0, frame.y(row), self.width(), row_px), look.color(tone))
                if index == scene.selected:
                    painter.fillRect(QRectF(0, frame.y(row), EDGE_MARK_PX, row_px), look.color("accent.base"))

    def _paint_timeline(self, frame: Frame) -> None:
        scene = frame.scene
        found = bars.row_bars(frame)
        if self.measured is not None:
            x0, x1 = sorted(scene.scale.x(moment) for moment in self.measured)
            marks.paint_range(frame.painter, frame.look, x0, x1, self.height())
        simulated.paint_budget(frame)
        simulated.paint_ghosts(frame)
        self.bars_drawn = bars.paint_bars(frame, found)
        simulated.paint_growth(frame, found)
        simulated.paint_added(frame)
        simulated.paint_shifts(frame, found)
        marks.paint_selection(frame, found)
        marks.paint_path(frame)
        labelled = [bar for bar in found if not simulated.says_growth(frame, bar.span)]
        ends = bars.paint_labels(frame, labelled, simulated.ghost_right)
        marks.paint_slack(frame, found, ends)
        marks.paint_links(frame)
        marks.paint_causes(frame)
        if scene.replay_ns is not None:
            marks.paint_playhead(frame, scene.scale.x(scene.replay_ns))
        if self.measured is not None:
            x0, x1 = sorted(scene.scale.x(moment) for moment in self.measured)
            words = measure(scene, *self.measured).words
            marks.paint_plate(frame.painter, frame.look, words, (x0, x1), scene.scale.width_px, frame.height_px)
