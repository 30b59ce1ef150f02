"""A text diff: removed lines orange and struck through, added ones blue and underlined, word by word. Painted, plain text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tracedesk.compare.text import EQUAL, GONE, NEW, Line
from tracedesk.ui import theme
from tracedesk.ui.widgets.bar import bar
from tracedesk.ui.widgets.buttons import Segments
from tracedesk.ui.widgets.scroll import scrolled
from tracedesk.ui.widgets.text import Elided, label

NUMBER_PX, MARK_PX, PAD_PX = 34, 20, 8
LINES_AT_MOST = 5_000
CHARS_AT_MOST = 2_000
"""Of a longer line the beginning is shown."""


class Lines(QWidget):
    """The lines, unified or in two columns. Long lines are cut at the edge, never wrapped."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._rows: list[tuple[Line | None, Line | None]] = []
        self._beside = False
        self._tokens: dict[int, str] = {}                # by identity of the line
        self.setFont(theme.current().font("code"))
        self.setProperty(theme.FACE, "code")

    def show_lines(self, lines: Sequence[Line], tokens: Sequence[str] = (), *, beside: bool) -> None:
        """Other lines, or the other layout; `tokens` are words for each line, shown at its right end."""
        self._lines, self._beside = list(lines[:LINES_AT_MOST]), beside
        self._tokens = {id(line): words for line, words in zip(self._lines, tokens, strict=False) if words}
        self._rows = _beside(self._lines) if beside else [(line, None) for line in self._lines]
        self.setAccessibleName("\n".join(f"{line.mark} {line.text}" for line in self._lines[:200]))
        self.setMinimumHeight(int(len(self._rows) * self._row_px()) + 8)
        self.update()

    def _row_px(self) -> float:
        return max(18.0, QFontMetricsF(self.font()).height() + 4)

    def sizeHint(self) -> QSize:
        return QSize(400, int(len(self._rows) * self._row_px()) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.current().color("bg.panel"))
        row_px = self._row_px()
        half = self.width() / 2
        first, last = int(event.rect().top() // row_px), int(event.rect().bottom() // row_px) + 1
        for number in range(max(0, first), min(len(self._rows), last)):
            top = 4 + number * row_px
            left, right = self._rows[number]
            if not self._beside:
                self._paint_line(painter, left, QRectF(0, top, self.width(), row_px))
            else:
                self._paint_line(painter, left, QRectF(0, top, half, row_px))
                self._paint_line(painter, right, QRectF(half, top, half, row_px))

    def _paint_line(self, painter: QPainter, line: Line | None, box: QRectF) -> None:
        if line is None:
            return
        colors = theme.current()
        tone = {GONE: "worse", NEW: "better"}.get(line.mark)
        if tone:
            soft = QColor(colors.diff(tone).soft)
            painter.fillRect(box, soft)
        painter.save()
        painter.setClipRect(box)
        painter.setFont(self.font())
        words = self._tokens.get(id(line))
        if words and tone:
            painter.setFont(colors.font("caption"))
            painter.setPen(colors.color(f"diff.{tone}"))
            wide = QFontMetricsF(painter.font()).horizontalAdvance(words)
            painter.drawText(box.adjusted(0, 0, -PAD_PX, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
            box = box.adjusted(0, 0, -wide - 3 * PAD_PX, 0)
            painter.setClipRect(box)
            painter.setFont(self.font())
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(QRectF(box.left(), box.top(), NUMBER_PX - 8, box.height()),
                         Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(line.number))
        if tone:
            painter.setPen(colors.color(f"diff.{tone}"))
            mark = "−" if line.mark == GONE else "+"
            sign = QRectF(box.left() + NUMBER_PX, box.top(), MARK_PX, box.height())
            painter.drawText(sign, Qt.AlignmentFlag.AlignVCenter, mark)
        x = box.left() + NUMBER_PX + MARK_PX
        base = box.top() + (box.height() + QFontMetricsF(self.font()).ascent() - QFontMetricsF(self.font()).descent()) / 2
        left = CHARS_AT_MOST
        for piece in line.pieces:
            text = "".join(char if char.isprintable() else "·" for char in piece.text[:left].replace("\t", "    "))
            left -= len(text)
            font = QFont(self.font())
            changed = piece.changed and tone is not None
            if changed:
                font.setStrikeOut(line.mark == GONE)
                font.setUnderline(line.mark == NEW)
                font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(colors.color("text.primary" if line.mark != EQUAL else "text.secondary"))
            painter.drawText(QPointF(x, base), text)
            x += QFontMetricsF(font).horizontalAdvance(text)
            if x > box.right() or left <= 0:
                break
        painter.restore()


def _beside(lines: Sequence[Line]) -> list[tuple[Line | None, Line | None]]:
    """Rows of two columns: what went beside what came."""
    rows: list[tuple[Line | None, Line | None]] = []
    gone: list[Line] = []
    new: list[Line] = []

    def flush() -> None:
        rows.extend(zip_longest(gone, new))
        gone.clear()
        new.clear()

    for line in lines:
        if line.mark == EQUAL:
            flush()
            rows.append((line, line))
        else:
            (gone if line.mark == GONE else new).append(line)
    flush()
    return rows


class DiffPane(QFrame):
    """Title, what it is about, Unified or Side by side, and the lines."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("pane", "panel")
        self._lines: list[Line] = []
        self._tokens: list[str] = []
        self.title, self._about = label(title, "body_strong"), Elided("", "dense", "text.tertiary")
        self._layout = Segments(["Unified", "Side by side"], lambda _at: self._refresh(), title=f"Layout of {title}")
        head, row = bar(36)
        row.addWidget(self.title)
        row.addWidget(self._about, 1)
        row.addWidget(self._layout, 0, Qt.AlignmentFlag.AlignVCenter)
        self.view = Lines()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(scrolled(self.view, by_keys=True), 1)

    def say(self, title: str, about: str, lines: Sequence[Line], tokens: Sequence[str] = ()) -> None:
        """Another text; see `Lines.show_lines`."""
        self.title.setText(title)
        self._about.setText(about)
        self._lines, self._tokens = list(lines), list(tokens)
        self._refresh()

    def lines(self) -> list[Line]:
        """What it shows."""
        return list(self._lines)

    def _refresh(self) -> None:
        self.view.show_lines(self._lines, self._tokens, beside=self._layout.current() == 1)
