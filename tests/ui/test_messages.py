"""The conversation in the inspector: what a tool gave back stands with its call, in one line until it is opened."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import Cost, LlmFields
from tracedesk.model.span import Resource, Scope, Span
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.panel import InspectorPanel
from tracedesk.ui.inspector.pieces import Card
from tracedesk.ui.inspector.tabs.messages import MESSAGES_SHOWN, PART
from tracedesk.ui.widgets.fold import Fold

ORDERS = '[{"id": "ORD-1"}, {"id": "ORD-2"}]'


def call(call_id: Any, **arguments: Any) -> dict[str, Any]:
    return {"role": "assistant", "parts": [{"type": "tool_call", "id": call_id, "name": "search", "arguments": arguments}]}


def result(call_id: Any, response: Any) -> dict[str, Any]:
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": call_id, "response": response}]}


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def detail(messages: list[dict[str, Any]]) -> SpanDetail:
    span = Span(b"\1" * 16, b"\2" * 8, None, "chat", 0, 1, {}, Resource(), Scope())
    fields = LlmFields(kind=Kind.LLM, values={"input.messages": messages, "output.messages": [said("assistant", "Two.")]})
    return SpanDetail(b"\1" * 16, span, [], fields, Cost(), 1, 1)


def shown(qtbot, messages: list[dict[str, Any]]) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    PART.fill(detail(messages), QVBoxLayout(page), page)
    page.show()
    return page


def heads(page: QWidget) -> list[str]:
    """The first words of each card."""
    return [card.findChildren(QLabel)[0].text() for card in page.findChildren(Card)]


def test_a_result_stands_in_the_card_of_its_call_until_it_is_opened(qtbot) -> None:
    page = shown(qtbot, [said("user", "How many?"), call("c1", n=1), result("c1", ORDERS)])
    assert heads(page) == ["User", "Tool call", "Assistant"]
    fold, = page.findChildren(Fold)
    assert fold._preview.accessibleName() == f"2 items: {ORDERS}"
    assert not fold.opened
    fold.flip()
    assert '    "id": "ORD-2"' in "\n".join(label.text() for label in fold.findChildren(QLabel))


def test_a_result_whose_call_is_not_there_has_a_card_of_its_own(qtbot) -> None:
    page = shown(qtbot, [result("c0", "from before"), call("c1"), result("c1", {"state": "sent"})])
    assert heads(page) == ["Tool result", "Tool call", "Assistant"]
    assert page.findChild(Fold)._preview.accessibleName() == '{"state": "sent"}'


def test_ids_used_twice_or_of_odd_types_hide_nothing(qtbot) -> None:
    messages = [call("c1"), result("c1", "first"), call("c1"), result("c1", "second"), call(None), result(None, "no id"),
                call(["x"]), result(["x"], "a list"), call(""), result("", "empty")]
    page = shown(qtbot, messages)
    for fold in page.findChildren(Fold):
        fold.flip()
    texts = "\n".join(label.text() for label in page.findChildren(QLabel))
    assert all(word in texts for word in ("first", "second", "no id", "a list", "empty"))


def test_earlier_messages_come_in_their_order(qtbot) -> None:
    page = shown(qtbot, [said("user", f"number {at}") for at in range(MESSAGES_SHOWN + 9)])
    column = page.layout()
    column.itemAt(0).widget().click()
    texts = [label.text() for at in range(column.count()) for label in column.itemAt(at).widget().findChildren(QLabel)
             if label.text().startswith("number")]
    assert texts == [f"number {at}" for at in range(MESSAGES_SHOWN + 9)]


def test_whoever_reads_keeps_folds_and_place_while_the_trace_grows(qtbot) -> None:
    panel = InspectorPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 300)
    panel.show()
    read = detail([call("c1"), result("c1", ORDERS), *(said("user", f"number {at}") for at in range(20))])
    panel.show_detail(read)
    qtbot.waitUntil(lambda: panel.findChild(Fold) is not None)
    fold = panel.findChild(Fold)
    fold.flip()
    panel._page.verticalScrollBar().setValue(120)
    for grown in (replace(read, trace_duration_ns=5), deepcopy(replace(read, trace_duration_ns=9, slack_ns=1))):
        panel.show_detail(grown)
        qtbot.wait(20)
        assert panel.findChild(Fold) is fold
        assert fold.opened
        assert panel._page.verticalScrollBar().value() == 120
    panel.choose("overview")
    page = panel._page.widget()
    panel.show_detail(replace(read, trace_duration_ns=99, slack_ns=12_000_000))
    qtbot.waitUntil(lambda: panel._page.widget() is not page)
    assert format_duration(12_000_000) in [one.accessibleName() for one in panel._page.findChildren(QWidget)]


def test_what_the_span_itself_says_anew_is_shown(qtbot) -> None:
    panel = InspectorPanel()
    qtbot.addWidget(panel)
    panel.show()
    read = detail([said("user", "first")])
    panel.show_detail(read)
    qtbot.waitUntil(lambda: "first" in [one.text() for one in panel.findChildren(QLabel)])
    panel.show_detail(replace(read, fields=LlmFields(kind=Kind.LLM, values={"input.messages": [said("user", "second")]})))
    qtbot.waitUntil(lambda: "second" in [one.text() for one in panel._page.findChildren(QLabel)])


def test_where_an_answer_failed_to_come_stands_why(qtbot) -> None:
    failed = detail([said("user", "hi")])
    failed.span.status, failed.fields.values["error.message"] = 2, "Error code: 429"
    del failed.fields.values["output.messages"]
    page = QWidget()
    qtbot.addWidget(page)
    PART.fill(failed, QVBoxLayout(page), page)
    assert heads(page) == ["User", "Failed"]
    assert [one.text() for one in page.findChildren(QLabel)][-1] == "Error code: 429"
    failed.span.status = 1
    page = QWidget()
    qtbot.addWidget(page)
    PART.fill(failed, QVBoxLayout(page), page)
    assert heads(page) == ["User", "Exception"], "the span says that it is fine"
