"""What the marks of the what-if picture mean, and the dashed mark that says that nothing here was measured."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.model.kinds import Kind
from tracedesk.ui import icons, theme
from tracedesk.ui.waterfall.tools import hatched

ENTRIES = (("ghost", "measured run"), ("growth", "simulated growth"), ("arrow", "shifted by what waits on it"),
           ("path", "critical path"))
SAMPLE_PX, GAP_PX = 26, 22


class Legend(QWidget):
    """Four samples with words, and a sentence at the right where there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._remark = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend: " + ", ".join(words for _, words in ENTRIES))

    def say(self, remark: str) -> None:
        """The sentence at the right: why something does not move."""
        self._remark = remark
        self.setAccessibleDescription(remark)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = colors.font("caption")
        metrics = QFontMetrics(font)
        x, middle = 16.0, self.height() / 2
        for what, words in ENTRIES:
            self._sample(painter, what, QRectF(x, middle - 6, SAMPLE_PX, 12))
            x += SAMPLE_PX + 8
            painter.setFont(font)
            painter.setPen(colors.color("text.secondary"))
            painter.drawText(QRectF(x, 0, 300, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
            x += metrics.horizontalAdvance(words) + GAP_PX
        room = self.width() - 12 - x
        if self._remark and room > 160:
            painter.setPen(colors.color("text.tertiary"))
            painter.drawText(QRectF(x, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                             metrics.elidedText(self._remark, Qt.TextElideMode.ElideRight, int(room)))

    def _sample(self, painter: QPainter, what: str, box: QRectF) -> None:
        colors = theme.current()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if what == "ghost":
            pen = QPen(colors.color("trace.ghost"), 1)
            pen.setDashPattern([3, 3])
            painter.setPen(pen)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        elif what == "growth":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.kind(Kind.RERANKER).solid)
            painter.drawRoundedRect(box, 3, 3)
            shade = colors.color("bg.panel")
            shade.setAlphaF(colors.alpha("hatch"))
            painter.setBrush(hatched(shade))
            painter.drawRoundedRect(box, 3, 3)
        elif what == "arrow":
            painter.setPen(QPen(colors.color("diff.worse"), 1.5))
            tip = QPointF(box.right(), box.center().y())
            painter.drawLine(QPointF(box.left(), tip.y()), tip)
            painter.drawPolyline([tip + QPointF(-5, -4), tip, tip + QPointF(-5, 4)])
        else:
            painter.setPen(QPen(colors.color("trace.critical"), 1.75))
            middle = box.center().x()
            painter.drawPolyline([QPointF(box.left(), box.top() + 1), QPointF(middle, box.top() + 1),
                                  QPointF(middle, box.bottom() - 1), QPointF(box.right(), box.bottom() - 1)])


class SimulatedMark(QWidget):
    """`Simulated: nothing here was measured`, in a dashed frame."""

    TEXT = "Simulated: nothing here was measured"

    def __init__(self) -> None:
        super().__init__()
        self.setFont(theme.current().font("dense_strong"))
        self.setProperty(theme.FACE, "dense_strong")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.TEXT)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.TEXT) + 14 + 6 + 18, max(24, metrics.height() + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(colors.color("text.secondary"), 1)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        icons.draw(painter, "what_if", colors.color("text.primary"), 9, (self.height() - 14) / 2, 14)
        painter.setPen(colors.color("text.primary"))
        painter.drawText(QRectF(29, 0, self.width() - 30, self.height()), Qt.AlignmentFlag.AlignVCenter, self.TEXT)
