"""What a simulation adds to the picture: ghosts of measured bars, hatched growth, arrows, added spans, the budget."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from tracedesk.scene import simulation
from tracedesk.scene.rows import ADDED
from tracedesk.scene.simulation import SAME, Added, Shift
from tracedesk.ui.waterfall.bars import LEAST_PX, RADIUS_PX, Bar, row_color, within
from tracedesk.ui.waterfall.frame import Frame
from tracedesk.ui.waterfall.tools import MIDDLE, faded, hatch

ARROWS_FROM = 0.45
"""Arrows appear when the bars have gone this part of their way."""

TEXT_LEAST_PX, HEAD_PX = 20.0, 5.0


def paint_ghosts(frame: Frame) -> None:
    """Dashed outlines where bars were measured, of those that went elsewhere, became shorter, or are gone."""
    painter, scene = frame.painter, frame.scene
    if scene.simulation is None or not scene.simulation.show_ghosts:
        return
    pen = QPen(faded(frame.look.color("trace.ghost"), 0.85), 1)
    pen.setDashPattern([3, 3])
    base_start, base_end = scene.recorded()
    painter.setOpacity(min(1.0, scene.tween * 1.2))
    for row in range(frame.first, frame.last):
        span = scene.span_at(row)
        if span is None:
            continue
        x0, x1 = (round(scene.scale.x(int(column[span]))) for column in (base_start, base_end))
        now0, now1 = (round(scene.scale.x(int(column[span]))) for column in (scene.start_ns, scene.end_ns))
        if not scene.is_removed(span) and abs(now0 - x0) < LEAST_PX and now1 >= x1 - LEAST_PX:
            continue
        box = QRectF(x0, frame.y(row) + frame.geometry.bar_top, max(x1 - x0, LEAST_PX), frame.geometry.bar_px)
        if box.right() < 0 or box.left() > scene.scale.width_px:
            continue
        box = within(box, scene.scale.width_px)
        painter.setPen(pen)
        painter.setBrush(faded(frame.look.color("trace.ghost"), frame.look.colors.alpha("ghost_fill")))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
    painter.setOpacity(1.0)


def paint_growth(frame: Frame, bars: list[Bar]) -> None:
    """Hatch over what the simulation added to each bar, and to work that grew what it grew by."""
    scene = frame.scene
    if scene.simulation is None:
        return
    base, shown = scene.recorded(), (scene.start_ns, scene.end_ns)
    for bar in bars:
        stretches = simulation.grown(scene.trace, scene.hollow, base, shown, bar.span)
        for begin, end in stretches:
            left, right = max(scene.scale.x(begin), bar.box.left()), min(scene.scale.x(end), bar.box.right())
            if right - left >= 1.0 and right > 0 and left < scene.scale.width_px:
                _hatch_part(frame, bar, left, right)
        if stretches and not scene.hollow[bar.span]:
            before = int(base[1][bar.span] - base[0][bar.span])
            text = simulation.growth_text(scene.trace, bar.span, before, int(shown[1][bar.span] - shown[0][bar.span]))
            _paint_boxed(frame, bar, max(scene.scale.x(stretches[0][0]), 0.0), min(bar.box.right(), scene.scale.width_px), text)


def _hatch_part(frame: Frame, bar: Bar, left: float, right: float) -> None:
    """One hatched part of a bar: the pane shows through between the stripes."""
    kind = frame.look.colors.kind(bar.kind)
    left, right = max(left, -8.0), min(right, frame.scene.scale.width_px + 8.0)
    hollow = frame.scene.hollow[bar.span]
    box = QRectF(left, bar.box.top(), right - left, bar.box.height())
    frame.painter.setOpacity(bar.alpha)
    if hollow:
        inside = box.adjusted(0, 1, -1 if right >= bar.box.right() else 0, -1)
        hatch(frame.painter, inside, kind.line)
    else:
        frame.painter.fillRect(box, frame.look.color("bg.panel"))
        frame.painter.fillRect(box, faded(kind.solid, 0.2))
        hatch(frame.painter, box, kind.solid)
        frame.painter.setPen(QPen(kind.solid, 1))
        frame.painter.setBrush(Qt.BrushStyle.NoBrush)
        frame.painter.drawRect(box.adjusted(0, 0.5, -0.5, -0.5))
    frame.painter.setOpacity(1.0)


def _paint_boxed(frame: Frame, bar: Bar, left: float, right: float, text: str) -> None:
    """Words on a hatched part, on a box of the pane's colour so that they can be read."""
    wide = frame.look.label_px.of(text) + 12
    if right - left < wide + 12:
        return
    box = QRectF(round((left + right - wide) / 2), bar.box.top() + 1, wide, bar.box.height() - 2)
    frame.painter.setPen(Qt.PenStyle.NoPen)
    frame.painter.setBrush(frame.look.color("bg.panel"))
    frame.painter.drawRoundedRect(box, 2, 2)
    frame.painter.setFont(frame.look.label)
    frame.painter.setPen(frame.look.color("text.primary"))
    frame.painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def says_growth(frame: Frame, span: int) -> bool:
    """Whether the bar's own label gives way, because the growth is written there."""
    scene = frame.scene
    if scene.simulation is None or scene.hollow[span]:
        return False
    start, end = scene.recorded()
    before, after = int(end[span] - start[span]), int(scene.end_ns[span] - scene.start_ns[span])
    return simulation.difference(before, after) == simulation.WORSE


def paint_shifts(frame: Frame, bars: list[Bar]) -> None:
    """Arrows from ghosts to bars; the time stands on model calls and wherever it differs from the arrow above."""
    scene = frame.scene
    if scene.simulation is None or not scene.simulation.show_ghosts or scene.tween < ARROWS_FROM:
        return
    base_start, base_end = scene.recorded()
    said = ""
    for bar in bars:
        span = bar.span
        shift = simulation.shift_of(scene.scale, (int(base_start[span]), int(base_end[span])),
                                    (int(scene.start_ns[span]), int(scene.end_ns[span])))
        if shift is None:
            continue
        with_text = shift.text != said or (not scene.hollow[span] and bar.parting is not None)
        said = shift.text
        _paint_arrow(frame, bar, shift, with_text=with_text)


def _paint_arrow(frame: Frame, bar: Bar, shift: Shift, *, with_text: bool) -> None:
    painter, tone = frame.painter, frame.look.color(f"diff.{shift.tone}")
    y = round(bar.box.center().y()) + 0.5
    far = frame.scene.scale.width_px + 40.0
    x0, x1 = min(max(shift.x0, -40.0), far), min(max(shift.x1, -40.0), far)
    wide = frame.look.label_px.of(shift.text)
    painter.setPen(QPen(tone, 1.5))
    left, right = max(min(x0, x1), 0.0), min(max(x0, x1), frame.scene.scale.width_px)
    if with_text and right - left >= wide + 2 * TEXT_LEAST_PX:
        middle = (left + right) / 2
        sign = 1 if x1 > x0 else -1
        painter.drawLine(QPointF(x0, y), QPointF(middle - sign * (wide / 2 + 6), y))
        painter.drawLine(QPointF(middle + sign * (wide / 2 + 6), y), QPointF(x1, y))
        painter.setFont(frame.look.label)
        painter.fillRect(QRectF(middle - wide / 2 - 3, y - 8, wide + 6, 16), row_color(frame, bar.span))
        painter.drawText(QRectF(middle - wide / 2 - 2, y - 10, wide + 6, 20), MIDDLE, shift.text)
    else:
        painter.drawLine(QPointF(x0, y), QPointF(x1, y))
    back = -HEAD_PX if x1 > x0 else HEAD_PX
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(x1 + back, y - HEAD_PX + 1), QPointF(x1, y), QPointF(x1 + back, y + HEAD_PX - 1)]))


def ghost_right(frame: Frame, bar: Bar) -> float:
    """How far the ghost of a bar reaches beyond it, in pixels."""
    scene = frame.scene
    if scene.simulation is None or not scene.simulation.show_ghosts:
        return 0.0
    start, end = (scene.scale.x(int(column[bar.span])) for column in scene.recorded())
    return max(0.0, end - bar.box.right()) if start <= bar.box.right() else 0.0


def added_of(frame: Frame, row: int) -> Added | None:
    """The added span of a row."""
    code = int(frame.scene.rows.spans[row])
    if code > ADDED or frame.scene.simulation is None:
        return None
    return frame.scene.simulation.added_spans[ADDED - code]


def paint_added(frame: Frame) -> None:
    """Bars of spans that only the simulation has: hatched from end to end."""
    for row in range(frame.first, frame.last):
        added = added_of(frame, row)
        if added is None:
            continue
        x0 = round(frame.scene.scale.x(added.start_ns))
        x1 = max(round(frame.scene.scale.x(added.end_ns)), x0 + LEAST_PX)
        kind = frame.look.colors.kind(added.kind)
        whole = QRectF(x0, frame.y(row) + frame.geometry.bar_top, x1 - x0, frame.geometry.bar_px)
        box = within(whole, frame.scene.scale.width_px)
        frame.painter.setOpacity(frame.scene.tween)
        frame.painter.fillRect(box, faded(kind.solid, 0.2))
        hatch(frame.painter, box, kind.solid)
        frame.painter.setPen(QPen(kind.solid, 1))
        frame.painter.setBrush(Qt.BrushStyle.NoBrush)
        frame.painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        frame.painter.setOpacity(1.0)


def paint_budget(frame: Frame) -> None:
    """The dotted line of the time that the whole may take."""
    scene = frame.scene
    if scene.simulation is None or scene.simulation.budget_ns is None:
        return
    x = round(scene.scale.x(scene.t0_ns + scene.simulation.budget_ns)) + 0.5
    if not 0 <= x <= scene.scale.width_px:
        return
    pen = QPen(frame.look.color("trace.slo"), 1.25)
    pen.setDashPattern([2, 4])
    frame.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    frame.painter.setPen(pen)
    frame.painter.drawLine(QPointF(x, 0), QPointF(x, frame.height_px))
    frame.painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def duration_tone(frame: Frame, span: int) -> str:
    """`worse` or `better` where the simulation changed a duration, else nothing."""
    scene = frame.scene
    if scene.simulation is None:
        return ""
    start, end = scene.recorded()
    changed = simulation.difference(int(end[span] - start[span]), int(scene.end_ns[span] - scene.start_ns[span]))
    return "" if changed == SAME else changed
