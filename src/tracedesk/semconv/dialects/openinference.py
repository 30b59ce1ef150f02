"""OpenInference (Arize Phoenix and every openinference-instrumentation-* package)."""

from __future__ import annotations

from typing import Any

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Source, below, call, flat, resource
from tracedesk.semconv.genai_events import first_event_wait
from tracedesk.semconv.kinds import OPENINFERENCE_KIND
from tracedesk.semconv.messages import exchange
from tracedesk.semconv.values import dig, glance, structure, text
from tracedesk.semconv.view import View


def _asked_for(value: Any) -> Any:
    """Invocation parameters that were given; the OpenAI Agents package sends those that the answer repeats, with its time."""
    found = glance(value)
    return None if isinstance(found, dict) and "created_at" in found else found


def _query(value: Any) -> str | None:
    """The query's text, bare or inside JSON."""
    found = structure(value)
    return text(value) if found is None else text(dig(found, "query|query_bundle.query_str|query_str|input|q|question"))


_JS = "@arizeai/openinference-instrumentation-"
_GENERATION = "generations[0][0].message.kwargs."


def _whole(attr: str, default_role: str, *senders: str) -> Source:
    """A whole request or answer, where flattening lost some of it: LangChain.js its call ids, blocks and Responses items, the
    JavaScript agents the reasoning of Responses, Bedrock's client the results of tools."""
    scopes = tuple(_JS + sender for sender in senders)

    def said(view: View) -> Any:
        found = structure(view.attributes.get(attr)) if view.span.scope.name.startswith(scopes) else None
        return exchange(found, default_role) if found else None

    return call(said, attr, needs=attr, only="llm")


def _agents_input(view: View) -> Any:
    """What the JavaScript agents sent: flattened, the reasoning of Responses looks like a text of the user's. The
    instructions are in the flattened list only."""
    if not view.span.scope.name.startswith(_JS + "openai-agents"):
        return None
    said = exchange(structure(view.attributes.get("input.value")) or None, "user")
    first = "llm.input_messages.0.message."
    told = view.attributes.get(first + "content")
    if said and said[0]["role"] != "system" and view.attributes.get(first + "role") == "system" and isinstance(told, str):
        return [{"role": "system", "content": told}, *said]
    return said


def _bedrock(key: str) -> Source:
    """What Bedrock's usage says about cached tokens: of its Converse calls the JavaScript client hands on the rest only."""
    def counted(view: View) -> Any:
        return dig(view.decoded("output.value"), f"usage.{key}") if view.span.scope.name.startswith(_JS + "bedrock") else None

    return call(counted, "output.value", needs="output.value", only="llm")


def _answer_id(value: Any) -> str | None:
    """A response id, and not LangChain's id of the run."""
    name = text(value)
    return None if name is None or name.startswith(("run-", "run_", "lc_run")) else name


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
            A("llm.invocation_parameters", "model", decode=_asked_for),
            "llm.model_name",
            "embedding.model_name",
            "reranker.model_name",
            "decision.model_name",
            A("metadata", "ls_model_name", only="llm"),
        ),
        "model.response": (
            "llm.response.model_name",
            "decision.response.model_name",
            "llm.model_name",
            "embedding.model_name",
            "reranker.model_name",
        ),
        "provider": ("llm.provider", "llm.system", "decision.provider", "decision.system",
                     A("metadata", "ls_provider", only="llm")),
        "operation": "openinference.span.kind",
        "param.all": ("llm.invocation_parameters", "embedding.invocation_parameters"),
        "input.messages": (call(_agents_input, "input.value", needs="input.value", only="llm"),
                           _whole("input.value", "user", "langchain", "bedrock"), flat("llm.input_messages"),
                           flat("llm.prompts"), "llm.prompts"),
        "output.messages": (_whole("output.value", "assistant", "langchain", "openai-agents"), flat("llm.output_messages"),
                            flat("llm.choices")),
        "system": A("llm.invocation_parameters", "system|instructions", only="llm", decode=_asked_for),
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
            _bedrock("cacheReadInputTokens"),
        ),
        "tokens.cache_write": ("llm.token_count.prompt_details.cache_write", _bedrock("cacheWriteInputTokens")),
        "tokens.reasoning": "llm.token_count.completion_details.reasoning",
        "tokens.input_audio": "llm.token_count.prompt_details.audio",
        "tokens.output_audio": "llm.token_count.completion_details.audio",
        "cost.input": "llm.cost.prompt",
        "cost.output": "llm.cost.completion",
        "cost.total": "llm.cost.total",
        "cost.details": (below("llm.cost.prompt_details"), below("llm.cost.completion_details")),
        "finish_reasons": ("llm.finish_reason", "llm.stop_reason", A("output.value", "choices[*].finish_reason|stop_reason")),
        "ttft_s": first_event_wait("First Token Stream Event"),
        "response.id": (
            A("output.value", "id|llm_output.id|response_id", only="llm embedding"),
            A("output.value", f"{_GENERATION}response_metadata.id|{_GENERATION}id|[0].id", only="llm", form=_answer_id),
        ),
        "service_tier": A("output.value", f"service_tier|usage.service_tier|{_GENERATION}response_metadata.service_tier",
                          only="llm"),
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
    examples=(
        Example({"openinference.span.kind": "LLM", "llm.system": "openai", "llm.model_name": "gpt-4o-mini-2024-07-18",
                 "llm.invocation_parameters": '{"model": "gpt-4o-mini", "temperature": 0.2}',
                 "llm.token_count.prompt": 42, "llm.token_count.completion": 17,
                 "llm.token_count.prompt_details.cache_read": 8, "llm.token_count.completion_details.reasoning": 5,
                 "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "hi",
                 "llm.output_messages.0.message.role": "assistant",
                 "llm.output_messages.0.message.tool_calls.0.tool_call.id": "call_1",
                 "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "get_weather",
                 "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"city": "Paris"}',
                 "llm.finish_reason": "tool_calls", "session.id": "s-1",
                 "output.value": '{"id": "chatcmpl-1", "service_tier": "flex"}'},
                kind="llm", scope="openinference.instrumentation.openai", name="ChatCompletion",
                fields={"model.requested": "gpt-4o-mini", "model.response": "gpt-4o-mini-2024-07-18", "provider": "openai",
                        "tokens.input": 42, "tokens.cache_read": 8, "tokens.reasoning": 5, "param.temperature": 0.2,
                        "finish_reasons": ["tool_calls"], "session.id": "s-1", "service_tier": "flex",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [
                            {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}]}]}),
        Example({"openinference.span.kind": "RETRIEVER", "input.value": "Paris",
                 "retrieval.documents.0.document.content": "sunny", "retrieval.documents.0.document.score": 0.9,
                 "retrieval.documents.0.document.id": "d1"},
                kind="retriever", scope="openinference.instrumentation.langchain",
                fields={"retrieval.query": "Paris",
                        "retrieval.documents": [{"id": "d1", "score": 0.9, "content": "sunny", "metadata": None}]}),
    ),
)
