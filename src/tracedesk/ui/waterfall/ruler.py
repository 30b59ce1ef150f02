"""The head of the waterfall: column names and the ruler. A drag on the ruler zooms to the range."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.scene.columns import COLUMNS
from tracedesk.scene.simulation import budget_text
from tracedesk.scene.ticks import ticks
from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui import theme
from tracedesk.ui.waterfall.host import Host
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.marks import paint_range
from tracedesk.ui.waterfall.tools import MIDDLE, MIDDLE_RIGHT

HEIGHT_PX = 24
TICK_PX = 8
LEAST_DRAG_PX = 4
HEAD_PX = 200
"""More than any head of a column."""


class FlagStyle(NamedTuple):
    """Colours of a flag on the ruler."""

    fill: QColor
    ink: QColor
    line: QColor | None = None


Flag = tuple[QRectF, str, FlagStyle]


class Ruler(QWidget):
    """Column names left, ticks right. `flags` are (moment, text, kind of flag) drawn on it: budget, playhead."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host
        self._drag: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme.hold(self, HEIGHT_PX)

    def sizeHint(self) -> QSize:
        return QSize(400, theme.grown(HEIGHT_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, geometry, scene = self._host.look, self._host.geometry_now(), self._host.scene
        painter, height = QPainter(self), self.height()
        painter.fillRect(self.rect(), look.color("bg.panel"))
        painter.setFont(look.label)
        painter.setPen(look.color("text.tertiary"))
        painter.drawText(QRectF(12, 0, geometry.tree_right - 12, height), MIDDLE, "Span")
        heads = [("Duration", geometry.duration_right), *((COLUMNS[key].title, edge) for key, edge in geometry.columns)]
        for title, edge in heads:
            painter.drawText(QRectF(edge - HEAD_PX, 0, HEAD_PX, height), MIDDLE_RIGHT, title)
        painter.setPen(QPen(look.color("border.subtle"), 1))
        painter.drawLine(QPointF(geometry.edge + 0.5, 0), QPointF(geometry.edge + 0.5, height))
        painter.drawLine(QPointF(0, height - 0.5), QPointF(self.width(), height - 0.5))
        if scene is None:
            return
        painter.setClipRect(QRectF(geometry.edge + 1, 0, self.width() - geometry.edge - 1, height))
        painter.translate(geometry.left, 0)
        painter.setFont(look.caption)
        flags = self._flags(scene, look)
        for tick in ticks(scene.scale, scene.t0_ns):
            x = round(tick.x_px) + 0.5
            painter.setPen(QPen(look.color("trace.grid_major"), 1))
            painter.drawLine(QPointF(x, height - TICK_PX), QPointF(x, height))
            right = x + 6 + look.caption_px.of(tick.text)
            if right <= geometry.timeline_px + 10 and all(right < box.left() or x > box.right() for box, _, _ in flags):
                painter.setPen(look.color("text.secondary"))
                painter.drawText(QRectF(x + 4, 0, 120, height - 2), MIDDLE, tick.text)
        for flag in flags:
            paint_flag(painter, look, *flag)
        if self._drag is not None:
            paint_range(painter, look, min(self._drag), max(self._drag), height)

    def _flags(self, scene: Waterfall, look: Look) -> list[Flag]:
        """The flags of the window: the budget of a simulation, the moment of a replay."""
        wanted: list[tuple[int, str, FlagStyle]] = []
        accent = FlagStyle(look.color("accent.base"), look.color("accent.on"))
        if scene.simulation is not None and scene.simulation.budget_ns is not None:
            warn = look.colors.status("warn")
            wanted.append((scene.t0_ns + scene.simulation.budget_ns, budget_text(scene.simulation.budget_ns),
                           FlagStyle(warn.soft, look.color("trace.slo"), warn.line)))
        if scene.replay_ns is not None:
            wanted.append((scene.replay_ns, format_duration(max(0, scene.replay_ns - scene.t0_ns)), accent))
        if self._host.measured is not None:
            begin, end = sorted(self._host.measured)
            wanted.append(((begin + end) // 2, format_duration(end - begin), accent))
        return [(box, text, style) for moment, text, style in wanted
                if (box := flag_box(look, scene.scale, moment, text, self.height())) is not None]

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


def flag_box(look: Look, scale: TimeScale, moment: int, text: str, height: int) -> QRectF | None:
    """Where the flag of a moment stands: centred over it, kept inside; None where the moment is out of view."""
    x, wide = scale.x(moment), look.label_px.of(text) + 12
    if not -1 <= x <= scale.width_px + 1:
        return None
    left = min(max(x - wide / 2, -4.0), max(scale.width_px - wide + 8, -4.0))
    return QRectF(round(left) + 0.5, 3.5, round(wide), height - 8)


def paint_flag(painter: QPainter, look: Look, box: QRectF, text: str, style: FlagStyle) -> None:
    """A small filled label on the ruler."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.line, 1) if style.line is not None else QPen(Qt.PenStyle.NoPen))
    painter.setBrush(style.fill)
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(look.label)
    painter.setPen(style.ink)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
