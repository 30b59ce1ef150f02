"""A guard: what it said, what told so, why, and the rules it went by."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.signs import BLOCKED, Verdict, reason, verdict
from tracedesk.ui import theme
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import parse_json, pretty, short
from tracedesk.ui.inspector.pieces import Card, sent_line
from tracedesk.ui.inspector.tab import NOT_SENT, InspectorTab, fact, section
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.text import label


def verdict_of(detail: SpanDetail) -> Verdict | None:
    """What the guard said, None where nothing of the span tells."""
    output, answers = detail.value("output.value"), detail.value("output.messages")
    answer = next((part.get("content") for message in (answers if isinstance(answers, list) else ())
                   for part in message.get("parts", ()) if isinstance(part.get("content"), str)), None)
    opened = parse_json(output) if isinstance(output, str) else None
    return verdict(detail.status is Status.ERROR, detail.span.attributes, detail.span.events,
                   output if opened is None else opened, answer)


def rules_of(detail: SpanDetail) -> list[tuple[str, object]]:
    """Attributes that name rules, or say how many there were."""
    return [(name, value) for name, value in detail.span.attributes.items() if "rule" in name.lower().rpartition(".")[2]]


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """Verdict and what told it, the reason, the rules."""
    said = verdict_of(detail)
    section(column, "Verdict")
    colors = theme.current()
    tone = "tertiary" if said is None else "error" if said.said == BLOCKED else "ok"
    card = Card(edge=None if said is None else colors.color(f"status.{tone}"))
    card.column.addWidget(label(f"verdict {NOT_SENT}" if said is None else said.said, "body_strong", tone))
    if said is not None:
        card.column.addWidget(sent_line(f"by {said.told_by}", "caption", "text.tertiary"))
    column.addWidget(card)
    why = "" if said is not None and said.said != BLOCKED else (
        reason(detail.span.attributes, detail.span.events) or detail.text("error.message") or detail.span.status_message)
    if why:
        section(column, "Reason")
        column.addWidget(LongText(why, "dense", lines=12))
    rules = rules_of(detail)
    if rules:
        section(column, "Rules")
    for name, value in rules:
        if isinstance(value, list | dict):
            column.addWidget(LongText(pretty(value), "code", lines=12))
        else:
            fact(column, name, short(value))


PART = InspectorTab("guard", "Verdict", 9, applies=lambda detail: detail.kind is Kind.GUARDRAIL, fill=fill)
