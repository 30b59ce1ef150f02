"""OpenInference (Arize Phoenix and every openinference-instrumentation-* package)."""

from __future__ import annotations

from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Source, below, call, flat, resource
from tracedesk.semconv.genai_events import first_event_wait
from tracedesk.semconv.kinds import OPENINFERENCE_KIND
from tracedesk.semconv.messages import exchange
from tracedesk.semconv.tokens import add_cached
from tracedesk.semconv.values import count, dig, glance, structure, text
from tracedesk.semconv.view import View


def _asked_for(value: Any) -> Any:
    """Invocation parameters that were given; the OpenAI Agents package sends those that the answer repeats, with its time."""
    found = glance(value)
    return None if isinstance(found, dict) and "created_at" in found else found


def _query(value: Any) -> str | None:
    """The query's text, bare or inside JSON."""
    found = structure(value)
    return text(value) if found is None else text(dig(found, "query|query_bundle.query_str|query_str|input|q|question"))


_JS, _PY = "@arizeai/openinference-instrumentation-", "openinference.instrumentation."
_GENERATION = "generations[0][0].message.kwargs."


def _whole(attr: str, default_role: str, *scopes: str) -> Source:
    """A whole request or answer, where flattening lost some of it: LangChain.js its call ids, blocks and Responses items, the
    JavaScript agents the reasoning of Responses, Bedrock's client and Anthropic's the results of tools; in Python Mistral's
    and google-genai the ids of calls, Portkey the calls."""
    def said(view: View) -> Any:
        found = view.decoded(attr) if view.span.scope.name.startswith(scopes) else None
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


def _asked_flat(value: Any) -> Any:
    """AutoGen's package writes the results of tools beside the message: `llm.input_messages.N.function.M`, JSON each."""
    if isinstance(value, list) and any(isinstance(item, dict) and "function" in item for item in value):
        value = [_results(item) if isinstance(item, dict) and "function" in item else item for item in value]
    return exchange(value, "user")


def _results(item: dict[str, Any]) -> dict[str, Any]:
    given = item["function"]
    listed = [found for one in (given if isinstance(given, list) else [given]) if isinstance(found := structure(one), dict)]
    return {"role": "tool", "content": [
        {"type": "tool_result", "id": found.get("call_id"), "content": found.get("content")} for found in listed]}


_FLATTENED = (_PY + "openai", _PY + "anthropic", _PY + "langchain", _PY + "litellm")


def _repaired(attr: str, prefix: str) -> Source:
    """The whole request or answer, where the flattened list beside it lost something that it holds. Python's packages of
    2024 and 2025: ids of calls (openai 0.1.14, langchain 0.1.43, anthropic 0.1.18 in answers, litellm 0.1.27), all calls of
    LangChain's Anthropic, all but the last of several results and all thinking (anthropic)."""
    def said(view: View) -> Any:
        if not view.span.scope.name.startswith(_FLATTENED) or not _lossy(view, attr, prefix):
            return None
        return view.decoded(attr) if attr == "output.value" else view.attributes.get(attr)   # the one is decoded for its id

    return call(said, attr, needs=attr, only="llm")


def _lossy(view: View, attr: str, prefix: str) -> bool:
    """Whether a JSON text speaks of calls, ids, results or thinking that the names of the flattened list have no place for."""
    kept = view.lists.get(prefix)
    if kept is None:
        names = [name for name in view.attributes if name.startswith(prefix)]
        calls = {name.removesuffix(".function.name") for name in names if name.endswith(".tool_call.function.name")}
        ids = {name.removesuffix(".id") for name in names if name.endswith(".tool_call.id")}
        kept = view.lists[prefix] = (calls <= ids, bool(ids), sum(name.endswith(".tool_call_id") for name in names),
                                     any(".message.contents." in name for name in names))
    whole, any_id, results, in_blocks = kept
    raw = view.attributes.get(attr)
    if type(raw) is not str:
        return False
    return (not whole or (not any_id and ('"tool_call"' in raw or '"tool_use"' in raw))
            or ('"tool_result"' in raw and raw.count('"tool_result"') > results)
            or (not in_blocks and '"thinking"' in raw and '"signature"' in raw))


def _usage(view: View) -> dict[str, Any] | None:
    """The usage inside an answer: OpenAI's, Anthropic's, Bedrock's or, of LangChain, the one in its provider's object."""
    found = view.decoded("output.value")
    if not isinstance(found, dict):
        return None
    for holder in (found, found.get("data"), found.get("llm_output")):
        if isinstance(holder, dict):
            usage = holder.get("usage") or holder.get("token_usage")
            if isinstance(usage, dict):
                return usage
    usage = dig(found, f"{_GENERATION}response_metadata.usage|{_GENERATION}response_metadata.token_usage")
    return usage if isinstance(usage, dict) else None


_SUMS_ONLY = (_PY + "mistralai", _PY + "portkey", _JS + "bedrock")


def _answered(*paths: str, langchain: str = "") -> Source:
    """A part of the usage that stands in the answer alone: of Bedrock's Converse calls the JavaScript package hands on the rest
    only, those of Mistral and Portkey and Python's of 2024 know nothing but sums. Of others that know it a 0 says nothing."""
    path = "|".join(paths)

    def figure(view: View) -> Any:
        usage = _usage(view)
        said = None if usage is None else dig(usage, path)
        if said is None and langchain:
            said = dig(view.decoded("output.value"), f"{_GENERATION}usage_metadata.{langchain}")
        return said if said or view.span.scope.name.startswith(_SUMS_ONLY) else None

    return call(figure, "output.value", needs="output.value", only="llm")


def _answered_flat(value: Any) -> Any:
    """Agno's package of November 2025 writes a whole message as JSON: `llm.output_messages.0`."""
    if isinstance(value, list):
        value = [structure(item) if isinstance(item, str) and item.startswith('{"role"') else item for item in value]
    return exchange(value, "assistant")


def _answering(view: View) -> Any:
    """The model inside OpenAI's answer: agno writes what was asked for in place of either."""
    found = view.decoded("output.value") if view.span.scope.name.startswith(_PY + "agno") else None
    return found.get("model") if isinstance(found, dict) else None


def _answer(view: View) -> Any:
    """OpenAI's or Anthropic's whole answer where nothing was flattened (agno of May 2025)."""
    found = view.decoded("output.value")
    if isinstance(found, dict) and ("choices" in found or (found.get("role") == "assistant" and "content" in found)):
        return exchange(found, "assistant")
    return None


def _schema(value: Any) -> Any:
    """The parameters that a tool takes. Agno's package writes under the same name those that it was given."""
    found = structure(value)
    return found if isinstance(found, dict) and ("properties" in found or "$schema" in found or "type" in found) else None


def _answer_id(value: Any) -> str | None:
    """A response id, and not LangChain's id of the run nor what OpenAI Agents puts in its place."""
    name = text(value)
    return None if name is None or name.startswith(("run-", "run_", "lc_run", "__fake_id__")) else name


def _settle(view: View, fields: LlmFields) -> None:
    """Anthropic's own count leaves cached tokens out. Agno hands it on, and so do anthropic until 0.1.10 and langchain 0.1.43:
    there it is the very number inside the answer. Bedrock's packages hand on everybody's own count (`plan.BEDROCK_SCOPES`)."""
    scope, given = view.span.scope.name, fields.values.get("tokens.input")
    if given is None:
        return
    if scope.startswith((_PY + "bedrock", _JS + "bedrock")):
        usage, cached = _usage(view), fields.values.get("tokens.cache_read", 0) + fields.values.get("tokens.cache_write", 0)
        if cached and usage and count(usage.get("input_tokens")) == given - cached:
            fields.values["tokens.input"] = given - cached     # InvokeModel since 0.1.31: counted in, and will be once more
        return
    if scope.startswith(_PY + "agno"):
        if fields.values.get("provider") == "anthropic":
            add_cached(fields)
    elif fields.kind is Kind.LLM and ("tokens.cache_read" in fields.values or "tokens.cache_write" in fields.values):
        usage = _usage(view)
        if usage and usage.get("input_tokens") == given and (
                "cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage):
            add_cached(fields)


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
            "gen_ai.request.model",
            "llm.model_name",
            "embedding.model_name",
            "reranker.model_name",
            "decision.model_name",
            A("metadata", "ls_model_name", only="llm"),
        ),
        "model.response": (
            "llm.response.model_name",
            "decision.response.model_name",
            "gen_ai.response.model",           # OpenInference's processors add their names to OpenTelemetry's
            A("output.value", "llm_output.model_name|llm_output.model", only="llm"),   # LangChain: else what was asked for
            call(_answering, "output.value", needs="output.value", only="llm"),
            "llm.model_name",
            "embedding.model_name",
            "reranker.model_name",
        ),
        "provider": ("llm.provider", "llm.system", "decision.provider", "decision.system",
                     A("metadata", "ls_provider", only="llm")),
        "operation": "openinference.span.kind",
        "param.all": ("llm.invocation_parameters", "embedding.invocation_parameters"),
        "input.messages": (call(_agents_input, "input.value", needs="input.value", only="llm"),
                           _whole("input.value", "user", _JS + "langchain", _JS + "bedrock", _JS + "anthropic",
                                  _PY + "mistralai"),
                           _repaired("input.value", "llm.input_messages."),
                           flat("llm.input_messages", form=_asked_flat), flat("llm.prompts"), "llm.prompts",
                           A("llm.invocation_parameters", "messages", only="llm", decode=_asked_for)),
        "output.messages": (_whole("output.value", "assistant", _JS + "langchain", _JS + "openai-agents", _PY + "mistralai",
                                   _PY + "google_genai", _PY + "portkey"),
                            _repaired("output.value", "llm.output_messages."),
                            flat("llm.output_messages", form=_answered_flat), flat("llm.choices"),
                            A("output.value", "[0].output", only="llm"),
                            call(_answer, "output.value", needs="output.value", only="llm")),
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
        "tool.schema": ("tool.json_schema", A("tool.parameters", form=_schema)),
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
        "tokens.input": ("llm.token_count.prompt", "decision.token_count.input",
                         A("output.value", "meta.usage.prompt_tokens", only="embedding"),
                         _answered("prompt_tokens", "input_tokens")),
        "tokens.output": ("llm.token_count.completion", "decision.token_count.output",
                          _answered("completion_tokens", "output_tokens")),
        "tokens.total": "llm.token_count.total",
        "tokens.cache_read": (
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
            _answered("prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens", "cache_read_input_tokens",
                      "cacheReadInputTokens", langchain="input_token_details.cache_read"),
        ),
        "tokens.cache_write": ("llm.token_count.prompt_details.cache_write",
                               _answered("cache_creation_input_tokens", "cacheWriteInputTokens")),
        "tokens.reasoning": ("llm.token_count.completion_details.reasoning",
                             _answered("completion_tokens_details.reasoning_tokens",
                                       "output_tokens_details.reasoning_tokens",
                                       langchain="output_token_details.reasoning")),
        "tokens.input_audio": "llm.token_count.prompt_details.audio",
        "tokens.output_audio": "llm.token_count.completion_details.audio",
        "cost.input": "llm.cost.prompt",
        "cost.output": "llm.cost.completion",
        "cost.total": "llm.cost.total",
        "cost.details": (below("llm.cost.prompt_details"), below("llm.cost.completion_details")),
        "finish_reasons": ("llm.finish_reason", "llm.stop_reason",
                           A("output.value", "choices[*].finish_reason|stop_reason|finish_reason"),
                           A("output.value", f"generations[0][0].generation_info.finish_reason|{_GENERATION}response_metadata."
                             f"finish_reason|{_GENERATION}response_metadata.stop_reason", only="llm")),
        "ttft_s": first_event_wait("First Token Stream Event"),
        "response.id": (
            A("output.value", "id|llm_output.id|response_id|data.id", only="llm embedding"),
            A("output.value", f"{_GENERATION}response_metadata.id|{_GENERATION}id|"
              "[0].output[0].provider_data.response_id|[0].id", only="llm", form=_answer_id),
        ),
        "service_tier": A("output.value", f"service_tier|usage.service_tier|{_GENERATION}response_metadata.service_tier",
                          only="llm"),
        "user.id": ("user.id", A("metadata", "user_id|userId|langfuse_user_id")),
        "session.id": ("session.id", A("metadata", "session_id|sessionId|thread_id|conversation_id")),
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
        Example({"openinference.span.kind": "LLM", "llm.provider": "Anthropic", "llm.token_count.prompt": 31,
                 "llm.token_count.completion": 27, "llm.token_count.prompt_details.cache_write": 12},
                kind="llm", scope="openinference.instrumentation.agno", name="Claude.invoke",
                fields={"tokens.input": 43, "tokens.cache_write": 12}),
        Example({"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "llm.token_count.prompt": 42,
                 "llm.token_count.completion": 17},
                kind="llm", scope="agent_framework", name="chat gpt-4o-mini",
                fields={"model.requested": "gpt-4o-mini", "model.response": "gpt-4o-mini-2024-07-18", "tokens.input": 42}),
        Example({"openinference.span.kind": "LLM", "llm.input_messages.0.message.role": "user",
                 "llm.input_messages.0.message.content": "hi", "llm.input_messages.1.message.role": "function",
                 "llm.input_messages.1.function.0": '{"name": "get_weather", "content": "18", "call_id": "c1"}',
                 "output.value": '{"finish_reason": "function_calls", "content": []}'},
                kind="llm", scope="openinference.instrumentation.autogen_agentchat",
                fields={"finish_reasons": ["tool_calls"], "input.messages": [
                    {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
                    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "18"}]}]}),
        Example({"openinference.span.kind": "LLM", "llm.token_count.prompt": 42, "llm.token_count.completion": 17,
                 "llm.output_messages.0.message.role": "assistant",
                 "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "f",
                 "output.value": '{"id": "r1", "usage": {"prompt_tokens_details": {"cached_tokens": 8},'
                                 ' "completion_tokens_details": {"reasoning_tokens": 5}}, "choices": [{"message":'
                                 ' {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "f",'
                                 ' "arguments": "{}"}}]}}]}'},
                kind="llm", scope="openinference.instrumentation.mistralai",
                fields={"tokens.cache_read": 8, "tokens.reasoning": 5, "output.messages": [
                    {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "f", "arguments": {}}]}]}),
        Example({"openinference.span.kind": "TOOL", "tool.name": "get_weather", "tool.parameters": '{"city": "Paris"}'},
                kind="tool", scope="openinference.instrumentation.agno",
                fields={"tool.args": {"city": "Paris"}, "tool.schema": None}),
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
        Example({"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini", "metadata": '{"sessionId": "s-1"}',
                 "output.value": '{"generations": [[{"message": {"kwargs": {"response_metadata":'
                                 ' {"finish_reason": "stop"}}}}]]}'},
                kind="llm", scope="@arizeai/openinference-instrumentation-langchain",
                fields={"model.requested": "gpt-4o-mini", "finish_reasons": ["stop"], "session.id": "s-1"}),
        Example({"openinference.span.kind": "RETRIEVER", "input.value": "Paris",
                 "retrieval.documents.0.document.content": "sunny", "retrieval.documents.0.document.score": 0.9,
                 "retrieval.documents.0.document.id": "d1"},
                kind="retriever", scope="openinference.instrumentation.langchain",
                fields={"retrieval.query": "Paris",
                        "retrieval.documents": [{"id": "d1", "score": 0.9, "content": "sunny", "metadata": None}]}),
    ),
)
