"""LiteLLM otel callback."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below, flat
from tracedesk.semconv.kinds import OTEL_KINDS, by_operation, named
from tracedesk.semconv.otel import OTEL_CACHE_READ, OTEL_FIELDS, OTEL_REASONING
from tracedesk.semconv.sources import without_empty
from tracedesk.semconv.values import python_repr

PART = Dialect(
    key="litellm",
    title="LiteLLM otel callback",
    priority=27,
    detect=(
        Detect(scope=("litellm",)),
        Detect(prefix=("litellm.", "llm.openai.", "llm.anthropic."), without=("gen_ai.request.type",)),
    ),
    kinds=(
        by_operation("gen_ai.operation.name"),
        named(r"^litellm_request", "llm"),
        named(r"^raw_gen_ai_request", "http"),
        named(r"^(Received Proxy|proxy_pre_call|self|auth|redis|router|postgres|batch_write)", "http"),
        *OTEL_KINDS,
    ),
    fields={
        "param.stream": "llm.is_streaming",
        "param.end_user": "llm.user",
        "tokens.cache_read": (
            *OTEL_CACHE_READ,
            A("metadata.usage_object", "prompt_tokens_details.cached_tokens", decode=python_repr),
        ),
        "tokens.reasoning": (
            *OTEL_REASONING,
            A("metadata.usage_object", "completion_tokens_details.reasoning_tokens", decode=python_repr),
        ),
        "cost.total": ("gen_ai.cost.total_cost", A("hidden_params", "response_cost")),
        "session.id": ("metadata.session_id", "litellm.session_id"),
        "user.id": ("metadata.user_api_key_user_id", "metadata.user_api_key_end_user_id"),
        "input.messages": ("gen_ai.input.messages", flat("gen_ai.prompt")),
        "output.messages": ("gen_ai.output.messages", flat("gen_ai.completion")),
        "tools": ("gen_ai.tool.definitions", flat("llm.request.functions")),
        "metadata": below("metadata", form=without_empty),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini", "llm.is_streaming": "False",
                 "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17, "gen_ai.cost.total_cost": 0.0000165,
                 "metadata.usage_object": "{'prompt_tokens_details': {'cached_tokens': 8}}",
                 "gen_ai.response.finish_reasons": '["stop"]', "metadata.user_api_key_user_id": ""},
                kind="llm", scope="litellm", name="litellm_request",
                fields={"tokens.input": 42, "tokens.cache_read": 8, "param.stream": False, "cost.total": 0.0000165,
                        "finish_reasons": ["stop"]}),
        Example({"llm.openai.id": "chatcmpl-1"}, kind="http", scope="litellm", name="raw_gen_ai_request", fields={}),
    ),
)
