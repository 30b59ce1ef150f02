"""VoltAgent: agents in TypeScript, on top of the Vercel AI SDK."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, Example
from tracedesk.semconv.kinds import by

PART = Dialect(
    key="voltagent",
    title="VoltAgent",
    priority=33,
    detect=(
        Detect(prefix=("voltagent.",)),
        Detect(all_attrs=("entity.type", "entity.id", "operation.id")),
    ),
    kinds=(
        by("span.type", {
            "agent": "agent", "llm": "llm", "tool": "tool", "retriever": "retriever", "embedding": "embedding",
            "memory": "other", "guardrail": "guardrail", "workflow": "chain", "workflow-step": "chain", "handoff": "chain",
        }),
        by("entity.type", {"agent": "agent", "workflow": "chain"}),
    ),
    fields={
        "display_name": "span.label",
        "operation": "llm.operation",
        "model.requested": ("llm.model", "ai.model.name"),
        "provider": "llm.provider",
        "param.temperature": ("llm.temperature", "ai.model.temperature"),
        "param.max_tokens": ("llm.max_output_tokens", "llm.max_tokens", "ai.model.max_tokens"),
        "param.top_p": ("llm.top_p", "ai.model.top_p"),
        "param.stream": "llm.stream",
        "input.messages": (A("llm.messages", only="llm"), A("agent.messages", only="agent")),
        "output.messages": (A("llm.output", only="llm"), A("output", only="agent")),
        "system": A("agent.instructions", only="agent"),
        "input.value": "input",
        "output.value": "output",
        "tokens.input": ("llm.usage.prompt_tokens", "usage.prompt_tokens"),
        "tokens.output": ("llm.usage.completion_tokens", "usage.completion_tokens"),
        "tokens.total": ("llm.usage.total_tokens", "usage.total_tokens"),
        "tokens.cache_read": ("llm.usage.cached_tokens", "usage.cached_tokens"),
        "tokens.reasoning": ("llm.usage.reasoning_tokens", "usage.reasoning_tokens"),
        "finish_reasons": ("llm.finish_reason", "ai.response.finish_reason"),
        "tool.name": A("tool.name", only="tool"),
        "tool.call_id": A("tool.call.id", only="tool"),
        "tool.description": A("tool.description", only="tool"),
        "tool.args": A("input", only="tool"),
        "tool.result": A("output", only="tool"),
        "retrieval.query": A("input", only="retriever"),
        "retrieval.documents": A("output", only="retriever"),
        "agent.name": "entity.name",
        "agent.id": "entity.id",
        "user.id": "user.id",
        "session.id": ("conversation.id", "voltagent.conversation_id"),
        "error.type": "error.type",
        "error.message": "error.message",
        "error.stack": "error.stack",
    },
    examples=(
        Example({"entity.type": "agent", "entity.id": "a-1", "entity.name": "helper", "operation.id": "o-1", "span.type": "llm",
                 "llm.model": "gpt-4o-mini", "llm.messages": '[{"role": "user", "content": "hi"}]', "llm.stream": False,
                 "llm.usage.prompt_tokens": 42, "llm.usage.completion_tokens": 17, "llm.usage.cached_tokens": 8,
                 "llm.finish_reason": "stop", "conversation.id": "s-1", "user.id": "u-1"},
                kind="llm", name="llm:generateText",
                fields={"model.requested": "gpt-4o-mini", "tokens.input": 42, "tokens.cache_read": 8, "agent.name": "helper",
                        "session.id": "s-1", "finish_reasons": ["stop"],
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
        Example({"entity.type": "agent", "entity.id": "a-1", "operation.id": "o-1", "span.type": "tool",
                 "tool.name": "get_weather", "tool.call.id": "c1", "input": '{"city": "Paris"}', "output": '{"temp_c": 18}'},
                kind="tool", name="tool.execution:get_weather",
                fields={"tool.name": "get_weather", "tool.call_id": "c1", "tool.args": {"city": "Paris"},
                        "tool.result": {"temp_c": 18}}),
    ),
)
