"""Names that mean the same: operations, providers, finish reasons, roles, parameters. Source: the emitters' own spellings."""

from __future__ import annotations

import re
from typing import Any

from tracedesk.model.kinds import KIND_OF_LABEL, Kind
from tracedesk.semconv.values import strings, text


def _inverted(table: dict[str, str]) -> dict[str, str]:
    return {alias: name for name, aliases in table.items() for alias in aliases.split()}


OPERATION_KIND: dict[str, Kind] = {
    operation: KIND_OF_LABEL[kind]
    for operation, kind in _inverted({
        "llm": "chat completion text_completion generate_content generate response responses llm llm_call llm_request"
               " model_request message image audio speech_to_text text_to_speech transcribe",
        "embedding": "embeddings embedding embed embeddings_create",
        "retriever": "retrieval retrieve vector_db_retrieve search",
        "db": "vectordb",
        "reranker": "rerank",
        "tool": "execute_tool tool tool_call",
        "agent": "invoke_agent create_agent agent agent_call handoff invoke_swarm",
        "chain": "invoke_workflow workflow execute_task task chain parser agent_step step execute_event_loop_cycle"
                 " schedule_tool_calls tool_coordination user_prompt_processing user_prompt",
        "prompt": "system_prompt prompt",
        "guardrail": "guardrail",
        "evaluator": "evaluate evaluation experiment",
        "other": "fetch_response",
    }).items()
}
"""`gen_ai.operation.name` and its cousins."""

_PROVIDERS = _inverted({
    "openai": "openai openai.chat openai.responses openai.completion openai.embedding",
    "anthropic": "anthropic anthropic.messages",
    "google": "google googleai gcp.gemini gcp.gen_ai gcp.vertex_ai gemini vertex_ai vertexai google_genai google.generative-ai"
              " google.vertex.chat",
    "aws": "aws.bedrock aws_bedrock bedrock amazon-bedrock aws",
    "azure": "azure.ai.openai az.ai.openai azure.ai.inference az.ai.inference az.ai.agents azure azure-openai.chat"
             " azure_openai",
    "mistral": "mistral_ai mistralai mistral mistral.chat",
    "x-ai": "x_ai xai x-ai xai.chat",
    "groq": "groq groq.chat",
    "deepseek": "deepseek deepseek.chat",
    "cohere": "cohere cohere.chat",
    "perplexity": "perplexity",
    "together": "together_ai together togetherai",
    "fireworks": "fireworks fireworks_ai",
    "cerebras": "cerebras",
    "openrouter": "openrouter",
    "ollama": "ollama",
    "ibm": "ibm.watsonx.ai watsonx",
    "huggingface": "huggingface hugging_face",
    "replicate": "replicate",
    "moonshotai": "moonshot moonshotai",
    "zai": "zai",
    "minimax": "minimax",
    "meta": "meta",
    "oracle": "oracle oci_genai",
    "voyageai": "voyageai",
    "vllm": "vllm",
})

_FRAMEWORKS = frozenset({
    "langchain", "langgraph", "strands-agents", "strands_agents", "microsoft.agent_framework", "autogen", "crewai",
    "llama_index", "haystack", "litellm", "pydantic_ai", "agent_framework", "gcp.vertex.agent", "openai_agents", "unknown",
    "inmemoryvectorstore",
})
"""Written where a provider should be, and none."""

_ADDRESS = re.compile(r"^\d+\.\d+\.\d+\.\d+|[/:@]|\s|^localhost\b")

_FINISH_REASONS = {alias.lower(): name for alias, name in _inverted({
    "stop": "stop end_turn endTurn eos complete completed finishreason.stop finish_reason_stop stop_sequence"
            " stopSequence",
    "length": "length max_tokens maxTokens max_output_tokens incomplete finishreason.length finishreason.max_tokens",
    "tool_calls": "tool_calls tool_call tool_use toolUse tool-calls function_call function_calls finishreason.tool_calls",
    "content_filter": "content_filter content-filter safety recitation refusal guardrail_intervened"
                      " finishreason.content_filter finishreason.safety finishreason.recitation",
    "error": "error failed",
    "compaction": "compaction",
    "cancelled": "cancelled canceled",
}).items()}

_NO_REASONS = frozenset({"", "None", "null", "in_progress", "queued"})
"""Written where a reason should be, and none: of a streamed Responses call Sentry lists every status that it passed through."""

_ROLES = {alias.lower(): name for alias, name in _inverted({
    "assistant": "assistant model ai AIMessage AIMessageChunk MessageRole.ASSISTANT tool-call agent",
    "user": "user human HumanMessage HumanMessageChunk MessageRole.USER",
    "system": "system developer SystemMessage SystemMessageChunk MessageRole.SYSTEM MessageRole.DEVELOPER",
    "tool": "tool function ToolMessage ToolMessageChunk FunctionMessage tool-response tool_response MessageRole.TOOL",
}).items()}

PARAMETERS: dict[str, str] = {
    "temperature": "param.temperature", "top_p": "param.top_p", "topP": "param.top_p", "top_k": "param.top_k",
    "topK": "param.top_k", "max_tokens": "param.max_tokens", "max_completion_tokens": "param.max_tokens",
    "max_output_tokens": "param.max_tokens", "maxTokens": "param.max_tokens", "maxOutputTokens": "param.max_tokens",
    "num_predict": "param.max_tokens", "stop": "param.stop", "stop_sequences": "param.stop", "stopSequences": "param.stop",
    "seed": "param.seed", "presence_penalty": "param.presence_penalty", "frequency_penalty": "param.frequency_penalty",
    "presencePenalty": "param.presence_penalty", "frequencyPenalty": "param.frequency_penalty",
    "n": "param.n", "stream": "param.stream", "reasoning_effort": "param.reasoning_effort",
    "tool_choice": "param.tool_choice", "user": "param.end_user", "response_format": "param.output_type",
    "model": "model.requested",
}
"""Keys of a parameter blob (`param.all`) and the field each one is."""


def provider(value: Any) -> str | None:
    """The canonical provider; None for a framework, an address or `unknown`. An unlisted name stays as it is."""
    if type(value) is str and value in _PROVIDERS:
        return _PROVIDERS[value]
    name = text(value)
    if name is None:
        return None
    low = name.strip().lower()
    if low in _FRAMEWORKS:
        return None
    known = _PROVIDERS.get(low) or _PROVIDERS.get(low.partition(".")[0])
    return known or (None if _ADDRESS.search(low) else name.strip())


def finish_reasons(value: Any) -> list[str] | None:
    """Canonical finish reasons from a list, its JSON, or one reason; an unlisted reason stays as it is."""
    listed = strings(value)
    if listed is None:
        return None
    found = [_FINISH_REASONS.get(item.strip().lower(), item.strip()) for item in listed]
    return [item for item in found if item not in _NO_REASONS] or None


def finish_reasons_of(value: Any) -> list[str] | None:
    """The finish reasons inside a list of messages or choices, each once, in order."""
    listed = value if isinstance(value, list) else ()
    found = [item.get("finish_reason") for item in listed if isinstance(item, dict)]
    return finish_reasons(list(dict.fromkeys(reason for reason in found if isinstance(reason, str)))) if found else None


def finish_reason(value: Any) -> str | None:
    """One canonical finish reason."""
    found = finish_reasons(value)
    return found[0] if found else None


def role(value: Any, default: str) -> str:
    """The canonical role (system, user, assistant, tool); an unlisted one stays, a missing one is the default."""
    name = text(value)
    if name is None or name == "unknown":
        return default
    return _ROLES.get(name.strip().lower(), name.strip())


def known_role(value: Any) -> str | None:
    """The canonical role, or None where this is no role we know."""
    return _ROLES.get(value.strip().lower()) if isinstance(value, str) else None
