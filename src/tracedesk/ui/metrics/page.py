"""The Metrics page: asks all panels about a filter and a time, follows the store, opens the traces behind what is clicked.

Panels are asked in two questions, what is seen first before what lies below, and again when the store changed, twice a
second at most. The filter is that of the trace list: chips changed here change it there.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.analytics.asking import step_for
from tracedesk.analytics.catalogue import all_panels
from tracedesk.analytics.panel import Asked, Panel, Stat, Table
from tracedesk.base import clock
from tracedesk.base.clock import NS_PER_MS, NS_PER_S
from tracedesk.base.errors import NotFound, TraceDeskError
from tracedesk.model.query import TraceQuery
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.folding import Folds
from tracedesk.ui.metrics import reader
from tracedesk.ui.metrics.attribution import Grouping
from tracedesk.ui.metrics.board import Board
from tracedesk.ui.metrics.card import Card
from tracedesk.ui.metrics.difference_pane import DifferencePane
from tracedesk.ui.metrics.header import Header
from tracedesk.ui.metrics.saving import Saving
from tracedesk.ui.metrics.span_of_time import CUSTOM, RANGES, TimeSpan
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.timer import single_shot

FOLLOW_MS = 500
"""Charts follow the store at most twice a second (DESIGN section 11)."""
MOST_HELD_BACK = 20
"""After so many times the page asks again, whether the last answer came or not."""
BELOW = ("more",)
KEYS = [("Alt+1", "to 5: time range"), ("Enter", "the traces behind a point"), ("D", "what is different"),
        ("", "drag a chart to zoom, with Shift to mark")]
KEYS_SHORT = [("Alt+1", "to 5: time"), ("?", "all keys")]
PROMPTS = "compare.prompts"


class MetricsPage(QFrame):
    """The page of `desk`."""

    kinds_shown = False

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("pane", "panel")
        self._folds = Folds()
        self.span = TimeSpan()
        self._spans_before: list[TimeSpan] = []
        self._left: tuple[TraceQuery, TraceQuery] | None = None
        self._dirty = True
        self._open_questions: set[str] = set()
        self._held_back = 0
        self.asked: Asked | None = None
        self._versions: tuple[str, str] | None = None
        panels = all_panels()
        self._seen = [panel for panel in panels if panel.place not in (*BELOW, "foot")]
        self._foot = [panel for panel in panels if panel.place == "foot"]
        self._below = [panel for panel in panels if panel.place in BELOW]
        self.header = Header(lambda: desk.page("traces").facet_values())
        self.board = Board(panels)
        self.grouping = Grouping(self.board)
        self.pane = DifferencePane()
        self.empty = Empty("metrics")
        self.saving = Saving(desk, self.board)
        self._timer = single_shot(self, FOLLOW_MS, self._follow)
        self._roll = single_shot(self, FOLLOW_MS, self.refresh)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.board)
        self._stack.addWidget(self.empty)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._stack, 1)
        body.addWidget(self.pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(body, 1)

    def _wire(self) -> None:
        self.header.query_picked.connect(self.set_query)
        self.header.span_picked.connect(self.show_span)
        self.header.all_wanted.connect(self.show_everything)
        self.header.before_flipped.connect(lambda _on: self.refresh())
        self.header.export_wanted.connect(self.export_menu)
        self.board.opened.connect(self.open_behind)
        self.board.zoomed.connect(lambda start, end: self.show_span(TimeSpan(0, start, end)))
        self.board.region.connect(self.ask_difference)
        self.board.back.connect(self.zoom_back)
        self.board.linked.connect(self.follow_link)
        self.board.export_wanted.connect(self.export)
        self.grouping.changed.connect(self._ask_foot)
        self.pane.opened.connect(self.open_behind)
        self.pane.all_opened.connect(lambda: self.open_behind(Behind("", *(self.pane.stretch_ns or (None, None)))))
        self.pane.closed.connect(self.close_difference)
        self._desk.state.query_changed.connect(self._query_changed)
        self._desk.live.changed.connect(self._store_changed)

    # asking

    def question(self) -> Asked:
        """What the panels are asked now."""
        return self.span.question(self._desk.state.query, before=self.header.compare.isChecked(), by="prompt")

    def refresh(self) -> None:
        """Ask all panels."""
        self._dirty, self._held_back = False, 0
        self.asked = self.question()
        self._ask("metrics.seen", self._seen, self.asked)
        self._ask_foot()
        self._ask("metrics.below", self._below, self.asked)
        self._desk.tasks.ask("metrics.groupings", reader.groupings, self.grouping.offer, lambda _error: None)
        if self.pane.isVisible() and self.pane.stretch_ns is not None:
            self.ask_difference(*self.pane.stretch_ns)

    def _ask_foot(self) -> None:
        by = self.grouping.by
        self._ask("metrics.foot", self._foot, self.span.question(self._desk.state.query, before=self.header.compare.isChecked(),
                                                                 by=by))

    def _ask(self, key: str, panels: list[Panel], asked: Asked) -> None:
        self._open_questions.add(key)
        self._desk.tasks.ask(key, lambda store: reader.answers(store, asked, panels), lambda found: self._show(key, found),
                             lambda error: self._failed(error, key))

    def _show(self, key: str, found: reader.Answers) -> None:
        self._open_questions.discard(key)
        requests = found.results.get("requests")
        if isinstance(requests, Stat):
            self._say_empty(requests, found.asked)
        self.board.show_results(found.results)
        self.board.charts_can_go_back(bool(self._spans_before))
        self.grouping.attach()
        self._pair(found)
        self._wait_for_next_bucket(found.asked)

    def _pair(self, found: reader.Answers) -> None:
        """Two versions of a prompt of which a finding speaks stand beside each other in the histogram by prompt."""
        tables = [found.results.get(panel.key) for panel in self._foot]
        links = [row.link for table in tables if isinstance(table, Table) for row in table.rows if row.link is not None]
        if any(table is not None for table in tables) and found.asked.by == "prompt":
            pairs = [arguments for _, command, arguments in links if command == PROMPTS and len(arguments) == 2]
            self._versions = (pairs[0][0], pairs[0][1]) if pairs else None
        for card in self.board.cards.values():
            card.offer_pair(self._versions)

    def _say_empty(self, requests: Stat, asked: Asked) -> None:
        nothing = not requests.figure.value
        self._stack.setCurrentIndex(1 if nothing else 0)
        if not nothing:
            return
        if asked.query:
            self.empty.say("No request matches", str(asked.query), "Drop all filters", lambda: self.set_query(TraceQuery()),
                           icon="metrics")
        else:
            self._desk.tasks.ask("metrics.any", reader.everything, self._say_whether_any, lambda _error: None)
            words = "in this time" if self.span.index == CUSTOM else f"in the last {RANGES[self.span.index][0]}"
            self.empty.say(f"No requests {words}", "Costs, latencies and rates of what comes in are shown here.", "All time",
                           self.show_everything, icon="metrics")

    def _say_whether_any(self, found: tuple[int, int]) -> None:
        if found == reader.NOTHING:
            self._say_none_yet()

    def _say_none_yet(self) -> None:
        self.empty.say("No requests yet", "Costs, latencies and rates are shown here as traces arrive.", icon="metrics")

    def _failed(self, error: TraceDeskError, key: str = "") -> None:
        self._open_questions.discard(key)
        if isinstance(error, NotFound):
            self._say_none_yet()
        else:
            self.empty.say("The panels could not be read", f"{error.message} {error.hint}".strip(), "Try again", self.refresh,
                           icon="metrics")
        self._stack.setCurrentIndex(1)

    # following the store

    def _query_changed(self) -> None:
        self.header.show_query(self._desk.state.query)
        self.board.clear_reading()
        self._changed()

    def _changed(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._dirty = True

    def _store_changed(self) -> None:
        self._dirty = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _follow(self) -> None:
        if not self._dirty or not self.isVisible():
            return
        self._held_back += 1
        if self._open_questions and self._held_back < MOST_HELD_BACK:
            self._timer.start()                              # one question at a time: slow answers do not queue up
        else:
            self.refresh()

    def _wait_for_next_bucket(self, asked: Asked) -> None:
        """Ask again when the present bucket ends, though nothing comes in."""
        if self.span.back_s and self.isVisible():
            step = step_for(0, self.span.back_s * NS_PER_S)
            self._roll.start(max(FOLLOW_MS, (step - (clock.now_ns() - asked.start_ns) % step) // NS_PER_MS))

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.header.show_query(self._desk.state.query)
        if self._left is not None:
            before, then = self._left
            self._left = None
            if self._desk.state.query == then != before:
                self.set_query(before)
        if self.asked is None and self._desk.read_only:
            self.show_everything()                           # what was opened may be of any time
        else:
            self.refresh()

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self._roll.stop()

    # what is shown

    def set_query(self, query: TraceQuery) -> None:
        """Another filter, here and in the trace list."""
        if self._desk.state.query != query:
            self._desk.page("traces").filter.set_query(query)

    def show_span(self, span: TimeSpan, *, remember: bool = True) -> None:
        """Another time."""
        if span == self.span:
            return
        if remember and span.index == CUSTOM:
            self._spans_before.append(self.span)
        elif remember:
            self._spans_before.clear()
        self.span = span
        self.header.show_span(span)
        self.board.clear_reading()
        self.refresh()

    def pick_range(self, index: int) -> None:
        """One of the ranges by its place; the last asks for a beginning and an end."""
        if index == CUSTOM:
            self.header.pick_time()
        else:
            self.show_span(TimeSpan(RANGES[index][1]))

    def zoom_back(self) -> bool:
        """The time before the last zoom; whether there was one."""
        if not self._spans_before:
            return False
        self.show_span(self._spans_before.pop(), remember=False)
        return True

    def show_everything(self) -> None:
        """All that is stored, and what comes."""
        self._desk.tasks.ask("metrics.everything", reader.everything,
                             lambda found: self.show_span(TimeSpan(0, found[0]), remember=self.asked is not None), self._failed)

    # what is different

    def ask_difference(self, start_ns: int, end_ns: int) -> None:
        """Ask what tells the requests of a stretch from all others of the page."""
        asked = self.asked or self.question()
        self.pane.ask_about(start_ns, end_ns)
        self._desk.tasks.ask("metrics.difference", lambda store: reader.different(store, asked, start_ns, end_ns),
                             self.pane.show_table)

    def difference_here(self) -> None:
        """The same of what the focused chart has chosen."""
        chart = self.board.read_chart()
        chosen = chart.chosen() if chart is not None else None
        if chosen is not None:
            self.ask_difference(*chosen)
        else:
            self._desk.toast.say("Mark a time on a chart first: Shift and drag, or Shift and the arrow keys")

    def close_difference(self) -> None:
        """Close the pane."""
        self.pane.stretch_ns = None
        self.pane.hide()
        self.board.clear_reading()

    # opening

    def open_behind(self, behind: Behind) -> None:
        """Show the traces behind a point in the trace list. Back here the filter is what it was."""
        traces, before = self._desk.page("traces"), self._desk.state.query
        query = before.plus(behind.query) if behind.query else before
        seconds = 0
        if behind.start_ns is not None and behind.end_ns is not None:
            query = reader.between(query, behind.start_ns, behind.end_ns)
        elif not any(term.key == "id" for term in query.terms):
            seconds = self.span.back_s
            if not seconds:
                query = reader.between(query, *self.span.bounds())
        self._left = (before, query)
        traces.set_range(seconds)
        traces.filter.set_query(query)
        self._desk.state.go("traces")

    def open_here(self) -> None:
        """Open what stands behind the crosshair or the selection of a chart."""
        chart = self.board.read_chart()
        if chart is not None:
            chart.open_here()
        else:
            self._desk.toast.say("Choose a point of a chart first: the arrow keys move along it")

    def follow_link(self, link: tuple[str, str, tuple[str, ...]]) -> None:
        """What a finding leads to: another command, or two versions of a prompt side by side."""
        _, command, arguments = link
        if command == PROMPTS:
            self._desk.tasks.ask("metrics.prompts", lambda store: reader.newest_of(store, "prompt", arguments), self._compare)
        else:
            self._desk.commands.run(command)

    def _compare(self, found: list[bytes]) -> None:
        if len(found) < 2:
            self._desk.toast.say("One of the two versions has no trace any more")
            return
        before, after = found
        self._desk.state.open_trace(after)
        self._desk.state.go("compare")
        self._desk.page("compare").with_(before)

    # export

    def export(self, card: Card, form: str) -> None:
        """Save or copy a card."""
        self.saving.card(card, form)

    def export_menu(self) -> None:
        """What can be saved."""
        menu = Menu(self)
        self.saving.fill_menu(menu)
        menu.open_below(self.header.export)

    def toggle_table(self) -> None:
        """The table behind the focused chart, or the chart again."""
        card = self.board.focused_card()
        if card is not None:
            card.toggle_table()

    # what the window asks of a page

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return KEYS_SHORT if self._folds.words_off else KEYS

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        return [*self.board.stops(), self.header.chips.add]

    def step_back(self) -> None:
        """Esc: take the crosshair away, close the pane, undo the last zoom."""
        if self.board.clear_reading():
            return
        if self.pane.isVisible():
            self.close_difference()
        else:
            self.zoom_back()

    def fold(self, folds: Folds) -> None:
        """A narrower window: fewer words in the header."""
        self._folds = folds
        self.header.set_short(folds.list_compact)
        if self._desk.state.page == "metrics":
            self._desk.show_keys(self.status_keys(), legend=False)
