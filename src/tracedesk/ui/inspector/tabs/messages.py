"""Messages as a chat: system folded, who speaks by the colour of the left edge, tool calls with what came back, folded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind, Status
from tracedesk.ui import theme
from tracedesk.ui.inspector.around import CALLS, Ran, score
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import call_text, parse_json, pretty, short
from tracedesk.ui.inspector.media import media_widget
from tracedesk.ui.inspector.pieces import Card, sent_line
from tracedesk.ui.inspector.tab import InspectorTab, failure
from tracedesk.ui.inspector.tabs.retrieval import list_documents
from tracedesk.ui.widgets.fold import Fold
from tracedesk.ui.widgets.long_text import LongText, link_button
from tracedesk.ui.widgets.text import Glyph, label, visible

ROLE_WORDS = {"system": "System", "developer": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}
FOLDED_ROLES = frozenset({"system", "developer"})
RESULTS = ("tool_call_response", "server_tool_call_response")
MESSAGES_SHOWN = 24
"""The latest so many are built at once; a conversation of hundreds would hold up the window."""


def messages_of(detail: SpanDetail) -> list[tuple[str, dict[str, Any]]]:
    """(side, message) in the order of the conversation; side is system, input or output."""
    found: list[tuple[str, dict[str, Any]]] = []
    inputs = _messages(detail.value("input.messages"))
    system = detail.value("system")
    if system and not any(message.get("role") in FOLDED_ROLES for message in inputs):
        parts = system if isinstance(system, list) else [{"type": "text", "content": system}]
        found.append(("system", {"role": "system", "parts": parts}))
    found += [("input", message) for message in inputs]
    found += [("output", message) for message in _messages(detail.value("output.messages"))]
    return found


def _messages(value: object) -> list[dict[str, Any]]:
    return [message for message in value if isinstance(message, dict)] if isinstance(value, list) else []


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    parts = message.get("parts")
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _text(part: dict[str, Any]) -> str:
    content = part.get("content", part.get("text", ""))
    return content if isinstance(content, str) else pretty(content)


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """One card per message; the answer's card says how many tokens it took."""
    messages = messages_of(detail)
    earlier = len(messages) - MESSAGES_SHOWN
    if earlier > 0:
        button = link_button(f"Show {min(earlier, MESSAGES_SHOWN):,} of {earlier:,} earlier messages")
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        button.clicked.connect(lambda: _earlier(detail, messages[:earlier], column, button))
    shown = messages[-MESSAGES_SHOWN:]
    asked = [at for at, (side, message) in enumerate(shown) if side == "input" and message.get("role") == "user"]
    context = _context(detail)
    for at, card in _cards(detail, shown):
        if context is not None and at > max(asked, default=-1):
            column.addWidget(context)
            context = None
        column.addWidget(card)
    if context is not None:
        column.addWidget(context)
    noted = not _messages(detail.value("output.messages")) and (detail.text("error.message") or detail.text("error.type"))
    if detail.status is Status.ERROR or noted:
        column.addWidget(_failed(detail))


def _failed(detail: SpanDetail) -> QWidget:
    """Why there is no answer, or no whole one, where it would stand. A span may have noted an exception and yet say that it is
    fine: LangSmith's do."""
    word, tone = ("Failed", "error") if detail.status is Status.ERROR else ("Exception", "warn")
    card = Card(edge=theme.current().color(f"status.{tone}"))
    head = QHBoxLayout()
    head.setSpacing(6)
    head.addWidget(Glyph(tone, f"status.{tone}", 14))
    head.addWidget(label(word, "label", tone))
    head.addStretch(1)
    card.column.addLayout(head)
    card.column.addWidget(failure(detail))
    return card


def _context(detail: SpanDetail) -> QWidget | None:
    """What was looked up for the call, in one line until it is opened."""
    lookup = detail.around.lookup
    if lookup is None:
        return None
    count = len(lookup.documents)
    words = f"{count} of {counted(lookup.of, 'document')} kept" if lookup.of is not None else counted(count, "document")
    best = max((fit for fit in map(score, lookup.documents) if fit is not None), default=None)

    def body() -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        list_documents(column, lookup.documents, lookup.kind)
        return inside

    words += "" if best is None else f", top score {best:.3g}"
    return Fold("Context", words, body, icon="context", tone="kind.retriever")


def _cards(detail: SpanDetail, messages: list[tuple[str, dict[str, Any]]]) -> Iterator[tuple[int, QWidget]]:
    """(place of the message, its card); a tool's result stands in the card of its call where that is among them."""
    everything = [part for _, message in messages for part in _parts(message)]
    called = {_call_id(part) for part in everything if part.get("type") in CALLS} - {""}
    results = {_call_id(part): part for part in everything if part.get("type") in RESULTS and _call_id(part) in called}
    for at, (side, message) in enumerate(messages):
        parts = _parts(message)
        if not parts or any(results.get(_call_id(part)) is not part for part in parts):
            yield at, _card(detail, side, message, results)


def _call_id(part: dict[str, Any]) -> str:
    found = part.get("id")
    return found if isinstance(found, str) else ""


def _earlier(detail: SpanDetail, messages: list[tuple[str, dict[str, Any]]], column: QVBoxLayout, button: QPushButton) -> None:
    """Put the next page of earlier messages above, in place of the button that asked for it."""
    shown, left = messages[-MESSAGES_SHOWN:], messages[:-MESSAGES_SHOWN]
    at = column.indexOf(button)
    column.removeWidget(button)
    button.deleteLater()
    for place, (_, card) in enumerate(_cards(detail, shown)):
        column.insertWidget(at + place, card)
    if left:
        again = link_button(f"Show {min(len(left), MESSAGES_SHOWN):,} of {len(left):,} earlier messages")
        again.clicked.connect(lambda: _earlier(detail, left, column, again))
        column.insertWidget(at, again, 0, Qt.AlignmentFlag.AlignLeft)


def _card(detail: SpanDetail, side: str, message: dict[str, Any], results: dict[str, dict[str, Any]]) -> QWidget:
    role = str(message.get("role") or ("assistant" if side == "output" else "user"))
    parts = _parts(message)
    if role in FOLDED_ROLES:
        return _folded(ROLE_WORDS.get(role, role), parts, detail.text("prompt.version"))
    colors = theme.current()
    calls = [part for part in parts if part.get("type") in CALLS]
    answers = [part for part in parts if part.get("type") in RESULTS]
    is_tool = role == "tool" or (bool(answers) and len(answers) == len(parts))
    if is_tool or (calls and len(calls) == len(parts)):
        edge, icon, tone = colors.kind(Kind.TOOL).text, "tool", "kind.tool"
        word = "Tool result" if is_tool else "Tool call"
    elif role == "assistant":
        edge, icon, tone, word = colors.kind(Kind.LLM).text, "llm", "kind.llm", "Assistant"
    else:
        edge, icon, tone = colors.color("border.control"), "user", "text.secondary"
        word = ROLE_WORDS.get(role, visible(role)[:40])
    card = Card(edge=edge)
    head = QHBoxLayout()
    head.setSpacing(6)
    head.addWidget(Glyph(icon, tone, 14))
    head.addWidget(label(word, "label", tone.removeprefix("text.")))
    name = message.get("name")
    if isinstance(name, str) and name:
        head.addWidget(sent_line(name, "caption", "text.tertiary"))
    head.addStretch(1)
    tokens = detail.count("tokens.output")
    if side == "output" and tokens is not None and not is_tool:
        head.addWidget(label(f"{tokens:,} tokens", "caption", "tertiary"))
    finish = message.get("finish_reason")
    if isinstance(finish, str) and finish and finish not in ("stop", "tool_calls", "tool_call", "end_turn"):
        head.addWidget(label(visible(finish)[:40], "caption", "tertiary"))
    ran = detail.around.tools
    if len(calls) == 1 and _call_id(calls[0]) in ran:
        head.addWidget(_time_of(ran[_call_id(calls[0])]))
    card.column.addLayout(head)
    for part in parts:
        card.column.addWidget(_part(part))
        if len(calls) > 1 and part.get("type") in CALLS and _call_id(part) in ran:
            card.column.addWidget(_time_of(ran[_call_id(part)]))
        if part.get("type") in CALLS and _call_id(part) in results:
            card.column.addWidget(_came_back(results[_call_id(part)]))
    if not parts:
        card.column.addWidget(label("empty", "caption", "tertiary"))
    return card


def _time_of(ran: Ran) -> QWidget:
    """How long a tool took, in red where it failed."""
    return label(format_duration(ran.duration_ns), "caption", "error" if ran.failed else "tertiary")


def _part(part: dict[str, Any]) -> QWidget:
    kind = part.get("type")
    if kind in ("text", None):
        return LongText(_text(part))
    if kind == "reasoning":
        return _folded("Reasoning", [part], None)
    if kind in CALLS:
        return LongText(call_text(str(part.get("name") or "tool"), part.get("arguments")), "code", lines=12)
    if kind in RESULTS:
        return LongText(pretty(_result(part)), "code", lines=12)
    if kind in ("blob", "uri", "file"):
        return media_widget(part)
    return LongText(pretty(part), "code", lines=12)


def _result(part: dict[str, Any]) -> Any:
    return part.get("response", part.get("result", part.get("content")))


def _came_back(part: dict[str, Any]) -> QWidget:
    """A tool's result in one line below its call: how many items, and how they begin."""
    result = _result(part)
    items = parse_json(result) if isinstance(result, str) else result
    count = f"{counted(len(items), 'item')}: " if isinstance(items, list) else ""
    return Fold("Result", count + short(result, 200), lambda: LongText(pretty(result), "code", lines=12), framed=False)


def _folded(title: str, parts: list[dict[str, Any]], chip: str | None) -> QWidget:
    whole = "\n\n".join(_text(part) for part in parts)
    return Fold(title, short(whole, 200), lambda: LongText(whole), mark=visible(chip)[:24] if chip else "")


PART = InspectorTab("messages", "Messages", 10, applies=lambda detail: bool(messages_of(detail)), fill=fill,
           count=lambda detail: len(messages_of(detail)))
