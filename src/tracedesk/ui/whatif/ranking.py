"""The bottleneck ranking: time on the critical path, share, rank before, and what ten per cent less would save. Painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from tracedesk.base.clock import NARROW, format_duration
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.scene.text import second_name, span_name
from tracedesk.ui import icons, theme
from tracedesk.ui.waterfall.tools import hatched
from tracedesk.ui.whatif.rows import difference_tone, signed_duration
from tracedesk.whatif.outcome import Outcome, Ranked, own_time

MEASURED, SIMULATED, DIFFERENCE = range(3)
HEAD_PX, PAD_PX, SAVED_PX = 26, 16, 66
LISTED, OFF_PATH = 6, 1


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `rank` None: off the critical path, then `slack_ns` is its room. `was` is the rank as measured."""

    span: int
    rank: int | None
    on_path_ns: int
    measured_ns: int
    share: float
    was: int | None
    saved_ns: int = 0
    slack_ns: int | None = None


def lines_of(outcome: Outcome, ranked: Sequence[Ranked], off_path: Sequence[tuple[int, int]], mode: int) -> list[Line]:
    """Rows of a mode: as measured, as simulated, or by how much the time on the path differs; then (span, room in ns) of what
    is off the path. Containers are left out: what is inside them is listed."""
    leaf = outcome.baseline.trace.child_count == 0
    before = {span: ns for span, ns in own_time(outcome.path_before).items() if leaf[span]}
    ranks = {span: number for number, span in enumerate(before, 1)}
    total = max(1, outcome.total_before_ns if mode == MEASURED else outcome.total_ns)
    saved = {item.span: item.saved_ns for item in ranked}
    if mode == MEASURED:
        lines = [Line(span, number, ns, ns, ns / total, None, saved.get(span, 0))
                 for number, (span, ns) in enumerate(list(before.items())[:LISTED], 1)]
    elif mode == SIMULATED:
        lines = [Line(item.span, number, item.on_path_ns, before.get(item.span, 0), item.share, ranks.get(item.span),
                      item.saved_ns) for number, item in enumerate([item for item in ranked if leaf[item.span]][:LISTED], 1)]
    else:
        now = {span: ns for span, ns in outcome.on_path_ns.items() if leaf[span]}
        moved = sorted(now.keys() | before.keys(), key=lambda span: (-abs(now.get(span, 0) - before.get(span, 0)), span))
        lines = [Line(span, number, now.get(span, 0), before.get(span, 0), now.get(span, 0) / total, ranks.get(span),
                      saved.get(span, 0)) for number, span in enumerate(moved[:LISTED], 1)]
    return lines + [Line(span, None, 0, 0, 0.0, None, 0, room) for span, room in off_path]


def off_path(outcome: Outcome) -> list[int]:
    """The longest leaves that hold nothing up: those whose room is worth saying."""
    trace = outcome.baseline.trace
    off = np.flatnonzero((trace.child_count == 0) & ~outcome.removed)
    found = [span for span in off.tolist() if span not in outcome.on_path_ns]
    return sorted(found, key=lambda span: (int(outcome.start_ns[span] - outcome.end_ns[span]), span))[:OFF_PATH]


class Ranking(QWidget):
    """Draws the rows. `picked(span index)` on a click, or on Enter after ↑ ↓."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._outcome: Outcome | None = None
        self._lines: list[Line] = []
        self._mode = SIMULATED
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Bottleneck ranking")

    @property
    def lines(self) -> list[Line]:
        """The rows shown."""
        return self._lines

    def show_lines(self, outcome: Outcome, lines: list[Line], mode: int) -> None:
        """Other rows."""
        self._outcome, self._lines, self._mode, self._current = outcome, lines, mode, -1
        trace = outcome.baseline.trace
        self.setAccessibleDescription("; ".join(
            f"{line.rank}. {trace.name[line.span]}, {format_duration(line.on_path_ns)}" for line in lines[:5] if line.rank))
        self.updateGeometry()
        self.update()

    def row_px(self) -> int:
        """Height of a row at this text size."""
        return theme.current().size("row") + 4

    @staticmethod
    def head_px() -> int:
        """Height of the titles at this text size."""
        return theme.grown(HEAD_PX)

    def sizeHint(self) -> QSize:
        return QSize(600, self.head_px() + self.row_px() * len(self._lines) + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(360, self.sizeHint().height())

    def _shows_saved(self) -> bool:
        """Whether there is room for a bar of what a faster step saves."""
        return self.width() >= theme.grown(860)

    def _columns(self) -> dict[str, tuple[float, float]]:
        """(left, right) of each column."""
        right, grown = self.width() - PAD_PX, theme.grown
        words_px = QFontMetrics(theme.current().font("dense")).horizontalAdvance(f"10{NARROW}% faster saves 888{NARROW}ms") + 2
        sense = words_px + (SAVED_PX + 8 if self._shows_saved() else 0)
        edges: dict[str, tuple[float, float]] = {"sense": (right - sense, right)}
        at = right - sense - 24
        for name, px in (("rank", 66), ("share", 62), ("path", 74)):
            edges[name] = (at - grown(px), at)
            at -= grown(px) + 8
        number_px = grown(18)
        edges["number"] = (PAD_PX, PAD_PX + number_px)
        left = PAD_PX + number_px + 4
        name_px = min(grown(200), max(grown(120), (at - PAD_PX) * 0.32))
        edges["name"] = (left, left + name_px)
        edges["bar"] = (left + name_px + 12, at - 12)
        return edges

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._outcome is None:
            return
        colors, trace = theme.current(), self._outcome.baseline.trace
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = self._columns()
        painter.setFont(colors.font("label"))
        painter.setPen(colors.color("text.tertiary"))
        for name, title, right in (("number", "#", False), ("name", "Span", False), ("path", "On path", True),
                                   ("share", "Share", True), ("rank", "Rank", True), ("sense", "Sensitivity", False)):
            left, end = columns[name]
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(left, 0, end - left, self.head_px()), Qt.AlignmentFlag.AlignVCenter | side, title)
        longest = max((max(line.on_path_ns, line.measured_ns) for line in self._lines), default=1) or 1
        most_saved = max((line.saved_ns for line in self._lines), default=1) or 1
        for number, line in enumerate(self._lines):
            top = self.head_px() + number * self.row_px()
            if number == self._current and self.hasFocus():
                painter.fillRect(QRectF(0, top, self.width(), self.row_px()), colors.color("bg.selected"))
            painter.setPen(QPen(colors.color("border.subtle"), 1))
            painter.drawLine(0, top, self.width(), top)
            self._paint_line(painter, trace, line, top, columns, longest, most_saved)

    def _paint_line(self, painter: QPainter, trace: Trace, line: Line, top: int, columns: dict[str, tuple[float, float]],
                    longest: int, most_saved: int) -> None:
        colors, px = theme.current(), self.row_px()
        on = line.rank is not None
        kind = Kind(int(trace.kind[line.span]))

        def text(name: str, words: str, tone: str, *, right: bool = True, face: str = "dense") -> None:
            left, end = columns[name]
            painter.setFont(colors.font(face))
            painter.setPen(colors.color(tone))
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(left, top, end - left, px), Qt.AlignmentFlag.AlignVCenter | side, words)

        text("number", str(line.rank) if on else "—", "text.tertiary", right=False)
        left, end = columns["name"]
        icons.draw(painter, kind.label, colors.kind(kind).text, left, top + (px - 14) / 2, 14)
        metrics = QFontMetrics(colors.font("dense_name"))
        painter.setFont(colors.font("dense_name"))
        painter.setPen(colors.color("text.primary" if on else "text.secondary"))
        name = metrics.elidedText(span_name(trace, line.span), Qt.TextElideMode.ElideMiddle, int(end - left - 22))
        painter.drawText(QRectF(left + 22, top, end - left - 22, px), Qt.AlignmentFlag.AlignVCenter, name)
        step, at = second_name(trace, line.span), left + 22 + metrics.horizontalAdvance(name) + 6
        if step and at + metrics.horizontalAdvance(step) <= end:
            painter.setFont(colors.font("dense"))
            painter.setPen(colors.color("text.tertiary"))
            painter.drawText(QRectF(at, top, end - at, px), Qt.AlignmentFlag.AlignVCenter, step)
        if not on:
            text("bar", f"off the critical path, {format_duration(line.slack_ns or 0)} slack", "text.tertiary", right=False)
            text("path", "—", "text.tertiary")
            text("share", f"0.0{NARROW}%", "text.tertiary")
            text("rank", "—", "text.tertiary")
            text("sense", "no effect on total", "text.tertiary")
            return
        self._paint_bar(painter, kind, line, top, columns["bar"], longest)
        if self._mode == DIFFERENCE:
            delta = line.on_path_ns - line.measured_ns
            text("path", signed_duration(delta), f"diff.{difference_tone(delta)}")
        else:
            text("path", format_duration(line.on_path_ns), "text.primary")
        text("share", f"{100 * line.share:.1f}{NARROW}%", "text.secondary")
        self._paint_rank(painter, line, text)
        left, end = columns["sense"]
        if self._shows_saved():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("bg.inset"))
            painter.drawRoundedRect(QRectF(left, top + px / 2 - 4, SAVED_PX, 8), 2, 2)
            painter.setBrush(colors.color("diff.better"))
            painter.drawRoundedRect(QRectF(left, top + px / 2 - 4, SAVED_PX * max(0, line.saved_ns) / most_saved, 8), 2, 2)
        words = f"10{NARROW}% faster saves {format_duration(line.saved_ns)}" if line.saved_ns > 0 else "no effect on total"
        text("sense", words, "diff.better" if line.rank == 1 and line.saved_ns > 0 else "text.secondary")

    def _paint_rank(self, painter: QPainter, line: Line, text) -> None:
        if self._mode == MEASURED or self._outcome is None or not self._outcome.changes:
            text("rank", str(line.rank), "text.tertiary")
        elif line.was is None:
            text("rank", "new", "diff.worse")
        elif self._mode == DIFFERENCE or line.was == line.rank:
            text("rank", f"was {line.was}", "text.tertiary")
        else:
            up = line.was > (line.rank or 0)
            text("rank", f"{'↑' if up else '↓'} was {line.was}", "diff.worse" if up else "text.tertiary")

    def _paint_bar(self, painter: QPainter, kind: Kind, line: Line, top: int, edges: tuple[float, float], longest: int) -> None:
        """Time on the path; what the simulation added to it is hatched."""
        colors, px = theme.current(), self.row_px()
        left, end = edges
        room = max(10.0, end - left)
        whole = max(2.0, room * line.on_path_ns / longest) if line.on_path_ns else 0.0
        known = min(whole, room * line.measured_ns / longest)
        box = QRectF(left, top + (px - 14) / 2, whole, 14)
        tones = colors.kind(kind)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tones.solid)
        painter.drawRoundedRect(box, 2, 2)
        if whole - known > 1 and self._mode != MEASURED:
            grown = QRectF(left + known, box.top(), whole - known, 14)
            shade = colors.color("bg.panel")
            shade.setAlphaF(colors.alpha("hatch"))
            painter.setBrushOrigin(grown.topLeft())
            painter.setBrush(hatched(shade))
            painter.drawRect(grown)
        elif line.measured_ns > line.on_path_ns and self._mode != MEASURED:
            pen = QPen(colors.color("trace.ghost"), 1)
            pen.setDashPattern([3, 3])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            gone_px = room * line.measured_ns / longest - whole - 1
            painter.drawRoundedRect(QRectF(left + whole + 0.5, box.top() + 0.5, gone_px, 13), 2, 2)

    def _at(self, y: float) -> int:
        number = int((y - self.head_px()) // self.row_px())
        return number if y >= self.head_px() and 0 <= number < len(self._lines) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position().y())
        if number >= 0:
            self._current = number
            self.update()
            self.picked.emit(self._lines[number].span)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self._lines:
            self._current = min(max(self._current + step, 0), len(self._lines) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._current < len(self._lines):
            self.picked.emit(self._lines[self._current].span)
        else:
            super().keyPressEvent(event)
