"""Painting frames: one batch of rectangles per colour, then outlines, names and shares where there is room."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from tracedesk.base.clock import format_duration
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.scene.palette import ALWAYS_HOLLOW
from tracedesk.scene.text import second_name, span_name
from tracedesk.scene.ticks import ticks
from tracedesk.scene.timescale import TimeScale
from tracedesk.ui import icons
from tracedesk.ui.flame.shapes import IN_TIME, Drawn
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.rect_array import draw_rects
from tracedesk.ui.waterfall.tools import MIDDLE

ROW_PX, GAP_PX = 24, 2
NAME_LEAST_PX, ICON_LEAST_PX, SHARE_LEAST_PX = 28.0, 64.0, 110.0
PAD_PX, ICON_PX = 5.0, 14
MOST_NAMES = 300


class Marked(NamedTuple):
    """What stands out: flags of the spans that match a search (None: no search), the selected span (-1: none), the hovered."""

    match: NDArray[np.bool_] | None
    selected: int
    hovered: int | None


def row_px(look: Look) -> int:
    """Height of a row with the gap below it."""
    return look.colors.grown(ROW_PX)


def paint_ruler(painter: QPainter, look: Look, trace: Trace, view: tuple[float, float], plot: QRectF) -> None:
    """The time above frames in time order, with lines through them."""
    whole = max(1, trace.t1_ns - trace.t0_ns)
    scale = TimeScale(trace.t0_ns + round(view[0] * whole), max(view[1] - view[0], 1e-12) * whole, plot.width())
    painter.setFont(look.caption)
    for tick in ticks(scale, trace.t0_ns):
        x = plot.left() + round(tick.x_px) + 0.5
        painter.setPen(QPen(look.color("trace.grid_major"), 1))
        painter.drawLine(QPointF(x, plot.top() - 6), QPointF(x, plot.bottom()))
        if x + 4 + look.caption_px.of(tick.text) <= plot.right():
            painter.setPen(look.color("text.secondary"))
            painter.drawText(QRectF(x + 4, 0, 120, plot.top()), MIDDLE, tick.text)


def paint_shapes(painter: QPainter, look: Look, trace: Trace, drawn: Drawn, marked: Marked, width_px: float) -> None:
    """All frames in view of a plot `width_px` wide."""
    match = marked.match
    kinds = trace.kind[drawn.span]
    rects = np.empty((len(drawn.row), 4))
    rects[:, 0] = np.round(drawn.x0)
    rects[:, 1] = drawn.row * float(row_px(look))
    rects[:, 2] = np.maximum(np.round(drawn.x1) - rects[:, 0] - 1.0, 1.0)
    rects[:, 3] = row_px(look) - GAP_PX
    faint = ~match[drawn.span] if match is not None else np.zeros(len(rects), np.bool_)
    dim = look.colors.alpha("flame_unmatched")
    painter.setPen(Qt.PenStyle.NoPen)
    for kind in np.unique(kinds).tolist():
        colors = look.colors.kind(kind)
        hollow = kind in ALWAYS_HOLLOW
        for pale in (False, True):
            chosen = rects[(kinds == kind) & (faint == pale)]
            painter.setOpacity(dim if pale else 1.0)
            painter.setBrush(colors.soft if hollow else colors.solid)
            painter.setPen(QPen(colors.line, 1) if hollow else Qt.PenStyle.NoPen)
            draw_rects(painter, chosen + np.array([0.5, 0.5, -1.0, -1.0]) if hollow else chosen)
    painter.setOpacity(1.0)
    _paint_rings(painter, look, drawn, rects, marked)
    wide = np.flatnonzero(drawn.x1 - drawn.x0 >= NAME_LEAST_PX)
    if len(wide) > MOST_NAMES:
        wide = wide[np.argsort(drawn.x0[wide] - drawn.x1[wide], kind="stable")[:MOST_NAMES]]
    for index in wide.tolist():
        painter.setOpacity(0.8 if faint[index] else 1.0)
        _paint_name(painter, look, trace, drawn, index, QRectF(*rects[index].tolist()), width_px)
    painter.setOpacity(1.0)


def _paint_rings(painter: QPainter, look: Look, drawn: Drawn, rects: NDArray[np.float64], marked: Marked) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = np.array([0.5, 0.5, -1.0, -1.0])
    if marked.match is not None:
        painter.setPen(QPen(look.color("trace.critical"), 1.5))
        draw_rects(painter, rects[marked.match[drawn.span] & (rects[:, 2] >= 3)] + inset)
    painter.setPen(QPen(look.color("status.error"), 2))
    draw_rects(painter, rects[drawn.failed & (rects[:, 2] >= 3)] + np.array([1.0, 1.0, -2.0, -2.0]))
    for span, tone, px in ((marked.hovered, "text.primary", 1.0), (marked.selected, "accent.focus", 2.0)):
        if span is not None and span >= 0:
            painter.setPen(QPen(look.color(tone), px))
            draw_rects(painter, rects[drawn.span == span] + inset)


def _paint_name(painter: QPainter, look: Look, trace: Trace, drawn: Drawn, index: int, box: QRectF, width_px: float) -> None:
    span = int(drawn.span[index])
    kind = Kind(int(trace.kind[span]))
    colors = look.colors.kind(kind)
    left, right = max(box.left(), 0.0) + PAD_PX, min(box.right(), width_px) - PAD_PX
    ink = look.color("text.primary") if kind in ALWAYS_HOLLOW else colors.ink
    painter.setPen(ink)
    painter.setFont(look.caption)
    if right - left >= SHARE_LEAST_PX:
        ns = int(trace.end_ns[span] - trace.start_ns[span])
        share = format_duration(ns) if drawn.share[index] == IN_TIME else f"{100 * drawn.share[index]:.1f} %"
        wide = look.caption_px.of(share)
        painter.drawText(QRectF(right - wide - 2, box.top(), wide + 4, box.height()), MIDDLE, share)
        right -= wide + 8
    if right - left >= ICON_LEAST_PX:
        icons.draw(painter, kind.label, ink, left, box.top() + (box.height() - ICON_PX) / 2, ICON_PX)
        left += ICON_PX + 4
    if right - left >= 12:
        name = " ".join(part for part in (span_name(trace, span), second_name(trace, span)) if part)
        painter.drawText(QRectF(left, box.top(), right - left + 4, box.height()), MIDDLE,
                         look.caption_px.elided(name, right - left, Qt.TextElideMode.ElideRight))
