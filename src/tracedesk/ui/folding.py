"""What folds away at which window width (DESIGN section 7). Pure numbers, so that a test can read the table.

It happens in this order and undoes itself in reverse. What the user folded by hand stays folded: that is kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass

RAIL_NARROW, LIST_COMPACT, WORDS_OFF, INSPECTOR_SHEET = 1560, 1440, 1360, 1180
MINIMUM = (1100, 680)
LOW_PX = 860
"""Below this height the bottom panel starts folded to its first four rows."""


@dataclass(frozen=True)
class Folds:
    """`rail_narrow`: icons only, no brand word, Save view in the menu. `list_compact`: strip and facets behind a button.
    `words_off`: tool bar without words, short header, peers only as a tab. `inspector_sheet`: inspector over the right
    edge. `low`: the bottom panel starts at four rows."""

    rail_narrow: bool = False
    list_compact: bool = False
    words_off: bool = False
    inspector_sheet: bool = False
    low: bool = False


def folds(width_px: int, height_px: int, scale: float = 1.0) -> Folds:
    """What is folded in a window of this size; larger text leaves less room."""
    width_px, height_px = round(width_px / max(1.0, scale)), round(height_px / max(1.0, scale))
    return Folds(width_px < RAIL_NARROW, width_px < LIST_COMPACT, width_px < WORDS_OFF, width_px < INSPECTOR_SHEET,
                 height_px < LOW_PX)
