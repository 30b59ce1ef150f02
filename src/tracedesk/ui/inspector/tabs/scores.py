"""Scores and feedback that came with the span."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import short
from tracedesk.ui.inspector.pieces import Card, sent_line
from tracedesk.ui.inspector.tab import InspectorTab
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.text import label, visible


def scores_of(detail: SpanDetail) -> list[dict[str, object]]:
    """The scores of the span, as `{name, value, label, explanation, annotator}`."""
    value = detail.value("scores")
    return [score for score in value if isinstance(score, dict)] if isinstance(value, list) else []


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """One card per score: name, value or label, who said so, why."""
    for score in scores_of(detail):
        card = Card()
        head = QHBoxLayout()
        head.addWidget(sent_line(str(score.get("name") or "score"), "dense_strong"), 1)
        figure = score.get("value") if score.get("value") is not None else score.get("label")
        head.addWidget(label(visible(short(figure, 40)), "dense"))
        card.column.addLayout(head)
        if score.get("explanation"):
            card.column.addWidget(LongText(str(score["explanation"]), "dense", "secondary"))
        if score.get("annotator"):
            card.column.addWidget(sent_line(f"by {score['annotator']}", "caption", "text.tertiary"))
        column.addWidget(card)


PART = InspectorTab("scores", "Scores", 25, applies=lambda detail: bool(scores_of(detail)), fill=fill,
           count=lambda detail: len(scores_of(detail)))
