"""A box to pick one of several from, with the chevron that the style of the desk would leave out."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox

from tracedesk.ui import icons, theme

CHEVRON_PX = 14


class Combo(QComboBox):
    """`title` is its accessible name."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        tone = theme.current().color("text.secondary" if self.isEnabled() else "text.disabled")
        icons.draw(painter, "chevron_down", tone, self.width() - CHEVRON_PX - 9, (self.height() - CHEVRON_PX) / 2, CHEVRON_PX)
        painter.end()
