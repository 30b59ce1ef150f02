"""The bottom panel: Critical path, Events, Logs, Raw OTLP, and what stands against other runs. Each is read when looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration, iso_time
from tracedesk.model.kinds import Kind
from tracedesk.model.span import LogRecord
from tracedesk.model.trace import Trace
from tracedesk.store.questions import Peers
from tracedesk.ui import theme
from tracedesk.ui.traces.critical_bar import CriticalBar, Stretch, covered_in_words
from tracedesk.ui.traces.peers_view import PeersView
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.scroll import scrolled
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.tabs import Tab, TabStrip
from tracedesk.ui.widgets.text import label

HEAD_PX = 37
TABS = (("path", "Critical path"), ("events", "Events"), ("logs", "Logs"), ("raw", "Raw OTLP"))
PEERS_TAB = Tab("peers", "Other runs")
MAX_ROWS = 20_000
NOTHING = {"events": ("No events", "The spans of this trace carry no events."),
           "logs": ("No log records", "Nothing was logged with the ids of this trace."),
           "peers": ("No other runs", "Runs of the same program are compared here once there are four.")}


class BottomPanel(QWidget):
    """`picked(span id)` when the user chooses a span here; `wanted(tab)` when a tab is first looked at for a trace."""

    picked = Signal(object)
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tabs = [Tab(key, title) for key, title in TABS]
        self.tabs = TabStrip(self._tabs, "Below the waterfall", height=HEAD_PX - 1)
        self._words = label("", "dense", "tertiary")
        self.path = CriticalBar()
        self.events = Table((Column("Time", 84, right=True), Column("Span", 190), Column("Event")), "Events")
        self.logs = Table((Column("Time", 84, right=True), Column("Severity", 80), Column("Body")), "Logs")
        self.raw = QPlainTextEdit()
        self.raw.setReadOnly(True)
        self.raw.setProperty("role", "bare")
        self.raw.setFont(theme.current().font("code"))
        self.raw.setProperty(theme.FACE, "code")
        self.raw.setAccessibleName("Raw OTLP")
        self.raw.setTabChangesFocus(True)
        self._received = ""
        self.peers = PeersView()
        self._stack = QStackedWidget()
        body, apart = QWidget(), QWidget()
        self._path_column, self._apart_column = QVBoxLayout(body), QVBoxLayout(apart)
        for column in (self._path_column, self._apart_column):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
        self._path_column.addWidget(self.path)
        self._path_column.addWidget(self.peers)
        for column in (self._path_column, self._apart_column):
            column.addStretch(1)
        self._pages: dict[str, QWidget] = {"path": scrolled(body), "peers": scrolled(apart), "events": self.events,
                                           "logs": self.logs, "raw": self.raw}
        self._narrow = False
        self._empty = Empty()
        for page in (*self._pages.values(), self._empty):
            self._stack.addWidget(page)
        head = QFrame()
        head.setProperty("edge", "bottom")
        theme.hold(head, HEAD_PX)
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 0, 12, 1)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self._words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._stack, 1)
        self._trace: Trace | None = None
        self._filled: set[str] = set()
        self.tabs.picked.connect(self._show)
        self.path.picked.connect(self._pick)
        self.events.picked.connect(self.picked)
        self.logs.picked.connect(self.picked)
        self.peers.picked.connect(self.picked)

    def fold(self, narrow: bool) -> None:
        """Narrow windows: the comparison with other runs has a tab of its own."""
        if narrow != self._narrow:
            self._narrow = narrow
            (self._apart_column if narrow else self._path_column).insertWidget(0 if narrow else 1, self.peers)
            self.tabs.set_tabs([*self._tabs[:1], *([PEERS_TAB] if narrow else []), *self._tabs[1:]])
            self._show(self.tab)

    def show_peers(self, found: Peers | None) -> None:
        """How the trace compares with other runs."""
        self.peers.show_peers(found)
        self._show(self.tab)

    @property
    def tab(self) -> str:
        """Key of the tab that is shown."""
        return self.tabs.current

    def clear(self) -> None:
        """No trace, or another one that is still being read."""
        self._trace = None
        self._filled.clear()
        self.path.show_path(None, [])
        self._words.setText("")
        for key in ("events", "logs"):
            self.tabs.set_count(key, None)
        self.events.show_rows([])
        self.logs.show_rows([])
        self.show_raw("")
        self.peers.show_peers(None)

    def show_trace(self, trace: Trace) -> None:
        """Another trace, or the same one grown: what is looked at is asked for again."""
        self._trace = trace
        self._filled.clear()
        self._fill_events(trace)
        self._show(self.tab)

    def show_path(self, bar: Sequence[Stretch]) -> None:
        """The critical path of the trace."""
        self.path.show_path(self._trace, bar)
        self._words.setText(covered_in_words(bar))
        self._words.setVisible(self.tab == "path" and not self._narrow)

    def show_logs(self, logs: Sequence[LogRecord]) -> None:
        """The log records of the trace, in time."""
        start = self._trace.t0_ns if self._trace is not None else 0
        self.logs.show_rows([
            ((Cell(format_duration(log.time_ns - start), "text.tertiary", tip=iso_time(log.time_ns)),
              Cell(log.severity_text or log.event_name.rpartition(".")[2] or "—", severity_tone(log.severity_number)),
              Cell(" ".join(str(log.event_name or "").split() + _one_line(log.body).split()), mono=True)), log.span_id)
            for log in logs[:MAX_ROWS]])
        self.tabs.set_count("logs", len(logs))
        if self.tab == "logs":
            self._show("logs")

    def show_raw(self, text: str) -> None:
        """What was received, as OTLP/JSON."""
        if text != self._received:                       # the same again while the trace grows: whoever reads keeps the place
            self._received = text
            self.raw.setPlainText(text)

    def _fill_events(self, trace: Trace) -> None:
        rows = []
        order = trace.event_ns.argsort(kind="stable")[:MAX_ROWS]
        for at in order.tolist():
            span = int(trace.event_span[at])
            name = trace.event_name[at] or ""
            kind = int(trace.kind[span])
            bad = name == "exception"
            moment = int(trace.event_ns[at])
            rows.append(((Cell(format_duration(moment - trace.t0_ns), "text.tertiary", tip=iso_time(moment)),
                          Cell(trace.name[span] or "", icon=_kind_label(kind), icon_tone=f"kind.{_kind_label(kind)}"),
                          Cell(name, "status.error" if bad else "text.primary")), trace.span_ids[span]))
        self.events.show_rows(rows)
        self.tabs.set_count("events", len(trace.event_ns))

    def _show(self, key: str) -> None:
        self._words.setVisible(key == "path" and not self._narrow)
        if self._trace is not None and key not in self._filled:
            self._filled.add(key)
            self.wanted.emit(key)
        lists: dict[str, Any] = {"events": self.events, "logs": self.logs, "peers": self.peers}
        if key in lists and self._trace is not None and not lists[key].texts():
            self._empty.say(*NOTHING[key])
            self._stack.setCurrentWidget(self._empty)
        else:
            self._stack.setCurrentWidget(self._pages[key])

    def again(self, key: str) -> None:
        """Ask for a tab again if it is looked at (the selected span changed)."""
        self._filled.discard(key)
        if self.tab == key and self._trace is not None:
            self._show(key)

    def _pick(self, index: int) -> None:
        if self._trace is not None:
            self.picked.emit(self._trace.span_ids[index])


def severity_tone(number: int) -> str:
    """Colour role of OTLP's severity number: errors from 17, warnings from 13."""
    return "status.error" if number >= 17 else "status.warn" if number >= 13 else "text.secondary"


def _kind_label(kind: int) -> str:
    return Kind(kind).label


def _one_line(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}={_one_line(item)}" for key, item in value.items())
    return str(value) if value is not None else ""
