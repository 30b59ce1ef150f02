"""OpenLLMetry / Traceloop (current 0.62 and legacy <= 0.4x)."""

from __future__ import annotations

import json
from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import Message
from tracedesk.semconv.aliases import finish_reasons_of
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Rule, Source, below, call, flat
from tracedesk.semconv.flat import unflatten
from tracedesk.semconv.kinds import OTEL_KINDS, by, called, has, named
from tracedesk.semconv.messages import exchange, is_message
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.parts import is_typed_block, parts
from tracedesk.semconv.values import json_value, structure
from tracedesk.semconv.view import View

_SCOPES = ("@traceloop/instrumentation-", *("opentelemetry.instrumentation." + library for library in (
    "openai.", "anthropic", "bedrock", "cohere", "groq", "mistralai", "ollama", "replicate", "together", "vertexai", "watsonx",
    "sagemaker", "alephalpha", "google_generativeai", "langchain", "llamaindex", "haystack", "crewai", "agno", "openai_agents",
    "transformers", "writer", "voyageai", "mcp", "chromadb", "pinecone", "qdrant", "weaviate", "milvus", "lancedb", "marqo")))
"""Traceloop's own instrumentations: `openai.v1` is theirs, `openai_v2` and `genai.openai` are OpenTelemetry's."""


_NO_TEXT = {"type": "text", "content": "null"}


def _inside_a_task(view: View) -> Kind | None:
    """A vector store's retrieval, and a tool of LangChain.js, is a task or tool span of Traceloop's: the operation decides."""
    operation = view.attributes.get("gen_ai.operation.name")
    return Kind.RETRIEVER if operation == "vector_db_retrieve" else Kind.TOOL if operation == "execute_tool" else None


def _hits(view: View) -> list[dict[str, Any]] | None:
    """Documents of a vector store: one span event per hit."""
    made = []
    for event in view.events:
        if event.name in ("db.query.result", "db.search.result"):
            said = {key.removeprefix(event.name + "."): value for key, value in event.attributes.items()}
            made.append({"id": said.get("id"), "score": said.get("score", said.get("distance")),
                         "content": said.get("document", said.get("entity")), "metadata": said.get("metadata")})
    return made or None


def _answering(view: View) -> Any:
    """OpenAI Agents: the model that answered stands where the one asked for belongs, unless there is one of its own."""
    agents = view.span.scope.name.startswith("opentelemetry.instrumentation.openai_agents")
    return view.attributes.get("gen_ai.request.model") if agents else None


def _dumped(prefix: str) -> Source:
    """Bedrock's messages until 0.4x: every content was written as JSON, a text within quotes and blocks without a type."""
    def said(view: View) -> list[Any] | None:
        if not view.span.scope.name.startswith("opentelemetry.instrumentation.bedrock"):
            return None
        found = unflatten(view.attributes, prefix)
        return [{**item, "content": _undumped(item.get("content"))} if isinstance(item, dict) else item
                for item in found] if isinstance(found, list) else None

    return call(said, prefix, needs=prefix + ".")


def _undumped(content: Any) -> Any:
    found = json_value(content) if isinstance(content, str) and content[:1] in ('"', "[") else None
    return found if isinstance(found, str | list) else content


def _chat(value: Any) -> list[Message] | None:
    """A chat. JavaScript: for Responses all of it is JSON in the text of one user message; so are blocks of a system prompt."""
    messages = exchange(value, "user")
    for message in messages or ():
        if len(message["parts"]) != 1:
            continue
        said = message["parts"][0].get("content")
        found = structure(said) if isinstance(said, str) and said.startswith("[{") else None
        if not isinstance(found, list):
            continue
        if len(messages or ()) == 1 and all(map(is_message, found)):
            return exchange(found, "user") or messages
        if message["role"] == "system" and all(map(is_typed_block, found)):
            message["parts"] = parts(found)
    return messages


def _prompt(value: Any) -> list[Message] | None:
    """The legacy list. JavaScript's instrumentations write the missing text of an answer that calls tools as JSON."""
    messages = exchange(value, "user") or ()
    return [message for message in messages if message["role"] != "assistant" or message["parts"] != [_NO_TEXT]] or None


PART = Dialect(
    key="openllmetry",
    title="OpenLLMetry / Traceloop (current 0.62 and legacy <= 0.4x)",
    priority=30,
    detect=(
        Detect(prefix=("traceloop.",)),
        Detect(prefix=("gen_ai.prompt.#.", "gen_ai.completion.#.")),
        Detect(attrs=("llm.request.type",)),
        Detect(scope=("opentelemetry.instrumentation.bedrock",), span_name=("bedrock.",)),
        Detect(scope=("traceloop.tracer", *_SCOPES), attrs=("gen_ai.system", "gen_ai.provider.name", "traceloop.span.kind")),
    ),
    kinds=(
        Rule("gen_ai.operation.name", ("gen_ai.operation.name",), _inside_a_task),
        by("traceloop.span.kind", {
            "workflow": "chain", "task": "chain", "agent": "agent", "tool": "tool", "unknown": "other",
        }),
        by("llm.request.type", {
            "chat": "llm", "completion": "llm", "embedding": "embedding", "rerank": "reranker", "unknown": "llm",
        }),
        *OTEL_KINDS,
        has("db", "db.vector.query.top_k"),
        named(r"\.mcp$", "mcp"),
        called({"bedrock.converse": "llm", "bedrock.completion": "llm"}),      # a call that failed has nothing but its name
    ),
    fields={
        "model.response": ("gen_ai.response.model", "gen_ai.response_model",
                           call(_answering, "gen_ai.request.model", needs="gen_ai.request.model", only="llm")),
        "param.top_k": ("gen_ai.request.top_k", "llm.top_k"),
        "param.stop": ("gen_ai.request.stop_sequences", "llm.chat.stop_sequences"),
        "param.presence_penalty": ("gen_ai.request.presence_penalty", "llm.presence_penalty"),
        "param.frequency_penalty": ("gen_ai.request.frequency_penalty", "llm.frequency_penalty"),
        "param.stream": ("gen_ai.is_streaming", "llm.is_streaming"),
        "param.reasoning_effort": ("gen_ai.request.reasoning_effort", "llm.request.reasoning_effort"),
        "param.end_user": ("gen_ai.user", "llm.user"),
        "finish_reasons": (
            "gen_ai.response.finish_reasons",
            flat("gen_ai.completion", form=finish_reasons_of),
            "llm.response.finish_reason",
            "llm.response.stop_reason",
        ),
        "tokens.total": ("gen_ai.usage.total_tokens", "llm.usage.total_tokens"),
        "tokens.reasoning": ("gen_ai.usage.reasoning_tokens", "llm.usage.reasoning_tokens"),
        "session.id": (
            "traceloop.association.properties.session_id",
            "traceloop.association.properties.thread_id",
            "traceloop.association.properties.conversation_id",
        ),
        "user.id": ("traceloop.association.properties.user_id", "traceloop.association.properties.userId"),
        "agent.name": ("gen_ai.agent.name", A("traceloop.entity.name", only="agent")),
        "workflow.name": "traceloop.workflow.name",
        "tool.name": (A("gen_ai.tool.name", only="tool"), A("traceloop.entity.name", only="tool")),
        "tool.args": ("gen_ai.tool.call.arguments", A("traceloop.entity.input", only="tool")),
        "tool.result": ("gen_ai.tool.call.result", A("traceloop.entity.output", only="tool")),
        "retrieval.query": A("traceloop.entity.input", "query", only="retriever"),
        "retrieval.k": (
            "db.vector.query.top_k",
            "pinecone.query.top_k",
            "db.chroma.query.n_results",
            "db.milvus.search.limit",
        ),
        "retrieval.documents": (
            A("traceloop.entity.output", "documents", only="retriever"),
            call(_hits, "event:db.query.result", needs=("@db.query.result", "@db.search.result")),
        ),
        "prompt.name": "traceloop.prompt.key",
        "prompt.version": (
            "traceloop.prompt.version",
            "traceloop.prompt.version_name",
            "traceloop.prompt.version_hash",
        ),
        "prompt.variables": "traceloop.prompt.template_variables",
        "embedding.inputs": (A("gen_ai.input.messages", only="embedding"), flat("gen_ai.prompt", only="embedding")),
        "input.messages": (A("gen_ai.input.messages", form=_chat), _dumped("gen_ai.prompt"),
                           flat("gen_ai.prompt", form=_prompt)),
        "output.messages": ("gen_ai.output.messages", _dumped("gen_ai.completion"), flat("gen_ai.completion")),
        "system": "gen_ai.system_instructions",
        "tools": ("gen_ai.tool.definitions", flat("llm.request.functions")),
        "input.value": ("traceloop.entity.input", "gen_ai.task.input"),
        "output.value": ("traceloop.entity.output", "gen_ai.task.output"),
        "metadata": below("traceloop.association.properties"),
        "prompt.template": "traceloop.prompt.template",
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"traceloop.workflow.name": "flow", "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
                 "gen_ai.request.model": "gpt-4o-mini", "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                 "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17, "gen_ai.usage.reasoning_tokens": 5,
                 "traceloop.association.properties.session_id": "s-1",
                 "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]'},
                kind="llm", scope="opentelemetry.instrumentation.openai.v1", name="openai.chat",
                fields={"tokens.input": 42, "tokens.reasoning": 5, "workflow.name": "flow", "session.id": "s-1",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
        Example({"llm.request.type": "chat", "gen_ai.system": "Anthropic", "gen_ai.request.model": "claude-sonnet-4-20250514",
                 "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi", "gen_ai.usage.prompt_tokens": 53,
                 "gen_ai.usage.completion_tokens": 21, "gen_ai.completion.0.role": "thinking",
                 "gen_ai.completion.0.content": "Greet.", "gen_ai.completion.0.finish_reason": "end_turn",
                 "gen_ai.completion.1.role": "assistant", "gen_ai.completion.1.content": "ho"},
                kind="llm", name="anthropic.chat",
                fields={"provider": "anthropic", "tokens.input": 53, "finish_reasons": ["stop"],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "reasoning", "content": "Greet."}],
                                             "finish_reason": "stop"},
                                            {"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"llm.request.type": "chat", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi",
                 "gen_ai.prompt.1.role": "assistant", "gen_ai.prompt.1.content": "null",
                 "gen_ai.prompt.2.role": "tool", "gen_ai.prompt.2.content": "18"},
                kind="llm", scope="@traceloop/instrumentation-openai", name="openai.chat",
                fields={"input.messages": [
                    {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
                    {"role": "tool", "parts": [{"type": "tool_call_response", "id": None, "response": "18"}]}]}),
        Example({"traceloop.span.kind": "task", "gen_ai.operation.name": "execute_tool", "gen_ai.provider.name": "langchain",
                 "traceloop.entity.name": "get_weather", "traceloop.entity.output": '{"temp_c": 18}'},
                kind="tool", scope="@traceloop/instrumentation-langchain", name="execute_tool get_weather",
                fields={"tool.name": "get_weather", "tool.result": {"temp_c": 18}}),
        Example({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.input.messages": json.dumps(
                    [{"role": "user", "parts": [{"type": "text", "content": '[{"role": "user", "content": "hi"},'
                                                 ' {"type": "function_call_output", "call_id": "c1", "output": "18"}]'}]}])},
                kind="llm", scope="@traceloop/instrumentation-openai", name="chat gpt-4o-mini",
                fields={"input.messages": [
                    {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
                    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "18"}]}]}),
        Example({"traceloop.span.kind": "tool", "traceloop.entity.name": "get_weather",
                 "traceloop.entity.input": '{"args": ["Paris"], "kwargs": {}}', "traceloop.entity.output": '{"temp_c": 18}'},
                kind="tool", name="get_weather.tool",
                fields={"tool.name": "get_weather", "tool.result": {"temp_c": 18}}),
    ),
)
