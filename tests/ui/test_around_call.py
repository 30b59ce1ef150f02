"""What the inspector knows of the spans around a call, and the pages of guards, databases and HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from tests.helpers.filled import write
from tests.helpers.sample_store import HERO, write_sample
from tracedesk.base.clock import format_duration
from tracedesk.model.kinds import Kind
from tracedesk.model.span import Resource, Scope, Span
from tracedesk.store.connect import Store, open_store
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.tabs import guard, messages, request, tool
from tracedesk.ui.inspector.usage import window_share
from tracedesk.ui.traces import reader
from tracedesk.ui.widgets.fold import Fold
from tracedesk.ui.widgets.text import Elided

TRACE, T0_NS, MS = b"\7" * 16, 1_772_359_200_000_000_000, 1_000_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(write_sample(tmp_path_factory.mktemp("sample") / "s.db"), role="read") as store:
        yield store


def detail(store: Store, trace_id: bytes, name: str, last: bool = True) -> SpanDetail:
    """The detail of the last (or first) span of that name."""
    opened = reader.opened(store, trace_id)
    named = [at for at in range(opened.trace.n) if opened.trace.name[at] == name]
    return reader.detail(store, opened, opened.trace.span_ids[named[-1 if last else 0]])


def said(page: QWidget) -> list[str]:
    return [one.text() for one in page.findChildren(QLabel)] + [one.accessibleName() for one in page.findChildren(Elided)]


def shown(qtbot: Any, tab: Any, found: SpanDetail) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    tab.PART.fill(found, QVBoxLayout(page), page)
    page.show()
    return page


def test_a_reply_shows_the_documents_it_was_given_and_how_long_its_tool_took(qtbot: Any, sample: Store) -> None:
    reply = detail(sample, HERO, "chat gpt-4o")
    assert window_share(reply) == "context 1.8 % of 128k"
    assert window_share(replace(reply, window_tokens=1_047_576)) == "context 0.2 % of 1.05M"
    assert window_share(replace(reply, window_tokens=10_000_000)) == "context <0.1 % of 10M"
    assert window_share(replace(reply, window_tokens=None)) == ""
    page = shown(qtbot, messages, reply)
    context = next(one for one in page.findChildren(Fold) if one._title == "Context")
    assert context._preview.accessibleName() == "5 of 20 documents kept, top score 0.91"
    context.flip()
    assert "kb-1204" in said(context)
    assert format_duration(238 * MS) in said(page)
    titles = [one.text() for one in page.findChildren(QLabel) if one.text() in ("User", "Context", "Tool call", "Assistant")]
    assert titles == ["User", "Context", "Tool call", "Assistant"]


def test_what_a_call_was_not_given_is_not_shown(sample: Store) -> None:
    first = detail(sample, HERO, "input_guard")
    assert (first.around.lookup, first.around.tools) == (None, {})


def span(number: int, parent: int | None, name: str, begin_ms: int, end_ms: int, kind: str, **attributes: Any) -> Span:
    named = {"openinference.span.kind": kind, **{key.replace("__", "."): value for key, value in attributes.items()}}
    return Span(TRACE, number.to_bytes(8, "big"), None if parent is None else parent.to_bytes(8, "big"), name,
                T0_NS + begin_ms * MS, T0_NS + end_ms * MS, named, Resource({"service.name": "bot"}), Scope("openinference"))


def called(*calls: tuple[str, str]) -> str:
    return json.dumps([{"role": "assistant", "parts": [
        {"type": "tool_call", "id": call_id, "name": name, "arguments": {}} for call_id, name in calls]}])


def test_only_the_lookups_of_its_own_agent_and_only_sure_tools(tmp_path: Path) -> None:
    found = {"retrieval.documents.0.document.content": "text", "retrieval.documents.0.document.score": 0.5}
    asked = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.output.messages": called(
        ("c1", "search"), ("c2", "search"), ("c3", "order"))}
    write(tmp_path / "s.db", [[
        span(1, None, "run", 0, 900, "CHAIN"),
        span(2, 1, "librarian", 0, 200, "AGENT"), span(3, 2, "look", 10, 100, "RETRIEVER", **found),
        span(4, 1, "clerk", 0, 900, "AGENT"), span(5, 4, "chat", 300, 400, "LLM", **asked),
        span(6, 4, "search", 410, 500, "TOOL", tool__name="search"),
        span(7, 4, "search", 510, 600, "TOOL", tool__name="search"),
        span(8, 4, "order", 610, 650, "TOOL", tool__name="order"), span(9, 2, "think", 150, 190, "LLM", **asked)]])
    with open_store(tmp_path / "s.db", role="read") as store:
        clerk, librarian = detail(store, TRACE, "chat").around, detail(store, TRACE, "think").around
    assert clerk.lookup is None, "another agent looked that up"
    assert {call_id: ran.duration_ns for call_id, ran in clerk.tools.items()} == {"c3": 40 * MS}, "two are called search"
    assert librarian.lookup is not None
    assert (len(librarian.lookup.documents), librarian.lookup.of) == (1, None)


def test_a_guard_says_its_verdict_first(qtbot: Any, sample: Store) -> None:
    passed = detail(sample, HERO, "input_guard")
    words = said(shown(qtbot, guard, passed))
    assert "passed" in words
    assert "by guardrail.verdict = pass" in words
    assert passed.kind is Kind.GUARDRAIL
    rules = said(shown(qtbot, guard, detail(sample, HERO, "output_guard")))
    assert "guardrail.rules" in rules
    assert "3" in rules


def test_a_statement_and_a_request_say_what_came_back(qtbot: Any, sample: Store) -> None:
    rows = said(shown(qtbot, request, detail(sample, HERO, "SELECT kb_chunks")))
    assert any(text.startswith("SELECT id, text") for text in rows)
    assert rows.index("Rows") >= 0
    assert "20" in rows
    answer = said(shown(qtbot, request, detail(sample, HERO, "GET /v1/orders")))
    assert "GET http://127.0.0.1:8090/v1/orders" in answer
    assert "200" in answer


def test_a_tool_that_failed_says_how(qtbot: Any, sample: Store) -> None:
    failed = bytes.fromhex("3f7d20ace4b8cb4085db46f4a18b2350")
    words = said(shown(qtbot, tool, detail(sample, failed, "search_orders")))
    assert words[words.index("Came back") + 1] == "timeout after 6.0 s"
    assert "not sent" not in words
