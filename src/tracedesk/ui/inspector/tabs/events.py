"""Events of the span in time order; exceptions with type, message and stack."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.model.kinds import Status
from tracedesk.model.span import Event
from tracedesk.ui import theme
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import pretty, short
from tracedesk.ui.inspector.pieces import Card, sent_line
from tracedesk.ui.inspector.tab import NOT_SENT, InspectorTab, section
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.text import label, visible

EVENTS_SHOWN = 200


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """The error first, then every event at its time from the span's start."""
    if detail.status is Status.ERROR:
        _error(detail, column)
    events = sorted(detail.span.events, key=lambda event: event.time_ns)
    if events:
        section(column, "Events")
    for event in events[:EVENTS_SHOWN]:
        _event(detail, event, column)
    if len(events) > EVENTS_SHOWN:
        column.addWidget(label(f"{len(events) - EVENTS_SHOWN:,} more are in Raw", "caption", "tertiary"))


def _error(detail: SpanDetail, column: QVBoxLayout) -> None:
    section(column, "Error")
    card = Card(edge=theme.current().status("error").text)
    card.column.addWidget(label(visible(detail.text("error.type") or "type " + NOT_SENT), "dense_strong", wrap=True,
                                selectable=True))
    message = detail.text("error.message") or detail.span.status_message
    card.column.addWidget(LongText(message) if message else label("message " + NOT_SENT, tone="tertiary"))
    stack = detail.text("error.stack")
    if stack:
        card.column.addWidget(LongText(stack, "code", lines=14))
    column.addWidget(card)


def _event(detail: SpanDetail, event: Event, column: QVBoxLayout) -> None:
    card = Card()
    head = QHBoxLayout()
    head.addWidget(sent_line(event.name or "(no name)", "dense_strong"), 1)
    head.addWidget(label("+" + format_duration(event.time_ns - detail.span.start_ns), "caption", "tertiary"))
    card.column.addLayout(head)
    for name, value in event.attributes.items():
        text = pretty(value)
        if name == "exception.stacktrace" or "\n" in text:
            card.column.addWidget(label(visible(name), "caption", "tertiary"))
            card.column.addWidget(LongText(text, "code", lines=14))
        else:
            card.column.addWidget(sent_line(f"{name}  {short(value)}", "dense", "text.secondary"))
    column.addWidget(card)


PART = InspectorTab("events", "Events", 50, applies=lambda detail: bool(detail.span.events) or detail.status is Status.ERROR,
           fill=fill, count=lambda detail: len(detail.span.events))
