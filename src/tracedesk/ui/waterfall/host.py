"""What the ruler, the overview and the canvas need of the view they belong to."""

from __future__ import annotations

from typing import Protocol

from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui.waterfall.geometry import Geometry
from tracedesk.ui.waterfall.look import Look


class Host(Protocol):
    """The waterfall view, seen from its parts. `by_keyboard`: the focus came by a key, so it is shown."""

    scene: Waterfall | None
    look: Look
    by_keyboard: bool

    @property
    def measured(self) -> tuple[int, int] | None:
        """The two moments that are being measured between."""

    def geometry_now(self) -> Geometry:
        """Where the columns are."""

    def glide_to(self, scale: TimeScale) -> None:
        """Show another stretch of time, in motion."""

    def fit(self) -> None:
        """Show the whole trace, in motion."""

    def jump_to(self, scale: TimeScale) -> None:
        """Show another stretch of time at once."""
