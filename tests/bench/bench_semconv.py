"""What it costs to understand a span: what the engine does with each (fields, title, text), everything, and counting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial

from tracedesk.model.kinds import Kind
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Resource, Scope, Span
from tracedesk.semconv.counting import not_counted
from tracedesk.semconv.read import hot, read, search_text, title

ASKED = "Where is my order 4711? It should have been here on Tuesday."
SAID = "It left the warehouse on Monday and arrives tomorrow between 9 and 11. ☀"


def spans() -> dict[str, Span]:
    """Typical spans: a call of the current OpenTelemetry conventions, one of OpenInference, a tool, an HTTP request."""
    resource = Resource({"service.name": "shop", "service.version": "1.4", "telemetry.sdk.name": "opentelemetry"})
    question = json.dumps([{"role": "system", "parts": [{"type": "text", "content": "You help customers of a shop."}]},
                           {"role": "user", "parts": [{"type": "text", "content": ASKED}]}])
    answer = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": SAID}], "finish_reason": "stop"}])
    otel = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.id": "chatcmpl-1", "server.port": 443,
            "server.address": "api.openai.com", "gen_ai.request.temperature": 0.2, "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17, "gen_ai.input.messages": question,
            "gen_ai.output.messages": answer}
    openinference = {
        "openinference.span.kind": "LLM", "llm.system": "openai", "llm.model_name": "gpt-4o-mini-2024-07-18",
        "llm.token_count.prompt": 42, "llm.token_count.completion": 17, "llm.token_count.total": 59, "session.id": "s-1",
        "llm.token_count.prompt_details.cache_read": 8, "llm.invocation_parameters": '{"model": "gpt-4o-mini"}',
        "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "You help customers of a shop.",
        "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.content": ASKED,
        "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": SAID}
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_order", "gen_ai.tool.call.id": "call_1",
            "gen_ai.tool.call.arguments": '{"id": 4711}', "gen_ai.tool.call.result": '{"state": "sent"}'}
    web = {"http.request.method": "GET", "url.full": "https://shop.example/orders", "http.response.status_code": 200}

    def span(name: str, scope: str, attributes: dict[str, object]) -> Span:
        return Span(b"\1" * 16, b"\2" * 8, None, name, 10**18, 10**18 + 10**9, attributes, resource, Scope(scope))

    return {
        "OpenTelemetry call, 1.2 kB": span("chat gpt-4o-mini", "opentelemetry.instrumentation.openai_v2", otel),
        "OpenInference call": span("ChatCompletion", "openinference.instrumentation.openai", openinference),
        "tool": span("execute_tool get_order", "app", tool),
        "HTTP request": span("GET", "opentelemetry.instrumentation.httpx", web),
    }


def _per_call_us(work: Callable[[], object], times: int) -> float:
    """Processor time of one call, the best of five rounds: what else the machine does must not count."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time_ns()
        for _ in range(times):
            work()
        best = min(best, time.process_time_ns() - start)
    return best / times / 1000


def _rows(count: int) -> list[SpanRow]:
    ids = [(index + 1).to_bytes(8, "big") for index in range(count)]
    kinds = (Kind.AGENT, Kind.LLM, Kind.TOOL, Kind.LLM)
    return [SpanRow(b"\1" * 16, ids[index], ids[(index - 1) // 4] if index else None, "x", "s", index, index + 1,
                    int(kinds[index % 4]), input_tokens=40 + index if kinds[index % 4] != Kind.TOOL else None,
                    output_tokens=9, response_id=f"r{index}" if kinds[index % 4] == Kind.LLM else None)
            for index in range(count)]


def _understood(span: Span) -> int:
    """What ingest asks of every span."""
    fields = hot(span)
    return len(search_text(fields, span)) + len(title(fields) or "")


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    times = 2000 if quick else 20_000
    found = []
    for what, span in spans().items():
        found.append((f"semconv: fields, title and text of a span: {what}",
                      f"{_per_call_us(partial(_understood, span), times):.1f} µs", "12 µs"))
    call = next(iter(spans().values()))
    found.append(("semconv: read, every field of a call", f"{_per_call_us(lambda: read(call), times // 4):.1f} µs", "—"))
    few, many = _rows(13), _rows(10_000 if quick else 100_000)
    found.append(("semconv: count 13 spans once", f"{_per_call_us(lambda: not_counted(few), times // 4):.1f} µs", "30 µs"))
    found.append((f"semconv: count {len(many):,} spans once", f"{_per_call_us(lambda: not_counted(many), 1) / 1000:.0f} ms",
                  "500 ms"))
    return found
