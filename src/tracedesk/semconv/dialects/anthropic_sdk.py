"""Anthropic Python SDK >= 2.x native spans (automatic when opentelemetry is installed)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example, below
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="anthropic_sdk",
    title="Anthropic Python SDK >= 2.x native spans (automatic when opentelemetry is installed)",
    priority=38,
    detect=(
        Detect(scope=("com.anthropic.sdk",)),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "finish_reasons": "anthropic.message.stop_reason",
        "input.messages": "gen_ai.input.messages",
        "output.messages": "gen_ai.output.messages",
        "system": "gen_ai.system_instructions",
        "tools": "gen_ai.tool.definitions",
        "metadata": below("anthropic"),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "http.request.method": "POST",
                 "gen_ai.request.model": "claude-sonnet-4-20250514", "gen_ai.response.model": "claude-sonnet-4-20250514",
                 "gen_ai.response.id": "msg_1", "gen_ai.usage.input_tokens": 53, "gen_ai.usage.output_tokens": 21,
                 "gen_ai.usage.cache_read.input_tokens": 20, "gen_ai.usage.cache_write.input_tokens": 0,
                 "anthropic.message.stop_reason": "end_turn"},
                kind="llm", scope="com.anthropic.sdk.python", name="anthropic.messages.create",
                fields={"tokens.input": 53, "tokens.cache_read": 20, "finish_reasons": ["stop"], "response.id": "msg_1",
                        "provider": "anthropic"}),
    ),
)
