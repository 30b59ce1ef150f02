"""Bars of the rows in view, their labels and marks: work solid, containers hollow, one batch per colour where bars are many."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen

from tracedesk.model.kinds import Kind
from tracedesk.scene import labels
from tracedesk.scene.gaps import gaps
from tracedesk.scene.text import bar_label, error_word, running_text
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui import icons
from tracedesk.ui.waterfall.frame import Frame
from tracedesk.ui.waterfall.rect_array import draw_rects
from tracedesk.ui.waterfall.tools import hatch

LEAST_PX = 2.0
RADIUS_PX = 3.0
FADE_PX = 40.0
INNER_PX = 8
MARK_PX = 14


class Bar(NamedTuple):
    """One row's bar on the screen. `parting` is where a model call begins to stream, or None."""

    span: int
    box: QRectF
    parting: float | None
    alpha: float


def row_bars(frame: Frame) -> list[Bar]:
    """The bars of the rows in view, in pixels of the timeline; snapped to whole pixels so that edges are sharp."""
    found = []
    scene, scale, trace = frame.scene, frame.scene.scale, frame.scene.trace
    for row in range(frame.first, frame.last):
        span = int(scene.rows.spans[row])
        if span < 0 or scene.is_removed(span):
            continue
        start, end = int(scene.start_ns[span]), int(scene.end_ns[span])
        x0 = float(round(scale.x(start)))
        x1 = max(float(round(scale.x(end))), x0 + LEAST_PX)
        wait, recorded = int(trace.ttft_ns[span]), int(trace.end_ns[span] - trace.start_ns[span])
        parting = None
        if trace.kind[span] == Kind.LLM and 0 < wait < recorded:
            parting = float(round(scale.x(start + round((end - start) * (wait / recorded)))))
        box = QRectF(x0, frame.y(row) + frame.geometry.bar_top, x1 - x0, frame.geometry.bar_px)
        found.append(Bar(span, box, parting, _alpha(frame, span)))
    return found


def _alpha(frame: Frame, span: int) -> float:
    scene, look = frame.scene, frame.look
    if scene.lit is not None:
        return 1.0 if scene.lit[span] else look.replay_bar
    if scene.matches is not None:
        return 1.0 if scene.matches[span] else look.off_path
    if scene.on_path is not None and not scene.on_path[span]:
        return look.off_path
    return 1.0


def paint_bars(frame: Frame, bars: list[Bar]) -> int:
    """Fill, outline, hatch and ring of each bar; how many were drawn, those inside closed ones included."""
    painter, width = frame.painter, frame.scene.scale.width_px
    for bar in bars:
        if bar.box.right() < -4 or bar.box.left() > width + 4:
            continue
        painter.setOpacity(bar.alpha)
        paint_bar(frame, bar)
    painter.setOpacity(1.0)
    drawn = len(bars)
    for bar in bars:
        if frame.scene.is_closed(bar.span):
            drawn += _paint_inside(frame, bar)
    return drawn


def paint_bar(frame: Frame, bar: Bar) -> None:
    """One bar in its own shape."""
    painter, scene, look, span = frame.painter, frame.scene, frame.look, bar.span
    kind = look.colors.kind(int(scene.trace.kind[span]))
    box = within(bar.box, scene.scale.width_px)
    radius = min(RADIUS_PX, box.width() / 2)
    painter.setPen(look.outline or QPen(Qt.PenStyle.NoPen))
    if scene.trace.unfinished[span]:
        _paint_running(painter, box, kind.soft if scene.hollow[span] else kind.solid)
    elif scene.hollow[span]:
        painter.setPen(look.outline or QPen(kind.line, 1))
        painter.setBrush(kind.soft)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if span not in scene.closed and scene.simulation is None:
            _paint_gaps(frame, bar)
    elif bar.parting is not None:
        painter.setBrush(kind.wait)
        painter.drawRoundedRect(box, radius, radius)
        painter.save()
        part = QRectF(bar.parting, box.top(), box.right() - bar.parting, box.height())
        painter.setClipRect(part, Qt.ClipOperation.IntersectClip)
        painter.setBrush(kind.solid)
        painter.drawRoundedRect(box, radius, radius)
        painter.restore()
    else:
        painter.setBrush(kind.solid)
        painter.drawRoundedRect(box, radius, radius)
    if error_word(scene.trace, span):
        painter.setPen(QPen(look.color("status.error"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), RADIUS_PX, RADIUS_PX)


def within(box: QRectF, width_px: float) -> QRectF:
    """The box cut a little outside the window, so that painters need not handle a million pixels."""
    left, right = max(box.left(), -8.0), min(box.right(), width_px + 8.0)
    return QRectF(left, box.top(), max(LEAST_PX, right - left), box.height())


def _paint_running(painter: QPainter, box: QRectF, color: QColor) -> None:
    """An open end: the bar fades out towards now."""
    fade = min(FADE_PX, box.width())
    gradient = QLinearGradient(QPointF(box.right() - fade, 0), QPointF(box.right(), 0))
    gradient.setColorAt(0.0, color)
    clear = QColor(color)
    clear.setAlpha(0)
    gradient.setColorAt(1.0, clear)
    painter.setBrush(gradient)
    painter.drawRoundedRect(box, min(RADIUS_PX, box.width() / 2), RADIUS_PX)


def _paint_gaps(frame: Frame, bar: Bar) -> None:
    scene = frame.scene
    for x0, x1 in gaps(scene.trace, bar.span, scene.start_ns, scene.end_ns, scene.scale):
        left = max(x0, 0.0)
        box = QRectF(left, bar.box.top() + 1, min(x1, scene.scale.width_px) - left, bar.box.height() - 2)
        hatch(frame.painter, box, frame.look.color("trace.gap"), thick=1, angle=-45)


def _paint_inside(frame: Frame, bar: Bar) -> int:
    """The work below a closed span, in one lane: one batch of rectangles per kind; how many were drawn."""
    painter, scene, look = frame.painter, frame.scene, frame.look
    inside = scene.inside(bar.span)
    if not len(inside.span):
        return 0
    x0 = np.round(scene.scale.xs(inside.start_ns))
    x1 = np.maximum(np.round(scene.scale.xs(inside.end_ns)), x0 + LEAST_PX)
    kinds = scene.trace.kind[inside.span]
    rects = np.empty((len(x0), 4))
    rects[:, 0], rects[:, 2], rects[:, 3] = x0, x1 - x0, INNER_PX
    rects[:, 1] = bar.box.top() + (bar.box.height() - INNER_PX) / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setOpacity(bar.alpha)
    for kind in np.unique(kinds).tolist():
        painter.setBrush(look.colors.kind(kind).solid)
        draw_rects(painter, rects[(kinds == kind) & ~inside.error])
    painter.setBrush(look.color("status.error"))
    draw_rects(painter, rects[inside.error] + np.array([0.0, -2.0, 0.0, 4.0]))
    painter.setOpacity(1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    return len(rects)


def paint_labels(frame: Frame, bars: list[Bar], beyond: Callable[[Frame, Bar], float]) -> dict[int, float]:
    """Labels and the marks of errors and running spans; `beyond` is how many pixels right of a bar are taken by its ghost.

    Gives back, per span, the right end of what stands right of its bar.
    """
    ends: dict[int, float] = {}
    scene, widths = frame.scene, frame.look.caption_px
    for bar in bars:
        ends[bar.span] = bar.box.right()
        if bar.box.right() < 0 or bar.box.left() > scene.scale.width_px:
            continue
        after = max(_paint_marks(frame, bar), beyond(frame, bar))
        ends[bar.span] += after
        closed = scene.is_closed(bar.span)
        text = _held(scene, bar.span) if closed else bar_label(scene.trace, bar.span)
        found = labels.place(widths.of(text), bar.box.left(), bar.box.right(), scene.scale.width_px,
                             None if closed else bar.parting, after) if text else None
        if found is None or (closed and found.where == labels.INSIDE):
            continue
        if found.where == labels.RIGHT:
            ends[bar.span] = found.x_px + widths.of(text)
        _paint_label(frame, bar, found, text)
    frame.painter.setOpacity(1.0)
    return ends


def _held(scene: Waterfall, span: int) -> str:
    """How many spans a closed one hides."""
    count = int(scene.trace.subtree_end[span]) - span - 1
    return f"{count:,} span{'s' if count != 1 else ''}"


def _paint_label(frame: Frame, bar: Bar, found: labels.Place, text: str) -> None:
    painter, scene, look = frame.painter, frame.scene, frame.look
    outside = found.where in (labels.RIGHT, labels.LEFT)
    if outside or scene.hollow[bar.span] or scene.trace.unfinished[bar.span]:
        painter.setPen(look.color("text.secondary"))
    elif found.where == labels.INSIDE_FIRST:
        painter.setPen(look.color("text.primary"))
    else:
        painter.setPen(look.colors.kind(int(scene.trace.kind[bar.span])).ink)
    painter.setFont(look.caption)
    dimmed = look.replay_text if scene.lit is not None else look.off_path_label
    painter.setOpacity(1.0 if bar.alpha == 1.0 else dimmed)
    box = QRectF(found.x_px, bar.box.top() - frame.geometry.bar_top, look.caption_px.of(text) + 4, frame.geometry.row_px)
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine, text)


def _paint_marks(frame: Frame, bar: Bar) -> float:
    """Cross and word of an error, time of a running span; how far they reach beyond the bar."""
    painter, scene, look = frame.painter, frame.scene, frame.look
    x, middle = bar.box.right() + 8, bar.box.center().y()
    after = 0.0
    painter.setOpacity(1.0)
    painter.setFont(look.label)
    word = error_word(scene.trace, bar.span)
    if word:
        tone = look.color("status.error")
        icons.draw(painter, "error", tone, x, middle - MARK_PX / 2, MARK_PX)
        painter.setPen(tone)
        wide = look.label_px.of(word)
        painter.drawText(QRectF(x + MARK_PX + 4, middle - 10, wide + 4, 20), Qt.AlignmentFlag.AlignVCenter, word)
        after = 8 + MARK_PX + 4 + wide
    if scene.trace.unfinished[bar.span]:
        text = running_text(int(scene.end_ns[bar.span] - scene.start_ns[bar.span]))
        painter.setPen(look.color("status.running"))
        wide = look.label_px.of(text)
        painter.drawText(QRectF(x + after, middle - 10, wide + 4, 20), Qt.AlignmentFlag.AlignVCenter, text)
        after += 8 + wide
    return after
