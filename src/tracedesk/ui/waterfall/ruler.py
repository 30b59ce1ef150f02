"""The head of the waterfall: column names and the ruler. A drag on the ruler zooms to the range."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.scene.ticks import ticks
from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui.waterfall.host import Host
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.marks import paint_range

HEIGHT_PX = 24
TICK_PX = 8
LEAST_DRAG_PX = 4


class FlagStyle(NamedTuple):
    """Colour roles of a flag on the ruler; `line` may be empty."""

    fill: str
    ink: str
    line: str = ""


PLAYHEAD = FlagStyle("accent.base", "accent.on")


class Ruler(QWidget):
    """Column names left, ticks right. `flags` are (moment, text, kind of flag) drawn on it: budget, playhead."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host
        self._drag: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFixedHeight(HEIGHT_PX)

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, geometry, scene = self._host.look, self._host.geometry_now(), self._host.scene
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("bg.panel"))
        painter.setFont(look.label)
        painter.setPen(look.color("text.tertiary"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(12, 0, geometry.tree_right - 12, HEIGHT_PX), middle, "Span")
        painter.drawText(QRectF(geometry.tree_right - 30, 0, geometry.edge - geometry.tree_right + 26, HEIGHT_PX),
                         middle | Qt.AlignmentFlag.AlignRight, "Duration")
        painter.setPen(QPen(look.color("border.subtle"), 1))
        painter.drawLine(QPointF(geometry.edge + 0.5, 0), QPointF(geometry.edge + 0.5, HEIGHT_PX))
        painter.drawLine(QPointF(0, HEIGHT_PX - 0.5), QPointF(self.width(), HEIGHT_PX - 0.5))
        if scene is None:
            return
        painter.setClipRect(QRectF(geometry.edge + 1, 0, self.width() - geometry.edge - 1, HEIGHT_PX))
        painter.translate(geometry.left, 0)
        painter.setFont(look.caption)
        for tick in ticks(scene.scale, scene.t0_ns):
            x = round(tick.x_px) + 0.5
            painter.setPen(QPen(look.color("trace.grid_major"), 1))
            painter.drawLine(QPointF(x, HEIGHT_PX - TICK_PX), QPointF(x, HEIGHT_PX))
            if x + 6 + look.caption_px.of(tick.text) <= geometry.timeline_px + 10:
                painter.setPen(look.color("text.secondary"))
                painter.drawText(QRectF(x + 4, 0, 120, HEIGHT_PX - 2), middle, tick.text)
        self._paint_flags(painter, scene, look)
        if self._drag is not None:
            paint_range(painter, look, min(self._drag), max(self._drag), HEIGHT_PX)

    def _paint_flags(self, painter: QPainter, scene: Waterfall, look: Look) -> None:
        if scene.replay_ns is not None:
            text = format_duration(max(0, scene.replay_ns - scene.t0_ns))
            paint_flag(painter, look, scene.scale.x(scene.replay_ns), scene.scale.width_px, text, PLAYHEAD)

    # a drag zooms

    def _x(self, event: QMouseEvent) -> float:
        geometry = self._host.geometry_now()
        return min(max(event.position().x() - geometry.left, 0.0), float(geometry.timeline_px))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._host.scene is not None and event.button() == Qt.MouseButton.LeftButton \
                and event.position().x() > self._host.geometry_now().edge:
            self._drag = (self._x(event), self._x(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = event.position().x() > self._host.geometry_now().edge
        self.setCursor(Qt.CursorShape.SplitHCursor if over else Qt.CursorShape.ArrowCursor)
        if self._drag is not None:
            self._drag = (self._drag[0], self._x(event))
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, None
        scene = self._host.scene
        self.update()
        if drag is None or scene is None or abs(drag[1] - drag[0]) < LEAST_DRAG_PX:
            return
        x0, x1 = sorted(drag)
        scale = scene.scale
        self._host.glide_to(TimeScale(scale.ns(x0), max((x1 - x0) * scale.ns_per_px, 1_000.0), scale.width_px))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._host.scene is not None:
            self._host.glide_to(self._host.scene.fitted())


def paint_flag(painter: QPainter, look: Look, x: float, width_px: float, text: str, style: FlagStyle) -> None:
    """A small filled label on the ruler, centred over its moment and kept inside."""
    wide = look.label_px.of(text) + 12
    if not -wide < x < width_px + wide:
        return
    left = min(max(x - wide / 2, -4.0), max(width_px - wide + 8, -4.0))
    box = QRectF(round(left) + 0.5, 3.5, round(wide), 16)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.color(style.line), 1) if style.line else QPen(Qt.PenStyle.NoPen))
    painter.setBrush(look.color(style.fill))
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(look.label)
    painter.setPen(look.color(style.ink))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()

