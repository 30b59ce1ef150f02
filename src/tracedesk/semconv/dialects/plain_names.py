"""plain names (hand written helpers llm_span / tool_span / retrieval_span)."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below, flat
from tracedesk.semconv.fields import chat_input, chat_output
from tracedesk.semconv.kinds import has
from tracedesk.semconv.sources import feature_flags

PART = Dialect(
    key="plain_names",
    title="plain names (hand written helpers llm_span / tool_span / retrieval_span)",
    priority=90,
    detect=(
        Detect(prefix=("retrieval.docs.",)),
        Detect(
            attrs=("llm.prompt_tokens", "llm.completion_tokens", "llm.model", "tool.args", "tool.result",
            "retrieval.query", "retrieval.docs", "retrieval.k"),
        ),
    ),
    kinds=(
        has("llm", "llm.model", "llm.prompt_tokens", "llm.completion_tokens", guess=True),
        has("tool", "tool.args", "tool.result", guess=True),
        has("tool", "tool.name", guess=True),
        has("retriever", "retrieval.query", "retrieval.docs", "retrieval.k", guess=True),
    ),
    fields={
        "model.requested": "llm.model",
        "model.response": "llm.response_model",
        "provider": ("llm.provider", "llm.vendor"),
        "tokens.input": ("llm.prompt_tokens", "llm.input_tokens", "llm.tokens.prompt"),
        "tokens.output": ("llm.completion_tokens", "llm.output_tokens", "llm.tokens.completion"),
        "tokens.total": "llm.total_tokens",
        "tokens.cache_read": "llm.cached_tokens",
        "tokens.reasoning": "llm.reasoning_tokens",
        "param.temperature": "llm.temperature",
        "param.top_p": "llm.top_p",
        "param.max_tokens": "llm.max_tokens",
        "param.stop": ("llm.stop", "llm.stop_sequences"),
        "input.messages": ("llm.messages", A("llm.prompt", form=chat_input), A("llm.input", form=chat_input)),
        "output.messages": (
            A("llm.completion", form=chat_output),
            A("llm.response", form=chat_output),
            A("llm.output", form=chat_output),
        ),
        "system": "llm.system_prompt",
        "finish_reasons": "llm.finish_reason",
        "cost.total": ("llm.cost", "llm.cost_usd", "cost.usd"),
        "tool.name": "tool.name",
        "tool.args": ("tool.args", "tool.arguments", "tool.input"),
        "tool.result": ("tool.result", "tool.output"),
        "tool.is_error": "tool.error",
        "retrieval.query": "retrieval.query",
        "retrieval.k": ("retrieval.k", "retrieval.top_k"),
        "retrieval.documents": ("retrieval.docs", flat("retrieval.docs")),
        "user.id": ("user.id", "user_id", "enduser.id"),
        "session.id": ("session.id", "session_id"),
        "prompt.version": ("prompt.version", "prompt_version"),
        "experiment": ("experiment.id", "ab.bucket", "ab_bucket", "experiment"),
        "feature_flags": (below("feature_flag"), feature_flags()),
        "metadata": ("request_id", "request.id"),
    },
    examples=(
        Example({"llm.model": "gpt-4o-mini", "llm.prompt_tokens": 42, "llm.completion_tokens": 17, "llm.prompt": "hi",
                 "llm.completion": "ho", "llm.temperature": 0.2, "prompt_version": "v14", "ab_bucket": "b"},
                kind="llm", name="answer",
                fields={"tokens.input": 42, "tokens.output": 17, "model.requested": "gpt-4o-mini", "prompt.version": "v14",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
        Example({"retrieval.query": "refund", "retrieval.k": 2, "retrieval.docs": ["a", "b"]}, kind="retriever", name="search",
                fields={"retrieval.k": 2, "retrieval.documents": [
                    {"id": None, "score": None, "content": "a", "metadata": None},
                    {"id": None, "score": None, "content": "b", "metadata": None}]}),
        Example({"tool.name": "get_order", "tool.args": '{"id": 1}', "tool.error": True}, kind="tool", name="get_order",
                fields={"tool.args": {"id": 1}, "tool.is_error": True}),
    ),
)
