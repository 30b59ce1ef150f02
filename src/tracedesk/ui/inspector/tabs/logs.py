"""Log records of the span in time order."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import pretty, short
from tracedesk.ui.inspector.pieces import Card, sent_line
from tracedesk.ui.inspector.tab import InspectorTab
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.text import label, visible

LOGS_SHOWN = 200
SEVERITIES = ((21, "fatal"), (17, "error"), (13, "warn"), (9, "info"), (5, "debug"), (1, "trace"))


def severity(number: int, text: str) -> str:
    """The sender's own word, else the word of OTLP's severity number, else nothing."""
    return text or next((word for least, word in SEVERITIES if number >= least), "")


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """One card per record: severity or event name, time from the span's start, body, attributes."""
    logs = sorted(detail.logs, key=lambda record: record.time_ns)
    for record in logs[:LOGS_SHOWN]:
        card = Card()
        head = QHBoxLayout()
        head.addWidget(label(visible(severity(record.severity_number, record.severity_text))[:12], "label", "secondary"))
        head.addWidget(sent_line(record.event_name, "dense_strong"), 1)
        head.addWidget(label("+" + format_duration(record.time_ns - detail.span.start_ns), "caption", "tertiary"))
        card.column.addLayout(head)
        if record.body is not None:
            card.column.addWidget(LongText(pretty(record.body), "code", lines=12))
        for name, value in record.attributes.items():
            card.column.addWidget(sent_line(f"{name}  {short(value)}", "dense", "text.secondary"))
        column.addWidget(card)
    if len(logs) > LOGS_SHOWN:
        column.addWidget(label(f"{len(logs) - LOGS_SHOWN:,} more are in Raw", "caption", "tertiary"))


PART = InspectorTab("logs", "Logs", 60, applies=lambda detail: bool(detail.logs), fill=fill,
                    count=lambda detail: len(detail.logs))
