"""What lies over the bars: the stair of the critical path, slack, links, the selection, measuring, the playhead."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from tracedesk.base.clock import format_duration
from tracedesk.scene.links import links_of
from tracedesk.scene.path import stair
from tracedesk.ui.waterfall.bars import Bar, within
from tracedesk.ui.waterfall.frame import Frame
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.tools import MIDDLE, faded

PATH_PX, HALO_PX, PATH_BELOW_PX = 1.75, 4.0, 1.5
SLACK_LEAST_PX = 14.0
FAR_PX = 1e4


def paint_grid(frame: Frame, xs: list[float]) -> None:
    """Vertical lines at the ticks of the ruler."""
    frame.painter.setPen(QPen(frame.look.color("trace.grid"), 1))
    for x in xs:
        frame.painter.drawLine(QPointF(round(x) + 0.5, 0), QPointF(round(x) + 0.5, frame.height_px))


def paint_path(frame: Frame) -> None:
    """One stair in ink along the bottoms of the bars, over a halo in the colour of the pane."""
    painter, scene, look, geometry = frame.painter, frame.scene, frame.look, frame.geometry
    if scene.path is None:
        return
    xs, rows = stair(scene.trace, scene.path, scene.rows, scene.scale)
    if not len(xs):
        return
    ys = rows * float(geometry.row_px) - frame.scroll_px + geometry.bar_top + geometry.bar_px + PATH_BELOW_PX
    ys = np.clip(ys, -FAR_PX, frame.height_px + FAR_PX)
    line = QPolygonF([QPointF(x, y) for x, y in zip((xs.round() + 0.5).tolist(), ys.tolist(), strict=True)])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(look.color("bg.panel"), HALO_PX), QPen(look.color("trace.critical"), PATH_PX)):
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap if pen.widthF() == PATH_PX else Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawPolyline(line)


def paint_slack(frame: Frame, bars: list[Bar], ends: dict[int, float]) -> None:
    """A dotted line from an off-path bar to where it would begin to hurt, with the time in words."""
    painter, scene, look = frame.painter, frame.scene, frame.look
    slack_ns = scene.slack_ns if scene.simulation is None else scene.simulation.slack_ns
    if slack_ns is None or scene.on_path is None:
        return
    painter.setFont(look.caption)
    for bar in bars:
        slack = int(slack_ns[bar.span])
        if slack <= 0 or bar.span not in ends or scene.on_path[bar.span] or scene.trace.unfinished[bar.span]:
            continue
        text = f"slack {format_duration(slack)}"
        wide = look.caption_px.of(text)
        begin = max(ends[bar.span] + 6, 0.0)
        stop = scene.scale.x(int(scene.end_ns[bar.span]) + slack)
        shown = min(stop, scene.scale.width_px - wide - 8)
        if shown - begin < SLACK_LEAST_PX:
            continue
        y = round(bar.box.center().y()) + 0.5
        pen = QPen(look.color("text.tertiary"), 1)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        painter.drawLine(QPointF(begin, y), QPointF(shown, y))
        painter.setPen(QPen(look.color("text.tertiary"), 1))
        if shown == stop:
            painter.drawLine(QPointF(round(shown) + 0.5, y - 4), QPointF(round(shown) + 0.5, y + 4))
        painter.drawText(QRectF(shown + 7, y - 10, wide + 4, 20), MIDDLE, text)


def paint_selection(frame: Frame, bars: list[Bar]) -> None:
    """The ring around the selected bar."""
    painter, look = frame.painter, frame.look
    for bar in bars:
        if bar.span == frame.scene.selected and bar.box.right() >= -8 and bar.box.left() <= frame.scene.scale.width_px + 8:
            painter.setPen(QPen(look.color("accent.focus"), 3 if look.colors.contrast else 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            out = 2.5 if bar.failed else 1.5                     # around the ring of the error, so that both are seen
            painter.drawRoundedRect(within(bar.box, frame.scene.scale.width_px).adjusted(-out, -out, out, out), 4, 4)


def paint_links(frame: Frame) -> None:
    """Thin arcs between linked spans, of the hovered and the selected span only."""
    painter, scene = frame.painter, frame.scene
    tone = frame.look.color("text.link")
    for index in (scene.hovered, scene.selected):
        for begin, end in links_of(scene.trace, index) if index is not None else []:
            a, b = (QPointF(scene.scale.x(int(moment)), _middle(frame, span))
                    for span, moment in ((begin, scene.start_ns[begin]), (end, scene.end_ns[end])))
            bend = max(24.0, abs(b.y() - a.y()) / 3)
            arc = QPainterPath(a)
            arc.cubicTo(QPointF(a.x() - bend, a.y()), QPointF(b.x() + bend, b.y()), b)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tone, 1.25))
            painter.drawPath(arc)
            painter.setBrush(tone)
            painter.drawEllipse(b, 2.5, 2.5)


def paint_causes(frame: Frame) -> None:
    """Dashed arcs from the end of what was waited for to the start of what waited: an order that was inferred, not recorded."""
    painter, scene = frame.painter, frame.scene
    tone = frame.look.color("accent.base")
    pen = QPen(tone, 1.25)
    pen.setDashPattern([4, 3])
    for cause, effect in scene.causes:
        a = QPointF(scene.scale.x(int(scene.end_ns[cause])), _middle(frame, cause))
        b = QPointF(scene.scale.x(int(scene.start_ns[effect])), _middle(frame, effect))
        bend = max(18.0, abs(b.y() - a.y()) / 3)
        arc = QPainterPath(a)
        arc.cubicTo(QPointF(a.x() + bend, a.y()), QPointF(b.x() - bend, b.y()), b)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(arc)
        painter.setPen(QPen(tone, 1.25))
        painter.drawPolyline([b + QPointF(-5, -4), b, b + QPointF(-5, 4)])


def _middle(frame: Frame, span: int) -> float:
    row_px = frame.geometry.row_px
    y = int(frame.scene.rows.row_of[span]) * row_px - frame.scroll_px + row_px / 2
    return min(max(y, -FAR_PX), frame.height_px + FAR_PX)


def paint_range(painter: QPainter, look: Look, x0: float, x1: float, height: float) -> None:
    """The shaded stretch of a measurement."""
    edge = look.color("trace.brush")
    painter.fillRect(QRectF(x0, 0, x1 - x0, height), faded(edge, 0.14))
    painter.setPen(QPen(edge, 1))
    for x in (x0, x1):
        painter.drawLine(QPointF(round(x) + 0.5, 0), QPointF(round(x) + 0.5, height))


def paint_plate(painter: QPainter, look: Look, words: str, xs: tuple[float, float], width_px: float, height_px: float) -> None:
    """What the measured stretch `xs` holds, on a small plate at the bottom of a window of that size."""
    wide = look.caption_px.of(words) + 16
    left = min(max((max(xs[0], 0.0) + min(xs[1], width_px) - wide) / 2, 0.0), max(0.0, width_px - wide))
    box = QRectF(round(left) + 0.5, height_px - 30.5, round(wide), 22)
    painter.setPen(QPen(look.color("border.strong"), 1))
    painter.setBrush(look.color("bg.overlay"))
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(look.caption)
    painter.setPen(look.color("text.primary"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def paint_playhead(frame: Frame, x: float) -> None:
    """The moment of a replay."""
    frame.painter.setPen(QPen(frame.look.color("accent.base"), 2))
    frame.painter.drawLine(QPointF(round(x), 0), QPointF(round(x), frame.height_px))
