"""Bars on their way from one set of times to another, all with one clock, so that a late span never overtakes its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from tracedesk.scene import timescale
from tracedesk.scene.simulation import Simulation
from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui.waterfall.motion import Glide

if TYPE_CHECKING:
    from tracedesk.ui.waterfall.view import WaterfallView

WHATIF_MS = 180
BARS_AT_MOST, SPANS_AT_MOST = 5_000, 200_000
"""More than this is a cut, not a motion (DESIGN section 16)."""

Ints = NDArray[np.int64]


class SimulationTween(QObject):
    """Moves the bars of a view into a simulation and back. It starts from where the bars are, also in mid-motion."""

    def __init__(self, view: WaterfallView) -> None:
        super().__init__(view)
        self._view = view
        self._glide = Glide(self)
        self._moves_window = False

    def start(self, scene: Waterfall, simulation: Simulation | None) -> None:
        """Towards a simulation, or back to the measured run (None). A window that shows everything goes on doing so."""
        begin = (scene.start_ns, scene.end_ns)
        goal = scene.recorded() if simulation is None else (simulation.start_ns, simulation.end_ns)
        self._moves_window = scene.is_fitted()
        before, after = scene.scale, _window(scene, simulation, goal)
        if simulation is not None:
            scene.set_simulation(simulation)
            self._view.rows_changed()

        def step(share: float) -> None:
            arrived = share >= 1.0
            scene.tween = 1.0 if arrived else share if simulation is not None else 1.0 - share
            if arrived:
                scene.use_times(*goal)
                scene.set_simulation(simulation)
                self._view.rows_changed()
            else:
                scene.use_times(*(a + ((b - a) * share).astype(np.int64) for a, b in zip(begin, goal, strict=True)))
            if self._moves_window:
                scene.scale = after if arrived else before.between(after, share)
            self._view.redraw()

        many = scene.trace.n > SPANS_AT_MOST or self._view.canvas.bars_drawn > BARS_AT_MOST
        self._glide.start(WHATIF_MS, step, cut=many)

    def leave_window(self) -> None:
        """The user moves the window himself."""
        self._moves_window = False

    def finish(self) -> None:
        """Jump to the end."""
        self._glide.finish()

    def stop(self) -> None:
        """Another trace is shown."""
        self._glide.stop()


def _window(scene: Waterfall, simulation: Simulation | None, goal: tuple[Ints, Ints]) -> TimeScale:
    """The window that shows all of a simulation and of the run it is compared with."""
    last = int(goal[1].max())
    if simulation is not None:
        last = max([last, int(scene.recorded()[1].max()), *(added.end_ns for added in simulation.added_spans)])
    return timescale.fit(int(goal[0].min()), last, scene.scale.width_px)
