"""What a step shows of itself, by what it is: messages, documents, a tool's two sides, or the facts of a span."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tracedesk.model.kinds import Kind
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step
from tracedesk.ui.inspector.format import plain, short
from tracedesk.ui.inspector.tab import section
from tracedesk.ui.inspector.tabs import messages as messages_tab
from tracedesk.ui.inspector.tabs import retrieval as retrieval_tab
from tracedesk.ui.replay.came_back import ToolBody
from tracedesk.ui.replay.code_view import CodeView
from tracedesk.ui.replay.reader import detail_of, members_with
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.scroll import scrolled
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.text import label, visible

_QUIET = ("messages", "documents", "input.value", "output.value", "tool.args", "tool.result", "system", "tools", "vectors")


def readable(told: Material, step: Step) -> QWidget:
    """The step for people."""
    if step.act is Act.CALLED:
        return ToolBody(told, step)
    inside = QWidget()
    inside.setProperty("scroll", "body")
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 6, 0)
    column.setSpacing(8)
    if step.act in (Act.USER, Act.ANSWERED) and step.shown:
        column.addWidget(_said(step.shown))
    elif step.kind is Kind.LLM and _fill_messages(told, step, column, inside):
        pass
    elif step.act in (Act.RETRIEVED, Act.RERANKED):
        _fill_documents(told, step, column, inside)
    else:
        _fill_facts(told, step, column)
    for aside in step.asides:
        column.addWidget(label(visible(f"Also: {aside.text}"), "dense", "tertiary"))
    column.addStretch(1)
    scroll = scrolled(inside, by_keys=True)
    if step.kind is Kind.LLM:                            # the answer is what the step added; it stands last
        bar = scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda _low, high: bar.setValue(high))
    return scroll


def as_json(told: Material, step: Step) -> CodeView:
    """The step as the trace has it: canonical fields, attributes and events of its spans."""
    view = CodeView("The step as JSON")
    spans = step.members or ([step.span] if step.span >= 0 else [])
    view.show_value({"title": step.title, "detail": step.detail, "problem": step.problem, "spans": [
        _span(told, span) for span in spans[:50]]})
    return view


def _span(told: Material, span: int) -> dict[str, Any]:
    return {"span_id": told.trace.span_ids[span].hex(), "name": told.rows[span].name, "kind": told.kind(span).label,
            "fields": plain(told.fields[span].values), "attributes": plain(dict(told.attributes(span))),
            "events": [{"name": event.name, "attributes": plain(event.attributes)} for event in told.events(span)]}


def _fill_messages(told: Material, step: Step, column: QVBoxLayout, parent: QWidget) -> bool:
    detail = detail_of(told, step.span)
    if detail is None or not messages_tab.messages_of(detail):
        return False
    if step.problems:
        column.addWidget(_problem(step))
    messages_tab.fill(detail, column, parent)
    return True


def _fill_documents(told: Material, step: Step, column: QVBoxLayout, parent: QWidget) -> None:
    """The reranked documents where there are some, else those that were found."""
    searched = members_with(told, step, "retrieval.documents")
    for span in (members_with(told, step, "rerank.output_documents") or searched or [step.span])[:8]:
        detail = detail_of(told, span)
        if detail is not None:
            if "retrieval.query" not in detail.fields.values and searched:
                detail.fields.values.setdefault("retrieval.query", told.value(searched[0], "retrieval.query"))
            retrieval_tab.fill(detail, column, parent)


def _fill_facts(told: Material, step: Step, column: QVBoxLayout) -> None:
    """Names and values of a span that has no form of its own: its event, its fields, its short attributes."""
    if step.problems:
        column.addWidget(_problem(step))
    facts: dict[str, object] = {}
    if step.span >= 0:
        events = [event for event in told.events(step.span) if step.start_ns <= event.time_ns <= step.end_ns]
        for event in events[:20]:
            facts[event.name] = "event"
            facts |= event.attributes
        if step.members:
            values = told.fields[step.span].values
            facts |= {name: value for name, value in values.items() if not any(word in name for word in _QUIET)}
            for name in ("input.value", "output.value"):
                if name in values:
                    section(column, "Given" if name == "input.value" else "Came out")
                    column.addWidget(LongText(short(values[name], 4_000), "code", lines=12))
            facts |= {key: value for key, value in told.attributes(step.span).items() if len(short(value, 200)) < 120}
    elif step.act is Act.WAITED:
        column.addWidget(label("No span without children ran in this stretch: the program computed, slept or waited, and did "
                               "not tell.", "body", "secondary", wrap=True))
    if facts:
        table = Table([Column("Name", 260), Column("Value")], "What the span says")
        table.show_rows([([Cell(visible(name), "text.secondary", mono=True), Cell(visible(short(value)))], name)
                         for name, value in facts.items()])
        table.setMinimumHeight(min(400, 30 + 24 * len(facts)))
        column.addWidget(table, 1)


def _problem(step: Step) -> QWidget:
    made = QFrame()
    made.setProperty("banner", "error" if step.act in (Act.FAILED, Act.CHECKED) else "warn")
    inside = QVBoxLayout(made)
    inside.setContentsMargins(12, 8, 12, 8)
    for problem in step.problems:
        inside.addWidget(label(visible(problem), "dense", "primary", wrap=True))
    return made


def _said(text: str) -> QWidget:
    made = QFrame()
    made.setProperty("pane", "card")
    inside = QVBoxLayout(made)
    inside.setContentsMargins(14, 10, 14, 10)
    inside.addWidget(LongText(text))
    return made

