"""Mastra's OpenTelemetry exporter: the conventions for calls and tools, names of its own for what is around them."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example, below
from tracedesk.semconv.kinds import OTEL_KINDS, by, by_operation
from tracedesk.semconv.otel import OTEL_FIELDS

_SHOWN = ("agent_run", "model_generation", "model_step", "model_chunk", "workflow_run", "workflow_step",
          "processor_run", "generic")

PART = Dialect(
    key="mastra",
    title="Mastra",
    priority=17,
    detect=(
        Detect(prefix=("mastra.",)),
        Detect(scope=("@mastra/",)),
    ),
    kinds=(
        by_operation(),
        by("mastra.span.type", {
            "agent_run": "agent", "model_generation": "chain", "model_step": "chain", "model_inference": "llm",
            "model_chunk": "other", "tool_call": "tool", "mcp_tool_call": "tool", "provider_tool_call": "tool",
            "workflow_run": "chain", "workflow_step": "chain", "workflow_conditional": "chain", "workflow_parallel": "chain",
            "workflow_loop": "chain", "processor_run": "chain", "scorer_run": "evaluator", "generic": "other",
        }),
        *OTEL_KINDS,
    ),
    fields={
        "input.messages": "gen_ai.input.messages",
        "output.messages": "gen_ai.output.messages",
        "system": "gen_ai.system_instructions",
        "tools": "gen_ai.tool.definitions",
        "input.value": (*(f"mastra.{name}.input" for name in _SHOWN), "input"),
        "output.value": (*(f"mastra.{name}.output" for name in _SHOWN), "output"),
        "first_token_time": "mastra.completion_start_time",
        "session.id": ("gen_ai.conversation.id", "session.id", "mastra.metadata.sessionId", "mastra.metadata.threadId",
                       "sessionId", "threadId"),      # before 1.0 metadata stood without a prefix, input and output as well
        "user.id": ("user.id", "enduser.id", "mastra.metadata.userId", "userId"),
        "tags": "mastra.tags",
        "metadata": below("mastra.metadata"),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "chat", "mastra.span.type": "model_inference", "gen_ai.provider.name": "openai.chat",
                 "gen_ai.request.model": "gpt-4o-mini", "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                 "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17, "gen_ai.usage.reasoning_tokens": 5,
                 "gen_ai.usage.cache_read.input_tokens": 8, "gen_ai.response.finish_reasons": '["tool-calls"]',
                 "mastra.metadata.threadId": "t-1"},
                kind="llm", scope="@mastra/otel-exporter", name="chat gpt-4o-mini",
                fields={"provider": "openai", "tokens.input": 42, "tokens.cache_read": 8, "finish_reasons": ["tool_calls"],
                        "session.id": "t-1"}),
        Example({"gen_ai.operation.name": "model_generation", "mastra.span.type": "model_generation",
                 "mastra.model_generation.input": '{"messages": []}', "mastra.model_generation.output": '{"text": "ho"}'},
                kind="chain", scope="@mastra/otel-exporter", fields={"output.value": {"text": "ho"}}),
        Example({"gen_ai.operation.name": "agent.run", "mastra.span.type": "agent_run", "input": "hi",
                 "output": '{"text": "ho"}', "userId": "u-1", "sessionId": "s-1"},
                kind="agent", scope="@mastra/otel", name="agent.weather",
                fields={"input.value": "hi", "output.value": {"text": "ho"}, "user.id": "u-1", "session.id": "s-1"}),
        Example({"gen_ai.operation.name": "chat", "mastra.span.type": "model_generation", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.usage.input_tokens": 106, "gen_ai.usage.output_tokens": 42, "gen_ai.usage.cached_input_tokens": 16},
                kind="llm", scope="@mastra/otel", name="chat gpt-4o-mini",
                fields={"tokens.input": 106, "tokens.cache_read": 16}),
        Example({"gen_ai.operation.name": "workflow_step", "mastra.span.type": "workflow_step"}, kind="chain",
                scope="@mastra/otel-exporter", name="workflow_step look", fields={}),
    ),
)
