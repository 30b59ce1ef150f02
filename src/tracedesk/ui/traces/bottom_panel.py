"""The bottom panel: Critical path, Events, Logs, Raw OTLP, and what stands against other runs. Each is read when looked at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration, iso_time
from tracedesk.model.kinds import Kind
from tracedesk.model.span import LogRecord
from tracedesk.model.trace import Trace
from tracedesk.ui import theme
from tracedesk.ui.traces.critical_bar import CriticalBar, Stretch, covered_in_words
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.tabs import Tab, TabStrip
from tracedesk.ui.widgets.text import label

HEAD_PX = 36
MAX_ROWS = 20_000


def scrolled(widget: QWidget) -> QScrollArea:
    """The widget in a scroll area without a frame."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    widget.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


class BottomPanel(QWidget):
    """`picked(span id)` when the user chooses a span here; `wanted(tab)` when a tab is first looked at for a trace."""

    picked = Signal(object)
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.tabs = TabStrip([Tab("path", "Critical path"), Tab("events", "Events"), Tab("logs", "Logs"), Tab("raw", "Raw OTLP")],
                             "Below the waterfall")
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
        self.peers: QWidget | None = None
        self._path_column = QVBoxLayout()
        self._stack = QStackedWidget()
        body = QWidget()
        self._path_column = QVBoxLayout(body)
        self._path_column.setContentsMargins(0, 0, 0, 0)
        self._path_column.setSpacing(0)
        self._path_column.addWidget(self.path)
        self._path_column.addStretch(1)
        self._pages = {"path": scrolled(body), "events": self.events, "logs": self.logs, "raw": self.raw}
        self._empty = Empty()
        for page in (*self._pages.values(), self._empty):
            self._stack.addWidget(page)
        head = QFrame()
        head.setProperty("edge", "bottom")
        head.setFixedHeight(HEAD_PX)
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 0, 12, 0)
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
        self.raw.clear()

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
        self._words.setVisible(self.tab == "path")

    def show_logs(self, logs: Sequence[LogRecord]) -> None:
        """The log records of the trace, in time."""
        start = self._trace.t0_ns if self._trace is not None else 0
        self.logs.show_rows([
            ((Cell(format_duration(log.time_ns - start), "text.tertiary", tip=iso_time(log.time_ns)),
              Cell(log.severity_text or log.event_name.rpartition(".")[2] or "—",
                   "status.error" if log.severity_number >= 17 else "status.warn" if log.severity_number >= 13 else "text.secondary"),
              Cell(" ".join(str(log.event_name or "").split() + _one_line(log.body).split()), mono=True)), log.span_id)
            for log in logs[:MAX_ROWS]])
        self.tabs.set_count("logs", len(logs))
        if self.tab == "logs":
            self._show("logs")

    def show_raw(self, text: str) -> None:
        """What was received, as OTLP/JSON."""
        self.raw.setPlainText(text)

    def _fill_events(self, trace: Trace) -> None:
        rows = []
        order = trace.event_ns.argsort(kind="stable")[:MAX_ROWS]
        for at in order.tolist():
            span = int(trace.event_span[at])
            name = trace.event_name[at] or ""
            kind = int(trace.kind[span])
            bad = name == "exception"
            rows.append(((Cell(format_duration(int(trace.event_ns[at]) - trace.t0_ns), "text.tertiary", tip=iso_time(int(trace.event_ns[at]))),
                          Cell(trace.name[span] or "", icon=_kind_label(kind), icon_tone=f"kind.{_kind_label(kind)}"),
                          Cell(name, "status.error" if bad else "text.primary")), trace.span_ids[span]))
        self.events.show_rows(rows)
        self.tabs.set_count("events", len(trace.event_ns))

    def _show(self, key: str) -> None:
        self._words.setVisible(key == "path")
        if self._trace is not None and key not in self._filled:
            self._filled.add(key)
            self.wanted.emit(key)
        nothing = {"events": (self.events, "No events", "The spans of this trace carry no events."),
                   "logs": (self.logs, "No log records", "Nothing was logged with the ids of this trace.")}.get(key)
        if nothing is not None and self._trace is not None and not nothing[0].texts():
            self._empty.say(*nothing[1:])
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


def _kind_label(kind: int) -> str:
    return Kind(kind).label


def _one_line(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}={_one_line(item)}" for key, item in value.items())
    return str(value) if value is not None else ""


