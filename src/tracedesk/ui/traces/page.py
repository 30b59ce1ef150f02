"""The traces page: filter bar above, list left, the open trace in the middle, the inspector right.

It lays out, and is what the commands of this page call. `listing` asks for the list, `reading` for the open trace. While
the store holds no trace at all, the first-run page stands in its place.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.clock import NS_PER_S
from tracedesk.model.query import Term, term
from tracedesk.store import questions
from tracedesk.ui import theme
from tracedesk.ui.first_run.pointers import Pointers
from tracedesk.ui.folding import Folds
from tracedesk.ui.inspector.panel import InspectorPanel
from tracedesk.ui.traces import reader
from tracedesk.ui.traces.centre import Centre
from tracedesk.ui.traces.filter_bar import FilterBar
from tracedesk.ui.traces.list_pane import ListPane
from tracedesk.ui.traces.listing import Listing
from tracedesk.ui.traces.reading import Reading
from tracedesk.ui.traces.row_menu import RowMenu
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.menu import Menu

if TYPE_CHECKING:
    from tracedesk.ui.first_run.page import FirstRun

RANGES = (("Last 15 min", 15 * 60), ("Last 1 h", 3600), ("Last 24 h", 86_400), ("Last 7 d", 7 * 86_400),
          ("Last 30 d", 30 * 86_400), ("All time", 0))
USUAL_RANGE_S = 86_400
LIST_PX, LIST_COMPACT_PX, INSPECTOR_PX, INSPECTOR_COMPACT_PX = 356, 288, 380, 336
LIST_MIN_PX, LIST_MAX_PX, CENTRE_MIN_PX, INSPECTOR_MIN_PX, INSPECTOR_MAX_PX = 260, 520, 520, 320, 640
KEYS = [("J K", "span"), ("Enter", "inspect"), ("F", "fit"), ("C", "critical path")]
KEYS_SHORT = [*KEYS, ("?", "all keys")]


class TracesPage(QWidget):
    """The page of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self._state = desk.state
        self._hand_folded: set[str] = set()
        self._folds = Folds()
        self.filter = FilterBar(lambda: self.listing.facets)
        self.filter.changed.connect(desk.state.ask)
        self.pane = ListPane(desk.state)
        self.list = self.pane.list
        self.centre = Centre(desk)
        self.inspector = InspectorPanel()
        self.listing = Listing(desk, self.pane)
        self.inspector.price_wanted.connect(lambda: desk.commands.run("price.set"))
        self.reading = Reading(desk, self.centre, self.inspector)
        self._range = Button("", self._range_menu, icon="clock", caret=True)
        self._range.setAccessibleDescription("Time range")
        self._save = Button("Save view", lambda: desk.commands.run("view.save"), icon="save_view")
        self.filter.tools.addWidget(self._range)
        self.filter.tools.addWidget(self._save)
        self._first_run: FirstRun | None = None
        self.pointers = Pointers(desk, self, self.list, self.centre)
        self._seen = False
        self._lay_out()
        self._wire()
        self.set_range(0 if desk.read_only else USUAL_RANGE_S)
        QTimer.singleShot(0, self.listing.ask)       # once the window is on the screen

    def _lay_out(self) -> None:
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        for pane, least in ((self.pane, LIST_MIN_PX), (self.centre, CENTRE_MIN_PX), (self.inspector, INSPECTOR_MIN_PX)):
            pane.setMinimumWidth(least)
            self.split.addWidget(pane)
        self._bound()
        theme.changed.connect(self._bound)
        self.split.setStretchFactor(1, 1)
        reading = QWidget()
        column = QVBoxLayout(reading)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addWidget(self.split, 1)
        self._whole = QStackedWidget(self)
        self._whole.addWidget(reading)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._whole)

    def _bound(self) -> None:
        self.pane.setMaximumWidth(theme.grown(LIST_MAX_PX))
        self.inspector.setMaximumWidth(theme.grown(INSPECTOR_MAX_PX))

    def _wire(self) -> None:
        self.list.opened.connect(self._state.open_trace)
        self.list.compare_wanted.connect(self._compare_with)
        self.list.menu_wanted.connect(lambda at: RowMenu(self._desk, self).popup(at))
        self._state.trace_id_changed.connect(lambda: self.list.set_current(self._state.trace_id))
        self.listing.opened.connect(self._state.open_trace)
        self.listing.empty_store.connect(self.show_first_run)
        self.listing.has_traces.connect(self._hide_first_run)
        self.listing.drop.connect(lambda index: self.filter.set_query(self._state.query.without(index)))
        self.listing.clear.connect(lambda: self.set_filter(""))
        self.listing.all_time.connect(lambda: self.set_range(0))
        self.pane.show_new.connect(lambda: self._desk.commands.run("live.show"))
        self.pane.facets.only.connect(lambda key, value: self.add_filter(term(key, "=", value)))
        self.pane.facets.without.connect(lambda key, value: self.add_filter(term(key, "!=", value)))
        self.pane.density.selected.connect(lambda *box: self.filter.add(reader.brushed(*box)))

    # first run

    def first_run(self) -> FirstRun:
        """The page for an empty store."""
        if self._first_run is None:
            from tracedesk.ui.first_run.page import FirstRun

            self._first_run = FirstRun(self._desk)
            self._first_run.fold(self._folds)
            self._whole.addWidget(self._first_run)
        return self._first_run

    def in_first_run(self) -> bool:
        """Whether the store is empty and the first-run page is shown."""
        return self._first_run is not None and self._whole.currentWidget() is self._first_run

    def show_first_run(self) -> None:
        """The store is empty."""
        if not self._desk.read_only:
            self._whole.setCurrentWidget(self.first_run())
            self._show_keys()

    def _hide_first_run(self) -> None:
        if self.in_first_run():
            self._whole.setCurrentIndex(0)
            self._show_keys()
            self.pointers.begin()
        if not self._seen and self.pane.showing() == "list":
            self._seen = True
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def prepare_shot(self, options: Any) -> None:
        """For pictures."""
        if self.in_first_run():
            self.first_run().prepare_shot(options)

    def _show_keys(self) -> None:
        if self._state.page == "traces":
            self._desk.show_keys(self.status_keys(), legend=not self.in_first_run() and not self._folds.rail_narrow)

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return self.first_run().status_keys() if self.in_first_run() else KEYS_SHORT if self._folds.rail_narrow else KEYS

    # what commands call

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        if self.in_first_run():
            return [self.first_run()]
        return [self.list, self.centre.views, self.centre.canvas(), self.centre.bottom.tabs, self.inspector.tabs,
                self.filter.field, *(card.close_button for card in self.pointers.shown())]

    def step(self, by: int) -> None:
        """Next or previous row of what has the focus: the list, else the view of the trace."""
        if self.list.hasFocus() or self._state.trace is None:
            self.list.step(by)
        else:
            self.centre.key("J" if by > 0 else "K")

    def jump(self) -> None:
        """Letters jump to a name: of a span where the waterfall has the focus, else of a trace in the list."""
        view = self.centre.view(self.centre.views.current)
        jump = getattr(view, "jump", None) if not self.list.hasFocus() and self._state.trace is not None else None
        (jump or self.list.jump).begin()

    def _compare_with(self, trace_id: bytes) -> None:
        """Compare the open trace with another one of the list."""
        if self._state.trace_id not in (None, trace_id):
            self._state.go("compare")
            self._desk.page("compare").with_(trace_id)

    def inspect(self) -> None:
        """Show the inspector and give it the focus."""
        if self.inspector.isHidden():
            self.toggle_pane("inspector")
        self.inspector.tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_view(self, key: str) -> None:
        """Another view of the trace, by its key."""
        self.centre.views.show_tab(key)

    def edit_filter(self) -> None:
        """The cursor into the filter, or into the field that finds in the trace where the trace has the focus."""
        focus = self.focusWidget()
        if focus is not None and focus.hasFocus() and any(
                pane is focus or pane.isAncestorOf(focus) for pane in (self.centre, self.inspector)):
            self.find_in_trace()
        else:
            self.filter.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def find_in_trace(self) -> None:
        """The cursor into the field that finds in the open trace."""
        if self._state.trace is not None:
            self.centre.finder.open_box()

    def set_filter(self, text: str) -> None:
        """Another filter."""
        self.filter.set_text(text)

    def add_filter(self, text: str | Term) -> None:
        """One more term (or the terms of a text)."""
        self.filter.add(text)

    def term(self, key: str, value: str) -> str:
        """`key = value` in the filter language."""
        return str(term(key, "=", value))

    def facet_values(self) -> dict[str, list[tuple[str, int]]]:
        """Facets of the present result."""
        return self.listing.facets

    def save_view(self) -> None:
        """Keep the filter under its own text; the palette finds it."""
        text = self.filter.text()
        if not text:
            self._desk.toast.say("Nothing to save: there is no filter")
            return
        views = self._desk.settings.data("views", {})
        views[text] = text
        self._desk.settings.put("views", views)
        self._desk.toast.say("View saved", "Undo", lambda: self._forget_view(text))

    def _forget_view(self, name: str) -> None:
        views = self._desk.settings.data("views", {})
        views.pop(name, None)
        self._desk.settings.put("views", views)

    def open_prefix(self, prefix: str) -> None:
        """Open the trace whose id begins so."""
        self._desk.tasks.ask("resolve", lambda store: questions.resolve(store, prefix), self._state.open_trace)

    def toggle_pane(self, name: str) -> None:
        """Fold or unfold a pane by hand; it stays so."""
        if name == "bottom":
            self.centre.toggle_bottom()
            return
        pane = self.pane if name == "list" else self.inspector
        if pane.isHidden():
            self._hand_folded.discard(name)
            pane.show()
            if name == "inspector" and self._folds.inspector_sheet:
                self._place_sheet()
        else:
            self._hand_folded.add(name)
            pane.hide()

    def step_back(self) -> None:
        """Esc: take a pointer away, stop finding, close the sheet, go back to the trace from the inspector, stop measuring,
        clear the selection."""
        focus = self.focusWidget()
        if self.pointers.step_back():
            return
        if not self.centre.finder.isHidden():
            self.centre.finder.close_box()
            self.centre.canvas().setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._folds.inspector_sheet and not self.inspector.isHidden():
            self.inspector.hide()
        elif focus is not None and focus.hasFocus() and self.inspector.isAncestorOf(focus):
            self.centre.canvas().setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.centre.leave_mode():
            self._state.select(None)

    # range

    def _range_menu(self) -> None:
        menu = Menu(self)
        for title, seconds in RANGES:
            menu.addAction(title, partial(self.set_range, seconds))
        menu.open_below(self._range)

    def set_range(self, seconds: int) -> None:
        """Look back so long; 0 is all time."""
        self._range.set_text(next(title for title, value in RANGES if value == seconds))
        self._state.look_back(seconds * NS_PER_S or None)

    # layout

    def fold(self, folds: Folds) -> None:
        """Another window size: what folds changes with it; sizes that the user chose stay."""
        first, before, self._folds = self._folds == Folds() and not self.split.sizes()[0], self._folds, folds
        self.filter.set_short(folds.list_compact)
        self._save.setVisible(not folds.rail_narrow)
        self.pane.fold(folds.list_compact)
        self.centre.fold(folds)
        self.inspector.fold(folds.words_off)
        if self._first_run is not None:
            self._first_run.fold(folds)
        if folds.inspector_sheet:
            if self.inspector.parentWidget() is not self:
                self.inspector.setParent(self)
                self.inspector.hide()
        elif self.inspector.parentWidget() is self:
            self.split.addWidget(self.inspector)
            self.inspector.setVisible("inspector" not in self._hand_folded)
        if first or before.list_compact != folds.list_compact or before.inspector_sheet != folds.inspector_sheet:
            self._place_panes()
        self._show_keys()

    def _place_panes(self) -> None:
        compact = self._folds.list_compact
        list_px, inspector_px = (LIST_COMPACT_PX, INSPECTOR_COMPACT_PX) if compact else (LIST_PX, INSPECTOR_PX)
        list_px, inspector_px = theme.grown(list_px), theme.grown(inspector_px)
        saved = self._desk.settings.data(self._sizes_name(), None)
        if isinstance(saved, list) and len(saved) == 2 and all(isinstance(px, int) for px in saved):
            list_px, inspector_px = saved
        self.split.setSizes([list_px, max(CENTRE_MIN_PX, self.width() - list_px - inspector_px - 2), inspector_px])

    def _sizes_name(self) -> str:
        return f"traces/{'compact' if self._folds.list_compact else 'wide'}/{self.screen().name() or 'screen'}"

    def remember(self) -> None:
        """Keep the sizes of the panes."""
        sizes = self.split.sizes()
        if len(sizes) == 3 and all(sizes):
            self._desk.settings.put(self._sizes_name(), [sizes[0], sizes[2]])

    def _place_sheet(self) -> None:
        top = self.split.mapTo(self, self.split.rect().topLeft()).y()
        wide = min(self.width(), theme.grown(INSPECTOR_PX))
        self.inspector.setGeometry(self.width() - wide, top, wide, self.height() - top)
        self.inspector.raise_()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if self._folds.inspector_sheet and not self.inspector.isHidden():
            self._place_sheet()
        elif event.oldSize().width() <= 0 or not self.split.sizes()[1]:
            self._place_panes()
