"""AppState: what the desk is looking at. Screens change it and listen to it; no screen talks to another screen.

Each value has one signal that is emitted only when the value really changed, after it changed.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Signal

from tracedesk.model.query import TraceQuery
from tracedesk.model.trace import Trace


class Receiver(Enum):
    """What the engine does, for the pill in the top bar."""

    STARTING = "starting"
    LISTENING = "listening"
    RECEIVING = "receiving"
    PAUSED = "paused"
    PORT_TAKEN = "port_taken"
    NONE = "none"


class AppState(QObject):
    """The one state object.

    Attributes: `page` (key of the page), `query` and `query_text` (the filter), `range_ns` (look back this long, or None
    for all time), `trace_id` and `trace` (the open one; `trace` is None until it was read), `span_id` (the selected span),
    `live` (whether the list takes new rows), `services` (those that sent traces, the busiest first), `receiver` (what the
    engine does).
    """

    page_changed = Signal(str)
    query_changed = Signal()
    trace_id_changed = Signal()
    trace_changed = Signal()
    span_changed = Signal()
    live_changed = Signal(bool)
    services_changed = Signal()
    receiver_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.page = ""
        self.query = TraceQuery()
        self.range_ns: int | None = None
        self.trace_id: bytes | None = None
        self.trace: Trace | None = None
        self.span_id: bytes | None = None
        self.live = True
        self.services: list[str] = []
        self.receiver = Receiver.STARTING
        self.receiver_text = ""

    def go(self, page: str) -> None:
        """Show a page."""
        if page != self.page:
            self.page = page
            self.page_changed.emit(page)

    def ask(self, query: TraceQuery) -> None:
        """Filter by another query."""
        if query != self.query:
            self.query = query
            self.query_changed.emit()

    def look_back(self, range_ns: int | None) -> None:
        """Show only what began in the last `range_ns`, or everything."""
        if range_ns != self.range_ns:
            self.range_ns = range_ns
            self.query_changed.emit()

    def open_trace(self, trace_id: bytes | None) -> None:
        """Open another trace; its columns follow with `set_trace`."""
        if trace_id != self.trace_id:
            self.trace_id = trace_id
            self.trace = None
            self.span_id = None
            self.trace_id_changed.emit()

    def set_trace(self, trace: Trace) -> None:
        """The columns of the open trace came, or grew; the selected span stays selected."""
        if trace.trace_id == self.trace_id:
            self.trace = trace
            if self.span_id is not None and self.span_id not in trace.index_of:
                self.span_id = None
                self.span_changed.emit()
            self.trace_changed.emit()

    def select(self, span_id: bytes | None) -> None:
        """Select a span of the open trace, or none."""
        if span_id != self.span_id:
            self.span_id = span_id
            self.span_changed.emit()

    def set_live(self, live: bool) -> None:
        """Let the list take new rows, or hold it still."""
        if live != self.live:
            self.live = live
            self.live_changed.emit(live)

    def set_services(self, services: list[str]) -> None:
        """Which services sent traces."""
        if services != self.services:
            self.services = services
            self.services_changed.emit()

    def set_receiver(self, receiver: Receiver, text: str = "") -> None:
        """What the engine does now; `text` is what stands behind the word (rate, ports)."""
        if (receiver, text) != (self.receiver, self.receiver_text):
            self.receiver, self.receiver_text = receiver, text
            self.receiver_changed.emit()
