"""From a span to its row: what stands beside the bar, what a trace can be filtered by, what failed, what it cost."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tracedesk.ingest.stages import ERROR_CHARS, LABEL_CHARS, MARKED_EVENTS, prepare
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Event, Link, LogRecord, Resource, Scope, Span
from tracedesk.pricing.book import PriceBook

T0_NS = 1_772_359_200_000_000_000


def row_of(attributes: dict[str, Any], name: str = "step", logs: tuple[LogRecord, ...] = (), **more: Any) -> SpanRow:
    resource = Resource({"service.name": "bot", **more.pop("resource", {})})
    span = Span(b"\1" * 16, b"\2" * 8, None, name, T0_NS, T0_NS + 10**9, attributes, resource, Scope("test"), **more)
    return prepare(span, logs, PriceBook()).row


CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.input_tokens": 1842, "gen_ai.usage.output_tokens": 24}


def test_a_model_call() -> None:
    row = row_of({**CHAT, "gen_ai.response.id": "r1", "gen_ai.conversation.id": "s-7d41", "user.id": "user-4821",
                  "gen_ai.usage.cache_read.input_tokens": 1000, "gen_ai.response.time_to_first_chunk": 0.89,
                  "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Help with my\\n refund"}]}]'})
    assert (row.kind, row.operation, row.model, row.provider) == (Kind.LLM, "chat", "gpt-4o-2024-08-06", "openai")
    assert (row.input_tokens, row.output_tokens, row.cache_read_tokens) == (1842, 24, 1000)
    assert (row.response_id, row.session_id, row.user_id) == ("r1", "s-7d41", "user-4821")
    assert row.title == "Help with my refund"
    assert row.label == "gpt-4o"
    assert (row.cost_status, row.cost_nusd) == (CostStatus.PRICED, 842 * 2_500 + 1000 * 1_250 + 24 * 10_000)


def test_what_is_no_call_costs_nothing_and_says_so() -> None:
    row = row_of({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search_orders"})
    assert (row.kind, row.cost_status, row.cost_nusd, row.input_tokens) == (Kind.TOOL, CostStatus.NONE, None, None)


def test_an_unknown_cost_is_none_with_its_reason() -> None:
    row = row_of({**CHAT, "gen_ai.request.model": "llama-guard3:8b", "gen_ai.response.model": "llama-guard3:8b"})
    assert (row.cost_status, row.cost_nusd) == (CostStatus.UNKNOWN_MODEL, None)


RERANK = {"openinference.span.kind": "RERANKER", "reranker.model_name": "rerank-v3.5",
          **{f"reranker.input_documents.{n}.document.content": "x" for n in range(20)},
          **{f"reranker.output_documents.{n}.document.content": "x" for n in range(5)}}
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "refund"}
GUARD = {"gen_ai.operation.name": "guardrail"}


@pytest.mark.parametrize(("attributes", "name", "expected"), [
    (CHAT, "chat gpt-4o", "gpt-4o"),
    (RERANK, "rerank", "rerank-v3.5 · 20→5"),
    ({"openinference.span.kind": "RERANKER"}, "rerank", None),
    ({"db.system.name": "postgresql"}, "load_customer", "postgresql"),
    ({"http.request.method": "GET", "http.response.status_code": 200}, "GET /v1/orders", "200"),
    ({"http.method": "GET", "http.status_code": 503}, "GET", "503"),
    ({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}, "execute_tool search", None),
    ({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}, "tool", "search"),
    ({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "refund"}, "invoke_agent refund", None),
    ({**AGENT, "turn": "turn 1 of 2"}, "refund", "turn 1 of 2"),
    ({**AGENT, "turn": "turn 3"}, "run", "refund · turn 3"),
    ({**AGENT, "turn": "left at the lights"}, "refund", None),
    ({**AGENT, "turn": 3}, "refund", None),
    ({"turn": "turn 1 of 2"}, "work", None),
    ({**GUARD, "guardrail.rules": 3}, "output_guard", "3 rules"),
    ({**GUARD, "guardrail.rules": ["pii"]}, "output_guard", "1 rule"),
    ({**GUARD, "guardrail.rules": True}, "output_guard", None),
    ({**GUARD, "guardrail.rules": 0}, "output_guard", None),
    ({**GUARD, "guardrail.rules": 3, "gen_ai.request.model": "llama-guard3:8b"}, "input_guard", "llama-guard3:8b"),
    ({}, "work", None)])
def test_the_label_beside_the_bar(attributes: dict[str, Any], name: str, expected: str | None) -> None:
    assert row_of(attributes, name).label == expected


def test_a_label_is_short() -> None:
    assert len(row_of({**CHAT, "gen_ai.request.model": "m" * 500}).label or "") == LABEL_CHARS


def test_tags() -> None:
    row = row_of({**CHAT, "langfuse.trace.tags": ["vip", "de"]},
                 resource={"deployment.environment.name": "prod", "service.version": "1.4"})
    tags = orjson.loads(row.tags or "{}")
    assert tags["environment"] == "prod"
    assert tags["release"] == "1.4"
    assert tags["tags"] == ["vip", "de"]
    assert row_of(CHAT).tags is None


def test_errors_are_those_of_spans_that_failed() -> None:
    failed = row_of({}, status=int(Status.ERROR), status_message="x" * 1000)
    assert failed.error_message == "x" * ERROR_CHARS
    assert row_of({}, status=int(Status.OK), status_message="fine").error_message is None
    thrown = Event("exception", T0_NS, {"exception.type": "TimeoutError", "exception.message": "too slow"})
    row = row_of({}, status=int(Status.ERROR), events=[thrown])
    assert (row.error_type, row.error_message) == ("TimeoutError", "too slow")


def test_marks_are_the_events_and_links_that_are_drawn() -> None:
    row = row_of({}, events=[Event("first token", T0_NS + 5)], links=[Link(b"\3" * 16, b"\4" * 8)])
    assert orjson.loads(row.marks or "") == {"e": [[T0_NS + 5, "first token"]], "l": [["03" * 16, "04" * 8]]}
    many = row_of({}, events=[Event("e", T0_NS)] * (MARKED_EVENTS + 50))
    assert len(orjson.loads(many.marks or "")["e"]) == MARKED_EVENTS
    assert row_of({}).marks is None


def test_messages_that_came_as_log_records() -> None:
    said = LogRecord(b"\1" * 16, b"\2" * 8, T0_NS, {"content": "Where is it?"}, {"gen_ai.system": "openai"},
                     Resource(), Scope("test"), event_name="gen_ai.user.message")
    assert row_of(CHAT, logs=(said,)).title == "Where is it?"


def test_the_clock_of_a_span_is_that_of_its_host() -> None:
    assert row_of({}, resource={"host.name": "db1"}).host == "db1"
    assert row_of({}, resource={"service.instance.id": "i-7"}).host == "i-7"
    assert row_of({}, resource={"host.name": 5}).host is None
