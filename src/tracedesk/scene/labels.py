"""Where the label of a bar goes: inside if it fits, else right of it, else left of it, else nowhere (DESIGN section 8)."""

from __future__ import annotations

from typing import NamedTuple

PAD_PX, MARK_AIR_PX = 6.0, 8.0
INSIDE, INSIDE_FIRST, RIGHT, LEFT = "inside", "inside_first", "right", "left"


class Place(NamedTuple):
    """`where` is INSIDE (on the bar; on the second part of a model call), INSIDE_FIRST (on its waiting part), RIGHT or LEFT."""

    where: str
    x_px: float


def mark_place(mark_px: float, x0: float, x1: float, width_px: float) -> float | None:
    """Where the mark of an error begins: right of the bar, else left of it; None where neither has room."""
    if x1 >= 0.0 and x1 + MARK_AIR_PX + mark_px <= width_px:
        return x1 + MARK_AIR_PX
    if x0 <= width_px and x0 - MARK_AIR_PX - mark_px >= 0.0:
        return x0 - MARK_AIR_PX - mark_px
    return None


def place(
    text_px: float, x0: float, x1: float, width_px: float, parting: float | None = None, after: float = 0.0
) -> Place | None:
    """Place a text beside or on the bar `x0..x1` of a window `width_px` wide.

    `parting` is where the second part of the bar begins. `after` is taken by something else at the bar's right end (the
    mark of an error). A bar that reaches out of the window keeps its label in view.
    """
    left, right = max(x0, 0.0), min(x1, width_px)
    parts = [(INSIDE, left, right)] if parting is None else [(INSIDE, max(parting, left), right),
                                                              (INSIDE_FIRST, left, min(parting, right))]
    for where, begin, end in parts:
        if text_px + 2 * PAD_PX <= end - begin:
            return Place(where, begin + PAD_PX)
    if x1 + after >= 0.0 and x1 + after + PAD_PX + text_px <= width_px:
        return Place(RIGHT, x1 + after + PAD_PX)
    if x0 - PAD_PX - text_px >= 0.0 and x0 <= width_px:
        return Place(LEFT, x0 - PAD_PX - text_px)
    return None
