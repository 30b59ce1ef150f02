"""LiteLLM otel callback."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, below, flat
from tracedesk.semconv.kinds import by_operation, has, named
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.values import python_repr

PART = Dialect(
    key="litellm",
    title="LiteLLM otel callback",
    priority=27,
    detect=(
        Detect(scope=("litellm",)),
        Detect(prefix=("litellm.", "llm.openai.", "llm.anthropic.")),
    ),
    kinds=(
        by_operation("gen_ai.operation.name"),
        named(r"^litellm_request", "llm"),
        named(r"^raw_gen_ai_request", "http"),
        named(r"^(Received Proxy|proxy_pre_call|self|auth|redis|router|postgres|batch_write)", "http"),
        by_operation("gen_ai.operation.name"),
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
        "param.stream": "llm.is_streaming",
        "param.end_user": "llm.user",
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
            A("metadata.usage_object", "prompt_tokens_details.cached_tokens", decode=python_repr),
        ),
        "tokens.reasoning": (
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.reasoning_output_tokens",
            "gen_ai.usage.output_tokens.reasoning",
            "gen_ai.usage.details.reasoning_tokens",
            A("gen_ai.usage.output_token_details", "reasoning", decode=python_repr),
            A("gen_ai.usage.raw", "completion_tokens_details.reasoning_tokens|output_tokens_details.reasoning_tokens"),
            A("metadata.usage_object", "completion_tokens_details.reasoning_tokens", decode=python_repr),
        ),
        "cost.total": ("gen_ai.cost.total_cost", A("hidden_params", "response_cost")),
        "session.id": ("metadata.session_id", "litellm.session_id"),
        "user.id": ("metadata.user_api_key_user_id", "metadata.user_api_key_end_user_id"),
        "input.messages": ("gen_ai.input.messages", flat("gen_ai.prompt")),
        "output.messages": ("gen_ai.output.messages", flat("gen_ai.completion")),
        "tools": ("gen_ai.tool.definitions", flat("llm.request.functions")),
        "metadata": (below("metadata"), A("hidden_params", "response_cost")),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
