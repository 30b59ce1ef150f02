"""The waterfall of a trace: overview, ruler and canvas over one `scene.Waterfall`, and everything others may ask of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QVBoxLayout, QWidget

from tracedesk.base import clock
from tracedesk.base.clock import format_duration
from tracedesk.model.trace import Trace
from tracedesk.scene import timescale
from tracedesk.scene.path import Piece
from tracedesk.scene.simulation import Simulation
from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui import theme
from tracedesk.ui.waterfall import accessible
from tracedesk.ui.waterfall.canvas import Canvas
from tracedesk.ui.waterfall.geometry import TREE_LEAST_PX, TREE_MOST_PX, TREE_PX, Geometry
from tracedesk.ui.waterfall.hover_card import HoverCard
from tracedesk.ui.waterfall.interaction import Interaction
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.motion import Glide
from tracedesk.ui.waterfall.overview import Overview
from tracedesk.ui.waterfall.ruler import Ruler
from tracedesk.ui.widgets.buttons import Button

GLIDE_MS = 150
WHATIF_MS = 180
TWEEN_BARS, TWEEN_SPANS = 5_000, 200_000
"""More than this is a cut, not a motion (DESIGN section 16)."""

GROW_MS = 125
FRESH_NS = 120 * clock.NS_PER_S
"""An unfinished span grows up to now only while the trace is this young; later its sender has most likely died."""

NARROW_PX, NARROWER_TREE_PX, TREE_SHARE = 700, 196, 0.4

Ints = NDArray[np.int64]


class WaterfallView(QWidget):
    """Draws one trace. `span_selected(span id or None)` when the user picks, `span_activated(span id)` on Enter,
    `path_toggled(shown)` when the critical path is switched, `scale_changed()` when another stretch of time is in view."""

    span_selected = Signal(object)
    span_activated = Signal(object)
    path_toggled = Signal(bool)
    scale_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        accessible.install()
        self.scene: Waterfall | None = None
        self.look = Look(theme.current())
        self.by_keyboard = False
        self.path_shown = True
        self.following = False
        self._tree_px: int | None = None
        self._duration_px = 0.0
        self._pieces: list[Piece] = []
        self._unseen: set[bytes] = set()
        self._glide = Glide(self)
        self.overview = Overview(self)
        self.ruler = Ruler(self)
        self.canvas = Canvas(self)
        self.card = HoverCard(self)
        self.more = Button("", lambda: self.set_follow(True), role="pill")
        self.more.setParent(self.canvas)
        self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more.hide()
        self.interaction = Interaction(self)
        self.bar = QScrollBar(Qt.Orientation.Vertical)
        self.bar.valueChanged.connect(self._scrolled)
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.canvas, 1)
        self.bar.setParent(self.canvas)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.overview)
        column.addWidget(self.ruler)
        column.addLayout(below, 1)
        self.setFocusProxy(self.canvas)
        self._grow = QTimer(self)
        self._grow.setInterval(GROW_MS)
        self._grow.timeout.connect(self._grown)
        theme.changed.connect(self._restyled)

    # what is shown

    def set_trace(self, trace: Trace | None) -> None:
        """Show a trace. The same one, grown, keeps its window, its selection, what is closed, and the row under the pointer."""
        before, self.scene = self.scene, None
        if trace is None or trace.n == 0:
            self._redraw()
            return
        self._duration_px = self.look.dense_px.of(format_duration(int((trace.end_ns - trace.start_ns).max())))
        scene = Waterfall(trace, self.geometry_now().timeline_px)
        if before is not None and before.trace.trace_id == trace.trace_id:
            self._carry_over(before, scene)
        else:
            self._glide.stop()
            self._unseen.clear()
            self.set_measured(None)
            self.bar.setValue(0)
        self.scene = scene
        self._pieces = []
        running = self._watch_growth()
        if before is None or before.trace.trace_id != trace.trace_id:
            self.following = running
            scene.scale = scene.fitted()
        self._rows_changed()

    def _carry_over(self, before: Waterfall, scene: Waterfall) -> None:
        """Keep what the user did when the same trace comes again with more spans."""
        ids, index_of, index_of_before = before.trace.span_ids, scene.trace.index_of, before.trace.index_of
        scene.set_closed({index_of[ids[i]] for i in before.closed if ids[i] in index_of})
        for name in ("selected", "hovered"):
            index = getattr(before, name)
            setattr(scene, name, None if index is None else index_of.get(ids[index]))
        scene.scale = scene.fitted() if self.following else before.scale
        scene.corrected = before.corrected
        self._unseen.update(set(scene.trace.span_ids) - index_of_before.keys())
        anchor = before.hovered if before.hovered is not None else before.selected
        if anchor is not None and ids[anchor] in index_of:
            moved = int(scene.rows.row_of[index_of[ids[anchor]]]) - int(before.rows.row_of[anchor])
            self.canvas.scroll_px = max(0, self.canvas.scroll_px + moved * self.geometry_now().row_px)

    def set_critical_path(self, pieces: Sequence[Piece]) -> None:
        """The critical path as (span index, start, end), ns since 1970."""
        self._pieces = list(pieces)
        self._show_path()

    def set_slack(self, slack_ns: NDArray[np.int64] | None) -> None:
        """How much later each span could end, -1 where unknown."""
        if self.scene is not None:
            self.scene.slack_ns = slack_ns
            self.canvas.update()

    def set_matches(self, indexes: Sequence[int] | NDArray[np.int64] | None) -> None:
        """Spans that a search found; the others are dimmed. None or no span: nothing is dimmed."""
        if self.scene is not None:
            self.scene.matches = self.scene.mask(indexes) if indexes is not None and len(indexes) else None
            self.canvas.update()

    def set_replay(self, now_ns: int | None, lit: Sequence[int] | NDArray[np.int64] = ()) -> None:
        """Dim everything but the spans `lit` and show the playhead at `now_ns`; None: no replay."""
        if self.scene is not None:
            self.scene.replay_ns = now_ns
            self.scene.lit = None if now_ns is None else self.scene.mask(lit)
            self._show_path()
            self._redraw()

    def set_simulation(self, simulation: Simulation | None) -> None:
        """Show the trace under changes: bars move from where they are. None: back to the measured run."""
        scene = self.scene
        if scene is None or (simulation is None and scene.simulation is None):
            return
        begin, refit = (scene.start_ns, scene.end_ns), scene.is_fitted()
        if simulation is not None:
            scene.set_simulation(simulation)
            self._rows_changed()
        goal = scene.recorded() if simulation is None else (simulation.start_ns, simulation.end_ns)
        before, after = scene.scale, self._scale_for(scene, simulation, goal) if refit else scene.scale
        scene.set_path(self._pieces_now(simulation))

        def step(share: float) -> None:
            scene.tween = share if simulation is not None else 1.0 - share
            if share >= 1.0:
                scene.use_times(*goal)
                if simulation is None:
                    scene.set_simulation(None)
                    self._rows_changed()
                scene.tween = 1.0
            else:
                scene.use_times(*(a + ((b - a) * share).astype(np.int64) for a, b in zip(begin, goal, strict=True)))
            scene.scale = after if share >= 1.0 else before.between(after, share)
            self._redraw()

        many = scene.trace.n > TWEEN_SPANS or self.canvas.bars_drawn > TWEEN_BARS
        self._glide.start(WHATIF_MS, step, cut=many)

    def _scale_for(self, scene: Waterfall, simulation: Simulation | None, goal: tuple[Ints, Ints]) -> TimeScale:
        """The window that shows all of a simulation and of the run it is compared with."""
        last = int(goal[1].max())
        if simulation is not None:
            last = max([last, int(scene.recorded()[1].max()), *(added.end_ns for added in simulation.added_spans)])
        return timescale.fit(int(goal[0].min()), last, scene.scale.width_px)

    def _pieces_now(self, simulation: Simulation | None) -> Sequence[Piece]:
        if not self.path_shown or (self.scene is not None and self.scene.replay_ns is not None):
            return []
        return self._pieces if simulation is None else simulation.path

    def set_preview(self, on: bool) -> None:
        """A picture to look at: no overview, no wheel, no keys."""
        self.overview.setVisible(not on)
        for part in (self.canvas, self.ruler):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, on)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus if on else Qt.FocusPolicy.StrongFocus)

    def select(self, span_id: bytes | None) -> None:
        """Show which span is selected, and bring it into view. Emits nothing."""
        scene = self.scene
        if scene is None:
            return
        index = scene.trace.index_of.get(span_id) if span_id is not None else None
        if index == scene.selected:
            return
        scene.selected = index
        if index is not None:
            scene.reveal(index)
            self._rows_changed()
            self.show_row(int(scene.rows.row_of[index]))
            accessible.say_row(self.canvas)
        self.canvas.update()

    def pick(self, index: int | None) -> None:
        """Select a span as the user does: shown, revealed, told."""
        scene = self.scene
        if scene is None:
            return
        span_id = None if index is None else scene.trace.span_ids[index]
        self.select(span_id)
        self.span_selected.emit(span_id)

    @property
    def measured(self) -> tuple[int, int] | None:
        """The two moments that are being measured between."""
        return self.canvas.measured

    def set_measured(self, stretch: tuple[int, int] | None) -> None:
        """Measure between two moments, or stop measuring."""
        self.canvas.measured = stretch
        self.ruler.update()
        self.canvas.update()

    def show_critical_path(self, on: bool) -> None:
        """Switch the critical path, its dimming and its slack on or off."""
        if on != self.path_shown:
            self.path_shown = on
            self._show_path()
            self.path_toggled.emit(on)

    def set_clocks_corrected(self, on: bool) -> None:
        """Show times with the clocks of all services put right, or as they were sent."""
        if self.scene is not None and self.scene.shift_ns is not None:
            self.scene.corrected = on
            self.scene.use_recorded()
            self._redraw()

    def set_follow(self, on: bool) -> None:
        """Keep the end of a growing trace in view, until the first pan."""
        self.following = on
        if on and self.scene is not None:
            self._unseen.clear()
            self.glide_to(self.scene.fitted())
        self._redraw()

    def _offer_more(self) -> None:
        """`+3 spans →` at the right edge: what came later than the window shows."""
        scene = self.scene
        if scene is not None and self._unseen:
            index_of, right = scene.trace.index_of, scene.scale.right_ns
            self._unseen = {span_id for span_id in self._unseen
                            if span_id in index_of and scene.start_ns[index_of[span_id]] >= right}
        count = len(self._unseen) if scene is not None and not self.following else 0
        if count:
            self.more.set_text(f"+{count:,} span{'s' if count != 1 else ''} →")
            self.more.adjustSize()
            self.more.move(self.canvas.width() - self.more.width() - 16, self.canvas.height() - self.more.height() - 10)
        self.more.setVisible(bool(count))

    def _show_path(self) -> None:
        if self.scene is not None:
            self.scene.set_path(self._pieces_now(self.scene.simulation))
            self.canvas.update()

    # time and rows

    def geometry_now(self) -> Geometry:
        """Where the columns are."""
        usual = self.look.colors.grown(NARROWER_TREE_PX if self.width() < NARROW_PX else TREE_PX)
        tree_px = self._tree_px or max(TREE_LEAST_PX, min(usual, round(self.width() * TREE_SHARE)))
        return Geometry.of(self.width(), tree_px, self._duration_px, self.look.colors)

    def set_tree_px(self, px: int) -> None:
        """Another width of the tree column."""
        self._tree_px = min(max(px, TREE_LEAST_PX), TREE_MOST_PX)
        self._fit_width()

    def glide_to(self, scale: TimeScale) -> None:
        """Show another stretch of time, in motion."""
        scene = self.scene
        if scene is None:
            return
        begin, end = scene.scale, scene.held(scale)
        self._glide.start(GLIDE_MS, lambda share: self._show_scale(end if share >= 1.0 else begin.between(end, share)))

    def jump_to(self, scale: TimeScale) -> None:
        """Show another stretch of time at once."""
        self._glide.stop()
        self._show_scale(scale)

    def _show_scale(self, scale: TimeScale) -> None:
        if self.scene is not None:
            self.scene.scale = scale
            self._redraw()
            self.scale_changed.emit()

    def set_closed(self, closed: set[int]) -> None:
        """Close exactly these spans; the row under the pointer stays where it is."""
        scene = self.scene
        if scene is None:
            return
        anchor = scene.hovered if scene.hovered is not None else scene.selected
        row = int(scene.rows.row_of[anchor]) if anchor is not None else 0
        scene.set_closed(closed)
        if anchor is not None:
            self.canvas.scroll_px += (int(scene.rows.row_of[anchor]) - row) * self.geometry_now().row_px
        self._rows_changed()

    def show_row(self, row: int) -> None:
        """Scroll so far that a row is in view."""
        row_px = self.geometry_now().row_px
        top, bottom = row * row_px, (row + 1) * row_px - self.canvas.height()
        if self.canvas.scroll_px > top:
            self.bar.setValue(top)
        elif self.canvas.scroll_px < bottom:
            self.bar.setValue(bottom)

    def scroll_by(self, px: float) -> None:
        """Scroll the rows."""
        self.bar.setValue(self.bar.value() + round(px))

    def _rows_changed(self) -> None:
        rows = self.scene.rows.n if self.scene is not None else 0
        most = max(0, rows * self.geometry_now().row_px - self.canvas.height())
        wanted = min(max(self.canvas.scroll_px, 0), most)
        self.bar.blockSignals(True)
        self.bar.setRange(0, most)
        self.bar.setPageStep(max(1, self.canvas.height()))
        self.bar.setSingleStep(self.geometry_now().row_px)
        self.bar.setValue(wanted)
        self.bar.blockSignals(False)
        self.canvas.scroll_px = wanted
        self.bar.setVisible(most > 0)
        self._redraw()

    def _scrolled(self, value: int) -> None:
        self.canvas.scroll_px = value
        self.canvas.update()

    def _fit_width(self) -> None:
        if self.scene is not None:
            fitted = self.scene.is_fitted()
            self.scene.scale = self.scene.scale.resized(self.geometry_now().timeline_px)
            if fitted:
                self.scene.scale = self.scene.fitted()
        self.bar.setGeometry(self.canvas.width() - 10, 0, 10, self.canvas.height())
        self._rows_changed()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._column.activate()
        self._glide.finish()
        self._fit_width()

    # live

    def _watch_growth(self) -> bool:
        """Let unfinished spans grow, if any is fresh; whether one is. A trace opened while it runs is followed."""
        scene = self.scene
        fresh = scene is not None and bool(scene.trace.unfinished.any()) and clock.now_ns() - scene.trace.t1_ns < FRESH_NS
        if fresh:
            self._grow.start()
            self._grown()
        else:
            self._grow.stop()
        return fresh

    def _grown(self) -> None:
        scene = self.scene
        if scene is None or clock.now_ns() - scene.trace.t1_ns >= FRESH_NS:
            self._grow.stop()
            return
        scene.use_recorded(clock.now_ns())
        if self.following:
            scene.scale = scene.fitted()
        self._redraw()

    # looks

    def _redraw(self) -> None:
        self._offer_more()
        for widget in (self.overview, self.ruler, self.canvas):
            widget.update()

    def _restyled(self) -> None:
        self.look = Look(theme.current())
        self.overview.forget()
        self._fit_width()
