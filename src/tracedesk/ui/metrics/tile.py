"""Tile: one figure, how it changed, its run over time, one line of words. A button that opens the traces behind it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from tracedesk.analytics.panel import Panel, Stat
from tracedesk.base.errors import TraceDeskError
from tracedesk.ui import theme
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.charts.paint import MIDDLE, RIGHT
from tracedesk.ui.charts.spark import paint_spark
from tracedesk.ui.charts.words import difference_text, figure_text
from tracedesk.ui.metrics.tones import SAME, change_tone, spark_color
from tracedesk.ui.widgets.text import plain_tip

TILE_PX, PAD_PX, SPARK_LEAST_PX, SPARK_MOST_PX = 82, 12, 26, 84


class Tile(QAbstractButton):
    """The tile of a panel. `opened(Behind)` at a click, Space or Enter."""

    opened = Signal(object)

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.panel = panel
        self.result: Stat | TraceDeskError | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(panel.title)
        self.setToolTip(plain_tip(panel.about))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.hold(self, TILE_PX)
        self.clicked.connect(self._open)

    def show_result(self, result: Stat | TraceDeskError) -> None:
        """Another figure."""
        self.result = result
        said = [result.message, result.hint] if isinstance(result, TraceDeskError) else [
            figure_text(result.figure, exact=True), self.change()[0], result.note]
        self.setAccessibleDescription(", ".join(word for word in said if word))
        tip = [self.panel.about, self._exact()]
        self.setToolTip(plain_tip("\n".join(word for word in tip if word)))
        self.update()

    def change(self) -> tuple[str, str]:
        """(words, colour role) of the change against the time before; nothing where there was nothing."""
        stat = self.result
        if not isinstance(stat, Stat) or stat.before is None or stat.before.value is None or stat.figure.value is None:
            return "", SAME
        now, before, unit = float(stat.figure.value), float(stat.before.value), stat.figure.unit
        if not before and unit not in ("share", "score"):
            return ("new", SAME) if now else ("", SAME)
        return difference_text(now, before, unit), change_tone(now, before, unit, stat.good)

    def _exact(self) -> str:
        stat = self.result
        if not isinstance(stat, Stat) or stat.figure.value is None or not math.isfinite(stat.figure.value):
            return ""
        names = {"ns": " ns", "nusd": " nano-dollars", "share": "", "score": "", "per_s": " per second", "tokens": " tokens"}
        words = f"{stat.figure.value:,}{names.get(stat.figure.unit, '')}"
        if stat.before is not None:
            words += f"\nthe time before: {figure_text(stat.before, exact=True)}"
        return words

    def _open(self) -> None:
        if isinstance(self.result, Stat):
            self.opened.emit(Behind(self.result.query))

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(170), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(128), self.height())

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPen(colors.color("accent.focus"), 2) if self.hasFocus() else QPen(
            colors.color("border.strong" if self.underMouse() else "border.subtle"), 1)
        painter.setPen(edge)
        painter.setBrush(colors.color("bg.raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        room = self.width() - 2.0 * PAD_PX
        top = theme.grown(10)
        said, tone = self.change()
        title = QRectF(PAD_PX, top, room, theme.grown(16))
        taken = self._paint_change(painter, title, said, tone)
        painter.setFont(colors.font("label"))
        painter.setPen(colors.color("text.secondary"))
        metrics = QFontMetrics(painter.font())
        painter.drawText(title, MIDDLE, metrics.elidedText(self.panel.title, Qt.TextElideMode.ElideRight, int(room - taken)))
        stat = self.result
        if stat is None:
            return
        figure = QRectF(PAD_PX, title.bottom() + theme.grown(5), room, theme.grown(24))
        error = isinstance(stat, TraceDeskError)
        words = "—" if isinstance(stat, TraceDeskError) else figure_text(stat.figure, exact=True)
        painter.setFont(colors.font("heading"))
        painter.setPen(colors.color("text.tertiary" if error or words in ("—", "unpriced") else "text.primary"))
        painter.drawText(figure, MIDDLE, words)
        left = PAD_PX + QFontMetrics(painter.font()).horizontalAdvance(words) + 12
        wide = min(SPARK_MOST_PX * 1.0, self.width() - PAD_PX - left)
        if isinstance(stat, Stat) and wide >= SPARK_LEAST_PX:
            paint_spark(painter, QRectF(self.width() - PAD_PX - wide + 2, figure.top() - 1, wide, figure.height() + 2),
                        stat.spark.values, spark_color(stat), from_zero=stat.figure.unit != "score")
        note = stat.message if isinstance(stat, TraceDeskError) else stat.note
        painter.setFont(colors.font("caption"))
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(QRectF(PAD_PX, figure.bottom() + theme.grown(2), room, theme.grown(16)), MIDDLE,
                         QFontMetrics(painter.font()).elidedText(note, Qt.TextElideMode.ElideRight, int(room)))

    def _paint_change(self, painter: QPainter, box: QRectF, said: str, tone: str) -> float:
        """The change at the right of the title, with an arrow where it means better or worse; gives the width it took."""
        if not said:
            return 0.0
        colors = theme.current()
        painter.setFont(colors.font("caption" if tone == SAME else "label"))
        painter.setPen(colors.color(tone))
        wide = QFontMetrics(painter.font()).horizontalAdvance(said)
        painter.drawText(box, RIGHT, said)
        if tone == SAME:
            return wide + 6
        up = not said.startswith("−")
        x, y, px = box.right() - wide - 9.0, box.center().y() + 0.5, 4.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color(tone))
        tip = -px + 0.5 if up else px - 0.5
        painter.drawPolygon([QPointF(x - px, y - tip * 0.8), QPointF(x + px, y - tip * 0.8), QPointF(x, y + tip * 0.8)])
        return wide + 22
