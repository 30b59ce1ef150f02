"""LlamaIndex (OpenInference; llama-index-observability-otel)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example, below
from tracedesk.semconv.kinds import OPENINFERENCE_KIND, named

PART = Dialect(
    key="llamaindex",
    title="LlamaIndex (OpenInference; llama-index-observability-otel)",
    priority=29,
    detect=(
        Detect(scope=("openinference.instrumentation.llama_index", "llamaindex.opentelemetry.tracer", "llama_index")),
    ),
    kinds=(
        OPENINFERENCE_KIND,
        named(r"\.(chat|achat|complete|acomplete|stream_chat|stream_complete|predict)$", "llm"),
        named(r"_?retrieve$", "retriever"),
        named(r"embedding", "embedding"),
    ),
    fields={
        "metadata": below("event"),
    },
    examples=(
        Example({"event.class": "LLMChatEndEvent"}, kind="llm", scope="llamaindex.opentelemetry.tracer", name="OpenAI.chat",
                fields={"metadata": {"class": "LLMChatEndEvent"}}),
        Example({}, kind="retriever", scope="llamaindex.opentelemetry.tracer", name="VectorIndexRetriever._retrieve",
                fields={}),
    ),
)
