"""Where the columns of the waterfall are: tree, duration, timeline. One value that every painter and hit test reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracedesk.scene.rows import DEEPEST_INDENT
from tracedesk.ui.theme import Theme

TREE_PX, TREE_LEAST_PX, TREE_MOST_PX = 212, 140, 480
DURATION_PX, EDGE_PX, RIGHT_PX = 60, 8, 12
PAD_PX = 4
LEFT_PAD_PX, GLYPH_PX, GLYPH_TEXT_PX = 16, 14, 20
TIMELINE_LEAST_PX, COLUMNS_TIMELINE_PX = 120, 240
"""What the timeline keeps at least; optional columns leave it more, or are not shown."""
INDENT_PX, SHALLOWEST = 14, 3
NAME_LEAST_PX = LEFT_PAD_PX + 8 + GLYPH_TEXT_PX + 64
"""What the deepest row needs for its chevron, glyph and the beginning of its name."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Pixels from the left edge of the canvas: the duration column begins at `tree_right`, `edge` is the line before the
    timeline, `left` is pixel 0 of the time scale, which is `timeline_px` wide. A bar is `bar_top` below the top of its row.
    `deepest` levels are indented: at most as many as leave room for names. `columns` are the optional columns that have
    room, with the right edge of their text."""

    width_px: int
    tree_right: int
    duration_right: int
    columns: tuple[tuple[str, int], ...]
    edge: int
    left: int
    timeline_px: int
    row_px: int
    bar_px: int
    bar_top: int
    deepest: int

    @classmethod
    def of(
        cls, width_px: int, tree_px: int, duration_px: float, theme: Theme, columns: Sequence[tuple[str, float]] = ()
    ) -> Geometry:
        """For a theme's text size; `tree_px` is what the tree column should have, `duration_px` the widest duration.

        `columns` are the optional columns that are wanted, by key, with their widest text in pixels; those that would not
        leave the timeline enough are left out, the last first.
        """
        scale = max(1.0, theme.scale)
        duration = max(round(DURATION_PX * scale), round(duration_px) + 2 * EDGE_PX)
        row_px, bar_px = theme.size("row"), round(theme.size("bar") * scale)
        room = width_px - duration - EDGE_PX - RIGHT_PX
        tree_right = max(TREE_LEAST_PX // 2, min(tree_px, room - TIMELINE_LEAST_PX))
        edge, shown = tree_right + duration, list[tuple[str, int]]()
        room -= tree_right + COLUMNS_TIMELINE_PX
        for key, text_px in columns:
            wide = round(text_px) + 2 * EDGE_PX
            room -= wide
            if room < 0:
                break
            edge += wide
            shown.append((key, edge - PAD_PX))
        left = edge + EDGE_PX
        return cls(width_px, tree_right, tree_right + duration - PAD_PX, tuple(shown), edge, left,
                   max(1, width_px - left - RIGHT_PX), row_px, bar_px, (row_px - bar_px) // 2,
                   min(max((tree_right - NAME_LEAST_PX) // INDENT_PX, SHALLOWEST), DEEPEST_INDENT))
