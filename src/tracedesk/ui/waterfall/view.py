"""The waterfall of a trace: overview, ruler and canvas over one `scene.Waterfall`, and everything others may ask of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollBar, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.model.trace import Trace
from tracedesk.scene.columns import COLUMNS
from tracedesk.scene.jump import Landing, land, named_rows
from tracedesk.scene.path import Piece
from tracedesk.scene.rows import changed_block
from tracedesk.scene.simulation import Simulation
from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui import theme
from tracedesk.ui.waterfall import accessible
from tracedesk.ui.waterfall.canvas import Canvas
from tracedesk.ui.waterfall.geometry import TREE_LEAST_PX, TREE_MOST_PX, TREE_PX, Geometry
from tracedesk.ui.waterfall.growth import Growth
from tracedesk.ui.waterfall.hover_card import HoverCard
from tracedesk.ui.waterfall.interaction import Interaction
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.menu import show_menu
from tracedesk.ui.waterfall.motion import Glide, moves
from tracedesk.ui.waterfall.overview import Overview
from tracedesk.ui.waterfall.ruler import Ruler
from tracedesk.ui.waterfall.tween import SimulationTween
from tracedesk.ui.widgets.jump import Jump

GLIDE_MS = 150
NARROW_PX, NARROWER_TREE_PX, TREE_SHARE = 700, 196, 0.4



class WaterfallView(QWidget):
    """Draws one trace. `span_selected(span id or None)` when the user picks, `span_activated(span id)` on Enter,
    `path_toggled(shown)` when the critical path is switched, `scale_changed()` when another stretch of time is in view,
    `column_wanted(key)` when an optional column is to be switched, `price_wanted()` after a click on an unpriced call,
    `menu_opened(QMenu, whether it is of a span)` for those who have more to offer."""

    span_selected = Signal(object)
    span_activated = Signal(object)
    path_toggled = Signal(bool)
    column_wanted = Signal(str)
    price_wanted = Signal()
    menu_opened = Signal(object, bool)
    scale_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        accessible.install()
        self.scene: Waterfall | None = None
        self.look = Look(theme.current())
        self.by_keyboard = False
        self.path_shown = True
        self._tree_px: int | None = None
        self._duration_px = 0.0
        self.columns: tuple[str, ...] = ()
        self.offers_columns = False
        self._column_px: dict[str, float] = {}
        self._pieces: list[Piece] = []
        self.glide = Glide(self)
        self.overview = Overview(self)
        self.ruler = Ruler(self)
        self.canvas = Canvas(self)
        self.setFocusProxy(self.canvas)
        self.card = HoverCard(self)
        self.tween = SimulationTween(self)
        self.growth = Growth(self)
        self.interaction = Interaction(self)
        self.jump = Jump(self.canvas, self._seek)
        self.ruler.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.ruler.customContextMenuRequested.connect(lambda at: show_menu(self, None, self.ruler.mapToGlobal(at)))
        self.bar = QScrollBar(Qt.Orientation.Vertical)
        self.bar.valueChanged.connect(self._scrolled)
        self.bar.setParent(self.canvas)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.overview)
        column.addWidget(self.ruler)
        column.addWidget(self.canvas, 1)
        theme.changed.connect(self._restyled)

    # what is shown

    def set_trace(self, trace: Trace | None) -> None:
        """Show a trace. The same one, grown, keeps its window, its selection, what is closed, and the row under the pointer."""
        before, self.scene = self.scene, None
        self.tween.stop()
        self.canvas.slide.finish()
        if trace is None or trace.n == 0:
            self.redraw()
            return
        self._measure_columns(trace)
        scene = Waterfall(trace, self.geometry_now().timeline_px)
        if before is not None and before.trace.trace_id == trace.trace_id:
            self._carry_over(before, scene)
            self.growth.grew(scene, before.trace)
        else:
            self.glide.stop()
            self.set_measured(None)
            self.jump.leave()
            self.bar.setValue(0)
            self.growth.opened(scene)
            scene.scale = scene.fitted()
        self.scene = scene
        self._pieces = []
        self.rows_changed()

    def _carry_over(self, before: Waterfall, scene: Waterfall) -> None:
        """Keep what the user did when the same trace comes again with more spans."""
        ids, index_of = before.trace.span_ids, scene.trace.index_of
        scene.set_closed({index_of[ids[i]] for i in before.closed if ids[i] in index_of})
        for name in ("selected", "hovered"):
            index = getattr(before, name)
            setattr(scene, name, None if index is None else index_of.get(ids[index]))
        scene.scale = scene.fitted() if self.growth.following else before.scale
        scene.corrected = before.corrected
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

    def set_elsewhere(self, flags: NDArray[np.bool_] | None) -> None:
        """Which calls have figures that are counted on another span."""
        if self.scene is not None:
            self.scene.elsewhere = flags
            self.canvas.forget()

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
            self.redraw()

    def set_simulation(self, simulation: Simulation | None) -> None:
        """Show the trace under changes: bars move from where they are. None: back to the measured run."""
        scene = self.scene
        if scene is not None and (simulation is not None or scene.simulation is not None):
            scene.set_path(self._pieces_now(simulation))
            self.tween.start(scene, simulation)

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

    def set_causes(self, edges: Sequence[tuple[int, int]]) -> None:
        """Inferred edges to draw: (index of what was waited for, index of what waited)."""
        if self.scene is not None:
            self.scene.causes = list(edges)
            self.canvas.update()

    def select(self, span_id: bytes | None) -> None:
        """Show which span is selected, and bring it into view. Emits nothing."""
        scene = self.scene
        if scene is None:
            return
        index = scene.trace.index_of.get(span_id) if span_id is not None else None
        if index == scene.selected:
            return
        self.canvas.slide.finish()
        scene.selected = index
        if index is not None:
            scene.reveal(index)
            self.rows_changed()
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

    def _seek(self, letters: str, by: int) -> Landing | None:
        """Select the row whose name the letters begin."""
        scene = self.scene
        if scene is None:
            return None
        here = int(scene.rows.row_of[scene.selected]) if scene.selected is not None else 0
        found = land(named_rows(scene.trace, scene.rows, letters), here, by)
        if found is not None:
            self.pick(scene.span_at(found.place))
        return found

    @property
    def measured(self) -> tuple[int, int] | None:
        """The two moments that are being measured between."""
        return self.canvas.measured

    def set_measured(self, stretch: tuple[int, int] | None) -> None:
        """Measure between two moments, or stop measuring."""
        self.canvas.measured = stretch
        self.ruler.update()
        self.canvas.update()

    def leave_mode(self) -> bool:
        """Stop measuring; whether there was anything to stop."""
        return self.interaction.stop_measuring()

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
            if self.scene.simulation is None:
                self.scene.use_recorded()
            self.redraw()

    def set_follow(self, on: bool) -> None:
        """Keep the end of a growing trace in view, until the first pan."""
        self.growth.follow(on)
        if on and self.scene is not None:
            self.glide_to(self.scene.fitted())
        self.redraw()

    def _show_path(self) -> None:
        if self.scene is not None:
            self.scene.set_path(self._pieces_now(self.scene.simulation))
            self.canvas.update()

    # time and rows

    def geometry_now(self) -> Geometry:
        """Where the columns are."""
        usual = self.look.colors.grown(NARROWER_TREE_PX if self.width() < NARROW_PX else TREE_PX)
        tree_px = self._tree_px or max(TREE_LEAST_PX, min(usual, round(self.width() * TREE_SHARE)))
        columns = [(key, self._column_px.get(key, 0.0)) for key in self.columns]
        return Geometry.of(self.width(), tree_px, self._duration_px, self.look.colors, columns)

    def offer_columns(self, keys: Collection[str]) -> None:
        """Show these optional columns (keys of `scene.columns.COLUMNS`), as far as there is room; the menu offers all."""
        self.offers_columns = True
        self.columns = tuple(key for key in COLUMNS if key in keys)
        self._fit_width()

    def _measure_columns(self, trace: Trace) -> None:
        """How wide durations and the optional columns are in the present font."""
        self._duration_px = self.look.dense_px.of(format_duration(int((trace.end_ns - trace.start_ns).max())))
        self._column_px = {key: max(self.look.label_px.of(column.title), *map(self.look.dense_px.of, column.widest(trace)))
                           for key, column in COLUMNS.items()}

    def set_tree_px(self, px: int) -> None:
        """Another width of the tree column."""
        self._tree_px = min(max(px, TREE_LEAST_PX), TREE_MOST_PX)
        self._fit_width()

    def glide_to(self, scale: TimeScale) -> None:
        """Show another stretch of time, in motion."""
        scene = self.scene
        if scene is None:
            return
        self.tween.leave_window()
        begin, end = scene.scale, scene.held(scale)
        self.glide.start(GLIDE_MS, lambda share: self._show_scale(end if share >= 1.0 else begin.between(end, share)))

    def jump_to(self, scale: TimeScale) -> None:
        """Show another stretch of time at once."""
        self.tween.leave_window()
        self.glide.stop()
        self._show_scale(scale)

    def _show_scale(self, scale: TimeScale) -> None:
        if self.scene is not None:
            self.canvas.slide.finish()
            self.scene.scale = scale
            self.redraw()
            self.scale_changed.emit()

    def set_closed(self, closed: set[int]) -> None:
        """Close exactly these spans, in motion; the row under the pointer stays where it is."""
        scene, canvas, slide = self.scene, self.canvas, self.canvas.slide
        if scene is None:
            return
        slide.finish()
        before, scroll_px = scene.rows.spans, canvas.scroll_px
        picture = canvas.picture() if moves() and canvas.isVisible() else None
        anchor = scene.hovered if scene.hovered is not None else scene.selected
        row = int(scene.rows.row_of[anchor]) if anchor is not None else 0
        scene.set_closed(closed)
        if anchor is not None:
            self.canvas.scroll_px += (int(scene.rows.row_of[anchor]) - row) * self.geometry_now().row_px
        self.rows_changed()
        block = changed_block(before, scene.rows.spans)
        if picture is not None and block is not None and canvas.scroll_px == scroll_px:
            slide.start(picture, canvas.picture(), block, scroll_px, self.geometry_now().row_px)

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

    def rows_changed(self) -> None:
        """Fit the scroll bar to the rows there are now."""
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
        self.redraw()

    def _scrolled(self, value: int) -> None:
        self.canvas.slide.finish()
        self.canvas.scroll_px = value
        self.canvas.update()

    def _fit_width(self) -> None:
        if self.scene is not None:
            fitted = self.scene.is_fitted()
            self.scene.scale = self.scene.scale.resized(self.geometry_now().timeline_px)
            if fitted:
                self.scene.scale = self.scene.fitted()
        self.bar.setGeometry(self.canvas.width() - 10, 0, 10, self.canvas.height())
        self.rows_changed()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._column.activate()
        self.glide.finish()
        self.tween.finish()
        self.canvas.slide.finish()
        self._fit_width()

    # looks

    def redraw(self) -> None:
        """Paint everything again."""
        self.growth.offer()
        for widget in (self.overview, self.ruler, self.canvas):
            widget.update()

    def _restyled(self) -> None:
        self.canvas.slide.finish()
        self.look = Look(theme.current())
        if self.scene is not None:
            self._measure_columns(self.scene.trace)
        self.overview.forget()
        self._fit_width()
