"""Bars of the rows in view, their labels and marks: work solid, containers hollow, one batch per colour where bars are many."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen

from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind, Status
from tracedesk.scene import labels
from tracedesk.scene.gaps import gaps
from tracedesk.scene.text import bar_label, error_word, running_text
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui import icons
from tracedesk.ui.waterfall.frame import Frame
from tracedesk.ui.waterfall.geometry import RIGHT_PX
from tracedesk.ui.waterfall.rect_array import draw_rects
from tracedesk.ui.waterfall.tools import MIDDLE, hatch

LEAST_PX = 2.0
RADIUS_PX = 3.0
FADE_PX = 40.0
INNER_PX = 8
MARK_PX = 14
LLM, ERROR = int(Kind.LLM), int(Status.ERROR)
FAILED, FAINT = 30, 32
"""Codes of colours besides the kinds: of failed spans, and what is added where the lane is dimmed."""

NO_PEN, NO_BRUSH = QPen(Qt.PenStyle.NoPen), Qt.BrushStyle.NoBrush


class Bar(NamedTuple):
    """One row's bar on the screen. `parting` is where a model call begins to stream, or None; `kind` a number of `Kind`."""

    span: int
    box: QRectF
    parting: float | None
    alpha: float
    kind: int
    failed: bool


def row_bars(frame: Frame) -> list[Bar]:
    """The bars of the rows in view, in pixels of the timeline; snapped to whole pixels so that edges are sharp."""
    scene, trace, xs = frame.scene, frame.scene.trace, frame.scene.scale.xs
    spans = scene.rows.spans[frame.first:frame.last]
    rows = np.flatnonzero(spans >= 0)
    spans = spans[rows]
    start, end = scene.start_ns[spans], scene.end_ns[spans]
    recorded = np.maximum(trace.end_ns[spans] - trace.start_ns[spans], 1)
    wait = np.where(trace.kind[spans] == LLM, trace.ttft_ns[spans], 0)
    streams = (wait > 0) & (wait < recorded)
    parting = np.round(xs(start + ((end - start) * (wait / recorded)).astype(np.int64)))
    x0, x1 = np.round(xs(start)), np.round(xs(end))
    found = []
    top, row_px, bar_px = frame.y(frame.first) + frame.geometry.bar_top, frame.geometry.row_px, frame.geometry.bar_px
    columns = (spans.tolist(), rows.tolist(), x0.tolist(), x1.tolist(), streams.tolist(), parting.tolist(),
               trace.kind[spans].tolist(), (trace.status[spans] == ERROR).tolist())
    for span, row, left, right, parted, at, kind, failed in zip(*columns, strict=True):
        if not scene.is_removed(span):
            box = QRectF(left, top + row * row_px, max(right - left, LEAST_PX), bar_px)
            found.append(Bar(span, box, at if parted else None, _alpha(frame, span), kind, failed))
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
    return len(bars) + _paint_insides(frame, [bar for bar in bars if frame.scene.is_closed(bar.span)])


def paint_bar(frame: Frame, bar: Bar) -> None:
    """One bar in its own shape."""
    painter, scene, look, span = frame.painter, frame.scene, frame.look, bar.span
    kind = look.colors.kind(bar.kind)
    box = within(bar.box, scene.scale.width_px)
    radius = min(RADIUS_PX, box.width() / 2)
    painter.setPen(look.outline or NO_PEN)
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
    if bar.failed:
        painter.setPen(QPen(look.color("status.error"), 2))
        painter.setBrush(NO_BRUSH)
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


def _paint_insides(frame: Frame, closed: list[Bar]) -> int:
    """The work below closed spans, each in one lane: one batch of rectangles per colour; how many were drawn."""
    painter, scene, look = frame.painter, frame.scene, frame.look
    if not closed:
        return 0
    inside, lane = scene.insides([bar.span for bar in closed])
    x0 = np.round(scene.scale.xs(inside.start_ns))
    rects = np.empty((len(x0), 4))
    rects[:, 0], rects[:, 3] = x0, INNER_PX
    rects[:, 1] = np.array([bar.box.top() + (bar.box.height() - INNER_PX) / 2 for bar in closed])[lane]
    rects[:, 2] = np.maximum(np.round(scene.scale.xs(inside.end_ns)) - x0, LEAST_PX)
    faint = np.array([bar.alpha < 1.0 for bar in closed])[lane]
    colour = np.where(inside.error, FAILED, scene.trace.kind[inside.span]) + faint * FAINT
    rects[inside.error] += np.array([0.0, -2.0, 0.0, 4.0])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(NO_PEN)
    for code in np.unique(colour).tolist():
        kind = code % FAINT
        painter.setOpacity(look.off_path if code >= FAINT else 1.0)
        painter.setBrush(look.color("status.error") if kind == FAILED else look.colors.kind(kind).solid)
        draw_rects(painter, rects[colour == code])
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
        text = _held(scene, bar.span) if closed else bar_label(scene.trace, bar.span) or scene.turns.get(bar.span, "")
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
    return counted(count, "span")


def _paint_label(frame: Frame, bar: Bar, found: labels.Place, text: str) -> None:
    painter, scene, look = frame.painter, frame.scene, frame.look
    outside = found.where in (labels.RIGHT, labels.LEFT)
    if outside or scene.hollow[bar.span] or scene.trace.unfinished[bar.span]:
        painter.setPen(look.color("text.secondary"))
    elif found.where == labels.INSIDE_FIRST or (scene.lit is not None and bar.alpha < 1.0):
        painter.setPen(look.color("text.primary"))
    else:
        painter.setPen(look.colors.kind(bar.kind).ink)
    painter.setFont(look.caption)
    wide = look.caption_px.of(text)
    painter.setOpacity(1.0)
    if outside:
        painter.fillRect(QRectF(found.x_px - 2, bar.box.top(), wide + 4, bar.box.height()), row_color(frame, bar.span))
    dimmed = look.replay_text if scene.lit is not None else look.off_path_label
    painter.setOpacity(1.0 if bar.alpha == 1.0 else dimmed)
    box = QRectF(found.x_px, bar.box.top() - frame.geometry.bar_top, wide + 4, frame.geometry.row_px)
    painter.drawText(box, MIDDLE, text)


def row_color(frame: Frame, span: int) -> QColor:
    """What a row stands on; behind words it keeps lines away from them."""
    scene = frame.scene
    return frame.look.color("bg.selected" if span == scene.selected else "bg.hover" if span == scene.hovered else "bg.panel")


def _paint_marks(frame: Frame, bar: Bar) -> float:
    """Cross and word of an error, time of a running span; how far they reach beyond the right end of the bar."""
    running = bool(frame.scene.trace.unfinished[bar.span])
    if not bar.failed and not running:
        return 0.0
    painter, look, widths = frame.painter, frame.look, frame.look.label_px
    painter.setOpacity(1.0)
    painter.setFont(look.label)
    middle, width, beyond = bar.box.center().y(), frame.scene.scale.width_px, 0.0
    if bar.failed:
        word = error_word(frame.scene.trace, bar.span)
        wide = MARK_PX + 4 + widths.of(word)
        x = labels.mark_place(wide, bar.box.left(), bar.box.right(), width)
        tone = look.color("status.error")
        icon_x = x if x is not None else min(bar.box.right(), width) - MARK_PX - 3
        if x is None:
            painter.setPen(NO_PEN)
            painter.setBrush(look.color("bg.panel"))
            painter.drawEllipse(QRectF(icon_x, middle - MARK_PX / 2, MARK_PX, MARK_PX))
        icons.draw(painter, "error", tone, icon_x, middle - MARK_PX / 2, MARK_PX)
        if x is not None:
            halo = QRectF(x + MARK_PX + 2, bar.box.top(), wide - MARK_PX, bar.box.height())
            painter.fillRect(halo, row_color(frame, bar.span))
            painter.setPen(tone)
            painter.drawText(QRectF(x + MARK_PX + 4, middle - 10, wide, 20), MIDDLE, word)
            beyond = max(0.0, x + wide - bar.box.right())
    if running:
        text = running_text(int(frame.scene.end_ns[bar.span] - frame.scene.start_ns[bar.span]))
        wide = widths.of(text)
        left = bar.box.right() + beyond + 8
        if left + wide <= width + RIGHT_PX:                  # else the duration column says it
            painter.setPen(look.color("status.running"))
            painter.drawText(QRectF(left, middle - 10, wide + 4, 20), MIDDLE, text)
            beyond += 8 + wide
    return beyond
