"""A trace that is still growing: unfinished bars reach up to now, and what came beyond the window waits behind a count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer

from tracedesk.base import clock
from tracedesk.base.words import counted
from tracedesk.model.trace import Trace
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from tracedesk.ui.waterfall.view import WaterfallView

GROW_MS = 125
FRESH_NS = 120 * clock.NS_PER_S
"""An unfinished span grows up to now only while the trace is this young; later its sender has most likely died."""

RIGHT_PX, BELOW_PX = 16, 10
_NOTHING = np.empty(0, np.int64)


class Growth(QObject):
    """Watches the trace of a view. `following` keeps its end in view, until the first pan or zoom. What came and was not in
    view yet is kept as indexes of spans, because every frame asks which of them still are not."""

    def __init__(self, view: WaterfallView) -> None:
        super().__init__(view)
        self._view = view
        self.following = False
        self._unseen = _NOTHING
        self.more = Button("", lambda: view.set_follow(True), role="pill")
        self.more.setParent(view.canvas)
        self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more.hide()
        self.timer = QTimer(self)
        self.timer.setInterval(GROW_MS)
        self.timer.timeout.connect(self.tick)

    def opened(self, scene: Waterfall) -> None:
        """A trace is shown that was not shown before: it is followed if it is still running."""
        self._unseen = _NOTHING
        self.following = self._watch(scene)

    def grew(self, scene: Waterfall, before: Trace) -> None:
        """The same trace came again; what is new in it is remembered until it was in view."""
        known = before.index_of
        waiting = {before.span_ids[at] for at in self._unseen.tolist()}
        self._unseen = np.array([at for at, span_id in enumerate(scene.trace.span_ids)
                                 if span_id not in known or span_id in waiting], np.int64)
        self._watch(scene)

    def follow(self, on: bool) -> None:
        """Keep the end in view, or no longer."""
        self.following = on
        if on:
            self._unseen = _NOTHING

    def _watch(self, scene: Waterfall) -> bool:
        fresh = bool(scene.trace.unfinished.any()) and clock.now_ns() - scene.trace.t1_ns < FRESH_NS
        if fresh:
            self.timer.start()
            scene.use_recorded(clock.now_ns())
        else:
            self.timer.stop()
        return fresh

    def tick(self) -> None:
        """Another moment has passed."""
        scene = self._view.scene
        if scene is None or clock.now_ns() - scene.trace.t1_ns >= FRESH_NS:
            self.timer.stop()
        elif scene.simulation is None:
            scene.use_recorded(clock.now_ns())
            if self.following:
                scene.scale = scene.fitted()
            self._view.redraw()

    def offer(self) -> None:
        """`+3 spans →` at the right edge: what came later than the window shows."""
        scene, canvas = self._view.scene, self._view.canvas
        if scene is not None:
            self._unseen = self._unseen[scene.start_ns[self._unseen] >= scene.scale.right_ns]
        count = len(self._unseen) if scene is not None and not self.following else 0
        if count:
            self.more.set_text(f"+{counted(count, 'span')} →")
            self.more.adjustSize()
            self.more.move(canvas.width() - self.more.width() - RIGHT_PX, canvas.height() - self.more.height() - BELOW_PX)
        self.more.setVisible(bool(count))
