"""Google ADK (gcp.vertex.agent.*)."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect
from tracedesk.semconv.kinds import by_operation, has, named
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.values import python_repr

PART = Dialect(
    key="google_adk",
    title="Google ADK (gcp.vertex.agent.*)",
    priority=23,
    detect=(
        Detect(scope=("gcp.vertex.agent",)),
        Detect(prefix=("gcp.vertex.agent.",)),
    ),
    kinds=(
        by_operation("gen_ai.operation.name"),
        named(r"^call_llm", "llm"),
        named(r"^agent_run \[", "agent"),
        named(r"^invocation$", "chain"),
        named(r"^execute_tool", "tool"),
        has("mcp", "mcp.method.name"),
        has("tool", "gen_ai.tool.call.id", without="gen_ai.request.model"),
        has("llm", "gen_ai.request.model"),
        named(r"^(chat|text_completion|generate_content) ", "llm"),
        named(r"^embeddings ", "embedding"),
        named(r"^execute_tool ", "tool"),
        named(r"^(invoke|create)_agent", "agent"),
        named(r"^invoke_workflow", "chain"),
        named(r"^retrieval", "retriever"),
    ),
    fields={
        "param.temperature": ("gen_ai.request.temperature", A("gcp.vertex.agent.llm_request", "config.temperature")),
        "tokens.cache_read": (
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.cache_read_tokens",
            "gen_ai.usage.input_cached_tokens",
            "gen_ai.usage.cached_tokens",
            "gen_ai.usage.input_tokens.cached",
            "gen_ai.usage.details.cache_read_tokens",
            "gen_ai.usage.details.cached_tokens",
            "gen_ai.usage.details.cache_read_input_tokens",
            A("gen_ai.usage.input_token_details", "cache_read", decode=python_repr),
            A("gcp.vertex.agent.llm_response", "usage_metadata.cached_content_token_count"),
        ),
        "tokens.reasoning": (
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.reasoning_output_tokens",
            "gen_ai.usage.output_tokens.reasoning",
            "gen_ai.usage.details.reasoning_tokens",
            A("gen_ai.usage.output_token_details", "reasoning", decode=python_repr),
            A("gen_ai.usage.raw", "completion_tokens_details.reasoning_tokens|output_tokens_details.reasoning_tokens"),
            A("gcp.vertex.agent.llm_response", "usage_metadata.thoughts_token_count"),
        ),
        "session.id": ("gen_ai.conversation.id", "gcp.vertex.agent.session_id"),
        "user.id": "user.id",
        "tool.args": ("gen_ai.tool.call.arguments", "gcp.vertex.agent.tool_call_args"),
        "tool.result": ("gen_ai.tool.call.result", "gcp.vertex.agent.tool_response"),
        "input.messages": ("gen_ai.input.messages", "gcp.vertex.agent.llm_request"),
        "output.messages": ("gen_ai.output.messages", "gcp.vertex.agent.llm_response"),
        "system": ("gen_ai.system_instructions", A("gcp.vertex.agent.llm_request", "config.system_instruction")),
        "tools": ("gen_ai.tool.definitions", A("gcp.vertex.agent.llm_request", "config.tools")),
        "metadata": ("gcp.vertex.agent.event_id", "gcp.vertex.agent.invocation_id"),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
