"""The scrubber: the whole story as a bar cut into steps, coloured by kind, with the pauses between turns collapsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.ui import theme
from tracedesk.ui.replay.clockwork import Line, Stretch
from tracedesk.ui.replay.looks import colors_of, pause_words
from tracedesk.ui.widgets.text import plain_tip

BAR_PX, NOW_PX, KNOB_PX = 8, 14, 10
TO_COME = 0.42
FINER = 8
"""Many steps are first drawn so many times finer than the pixels."""


def _color(piece: Stretch) -> QColor:
    return theme.current().kind(piece.kind).solid if piece.kind is not None else colors_of(piece.step).solid


class Scrubber(QWidget):
    """`sought(place_ns)` while the user clicks or drags; a place is ns on the line without pauses."""

    sought = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.line: Line | None = None
        self._place_ns = 0
        self._now = 0
        self._drawn: QPixmap | None = None
        self._drawn_for: tuple[Any, ...] = ()
        self.setFixedHeight(56)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Time of the replay")
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(600, 56)

    def show_line(self, line: Line | None) -> None:
        """Another story."""
        self.line = line
        self._drawn = None
        self.update()

    def show_place(self, place_ns: int, n: int) -> None:
        """Where the playhead stands, and in which step."""
        self._place_ns, self._now = place_ns, n
        if self.line is not None:
            self.setAccessibleDescription(f"step {n}, {format_duration(place_ns)} of {format_duration(self.line.length_ns)}")
        self.update()

    def _x(self, place_ns: int) -> float:
        return 6 + (self.width() - 12) * place_ns / self.line.length_ns if self.line is not None else 6.0

    def _place(self, x: float) -> int:
        share = min(1.0, max(0.0, (x - 6) / max(1, self.width() - 12)))
        return round(share * self.line.length_ns) if self.line is not None else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        line = self.line
        if line is None:
            return
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = 20.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPixmap(0, 0, self._all_steps(line, middle))
        x = self._x(self._place_ns)
        veil = colors.color("bg.panel")
        veil.setAlphaF(1 - TO_COME)
        painter.fillRect(QRectF(x, middle - BAR_PX, self.width() - x, 2 * BAR_PX), veil)
        now = line.script.steps[self._now - 1] if self._now else None
        if now is not None and now.end_ns > now.start_ns:
            left, right = self._x(line.starts[now.n - 1]), self._x(line.end_of(now))
            painter.setBrush(colors_of(now).solid)
            painter.drawRoundedRect(QRectF(left, middle - NOW_PX / 2, max(2.0, right - left - 1.5), NOW_PX), 2, 2)
        self._marks(painter, line, middle)
        painter.setPen(QPen(colors.color("accent.base"), 2))
        painter.drawLine(QPointF(x, 8), QPointF(x, 32))
        painter.setPen(QPen(colors.color("bg.app"), 2))
        painter.setBrush(colors.color("accent.base"))
        painter.drawEllipse(QPointF(x, middle), KNOB_PX / 2 + 1, KNOB_PX / 2 + 1)

    def _all_steps(self, line: Line, middle: float) -> QPixmap:
        """The bar with every step in its full colour, drawn once per size and theme. Many steps stand
        without gaps, as thin as they are, so that each kind keeps its share.
        """
        ratio = self.devicePixelRatioF()
        key = (self.width(), ratio, theme.current().name, theme.current().contrast)
        if self._drawn is not None and self._drawn_for == key:
            return self._drawn
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colors = theme.current()
        painter.setBrush(colors.color("bg.inset"))
        for number, turn in enumerate(line.script.turns):
            left, right = self._x(line.offsets[number]), self._x(line.offsets[number] + turn.duration_ns)
            painter.drawRoundedRect(QRectF(left, middle - BAR_PX / 2, right - left, BAR_PX), 2, 2)
        pieces = line.stretches
        if len(pieces) < self.width() / 6:
            for piece in pieces:
                left, right = self._x(piece.start_ns), self._x(piece.end_ns)
                painter.setBrush(_color(piece))
                painter.drawRoundedRect(QRectF(left, middle - BAR_PX / 2, max(2.0, right - left - 1.5), BAR_PX), 2, 2)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(0, middle - BAR_PX / 2, self.width(), BAR_PX), self._many(line, pieces))
        painter.end()
        self._drawn, self._drawn_for = picture, key
        return picture

    def _many(self, line: Line, pieces: Sequence[Stretch]) -> QImage:
        """Many steps as one row of pixels, finer than the screen: drawn smaller, each colour keeps its share."""
        wide = self.width() * FINER
        places = np.array([(piece.start_ns, piece.end_ns) for piece in pieces], np.float64)
        cells = np.rint((6 + (self.width() - 12) * places / line.length_ns) * FINER).astype(np.int64)  # as `_x`
        cells[:, 1] = np.maximum(cells[:, 1], cells[:, 0] + 1)
        colors: dict[object, int] = {}
        row = np.zeros(wide, np.uint32)
        for piece, (left, right) in zip(pieces, cells.tolist(), strict=True):
            key = piece.kind if piece.kind is not None else (piece.step.act, piece.step.kind)
            if key not in colors:
                colors[key] = _color(piece).rgba()
            row[left:right] = colors[key]
        image = QImage(row.data, wide, 1, 4 * wide, QImage.Format.Format_ARGB32_Premultiplied)
        return image.scaled(self.width(), 1, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)

    def _marks(self, painter: QPainter, line: Line, middle: float) -> None:
        """Names below: the turns, the pauses between them, the total."""
        colors = theme.current()
        painter.setFont(colors.font("caption"))
        metrics = QFontMetrics(painter.font())
        base = 51
        total = format_duration(line.script.work_ns)
        end = self.width() - 6 - metrics.horizontalAdvance(total)
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(QPointF(end, base), total)
        free = 0.0
        for number, turn in enumerate(line.script.turns):
            left = self._x(line.offsets[number])
            text, x = f"turn {turn.number}", left
            if number:
                pen = QPen(colors.color("border.strong"), 1)
                pen.setDashPattern([2, 3])
                painter.setPen(pen)
                before = self._x(line.offsets[number - 1] + line.script.turns[number - 1].duration_ns)
                painter.drawLine(QPointF((before + left) / 2, 10), QPointF((before + left) / 2, 30))
                text = f"{pause_words(line.script.pause_ns(turn))} pause, skipped"
                x = left - metrics.horizontalAdvance(text) / 2
            painter.setPen(colors.color("text.tertiary"))
            if x >= free and x + metrics.horizontalAdvance(text) < end - 8:
                painter.drawText(QPointF(x, base), text)
                free = x + metrics.horizontalAdvance(text) + 12

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.line is not None:
            self.sought.emit(self._place(event.position().x()))

    def mouseMoveEvent(self, event) -> None:
        if self.line is None:
            return
        place = self._place(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.sought.emit(place)
        else:
            step = self.line.step_at(place)
            self.setToolTip(plain_tip(f"{step.n}  {step.title}\n{step.detail}"))
