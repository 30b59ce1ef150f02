"""The traces page: filter bar above, list left, the open trace in the middle, the inspector right.

The page asks (`reader`), shows, and writes to `AppState`; its parts know nothing of each other.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget

from tracedesk.base.clock import NS_PER_S
from tracedesk.base.errors import TraceDeskError
from tracedesk.model.query import Term, TraceQuery, term
from tracedesk.store import questions
from tracedesk.ui.folding import Folds
from tracedesk.ui.inspector.panel import InspectorPanel
from tracedesk.ui.traces import reader
from tracedesk.ui.traces.centre import Centre
from tracedesk.ui.traces.filter_bar import FilterBar
from tracedesk.ui.traces.list_pane import ListPane
from tracedesk.ui.widgets.buttons import Button

RANGES = (("Last 15 min", 15 * 60), ("Last 1 h", 3600), ("Last 24 h", 86_400), ("Last 7 d", 7 * 86_400), ("Last 30 d", 30 * 86_400),
          ("All time", 0))
REFRESH_MS = 125
LIST_PX, LIST_COMPACT_PX, INSPECTOR_PX, INSPECTOR_COMPACT_PX = 356, 288, 380, 336
KEYS = [("J K", "span"), ("Enter", "inspect"), ("F", "fit"), ("C", "critical path")]


class TracesPage(QWidget):
    """The page of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self._state = desk.state
        self._opened: reader.OpenedTrace | None = None
        self._facets: dict[str, list[tuple[str, int]]] = {}
        self._total = 0
        self._dirty = False
        self._hand_folded: set[str] = set()
        self._folds = Folds()
        self.filter = FilterBar(self.facet_values)
        self.filter.changed.connect(desk.state.ask)
        self.pane = ListPane(desk.state)
        self.list = self.pane.list
        self.centre = Centre(desk)
        self.inspector = InspectorPanel()
        self._range = Button("Last 24 h", self._range_menu, icon="clock")
        self._range.setAccessibleDescription("Time range")
        self._save = Button("Save view", lambda: desk.commands.run("view.save"), icon="save_view")
        self.filter.actions.addWidget(self._range)
        self.filter.actions.addWidget(self._save)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        for pane, least in ((self.pane, 260), (self.centre, 520), (self.inspector, 320)):
            pane.setMinimumWidth(least)
            self.split.addWidget(pane)
        self.pane.setMaximumWidth(520)
        self.inspector.setMaximumWidth(640)
        self.split.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addWidget(self.split, 1)
        self.setProperty("pane", "panel")
        self._wire()
        self._set_range(86_400)
        self._ask_list()

    def _wire(self) -> None:
        state, desk = self._state, self._desk
        state.query_changed.connect(self._ask_list)
        state.trace_id_changed.connect(self._open_trace)
        state.span_changed.connect(self._ask_detail)
        desk.live.changed.connect(self._store_changed)
        self.list.opened.connect(state.open_trace)
        self.list.model_.wants_more.connect(self._ask_older)
        self.pane.show_new.connect(lambda: desk.commands.run("live.show"))
        self.pane.facets.only.connect(lambda key, value: self.add_filter(term(key, "=", value)))
        self.pane.facets.without.connect(lambda key, value: self.add_filter(term(key, "!=", value)))
        self.pane.density.selected.connect(self._brushed)
        self.centre.bottom.wanted.connect(self._fill_bottom)
        self.inspector.closed.connect(lambda: self.toggle_pane("inspector"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh)

    # what commands call

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        return [self.filter.field, self.list, self.centre.canvas(), self.centre.bottom.path, self.inspector]

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return KEYS

    def step(self, by: int) -> None:
        """Next or previous row of what has the focus: the waterfall, else the list."""
        if self.centre.canvas().hasFocus():
            self.centre.key("J" if by > 0 else "K")
        else:
            self.list.step(by)

    def canvas_key(self, key: str) -> None:
        """A key for the canvas."""
        self.centre.key(key)

    def inspect(self) -> None:
        """Show the inspector and give it the focus."""
        if self.inspector.isHidden():
            self.toggle_pane("inspector")
        self.inspector.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_view(self, key: str) -> None:
        """Waterfall or flame."""
        self.centre.views.show_tab(key)

    def edit_filter(self) -> None:
        """The cursor into the filter."""
        self.filter.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        return self._facets

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
        """Esc: close the sheet, else clear the selection."""
        if self._folds.inspector_sheet and not self.inspector.isHidden():
            self.inspector.hide()
        else:
            self._state.select(None)

    # asking

    def _query(self) -> TraceQuery:
        return reader.since(self._state.query, self._state.range_ns)

    def _ask_list(self) -> None:
        query = self._query()
        self._dirty = False
        self._desk.tasks.ask("list", lambda store: reader.list_page(store, query), self._show_list, self._no_list)
        self._ask_around(query)

    def _ask_around(self, query: TraceQuery) -> None:
        self._desk.tasks.ask("around", lambda store: reader.around(store, query), self._show_around, lambda _error: None)

    def _ask_older(self) -> None:
        query, rows = self._query(), self.list.model_.tail.rows
        if rows:
            last = rows[-1]
            self._desk.tasks.ask("older", lambda store: reader.older(store, query, last),
                                 lambda answer: self.list.model_.append_rows(answer.rows, more=answer.more))

    def _store_changed(self) -> None:
        self._dirty = True
        if not self._timer.isActive():
            self._timer.start()

    def _refresh(self) -> None:
        if not self._dirty:
            return
        self._dirty = False
        query = self._query()
        self._desk.tasks.ask("refresh", lambda store: reader.list_page(store, query), self._take, self._no_list)
        self._ask_around(query)
        opened = self._opened
        if opened is not None and opened.trace.trace_id == self._state.trace_id:
            changed, trace_id = opened.summary.changed, opened.trace.trace_id
            self._desk.tasks.ask("grown", lambda store: reader.grown(store, trace_id, changed), self._grew, lambda _error: None)

    # answers

    def _show_list(self, answer: reader.ListAnswer) -> None:
        self._total = answer.total
        self.pane.show_count(answer.total)
        self.list.show_rows(answer.rows, more=answer.more)
        if not answer.rows:
            self._say_empty()
            return
        self.pane.show_list()
        if self._state.trace_id is None:
            self._state.open_trace(answer.rows[0].trace_id)
        self.list.set_current(self._state.trace_id)

    def _take(self, answer: reader.ListAnswer) -> None:
        if self.pane.showing() != "list":
            self._show_list(answer)
            return
        self._total = answer.total
        self.pane.show_count(answer.total)
        self.list.take(answer.rows)

    def _no_list(self, error: TraceDeskError) -> None:
        self.pane.empty.say("No traces yet" if self._desk.read_only is False else "Nothing to show", error.message)
        self.pane.show_empty()

    def _say_empty(self) -> None:
        query, range_ns = self._state.query, self._state.range_ns
        if query:
            self.pane.empty.say("No trace matches", self.filter.text(), "Drop all filters", lambda: self.set_filter(""))
            self._desk.tasks.ask("drop", lambda store: reader.best_drop(store, query, range_ns), self._offer_drop, lambda _error: None)
        elif range_ns is not None:
            self.pane.empty.say("No trace in this time", "Older ones may be there.", "All time", lambda: self._set_range(0))
        else:
            self.pane.empty.say("No traces yet", "They appear here as they arrive.")
        self.pane.show_empty()

    def _offer_drop(self, found: tuple[int, int] | None) -> None:
        if found is not None and self.pane.showing() == "empty":
            index, count = found
            term_text = str(self._state.query.terms[index])
            self.pane.empty.say("No trace matches", f"{count:,} without “{term_text}”", "Drop that filter",
                                lambda: self.filter.set_query(self._state.query.without(index)))

    def _show_around(self, answer: reader.Around) -> None:
        self._facets = answer.facets
        self.pane.facets.show_facets(answer.facets, answer.total)
        self.pane.density.show_density(*answer.density)

    def _open_trace(self) -> None:
        trace_id = self._state.trace_id
        if trace_id is None:
            return
        self.list.set_current(trace_id)
        self.inspector.show_detail(None)
        self._desk.tasks.ask("trace", lambda store: reader.opened(store, trace_id), self._show_trace)

    def _show_trace(self, opened: reader.OpenedTrace) -> None:
        if opened.trace.trace_id != self._state.trace_id:
            return
        self._opened = opened
        self.centre.show_trace(opened)
        self._state.set_trace(opened.trace)
        if self._state.span_id is None:
            self._state.select(reader.first_look(opened.trace))
        else:
            self._ask_detail()

    def _grew(self, opened: reader.OpenedTrace | None) -> None:
        if opened is not None:
            self._show_trace(opened)

    def _ask_detail(self) -> None:
        opened, span_id = self._opened, self._state.span_id
        if span_id is None:
            self.inspector.show_detail(None)
        if opened is None or opened.trace.trace_id != self._state.trace_id:
            return
        self.centre.select(span_id)
        self.centre.bottom.again("raw")
        if span_id is not None and span_id in opened.trace.index_of:
            self._desk.tasks.ask("detail", lambda store: reader.detail(store, opened, span_id), self.inspector.show_detail)

    def _fill_bottom(self, tab: str) -> None:
        opened, span_id = self._opened, self._state.span_id
        if opened is None:
            return
        trace_id, count = opened.trace.trace_id, opened.trace.n
        if tab == "raw":
            self._desk.tasks.ask("raw", lambda store: reader.raw(store, trace_id, span_id, count), self.centre.bottom.show_raw)
        self._desk.tasks.ask("logs", lambda store: reader.logs(store, trace_id), self.centre.bottom.show_logs)

    # range and brush

    def _range_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, seconds in RANGES:
            menu.addAction(title, lambda seconds=seconds: self._set_range(seconds))
        menu.popup(self._range.mapToGlobal(self._range.rect().bottomLeft()))

    def _set_range(self, seconds: int) -> None:
        self._range.set_text(next(title for title, value in RANGES if value == seconds))
        self._state.look_back(seconds * NS_PER_S or None)

    def _brushed(self, start_ns: int, end_ns: int, low_ns: int | None, high_ns: int | None) -> None:
        self.filter.add(reader.brushed(start_ns, end_ns, low_ns, high_ns))

    # layout

    def fold(self, folds: Folds) -> None:
        """Another window size."""
        self._folds = folds
        self.filter.set_short(folds.list_compact)
        self._save.setVisible(not folds.rail_narrow)
        self.pane.fold(folds.list_compact)
        self.centre.fold(folds)
        if folds.inspector_sheet:
            if self.inspector.parentWidget() is not self:
                self.inspector.setParent(self)
                self.inspector.hide()
        elif self.inspector.parentWidget() is self:
            self.split.addWidget(self.inspector)
            self.inspector.setVisible("inspector" not in self._hand_folded)
        list_px = LIST_COMPACT_PX if folds.list_compact else LIST_PX
        inspector_px = INSPECTOR_COMPACT_PX if folds.list_compact else INSPECTOR_PX
        saved = self._desk.settings.data(self._sizes_name(), None)
        if isinstance(saved, list) and len(saved) == 2 and all(isinstance(px, int) for px in saved):
            list_px, inspector_px = saved
        self.split.setSizes([list_px, max(520, self.width() - list_px - inspector_px - 2), inspector_px])

    def _sizes_name(self) -> str:
        return f"traces/{'compact' if self._folds.list_compact else 'wide'}/{self.screen().name() or 'screen'}"

    def remember(self) -> None:
        """Keep the sizes of the panes."""
        sizes = self.split.sizes()
        if len(sizes) == 3 and all(sizes):
            self._desk.settings.put(self._sizes_name(), [sizes[0], sizes[2]])

    def _place_sheet(self) -> None:
        top = self.split.y()
        self.inspector.setGeometry(self.width() - INSPECTOR_PX, top, INSPECTOR_PX, self.height() - top)
        self.inspector.raise_()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if self._folds.inspector_sheet and not self.inspector.isHidden():
            self._place_sheet()

