"""Painting of paired rows: tree, two bars, columns of differences."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from tracedesk.base.clock import NARROW, format_duration
from tracedesk.base.money import format_cost_exact
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.scene.paired import NONE, SHARE, SHARE_NS, Bar, Paired
from tracedesk.scene.simulation import SAME, WORSE
from tracedesk.scene.text import second_name, span_name
from tracedesk.scene.ticks import ticks
from tracedesk.scene.timescale import TimeScale
from tracedesk.ui import icons, theme
from tracedesk.ui.waterfall.bars import LEAST_PX, RADIUS_PX, within
from tracedesk.ui.waterfall.geometry import GLYPH_PX, GLYPH_TEXT_PX
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.tools import MIDDLE, MIDDLE_RIGHT, faded, hatch
from tracedesk.ui.waterfall.tree import CHEVRON_PX, indent_px

ROW_PX, HEAD_PX, TREE_PX = 32, 24, 228
A_TOP_PX, A_PX, B_TOP_PX, B_PX = 5, 8, 16, 10
ARROW_LEAST_PX = 24.0
PAIRED_DEEPEST = 8
"""Levels that are indented in the fixed column of names."""



@dataclass(frozen=True, slots=True)
class Column:
    """One column of differences."""

    title: str
    px: int


ALL = (Column("A", 72), Column("B", 66), Column("Change", 92), Column("", 56), Column("Tokens in", 92),
       Column("Tokens out", 78), Column("Cost", 84))
FEW = ALL[:4]
FULL_FROM_PX, FEW_FROM_PX = 1180, 760


@dataclass(frozen=True, slots=True)
class Place:
    """Left and right end of the timeline, and the columns right of it."""

    left: int
    right: int
    columns: tuple[Column, ...]


def columns_for(width_px: int) -> tuple[Column, ...]:
    """The columns that a width has room for: they grow with the text and hide as a whole, numbers are never cut."""
    grown = theme.grown
    found = ALL if width_px >= grown(FULL_FROM_PX) else FEW if width_px >= grown(FEW_FROM_PX) else ()
    return tuple(Column(column.title, grown(column.px)) for column in found)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one painting needs."""

    painter: QPainter
    look: Look
    paired: Paired
    place: Place
    scale: TimeScale
    width: int
    height: int


def _ticks(sheet: Sheet) -> list[tuple[float, str]]:
    """(x, words) of the ruler: time, or per cent of each trace."""
    found = ticks(sheet.scale, 0)
    if sheet.paired.axis != SHARE:
        return [(sheet.place.left + round(tick.x_px) + 0.5, tick.text) for tick in found]
    shares = [100 * sheet.scale.ns(tick.x_px) / SHARE_NS for tick in found]
    return [(sheet.place.left + round(tick.x_px) + 0.5, f"{share:.3g}{NARROW}%")
            for tick, share in zip(found, shares, strict=True)]


def paint_head(sheet: Sheet) -> None:
    """Column names, ruler and the lines between the columns."""
    painter, look, place = sheet.painter, sheet.look, sheet.place
    painter.fillRect(QRectF(0, 0, sheet.width, HEAD_PX), look.color("bg.panel"))
    painter.setPen(QPen(look.color("border.subtle"), 1))
    painter.drawLine(QPointF(0, HEAD_PX - 0.5), QPointF(sheet.width, HEAD_PX - 0.5))
    for edge in (TREE_PX, place.right + 12) if place.columns else (TREE_PX,):
        painter.drawLine(QPointF(edge + 0.5, 0), QPointF(edge + 0.5, sheet.height))
    painter.setFont(look.label)
    painter.setPen(look.color("text.tertiary"))
    painter.drawText(QRectF(12, 0, 120, HEAD_PX), MIDDLE, "Span")
    x = place.right + 12
    for column in place.columns:
        painter.drawText(QRectF(x, 0, column.px, HEAD_PX), MIDDLE_RIGHT, column.title)
        x += column.px
    painter.setFont(look.caption)
    painter.setPen(look.color("text.secondary"))
    for left, text in _ticks(sheet):
        if left + 4 + look.caption_px.of(text) <= place.right + 10:
            painter.drawText(QRectF(left + 4, 0, 120, HEAD_PX - 2), MIDDLE, text)


def paint_row(sheet: Sheet, row: int, y: float, tint: str, *, closed: bool) -> None:
    """One row: its tint, its name, its bars, its columns."""
    painter, look, place = sheet.painter, sheet.look, sheet.place
    if tint:
        painter.fillRect(QRectF(0, y, sheet.width, ROW_PX), look.color(tint))
    if tint == "bg.selected":
        painter.fillRect(QRectF(0, y, 2, ROW_PX), look.color("accent.base"))
    painter.setPen(QPen(look.color("trace.grid"), 1))
    for x, _ in _ticks(sheet):
        painter.drawLine(QPointF(x, y), QPointF(x, y + ROW_PX))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_name(sheet, row, y, closed=closed)
    painter.save()
    painter.setClipRect(QRectF(TREE_PX + 1, y, place.right - TREE_PX + 8, ROW_PX), Qt.ClipOperation.IntersectClip)
    painter.translate(place.left, y)
    _paint_bars(sheet, row)
    painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    left = place.right + 12
    for column, (text, tone, strong) in zip(place.columns, _cells(sheet.paired, row), strict=False):
        painter.setFont(look.name_strong if strong else look.dense)
        painter.setPen(look.color(tone))
        painter.drawText(QRectF(left, y, column.px, ROW_PX), MIDDLE_RIGHT, text)
        left += column.px


def _paint_name(sheet: Sheet, row: int, y: float, *, closed: bool) -> None:
    painter, look, paired = sheet.painter, sheet.look, sheet.paired
    a, b = int(paired.a[row]), int(paired.b[row])
    trace, index = (paired.second, b) if b != NONE else (paired.first, a)
    depth = int(paired.depth[row])
    x = float(indent_px(depth, PAIRED_DEEPEST))
    painter.setPen(QPen(look.color("border.default"), 1))
    for level, goes_on in enumerate(paired.guides[row][:PAIRED_DEEPEST]):
        guide, own = indent_px(level, PAIRED_DEEPEST) + 0.5, level == depth - 1
        if goes_on or own:
            painter.drawLine(QPointF(guide, y), QPointF(guide, y + (ROW_PX if goes_on else ROW_PX / 2)))
        if own:
            painter.drawLine(QPointF(guide, y + ROW_PX / 2), QPointF(guide + 6, y + ROW_PX / 2))
    mark, tone = "", "text.secondary"
    if paired.opens[row]:
        mark = "chevron_right" if closed else "chevron_down"
    elif a == NONE:
        mark, tone = "plus", "diff.worse"
    elif b == NONE:
        mark, tone = "minus", "diff.better"
    if mark:
        icons.draw(painter, mark, look.color(tone), x - CHEVRON_PX / 2, y + (ROW_PX - CHEVRON_PX) / 2, CHEVRON_PX)
    kind = Kind(int(trace.kind[index]))
    icons.draw(painter, kind.label, look.colors.kind(kind).text, x + 8, y + (ROW_PX - GLYPH_PX) / 2, GLYPH_PX)
    x += 8 + GLYPH_TEXT_PX
    room = TREE_PX - 8 - x
    name = look.name_px.elided(span_name(trace, index), room)
    painter.setFont(look.name)
    painter.setPen(look.color("text.primary"))
    painter.drawText(QRectF(x, y, max(room, 0.0), ROW_PX), MIDDLE, name)
    room -= look.name_px.of(name) + 6
    second = second_name(trace, index)
    if second and room > 12:
        painter.setFont(look.caption)
        painter.setPen(look.color("text.tertiary"))
        painter.drawText(QRectF(TREE_PX - 8 - room, y + 0.5, room, ROW_PX), MIDDLE, look.caption_px.elided(second, room))


def _box(scale: TimeScale, bar: Bar, top: float, height: float) -> QRectF:
    x0 = float(round(scale.x(bar.start)))
    x1 = max(float(round(scale.x(bar.end))), x0 + LEAST_PX)
    return within(QRectF(x0, top, x1 - x0, height), scale.width_px)


def _paint_bars(sheet: Sheet, row: int) -> None:
    painter, look, paired, scale = sheet.painter, sheet.look, sheet.paired, sheet.scale
    a, b, verdict = paired.bar_a(row), paired.bar_b(row), paired.verdict(row)
    if a is None or b is None:
        lone = a or b
        if lone is not None:
            _paint_absent(painter, look, _box(scale, lone, A_TOP_PX if a is None else B_TOP_PX, A_PX if a is None else B_PX))
    if a is not None:
        painter.setPen(QPen(look.color("trace.ghost"), 1))
        painter.setBrush(look.color("border.default"))
        painter.drawRoundedRect(_box(scale, a, A_TOP_PX, A_PX).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
    if b is None:
        return
    tone = look.color("border.strong") if verdict == SAME else look.color(f"diff.{verdict}")
    box = _box(scale, b, B_TOP_PX, B_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    painter.drawRoundedRect(box, min(RADIUS_PX, box.width() / 2), RADIUS_PX)
    if a is None:
        return
    if verdict == WORSE:
        grown = scale.x(b.start + (a.end - a.start))
        part = QRectF(max(grown, box.left()), box.top() + 1, box.right() - max(grown, box.left()) - 1, box.height() - 2)
        if part.width() > 0:
            painter.fillRect(part, look.color("bg.panel"))
            painter.fillRect(part, faded(tone, 0.25))
            hatch(painter, part, tone)
    if verdict != SAME:
        _paint_arrow(painter, look, scale.x(a.start), box.left(), f"diff.{verdict}")


def _paint_absent(painter: QPainter, look: Look, box: QRectF) -> None:
    """The dashed empty partner of a span that only one side has."""
    pen = QPen(look.color("trace.ghost"), 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)


def _paint_arrow(painter: QPainter, look: Look, x0: float, x1: float, tone: str) -> None:
    """From A's start to B's, where B begins clearly later."""
    if x1 - x0 < ARROW_LEAST_PX:
        return
    y = B_TOP_PX + B_PX / 2
    painter.setPen(QPen(look.color(tone), 1.25))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawLine(QPointF(x0, y), QPointF(x1 - 3, y))
    painter.drawPolyline(QPolygonF([QPointF(x1 - 7, y - 3.5), QPointF(x1 - 3, y), QPointF(x1 - 7, y + 3.5)]))


Cell = tuple[str, str, bool]


def _cells(paired: Paired, row: int) -> list[Cell]:
    """(text, colour role, strong) of each column."""
    before, after = paired.durations(row)
    verdict = paired.verdict(row)
    strong = verdict != SAME
    tone = f"diff.{verdict}" if strong else "text.tertiary"
    found: list[Cell] = [("—" if before is None else format_duration(before), "text.tertiary", False),
                         ("—" if after is None else format_duration(after), "text.primary", True)]
    if before is None or after is None:
        found += [("added" if before is None else "gone", tone, True), ("", tone, False)]
    else:
        change = after - before
        arrow = ("↑ " if change > 0 else "↓ ") if strong else ""
        share = f"{_sign(change)}{abs(change) * 100 / before:.0f}{NARROW}%" if before else ""
        found += [(f"{arrow}{_sign(change)}{format_duration(abs(change))}", tone, strong), (share, tone, strong)]
    for column in ("input_tokens", "output_tokens"):
        found.append(_count_cell(paired.change(row, column)))
    found.append(_cost_cell(paired, row))
    return found


def _sign(value: int) -> str:
    return "+" if value > 0 else "−" if value < 0 else ""


def _count_cell(change: int | None) -> Cell:
    if change is None:
        return "—", "text.tertiary", False
    if change == 0:
        return "=", "text.tertiary", False
    return f"{_sign(change)}{abs(change):,}", "diff.worse" if change > 0 else "diff.better", abs(change) >= 100


def _cost_cell(paired: Paired, row: int) -> Cell:
    change = paired.change(row, "cost_nusd")
    if change is None:
        index = int(paired.b[row])
        trace = paired.second
        unpriced = index != NONE and trace.cost_status[index] != CostStatus.NONE and trace.cost_nusd[index] < 0
        return "unpriced" if unpriced else "—", "text.tertiary", False
    if change == 0:
        return "=", "text.tertiary", False
    return f"{_sign(change)}{format_cost_exact(abs(change))}", "diff.worse" if change > 0 else "diff.better", True

