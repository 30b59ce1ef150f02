"""OpenInference (Arize Phoenix and every openinference-instrumentation-* package)."""

from __future__ import annotations

from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields
from tracedesk.semconv.dialect import A, Detect, Dialect, below, flat, resource
from tracedesk.semconv.genai_events import first_event_wait
from tracedesk.semconv.kinds import OPENINFERENCE_KIND
from tracedesk.semconv.values import dig, structure, text
from tracedesk.semconv.view import View


def _settle(view: View, fields: LlmFields) -> None:
    """`llm.model_name` is the model that answered where the SDK learned it, else the one asked for: without any usage
    nobody answered as far as the span can tell, so it is the requested one only."""
    if (fields.kind is Kind.LLM and fields.sources.get("model.response") == "llm.model_name"
            and "tokens.input" not in fields.values and "tokens.output" not in fields.values
            and fields.values.get("model.requested") == fields.values["model.response"]):
        del fields.values["model.response"], fields.sources["model.response"]


def _query(value: Any) -> str | None:
    """The query's text, bare or inside JSON."""
    found = structure(value)
    return text(value) if found is None else text(dig(found, "query|query_bundle.query_str|query_str|input|q|question"))


PART = Dialect(
    key="openinference",
    title="OpenInference (Arize Phoenix and every openinference-instrumentation-* package)",
    priority=20,
    detect=(
        Detect(attrs=("openinference.span.kind",)),
        Detect(scope=("openinference.instrumentation", "@arizeai/openinference")),
        Detect(
            prefix=("llm.input_messages.", "llm.output_messages.", "llm.token_count.", "retrieval.documents.",
            "embedding.embeddings.", "reranker."),
        ),
    ),
    kinds=(
        OPENINFERENCE_KIND,
    ),
    fields={
        "model.requested": (
            "llm.request.model_name",
            "decision.request.model_name",
            A("llm.invocation_parameters", "model"),
            "llm.model_name",
            "embedding.model_name",
            "reranker.model_name",
            "decision.model_name",
        ),
        "model.response": (
            "llm.response.model_name",
            "decision.response.model_name",
            "llm.model_name",
            "embedding.model_name",
            "reranker.model_name",
        ),
        "provider": ("llm.provider", "llm.system", "decision.provider", "decision.system"),
        "operation": "openinference.span.kind",
        "param.all": ("llm.invocation_parameters", "embedding.invocation_parameters"),
        "input.messages": (flat("llm.input_messages"), flat("llm.prompts"), "llm.prompts"),
        "output.messages": (flat("llm.output_messages"), flat("llm.choices")),
        "tools": flat("llm.tools"),
        "input.value": "input.value",
        "output.value": "output.value",
        "input.mime": "input.mime_type",
        "output.mime": "output.mime_type",
        "tool.name": "tool.name",
        "tool.description": "tool.description",
        "tool.call_id": ("tool.id", "tool_call.id"),
        "tool.args": (A("input.value", only="tool"), "tool.parameters", "tool_call.function.arguments"),
        "tool.result": A("output.value", only="tool"),
        "tool.schema": ("tool.json_schema", "tool.parameters"),
        "retrieval.query": A("input.value", only="retriever", form=_query),
        "retrieval.documents": (flat("retrieval.documents"), A("output.value", only="retriever")),
        "retrieval.k": A("input.value", "k|top_k|similarity_top_k", only="retriever"),
        "rerank.query": "reranker.query",
        "rerank.model": "reranker.model_name",
        "rerank.top_k": "reranker.top_k",
        "rerank.input_documents": flat("reranker.input_documents"),
        "rerank.output_documents": flat("reranker.output_documents"),
        "embedding.inputs": (flat("embedding.embeddings"), "embedding.text"),
        "embedding.vectors": (flat("embedding.embeddings"), "embedding.vector"),
        "tokens.input": ("llm.token_count.prompt", "decision.token_count.input"),
        "tokens.output": ("llm.token_count.completion", "decision.token_count.output"),
        "tokens.total": "llm.token_count.total",
        "tokens.cache_read": (
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
        ),
        "tokens.cache_write": "llm.token_count.prompt_details.cache_write",
        "tokens.reasoning": "llm.token_count.completion_details.reasoning",
        "tokens.input_audio": "llm.token_count.prompt_details.audio",
        "tokens.output_audio": "llm.token_count.completion_details.audio",
        "cost.input": "llm.cost.prompt",
        "cost.output": "llm.cost.completion",
        "cost.total": "llm.cost.total",
        "cost.details": (below("llm.cost.prompt_details"), below("llm.cost.completion_details")),
        "finish_reasons": ("llm.finish_reason", A("output.value", "choices[*].finish_reason|stop_reason")),
        "ttft_s": first_event_wait("First Token Stream Event"),
        "response.id": A("output.value", "id", only="llm embedding"),
        "user.id": ("user.id", A("metadata", "user_id|userId|langfuse_user_id")),
        "session.id": ("session.id", A("metadata", "session_id|thread_id|conversation_id")),
        "tags": "tag.tags",
        "metadata": "metadata",
        "prompt.template": "llm.prompt_template.template",
        "prompt.version": "llm.prompt_template.version",
        "prompt.variables": "llm.prompt_template.variables",
        "prompt.id": "prompt.id",
        "prompt.name": ("prompt.vendor", "prompt.url"),
        "agent.name": "agent.name",
        "graph.node_id": "graph.node.id",
        "graph.parent_id": "graph.node.parent_id",
        "workflow.name": "graph.node.name",
        "scores": (
            flat("annotations"),
            flat("evaluations"),
            flat("trace.evaluations"),
            flat("trace.annotations"),
            flat("session.evaluations"),
            flat("session.annotations"),
        ),
        "project": resource("openinference.project.name"),
    },
    settle=_settle,
    examples=(
    ),
)
