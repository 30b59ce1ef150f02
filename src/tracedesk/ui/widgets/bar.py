"""A bar across a page: one row of widgets, a hairline at one edge, a height that grows with the text."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from tracedesk.ui import theme


def bar(height_px: int, *, edge: str = "bottom", left_px: int = 16, right_px: int = 12) -> tuple[QFrame, QHBoxLayout]:
    """The bar and the row to fill."""
    made = QFrame()
    made.setProperty("edge", edge)
    theme.hold(made, height_px)
    row = QHBoxLayout(made)
    row.setContentsMargins(left_px, 0, right_px, 0)
    row.setSpacing(10)
    return made, row
