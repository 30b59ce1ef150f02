"""The left columns: guides, chevrons, kind glyphs, names, durations, costs and tokens."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPen

from tracedesk.base.clock import format_duration
from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind, Status
from tracedesk.scene.columns import COLUMNS
from tracedesk.scene.rows import HEADER, guides
from tracedesk.scene.simulation import Added
from tracedesk.scene.text import one_line, running_text, second_name, span_name
from tracedesk.ui import icons
from tracedesk.ui.waterfall.frame import Frame
from tracedesk.ui.waterfall.geometry import GLYPH_PX, GLYPH_TEXT_PX, INDENT_PX, LEFT_PAD_PX
from tracedesk.ui.waterfall.simulated import added_of, duration_tone
from tracedesk.ui.waterfall.tools import MIDDLE, MIDDLE_RIGHT

CHEVRON_PX, SMALL_PX = 11, 12


def indent_px(depth: int, deepest: int) -> int:
    """Pixels from the left edge to the middle of a row's chevron; deeper rows than `deepest` are not indented further."""
    return LEFT_PAD_PX + INDENT_PX * min(depth, deepest)


def paint_tree(frame: Frame) -> None:
    """Guides, glyphs and names of the rows in view."""
    painter = frame.painter
    lines = guides(frame.scene.trace, frame.scene.rows, frame.first, frame.last)
    painter.setClipRect(QRectF(0, 0, frame.geometry.tree_right - 4, frame.height_px))
    for row in range(frame.first, frame.last):
        _paint_guides(frame, lines[row - frame.first], frame.y(row))
        added = added_of(frame, row)
        if added is not None:
            _paint_added(frame, row, added)
        elif int(frame.scene.rows.spans[row]) == HEADER:
            _paint_header(frame, frame.y(row))
        else:
            _paint_name(frame, row)
    painter.setClipping(False)


def _paint_guides(frame: Frame, levels: list[bool], y: float) -> None:
    if not levels:
        return
    painter, row_px = frame.painter, frame.geometry.row_px
    painter.setPen(QPen(frame.look.color("border.default"), 1))
    middle = round(y + row_px / 2) + 0.5
    deepest = frame.geometry.deepest
    for level, goes_on in enumerate(levels[:deepest]):
        x = indent_px(level, deepest) + 0.5
        own = level == len(levels) - 1
        if goes_on:
            painter.drawLine(QPointF(x, y), QPointF(x, y + row_px))
        elif own:
            painter.drawLine(QPointF(x, y), QPointF(x, middle))
        if own:
            painter.drawLine(QPointF(x, middle), QPointF(x + 6, middle))


def _paint_header(frame: Frame, y: float) -> None:
    painter, look, row_px = frame.painter, frame.look, frame.geometry.row_px
    icons.draw(painter, "broken_link", look.color("text.tertiary"), LEFT_PAD_PX + 8, y + (row_px - GLYPH_PX) / 2, GLYPH_PX)
    painter.setFont(look.name)
    painter.setPen(look.color("text.secondary"))
    count = frame.scene.rows.orphans
    left = LEFT_PAD_PX + 8 + GLYPH_TEXT_PX
    painter.drawText(QRectF(left, y, frame.geometry.tree_right - left, row_px), MIDDLE,
                     f"no parent · {counted(count, 'span')}")


def _paint_added(frame: Frame, row: int, added: Added) -> None:
    """The name of a span that only the simulation has, with a plus before it."""
    painter, look, row_px, y = frame.painter, frame.look, frame.geometry.row_px, frame.y(row)
    x = float(indent_px(frame.scene.rows.depth(frame.scene.trace, row), frame.geometry.deepest))
    icons.draw(painter, "plus", look.color("diff.worse"), x - SMALL_PX / 2, y + (row_px - SMALL_PX) / 2, SMALL_PX)
    icons.draw(painter, Kind(added.kind).label, look.colors.kind(added.kind).text, x + 8, y + (row_px - GLYPH_PX) / 2, GLYPH_PX)
    x += 8 + GLYPH_TEXT_PX
    room = frame.geometry.tree_right - 8 - x
    painter.setFont(look.name)
    painter.setPen(look.color("text.primary"))
    painter.drawText(QRectF(x, y, max(room, 0.0), row_px), MIDDLE, look.name_px.elided(one_line(added.name), room))


def _paint_name(frame: Frame, row: int) -> None:
    painter, scene, look = frame.painter, frame.scene, frame.look
    trace, span, row_px, y = scene.trace, int(scene.rows.spans[row]), frame.geometry.row_px, frame.y(row)
    depth = scene.rows.depth(trace, row)
    x = float(indent_px(depth, frame.geometry.deepest))
    if trace.child_count[span]:
        icons.draw(painter, "chevron_right" if span in scene.closed else "chevron_down", look.color("text.secondary"),
                   x - CHEVRON_PX / 2, y + (row_px - CHEVRON_PX) / 2, CHEVRON_PX)
    painter.setOpacity(_text_alpha(frame, span))
    kind = look.colors.kind(int(trace.kind[span]))
    icons.draw(painter, Kind(int(trace.kind[span])).label, kind.text, x + 8, y + (row_px - GLYPH_PX) / 2, GLYPH_PX)
    x += 8 + GLYPH_TEXT_PX
    right = frame.geometry.tree_right - 8
    if depth > frame.geometry.deepest:
        x += _paint_small(frame, x, y, right, f"{depth}") + 5
    if scene.is_shifted(span):
        icons.draw(painter, "clock", look.color("text.tertiary"), x, y + (row_px - SMALL_PX) / 2, SMALL_PX)
        x += SMALL_PX + 4
    strong = span == scene.selected
    font, widths = (look.name_strong, look.name_strong_px) if strong else (look.name, look.name_px)
    name = widths.elided(span_name(trace, span), right - x)
    if scene.is_removed(span):
        font = QFont(font)
        font.setStrikeOut(True)
        painter.setOpacity(look.off_path)
    painter.setFont(font)
    painter.setPen(look.color("status.error" if trace.status[span] == Status.ERROR else "text.primary"))
    painter.drawText(QRectF(x, y, max(right - x, 0.0), row_px), MIDDLE, name)
    second = second_name(trace, span)
    if second:
        _paint_small(frame, x + widths.of(name) + 6, y + 0.5, right, second)
    painter.setOpacity(1.0)


def _paint_small(frame: Frame, x: float, y: float, right: float, text: str) -> float:
    """A small grey word; its width."""
    shown = frame.look.caption_px.elided(text, right - x)
    frame.painter.setFont(frame.look.caption)
    frame.painter.setPen(frame.look.color("text.tertiary"))
    frame.painter.drawText(QRectF(x, y, max(0.0, right - x), frame.geometry.row_px), MIDDLE, shown)
    return frame.look.caption_px.of(shown)


def paint_durations(frame: Frame) -> None:
    """The duration column: right-aligned, changed ones of a simulation in the colour of their difference."""
    painter, scene, look, geometry = frame.painter, frame.scene, frame.look, frame.geometry
    painter.setClipRect(QRectF(geometry.tree_right - 4, 0, geometry.duration_right - geometry.tree_right + 8, frame.height_px))
    for row in range(frame.first, frame.last):
        said = _duration(frame, row)
        if said is None:
            continue
        text, tone, strong = said
        painter.setOpacity(_text_alpha(frame, int(scene.rows.spans[row])))
        painter.setFont(look.name_strong if strong else look.dense)
        painter.setPen(look.color(tone))
        box = QRectF(geometry.tree_right - 4, frame.y(row), geometry.duration_right - geometry.tree_right + 4, geometry.row_px)
        painter.drawText(box, MIDDLE_RIGHT, text)
    painter.setOpacity(1.0)
    painter.setClipping(False)


def paint_columns(frame: Frame) -> None:
    """The optional columns: right-aligned; dotted underlined where a price is missing."""
    painter, scene, look, geometry = frame.painter, frame.scene, frame.look, frame.geometry
    painter.setFont(look.dense)
    for key, right in geometry.columns:
        column = COLUMNS[key]
        for row in range(frame.first, frame.last):
            span = scene.span_at(row)
            if span is None:
                continue
            cell, y = column.cell(scene, span), frame.y(row)
            wide = look.dense_px.of(cell.text)
            tone = "text.tertiary" if cell.quiet else "text.primary" if span == scene.selected else "text.secondary"
            painter.setOpacity(_text_alpha(frame, span))
            painter.setPen(look.color(tone))
            painter.drawText(QRectF(right - wide, y, wide, geometry.row_px), MIDDLE_RIGHT, cell.text)
            if cell.wanting:
                painter.setPen(QPen(look.color("text.tertiary"), 1, Qt.PenStyle.DotLine))
                under = round(y + (geometry.row_px + look.dense_px.height) / 2) - 0.5
                painter.drawLine(QPointF(right - wide, under), QPointF(right, under))
    painter.setOpacity(1.0)


def _duration(frame: Frame, row: int) -> tuple[str, str, bool] | None:
    """(text, colour role, whether it is strong) of a row's duration."""
    scene, added = frame.scene, added_of(frame, row)
    if added is not None:
        return format_duration(added.end_ns - added.start_ns), "diff.worse", True
    span = scene.span_at(row)
    if span is None:
        return None
    if scene.is_removed(span):
        return "removed", "diff.better", False
    ns = int(scene.end_ns[span] - scene.start_ns[span])
    changed = duration_tone(frame, span)
    if changed:
        return format_duration(ns), f"diff.{changed}", True
    if scene.trace.unfinished[span]:
        return running_text(ns), "status.running", False
    return format_duration(ns), "text.primary" if span == scene.selected else "text.secondary", False


def _text_alpha(frame: Frame, span: int) -> float:
    if span < 0:
        return 1.0
    return frame.look.replay_text if frame.scene.lit is not None and not frame.scene.lit[span] else 1.0
