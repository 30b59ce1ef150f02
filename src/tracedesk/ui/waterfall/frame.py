"""What one painting of the canvas needs: the painter, the scene, the looks, and which rows are in view."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QPainter

from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui.waterfall.geometry import Geometry
from tracedesk.ui.waterfall.look import Look


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows `first` up to `last` of the scene; `top_px` is the top of the first, `scroll_px` how far it is scrolled."""

    painter: QPainter
    scene: Waterfall
    geometry: Geometry
    look: Look
    first: int
    last: int
    top_px: float
    scroll_px: int
    height_px: int

    def y(self, row: int) -> float:
        """Top of a row."""
        return self.top_px + (row - self.first) * self.geometry.row_px
