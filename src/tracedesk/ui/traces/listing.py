"""The list's side of the traces page: asks for rows, counts, facets and density, and says why a list is empty."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from tracedesk.base.errors import NotFound, TraceDeskError
from tracedesk.model.query import TraceQuery
from tracedesk.store import questions
from tracedesk.store.questions import StoreStats
from tracedesk.ui.traces import reader
from tracedesk.ui.traces.list_pane import ListPane
from tracedesk.ui.widgets.timer import single_shot

REFRESH_MS = 125
AROUND_MS = 500
"""Rows follow the store 8 times a second, facets and strip twice (DESIGN section 11)."""


class Listing(QObject):
    """`empty_store()` when the store holds no trace at all, `has_traces()` when it holds some, `opened(trace id)` for the
    trace to show at first; `drop(index)`, `clear()` and `all_time()` when the user takes what an empty list offers."""

    empty_store = Signal()
    has_traces = Signal()
    opened = Signal(object)
    drop = Signal(int)
    clear = Signal()
    all_time = Signal()

    def __init__(self, desk: Any, pane: ListPane) -> None:
        super().__init__(pane)
        self._desk, self._state, self._pane = desk, desk.state, pane
        self.facets: dict[str, list[tuple[str, int]]] = {}
        self._dirty = False
        self._timer = single_shot(self, REFRESH_MS, self._refresh)
        self._around_timer = single_shot(self, AROUND_MS, self._ask_around)
        self._asked = False
        self._state.query_changed.connect(self._changed)
        desk.live.changed.connect(self._store_changed)
        desk.live.moved.connect(self._begin_anew)
        pane.list.model_.wants_more.connect(self._ask_older)
        pane.list.newest_wanted.connect(self.ask)

    def query(self) -> TraceQuery:
        """The filter with the time range in it."""
        return reader.since(self._state.query, self._state.range_ns)

    # asking

    def _changed(self) -> None:
        if self._asked:
            self.ask()

    def ask(self) -> None:
        """Another filter or range: the whole list anew."""
        self._asked = True
        query = self.query()
        self._dirty = False
        self._desk.tasks.ask("list", lambda store: reader.list_page(store, query), self._show, self._failed)
        self._ask_around()

    def _begin_anew(self) -> None:
        """Nothing of what is shown is in the store any more."""
        self._state.open_trace(None)
        self.ask()

    def _ask_around(self) -> None:
        query = self.query()
        self._desk.tasks.ask("around", lambda store: reader.around(store, query), self._show_around, lambda _error: None)

    def _ask_older(self) -> None:
        query, rows = self.query(), self._pane.list.model_.tail.rows
        if rows:
            last = rows[-1]
            self._desk.tasks.ask("older", lambda store: reader.older(store, query, last),
                                 lambda answer: self._pane.list.model_.append_rows(answer.rows, more=answer.more))

    def _store_changed(self) -> None:
        self._dirty = True
        if not self._timer.isActive():
            self._timer.start()
        if not self._around_timer.isActive():
            self._around_timer.start()

    def _refresh(self) -> None:
        if self._dirty:
            self._dirty = False
            query = self.query()
            self._desk.tasks.ask("refresh", lambda store: reader.list_page(store, query), self._take, self._failed)

    # answers

    def _show(self, answer: reader.ListAnswer) -> None:
        self._pane.show_count(answer.total)
        self._pane.list.show_rows(answer.rows, more=answer.more)
        if not answer.rows:
            self._say_empty()
            return
        self._pane.show_list()
        if self._state.trace_id is None:
            self.opened.emit(answer.rows[0].trace_id)
        self._pane.list.set_current(self._state.trace_id)
        self.has_traces.emit()

    def _take(self, answer: reader.ListAnswer) -> None:
        if self._pane.showing() != "list":
            self._show(answer)
            return
        self._pane.show_count(answer.total)
        self._pane.list.take(answer.rows, more=answer.more)

    def _failed(self, error: TraceDeskError) -> None:
        if isinstance(error, NotFound):
            self._pane.empty.say("No traces yet", "They appear here as they arrive.")
            self._desk.status.show_store("no store yet")
            self._desk.status.show_dropped(0, waiting=True)
            self.empty_store.emit()
        else:
            self._pane.empty.say("The list could not be read", f"{error.message} {error.hint}".strip(), "Try again", self.ask)
        if self._pane.showing() != "list":
            self._pane.show_empty()

    def _say_empty(self) -> None:
        query, range_ns = self._state.query, self._state.range_ns
        if query:
            self._pane.empty.say("No trace matches", str(query), "Drop all filters", self.clear.emit)
            self._desk.tasks.ask("drop", lambda store: reader.best_drop(store, query, range_ns), self._offer_drop,
                                 lambda _error: None)
        else:
            if range_ns is not None:
                self._pane.empty.say("No trace in this time", "Older ones may be there.", "All time", self.all_time.emit)
            else:
                self._pane.empty.say("No traces yet", "They appear here as they arrive.")
            self._desk.tasks.ask("any", questions.stats, self._any, lambda _error: None)
        self._pane.show_empty()

    def _any(self, stats: StoreStats) -> None:
        (self.has_traces if stats.traces else self.empty_store).emit()

    def _offer_drop(self, found: tuple[int, int] | None) -> None:
        if found is None or self._pane.showing() != "empty" or found[0] >= len(self._state.query.terms):
            return
        index, count = found
        self._pane.empty.say("No trace matches", f"{count:,} without “{self._state.query.terms[index]}”", "Drop that filter",
                             lambda: self.drop.emit(index))

    def _show_around(self, answer: reader.Around) -> None:
        self.facets = answer.facets
        self._pane.facets.show_facets(answer.facets, answer.total)
        self._pane.density.show_density(*answer.density)
        if not any(term.key == "service" for term in self._state.query.terms):
            self._state.set_services([service for service, _ in answer.facets.get("service", [])])
