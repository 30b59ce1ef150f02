"""OTel GenAI, event generation (semconv 1.28 - 1.36, 2024-10 .. 2025-08)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example, event
from tracedesk.semconv.genai_events import input_events, input_logs, output_events, output_logs
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="otel_genai_events",
    title="OTel GenAI, event generation (semconv 1.28 - 1.36, 2024-10 .. 2025-08)",
    priority=41,
    detect=(
        Detect(
            logs=("gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message",
            "gen_ai.choice"),
        ),
        Detect(
            events=("gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message",
            "gen_ai.choice"),
        ),
        Detect(all_attrs=("gen_ai.system", "gen_ai.operation.name"), without=("gen_ai.provider.name",)),
        Detect(all_attrs=("gen_ai.system", "gen_ai.request.model"),
               without=("gen_ai.provider.name", "gen_ai.operation.name", "ai.operationId")),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "finish_reasons": (
            "gen_ai.response.finish_reasons",
            "gen_ai.response.finish_reason",
            "gen_ai.response.stop_reason",
            "anthropic.message.stop_reason",
            event("gen_ai.choice", "finish_reason"),
        ),
        "input.messages": (
            input_logs(),
            input_events(),
        ),
        "output.messages": (output_logs(), output_events()),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.usage.input_tokens": 61, "gen_ai.response.finish_reasons": ["tool_calls"]},
                kind="llm", scope="opentelemetry.instrumentation.openai_v2", name="chat gpt-4o-mini",
                logs=(("gen_ai.user.message", {"content": "hi"}, {"gen_ai.system": "openai"}),
                      ("gen_ai.choice", {"index": 0, "finish_reason": "tool_calls", "message": {
                          "role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {
                              "name": "get_weather", "arguments": '{"city": "Paris"}'}}]}}, {"gen_ai.system": "openai"})),
                fields={"input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "finish_reason": "tool_calls", "parts": [
                            {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}]}]}),
    ),
)
