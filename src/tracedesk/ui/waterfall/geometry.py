"""Where the columns of the waterfall are: tree, duration, timeline. One value that every painter and hit test reads."""

from __future__ import annotations

from dataclasses import dataclass

from tracedesk.ui.theme import Theme

TREE_PX, TREE_LEAST_PX, TREE_MOST_PX = 212, 140, 480
DURATION_PX, EDGE_PX, RIGHT_PX = 60, 8, 12
LEFT_PAD_PX, GLYPH_PX, GLYPH_TEXT_PX = 16, 14, 20
TIMELINE_LEAST_PX = 120


@dataclass(frozen=True, slots=True)
class Geometry:
    """Sizes in logical pixels, from the left edge of the canvas. `tree_px` is what the user dragged it to."""

    width_px: int
    tree_px: int = TREE_PX
    text_scale: float = 1.0
    row_px: int = 24
    bar_px: int = 16

    @classmethod
    def of(cls, width_px: int, tree_px: int, theme: Theme) -> Geometry:
        """For a theme's text size."""
        scale = max(1.0, theme.scale)
        return cls(width_px, tree_px, scale, theme.size("row"), round(theme.size("bar") * scale))

    @property
    def tree_right(self) -> int:
        """Where the duration column begins."""
        duration = round(DURATION_PX * self.text_scale)
        most = self.width_px - duration - EDGE_PX - RIGHT_PX - TIMELINE_LEAST_PX
        return max(TREE_LEAST_PX // 2, min(self.tree_px, most))

    @property
    def edge(self) -> int:
        """The line between the columns and the timeline."""
        return self.tree_right + round(DURATION_PX * self.text_scale)

    @property
    def left(self) -> int:
        """Pixel 0 of the time scale."""
        return self.edge + EDGE_PX

    @property
    def timeline_px(self) -> int:
        """Width of the time scale."""
        return max(1, self.width_px - self.left - RIGHT_PX)

    @property
    def bar_top(self) -> int:
        """From the top of a row to its bar."""
        return (self.row_px - self.bar_px) // 2
