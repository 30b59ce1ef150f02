"""What the bars of a comparison mean."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.ui import theme
from tracedesk.ui.waterfall.tools import hatched

ENTRIES = (("a", "A"), ("same", "B, about the same"), ("worse", "B, slower (growth hatched)"), ("better", "B, faster"))
SAMPLE_PX, GAP_PX = 24, 20


class Legend(QWidget):
    """Four samples with words."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend: " + ", ".join(words for _, words in ENTRIES))

    def sizeHint(self) -> QSize:
        return QSize(480, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(colors.font("caption"))
        metrics = QFontMetrics(painter.font())
        x = 16.0
        for what, words in ENTRIES:
            box = QRectF(x, self.height() / 2 - 4, SAMPLE_PX, 8)
            if what == "a":
                painter.setPen(QPen(colors.color("trace.ghost"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colors.color(f"diff.{what}"))
                painter.drawRoundedRect(box, 2, 2)
                if what == "worse":
                    shade = colors.color("bg.panel")
                    shade.setAlphaF(colors.alpha("hatch"))
                    painter.setBrush(hatched(shade))
                    painter.drawRect(box.adjusted(SAMPLE_PX / 2, 0, 0, 0))
            x += SAMPLE_PX + 8
            painter.setPen(colors.color("text.secondary"))
            painter.drawText(QRectF(x, 0, 260, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
            x += metrics.horizontalAdvance(words) + GAP_PX
