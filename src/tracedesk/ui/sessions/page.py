"""Sessions: conversations of several traces at the left, the turns of one in order at the right, with the time between them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.clock import NS_PER_S, format_duration, iso_time, now_ns
from tracedesk.base.money import format_total
from tracedesk.base.words import counted
from tracedesk.model.summary import TraceSummary
from tracedesk.store.sessions import Session
from tracedesk.ui import theme
from tracedesk.ui.folding import Folds
from tracedesk.ui.replay.looks import pause_words
from tracedesk.ui.sessions import reader
from tracedesk.ui.traces.row_delegate import status_of, title_of, tone_of
from tracedesk.ui.widgets.buttons import Button, of_command
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.text import Elided, label, visible

KEYS = [("↑ ↓", "turn"), ("Enter", "open the trace"), ("R", "replay"), ("Esc", "back")]
KEYS_SHORT = [("Enter", "open"), ("R", "replay"), ("Esc", "back")]
COLUMNS = (Column("Asked first"), Column("User", 96), Column("Turns", 52, True), Column("Work", 76, True),
           Column("Cost", 84, True), Column("Last", 96, True))
TURN_COLUMNS = (Column("", 28), Column("Turn", 44, True), Column("Asked"), Column("Later", 88, True), Column("Took", 84, True),
                Column("Tokens", 76, True), Column("Cost", 88, True))


class SessionsPage(QWidget):
    """The page of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self._sessions: list[Session] = []
        self._opened: reader.OneSession | None = None
        self._turn: TraceSummary | None = None
        self.list = Table(COLUMNS, "Sessions")
        self.turns = Table(TURN_COLUMNS, "Turns of the session")
        self.list.picked.connect(self.open_session)
        self.turns.picked.connect(self._pick_turn)
        self.turns.doubleClicked.connect(lambda _index: self.open_trace())
        self._count = label("", "dense", "tertiary")
        self._narrow = False
        self._title, self._words = Elided("", "title"), Elided("", "dense", "text.tertiary")
        self._cost = label("", "dense_strong")
        for table in (self.list, self.turns):
            table.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._lay_out()
        desk.live.changed.connect(self._refresh)

    def _lay_out(self) -> None:
        head = _bar()
        row = _row(head)
        row.addWidget(Button("Traces", lambda: self._desk.state.go("traces"), role="ghost", icon="chevron_left", key="Esc"))
        row.addWidget(label("Sessions", "title"))
        row.addWidget(self._count)
        row.addStretch(1)
        side = QFrame()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = _bar()
        facts = _row(top)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._title)
        names.addWidget(self._words)
        facts.addLayout(names, 1)
        facts.addWidget(self._cost)
        run = self._desk.commands.run
        facts.addWidget(Button("Open trace", lambda: run("session.trace"), icon="waterfall", key="Enter"))
        replay = Button("Replay", lambda: run("session.replay"), role="primary", icon="play", key="R")
        facts.addWidget(of_command(replay, "session.replay"))
        column.addWidget(top)
        column.addWidget(_padded(self.turns), 1)
        self._empty = Empty("session")
        self._empty.say("No session is open", "Pick one at the left.", icon="session")
        self._right = QStackedWidget()
        self._right.addWidget(self._empty)
        self._right.addWidget(side)
        self._none = Empty("session")
        self._none.say("No sessions yet", "A session is what several traces name together: session.id, "
                       "gen_ai.conversation.id, a thread. Traces that carry one appear here.", icon="session")
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(_padded(self.list))
        split.addWidget(self._right)
        split.setSizes([560, 760])
        self._body = QStackedWidget()
        self._body.addWidget(split)
        self._body.addWidget(self._none)
        whole = QFrame(self)
        whole.setProperty("pane", "panel")
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(head)
        rows.addWidget(self._body, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(whole)

    # asking

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        self._desk.tasks.ask("sessions", reader.listed, self._show_list)
        if self._opened is not None:
            self._ask(self._opened.session_id)

    def open_session(self, session_id: str) -> None:
        """Show the turns of a session."""
        if self._opened is None or self._opened.session_id != session_id:
            self._turn = None
            self._ask(session_id)

    def _ask(self, session_id: str) -> None:
        self._desk.tasks.ask("session", lambda store: reader.one(store, session_id), self._show_one)

    # showing

    def _show_list(self, found: list[Session]) -> None:
        if found == self._sessions and found:
            return
        self._sessions = found
        self._body.setCurrentIndex(0 if found else 1)
        self._count.setText(counted(len(found), "session") if found else "")
        self.list.show_rows([(_cells(session), session.session_id) for session in found])

    def _show_one(self, found: reader.OneSession) -> None:
        if not found.turns or found == self._opened:
            return
        self._opened = found
        self._right.setCurrentIndex(1)
        self._title.setText(f"Session {found.session_id}")
        self._words.setText(found.words)
        self._cost.setText(found.cost)
        pauses = reader.pauses_ns(found.turns)
        self.turns.show_rows([(_turn_cells(number, turn, pause), turn)
                              for number, (turn, pause) in enumerate(zip(found.turns, pauses, strict=True), 1)])
        picked = self._turn.trace_id if self._turn is not None else b""
        at = next((row for row, turn in enumerate(found.turns) if turn.trace_id == picked), 0)
        self.turns.setCurrentIndex(self.turns.model().index(at, 2))

    def _pick_turn(self, turn: TraceSummary) -> None:
        self._turn = turn

    # what commands call

    @property
    def turn(self) -> TraceSummary | None:
        """The turn that is picked."""
        return self._turn if self._opened is not None else None

    def open_trace(self) -> None:
        """The picked turn on the traces page."""
        if self.turn is not None:
            self._desk.state.go("traces")
            self._desk.state.open_trace(self.turn.trace_id)

    def replay(self) -> None:
        """The session as a replay, from the picked turn on."""
        if self.turn is not None:
            self._desk.state.open_trace(self.turn.trace_id)
            self._desk.state.go("replay")
            self._desk.page("replay").start_at(None)

    def fold(self, now: Folds) -> None:
        """In a narrow window the list leaves out who and how long, which the session says."""
        self._narrow = now.rail_narrow
        for name in ("User", "Work"):
            self.list.setColumnHidden([column.title for column in COLUMNS].index(name), now.rail_narrow)

    def step_back(self) -> None:
        """Esc: back to the traces."""
        self._desk.state.go("traces")

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        return [self.list, self.turns]

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return KEYS_SHORT if self._narrow else KEYS

    def prepare_shot(self, options: Any) -> None:
        """For pictures: the session of the open trace, else the latest with several turns."""
        opened = self._desk.page("traces").reading.opened
        wanted = opened.summary.session_id if opened is not None else None
        several = next((session.session_id for session in self._sessions if session.turns > 1), None)
        if wanted or several:
            self.open_session(wanted or several or "")


def _cells(session: Session) -> list[Cell]:
    return [
        Cell(visible(session.title or session.session_id), "text.primary", "error" if session.errors else "", "status.error",
             tip=f"{session.session_id}\n{session.title or ''}"),
        Cell(visible(session.user_id or "—"), "text.secondary"), Cell(f"{session.turns:,}", "text.secondary"),
        Cell(format_duration(session.work_ns), "text.secondary"),
        Cell(format_total(session.cost_nusd, session.unpriced_calls), "text.secondary"),
        Cell(_age(session.end_ns), "text.tertiary", tip=iso_time(session.end_ns))]


def _turn_cells(number: int, turn: TraceSummary, pause_ns: int | None) -> list[Cell]:
    return [
        Cell("", icon=status_of(turn), icon_tone=tone_of(status_of(turn)), tip=turn.error_message or status_of(turn)),
        Cell(str(number), "text.tertiary"), Cell(visible(title_of(turn))),
        Cell("" if pause_ns is None else pause_words(pause_ns), "text.tertiary"),
        Cell(format_duration(turn.duration_ns), "text.secondary"), Cell(reader.tokens_text(turn), "text.secondary"),
        Cell(format_total(turn.cost_nusd, turn.unpriced_calls), "text.secondary")]


def _padded(inside: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(12, 4, 12, 8)
    column.addWidget(inside)
    return made


def _bar() -> QFrame:
    made = QFrame()
    made.setProperty("edge", "bottom")
    theme.hold(made, 52)
    return made


def _row(bar: QFrame) -> QHBoxLayout:
    row = QHBoxLayout(bar)
    row.setContentsMargins(12, 0, 12, 0)
    row.setSpacing(10)
    return row


def _age(time_ns: int) -> str:
    """`4 m 02 s ago`; seconds are left out beyond an hour."""
    gone = max(0, now_ns() - time_ns)
    return f"{format_duration(gone - gone % NS_PER_S if gone >= 60 * NS_PER_S else gone)} ago"
