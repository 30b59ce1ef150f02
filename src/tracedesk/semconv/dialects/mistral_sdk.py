"""Mistral's Python SDK below 2: its own span of every request, wherever OpenTelemetry is set up.

Source: mistralai 1.x `extra/observability/otel.py`: named after the operation of the API, with tokens and without messages. A
span for the request of a stream has neither and stays a request.
"""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example
from tracedesk.semconv.kinds import OTEL_KINDS, named
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="mistral_sdk",
    title="Mistral Python SDK 1.x native spans",
    priority=39,
    detect=(
        Detect(scope=("mistralai_sdk_tracer",), attrs=("mistral_ai.operation.id",)),
    ),
    kinds=(
        named(r"^embeddings_v1_", "embedding"),
        *OTEL_KINDS,
    ),
    fields={
        "operation": ("gen_ai.operation.name", "mistral_ai.operation.id"),
        "tokens.total": "mistral_ai.request.total_tokens",
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"http.request.method": "POST", "gen_ai.request.model": "mistral-embed", "gen_ai.provider.name": "mistral_ai",
                 "mistral_ai.operation.id": "embeddings_v1_embeddings_post", "gen_ai.usage.prompt_tokens": 14,
                 "gen_ai.usage.output_tokens": 0, "mistral_ai.request.total_tokens": 14},
                kind="embedding", scope="mistralai_sdk_tracer", name="embeddings_v1_embeddings_post",
                fields={"model.requested": "mistral-embed", "provider": "mistral", "tokens.input": 14, "tokens.total": 14}),
        Example({"http.request.method": "POST", "gen_ai.request.model": "mistral-large-latest",
                 "mistral_ai.operation.id": "chat_completion_v1_chat_completions_post", "gen_ai.usage.prompt_tokens": 42,
                 "gen_ai.usage.output_tokens": 17},
                kind="llm", scope="mistralai_sdk_tracer", name="chat_completion_v1_chat_completions_post",
                fields={"model.requested": "mistral-large-latest", "tokens.input": 42, "tokens.output": 17}),
    ),
)
