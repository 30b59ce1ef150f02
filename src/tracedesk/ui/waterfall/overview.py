"""The row "Overview": the whole trace as a minimap, and a brush with two handles that says what is in view."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.model.kinds import Kind
from tracedesk.scene import timescale
from tracedesk.scene.minimap import EMPTY, KINDS, minimap
from tracedesk.scene.timescale import LEAST_NS, TimeScale
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui.waterfall.host import Host
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.tools import MIDDLE, faded

HEIGHT_PX = 44
TOP_PX, MAP_PX = 7, 30
HANDLE_PX = 5
PICTURE_PX, SPARSE_LINES = 26, 13
LEAST_BRUSH_PX = 6.0
CURSORS = {"left": Qt.CursorShape.SizeHorCursor, "right": Qt.CursorShape.SizeHorCursor, "move": Qt.CursorShape.OpenHandCursor,
           "new": Qt.CursorShape.CrossCursor}


class Overview(QWidget):
    """Drag inside the brush = move, on a handle = resize, outside = a new range; double click = everything."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host
        self._image: QImage | None = None
        self._image_of: tuple[object, ...] = ()
        self._drag: tuple[str, float, TimeScale] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    def forget(self) -> None:
        """The picture has changed."""
        self._image = None
        self.update()

    def _box(self) -> QRectF:
        geometry = self._host.geometry_now()
        return QRectF(geometry.left, TOP_PX, geometry.timeline_px, MAP_PX)

    def _whole(self, scene: Waterfall) -> TimeScale:
        return timescale.fit(scene.t0_ns, scene.t1_ns, self._box().width())

    def _brush(self, scene: Waterfall) -> tuple[float, float]:
        whole, box = self._whole(scene), self._box()
        x0 = min(max(whole.x(scene.scale.left_ns), 0.0), box.width() - LEAST_BRUSH_PX)
        x1 = min(max(whole.x(scene.scale.right_ns), x0 + LEAST_BRUSH_PX), box.width())
        return box.left() + x0, box.left() + x1

    def paintEvent(self, event: QPaintEvent) -> None:
        look, scene, box = self._host.look, self._host.scene, self._box()
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("bg.panel"))
        painter.setFont(look.dense)
        painter.setPen(look.color("text.tertiary"))
        painter.drawText(QRectF(16, TOP_PX, 200, MAP_PX), MIDDLE, "Overview")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("bg.inset"))
        painter.drawRoundedRect(box.adjusted(-3, 0, 3, 0), 4, 4)
        if scene is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(box.left(), box.top() + 2, box.width(), PICTURE_PX), self._drawn(scene, look, box))
        x0, x1 = self._brush(scene)
        veil = faded(look.color("bg.panel"), 0.6)
        painter.fillRect(QRectF(box.left() - 3, box.top(), x0 - box.left() + 3, MAP_PX), veil)
        painter.fillRect(QRectF(x1, box.top(), box.right() + 3 - x1, MAP_PX), veil)
        brush = look.color("trace.brush")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(brush, 1.5))
        painter.drawRoundedRect(QRectF(x0, box.top() + 0.5, x1 - x0, MAP_PX - 1), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush)
        for x in (x0, x1):
            painter.drawRoundedRect(QRectF(x - 2, box.center().y() - 7, 4, 14), 2, 2)

    def _drawn(self, scene: Waterfall, look: Look, box: QRectF) -> QImage:
        dpr = self.devicePixelRatioF()
        columns = max(1, int(box.width() * dpr))
        lines = SPARSE_LINES if scene.rows.n <= SPARSE_LINES else PICTURE_PX
        key = (scene.trace, scene.rows, scene.start_ns.ctypes.data, look.colors.name, columns)
        if self._image is None or (self._image_of != key and scene.tween >= 1.0):
            cells = minimap(scene.trace, scene.rows, scene.hollow, scene.start_ns, scene.end_ns, columns, lines)
            self._image, self._image_of = _painted(cells, look), key
        return self._image

    # brushing

    def _spot(self, scene: Waterfall, x: float) -> str:
        x0, x1 = self._brush(scene)
        if abs(x - x0) <= HANDLE_PX:
            return "left"
        if abs(x - x1) <= HANDLE_PX:
            return "right"
        return "move" if x0 < x < x1 and not scene.is_fitted() else "new"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        scene, x = self._host.scene, event.position().x()
        if scene is not None and event.button() == Qt.MouseButton.LeftButton and x >= self._box().left() - HANDLE_PX:
            self._drag = (self._spot(scene, x), x, scene.scale)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        scene, x = self._host.scene, event.position().x()
        if scene is None:
            return
        if self._drag is None:
            spot = self._spot(scene, x) if x >= self._box().left() - HANDLE_PX else ""
            self.setCursor(CURSORS.get(spot, Qt.CursorShape.ArrowCursor))
            return
        self._host.jump_to(scene.held(self._dragged(scene, x)))

    def _dragged(self, scene: Waterfall, x: float) -> TimeScale:
        assert self._drag is not None
        spot, begin, before = self._drag
        whole, left = self._whole(scene), self._box().left()
        if spot == "move":
            return TimeScale(before.left_ns + round((x - begin) * whole.ns_per_px), before.span_ns, before.width_px)
        here = whole.ns(min(max(x - left, 0.0), self._box().width()))
        fixed = {"left": before.right_ns, "right": before.left_ns}.get(spot, whole.ns(begin - left))
        return TimeScale(min(here, fixed), float(max(abs(here - fixed), LEAST_NS)), before.width_px)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        scene, drag = self._host.scene, self._drag
        self._drag = None
        if scene is None or drag is None or drag[0] != "new" or abs(event.position().x() - drag[1]) >= 3:
            return
        middle = self._whole(scene).ns(event.position().x() - self._box().left())
        span = drag[2].span_ns
        self._host.glide_to(scene.held(TimeScale(middle - round(span / 2), span, drag[2].width_px)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._host.scene is not None:
            self._host.fit()


def _painted(cells: np.ndarray, look: Look) -> QImage:
    """Cells of kinds as a picture; between two lines of a sparse map a dark pixel stays free."""
    colours = np.zeros(256, np.uint32)
    for kind in Kind:
        colours[kind] = look.colors.kind(kind).solid.rgba()
        colours[kind + KINDS] = look.colors.kind(kind).line.rgba()
    colours[EMPTY] = 0
    pixels = np.ascontiguousarray(colours[cells])
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32).copy()
