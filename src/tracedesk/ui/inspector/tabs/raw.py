"""The span as OTLP/JSON, whole, as it was received; with its log records."""

from __future__ import annotations

import json

from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.clipboard import copy_text
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.tab import InspectorTab, always
from tracedesk.ui.widgets.text import label, visible
from tracedesk.wire.encode import logs_json, traces_json

SHOWN_CHARACTERS = 200_000


def raw_text(detail: SpanDetail) -> str:
    """OTLP/JSON of the span, then of its log records."""
    document = dict(traces_json([detail.span]))
    if detail.logs:
        document |= logs_json(detail.logs)
    return json.dumps(document, indent=2, ensure_ascii=False)


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """A read-only text and a button that copies all of it."""
    text = raw_text(detail)
    row = QHBoxLayout()
    row.addWidget(label("OTLP/JSON, as received", "caption", "tertiary"), 1)
    copy = QPushButton("Copy")
    copy.setAccessibleName("Copy the span as OTLP/JSON")
    copy.clicked.connect(lambda: copy_text(text))
    row.addWidget(copy)
    column.addLayout(row)
    edit = QPlainTextEdit()
    edit.setReadOnly(True)
    edit.setFont(theme.current().font("code"))
    edit.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
    edit.setAccessibleName("Span as OTLP/JSON")
    shown = visible(text[:SHOWN_CHARACTERS])
    edit.setPlainText(shown + (f"\n… {len(text) - SHOWN_CHARACTERS:,} more characters: Copy gives them all"
                               if len(text) > SHOWN_CHARACTERS else ""))
    column.addWidget(edit, 1)


PART = InspectorTab("raw", "Raw", 90, applies=always, fill=fill)
