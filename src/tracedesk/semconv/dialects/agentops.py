"""AgentOps: decorators, and instrumentations that write OpenLLMetry's flattened lists under names of their own."""

from __future__ import annotations

from tracedesk.semconv.aliases import finish_reasons_of
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, flat
from tracedesk.semconv.kinds import OTEL_KINDS, by
from tracedesk.semconv.otel import OTEL_FIELDS

_KINDS = {"session": "chain", "workflow": "chain", "chain": "chain", "task": "chain", "operation": "chain", "agent": "agent",
          "tool": "tool", "llm": "llm", "guardrail": "guardrail", "http": "http", "text": "other", "unknown": "other"}
_DECORATED = ("entity", "workflow", "chain", "task", "operation", "agent", "guardrail")

PART = Dialect(
    key="agentops",
    title="AgentOps",
    priority=19,
    detect=(
        Detect(prefix=("agentops.",)),
        Detect(attrs=("gen_ai.request.type",)),
        Detect(scope=("agentops",)),
    ),
    kinds=(
        by("agentops.span.kind", {**_KINDS, **{f"AgentOpsSpanKindValues.{name}": kind for name, kind in _KINDS.items()}}),
        by("gen_ai.request.type", {
            "chat": "llm", "completion": "llm", "embedding": "embedding", "rerank": "reranker", "unknown": "llm",
        }),
        *OTEL_KINDS,
    ),
    fields={
        "input.messages": flat("gen_ai.prompt", only="llm"),
        "output.messages": flat("gen_ai.completion", only="llm"),
        "embedding.inputs": flat("gen_ai.prompt", only="embedding"),
        "tools": (flat("gen_ai.request.functions"), "anthropic.tools.schemas", flat("gen_ai.request.tools")),
        "param.stream": "gen_ai.request.streaming",
        "finish_reasons": (
            "gen_ai.response.finish_reason", "gen_ai.response.stop_reason",
            flat("gen_ai.completion", form=finish_reasons_of),
        ),
        "tokens.total": "gen_ai.usage.total_tokens",
        "cost.total": "gen_ai.usage.total_cost",
        "ttft_s": "gen_ai.streaming.time_to_first_token",
        "agent.name": ("agent.name", A("operation.name", only="agent")),
        "workflow.name": A("operation.name", only="chain"),
        "tool.name": ("tool.name", A("operation.name", only="tool")),
        "tool.args": (A("agentops.tool.input", only="tool"), A("tool.parameters", only="tool")),
        "tool.result": A("agentops.tool.output", only="tool"),
        "tool.call_id": A("tool.call.id", only="tool"),
        "input.value": tuple(f"agentops.{name}.input" for name in _DECORATED),
        "output.value": tuple(f"agentops.{name}.output" for name in _DECORATED),
        "tags": "agentops.tags",
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.request.type": "chat", "gen_ai.system": "OpenAI", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.usage.prompt_tokens": 42,
                 "gen_ai.usage.completion_tokens": 17, "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi",
                 "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "ho",
                 "gen_ai.completion.0.finish_reason": "stop", "gen_ai.streaming.time_to_first_token": 0.05,
                 "gen_ai.request.streaming": True},
                kind="llm", scope="openai", name="openai.chat.completion",
                fields={"tokens.input": 42, "tokens.output": 17, "provider": "openai", "finish_reasons": ["stop"],
                        "param.stream": True, "ttft_s": 0.05,
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
        Example({"gen_ai.request.type": "embedding", "gen_ai.request.model": "e", "gen_ai.prompt.0.content": "hello",
                 "gen_ai.usage.prompt_tokens": 7},
                kind="embedding", scope="openai", fields={"embedding.inputs": ["hello"], "tokens.input": 7}),
        Example({"agentops.span.kind": "tool", "operation.name": "get_weather", "agentops.tool.output": '{"temp_c": 18}',
                 "agentops.tool.input": '{"args": ["Paris"], "kwargs": {}}'},
                kind="tool", scope="agentops", name="get_weather.tool",
                fields={"tool.name": "get_weather", "tool.result": {"temp_c": 18}}),
        Example({"agentops.span.kind": "AgentOpsSpanKindValues.TOOL", "tool.name": "get_weather", "tool.call.id": "call_1",
                 "tool.parameters": '{"city": "Paris"}'},
                kind="tool", scope="agentops.instrumentation.providers.openai.wrappers.chat", name="tool_call.get_weather",
                fields={"tool.name": "get_weather", "tool.call_id": "call_1", "tool.args": {"city": "Paris"}}),
    ),
)
