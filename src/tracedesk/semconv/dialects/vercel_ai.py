"""Vercel AI SDK ai.* (v3.3 - v6 experimental_telemetry, v7 LegacyOpenTelemetry)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracedesk.model.llm import LlmFields, Message
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below, call
from tracedesk.semconv.fields import milliseconds
from tracedesk.semconv.genai_events import first_event_wait
from tracedesk.semconv.kinds import by
from tracedesk.semconv.messages import one_message
from tracedesk.semconv.values import count, dig, structure, text
from tracedesk.semconv.view import View


def _output(view: View) -> list[Message] | None:
    """One assistant message of the reasoning, text, tool calls, object and files of the response (before v4: result)."""
    said = view.attributes
    blocks: list[Any] = []
    for family in ("ai.response", "ai.result"):
        reasoning, words = said.get(f"{family}.reasoning"), text(said.get(f"{family}.text"))
        if reasoning:
            blocks += _listed(reasoning) or [{"type": "reasoning", "content": reasoning}]
        if words is None:
            words = text(said.get(f"{family}.object"))
        if words is not None:
            blocks.append({"type": "text", "text": words})
        blocks += [{"type": "tool-call", **item} for item in _listed(said.get(f"{family}.toolCalls"))]
        blocks += [{"type": "file", **item} for item in _listed(said.get(f"{family}.files"))]
        if blocks:
            made = one_message({"role": "assistant", "content": blocks, "finish_reason": said.get("ai.response.finishReason")},
                               "assistant")
            return [made] if made["parts"] else None
    return None


def _listed(value: Any) -> list[dict[str, Any]]:
    found = structure(value)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _reported(*names: str) -> Callable[[View], Any]:
    """A figure of the provider's own metadata under any of these names. Providers made with `@ai-sdk/openai-compatible` (xAI,
    DeepSeek and whatever a user names) write OpenAI's names below their own key."""
    def find(view: View) -> Any:
        families = view.decoded("ai.response.providerMetadata")
        for family in families.values() if isinstance(families, dict) else ():
            if isinstance(family, dict):
                for name in names:
                    if family.get(name) is not None:
                        return family[name]
        return None

    return find


def _settle(view: View, fields: LlmFields) -> None:
    """Before v6, providers' own figures came through: Anthropic's input without the cached tokens, Gemini's output without its
    thoughts; only the metadata tells them."""
    values = fields.values
    gemini = dig(view.decoded("ai.response.providerMetadata"), "google.usageMetadata")
    if isinstance(gemini, dict) and values.get("tokens.output") == count(gemini.get("candidatesTokenCount")) is not None:
        values["tokens.output"] += count(gemini.get("thoughtsTokenCount")) or 0
    if "tokens.input" not in values or "ai.usage.inputTokenDetails.noCacheTokens" in view.attributes:
        return
    own = count(dig(view.decoded("ai.response.providerMetadata"), "anthropic.usage.input_tokens"))
    if own is None and values.get("provider") != "anthropic":   # Vertex AI and gateways have Anthropic's models too
        return
    if own is not None and own != values["tokens.input"]:       # 6.0 counts them in before it writes the details
        return
    cached = values.get("tokens.cache_read", 0) + values.get("tokens.cache_write", 0)
    total = values.get("tokens.total")
    apart = values["tokens.input"] + values.get("tokens.output", 0) + cached
    if cached and cached <= values["tokens.input"] and total != apart:
        values["tokens.input"] += cached


PART = Dialect(
    key="vercel_ai",
    title="Vercel AI SDK ai.* (v3.3 - v6 experimental_telemetry, v7 LegacyOpenTelemetry)",
    priority=15,
    detect=(
        Detect(attrs=("ai.operationId",)),
        Detect(scope=("ai",), prefix=("ai.",)),
    ),
    kinds=(
        by("ai.operationId", {
            "ai.generateText.doGenerate": "llm", "ai.streamText.doStream": "llm", "ai.generateObject.doGenerate": "llm",
            "ai.streamObject.doStream": "llm", "ai.generateText": "agent", "ai.streamText": "agent",
            "ai.generateObject": "chain", "ai.streamObject": "chain", "ai.toolCall": "tool", "ai.embed": "chain",
            "ai.embedMany": "chain", "ai.embed.doEmbed": "embedding", "ai.embedMany.doEmbed": "embedding",
            "ai.rerank": "chain", "ai.rerank.doRerank": "reranker", "ai.generateSpeech": "llm", "ai.transcribe": "llm",
            "ai.streamTranscribe": "llm", "ai.workflowAgent.stream": "agent",
        }),
    ),
    fields={
        "operation": ("ai.operationId", "operation.name"),
        "display_name": ("ai.telemetry.functionId", "resource.name"),
        "model.requested": ("ai.model.id", "gen_ai.request.model"),
        "model.response": ("ai.response.model", "gen_ai.response.model"),
        "provider": ("ai.model.provider", "gen_ai.system"),
        "response.id": ("ai.response.id", "gen_ai.response.id"),
        "param.temperature": ("ai.settings.temperature", "gen_ai.request.temperature"),
        "param.top_p": ("ai.settings.topP", "gen_ai.request.top_p"),
        "param.top_k": ("ai.settings.topK", "gen_ai.request.top_k"),
        "param.max_tokens": ("ai.settings.maxOutputTokens", "ai.settings.maxTokens", "gen_ai.request.max_tokens"),
        "param.stop": ("ai.settings.stopSequences", "gen_ai.request.stop_sequences"),
        "param.seed": "ai.settings.seed",
        "param.presence_penalty": ("ai.settings.presencePenalty", "gen_ai.request.presence_penalty"),
        "param.frequency_penalty": ("ai.settings.frequencyPenalty", "gen_ai.request.frequency_penalty"),
        "param.tool_choice": "ai.prompt.toolChoice",
        "param.output_type": "ai.settings.output",
        "param.all": below("ai.settings"),
        "input.messages": ("ai.prompt.messages", "ai.prompt"),
        "output.messages": call(_output, "ai.response", needs=("ai.response.", "ai.result.")),
        "tools": "ai.prompt.tools",
        "output.value": ("ai.response.text", "ai.response.object", "ai.result.text", "ai.result.object"),
        "tool.name": "ai.toolCall.name",
        "tool.call_id": "ai.toolCall.id",
        "tool.args": ("ai.toolCall.args", "ai.toolCall.input"),
        "tool.result": ("ai.toolCall.result", "ai.toolCall.output"),
        "embedding.inputs": ("ai.value", "ai.values"),
        "embedding.vectors": ("ai.embedding", "ai.embeddings"),
        "rerank.input_documents": "ai.documents",
        "rerank.output_documents": "ai.ranking",
        "rerank.query": "ai.query",
        "tokens.input": (
            "ai.usage.inputTokens",
            "ai.usage.promptTokens",
            "ai.usage.tokens",
            "gen_ai.usage.input_tokens",
        ),
        "tokens.output": ("ai.usage.outputTokens", "ai.usage.completionTokens", "gen_ai.usage.output_tokens"),
        "tokens.total": "ai.usage.totalTokens",
        "tokens.cache_read": (
            "ai.usage.inputTokenDetails.cacheReadTokens",
            "ai.usage.cachedInputTokens",
            A(
                "ai.response.providerMetadata",
                "openai.cachedPromptTokens|anthropic.usage.cache_read_input_tokens|anthropic.cacheReadInputTokens|"
                "bedrock.usage.cacheReadInputTokens|google.usageMetadata.cachedContentTokenCount|"
                "deepseek.promptCacheHitTokens|openrouter.usage.promptTokensDetails.cachedTokens",
            ),
            call(_reported("cachedPromptTokens"), "ai.response.providerMetadata", needs="ai.response.providerMetadata"),
        ),
        "tokens.cache_write": (
            "ai.usage.inputTokenDetails.cacheWriteTokens",
            A(
                "ai.response.providerMetadata",
                "anthropic.usage.cache_creation_input_tokens|anthropic.cacheCreationInputTokens|"
                "bedrock.usage.cacheWriteInputTokens",
            ),
        ),
        "tokens.cache_write_1h": A(
            "ai.response.providerMetadata",
            "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
        ),
        "tokens.reasoning": (
            "ai.usage.outputTokenDetails.reasoningTokens",
            "ai.usage.reasoningTokens",
            A("ai.response.providerMetadata", "openai.reasoningTokens|google.usageMetadata.thoughtsTokenCount|"
                                              "openrouter.usage.completionTokensDetails.reasoningTokens"),
            call(_reported("reasoningTokens"), "ai.response.providerMetadata", needs="ai.response.providerMetadata"),
        ),
        "cost.total": A("ai.response.providerMetadata", "gateway.cost|openrouter.usage.cost", only="llm embedding reranker"),
        "service_tier": A("ai.response.providerMetadata", "openai.serviceTier|anthropic.usage.service_tier"),
        "finish_reasons": ("ai.response.finishReason", "gen_ai.response.finish_reasons", "ai.finishReason"),
        "ttft_s": (
            A("ai.response.msToFirstChunk", form=milliseconds),
            A("ai.stream.msToFirstChunk", form=milliseconds),
            first_event_wait("ai.stream.firstChunk"),
        ),
        "user.id": ("ai.telemetry.metadata.userId", "ai.telemetry.metadata.user.id", "ai.telemetry.metadata.user_id"),
        "session.id": (
            "ai.telemetry.metadata.sessionId",
            "ai.telemetry.metadata.session.id",
            "ai.telemetry.metadata.session_id",
            "ai.telemetry.metadata.threadId",
        ),
        "tags": "ai.telemetry.metadata.tags",
        "metadata": (below("ai.telemetry.metadata"), below("ai.settings.context"), "ai.response.providerMetadata"),
        "prompt.name": A("ai.telemetry.metadata.langfusePrompt", "name"),
        "agent.name": A("ai.telemetry.functionId", only="agent"),
    },
    settle=_settle,
    examples=(
        Example({"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "gpt-4o-mini",
                 "ai.model.provider": "openai.chat",
                 "ai.response.model": "gpt-4o-mini-2024-07-18", "ai.usage.inputTokens": 42, "ai.usage.outputTokens": 17,
                 "ai.usage.inputTokenDetails.cacheReadTokens": 8, "ai.response.finishReason": "tool-calls",
                 "ai.prompt.messages": '[{"role": "user", "content": [{"type": "text", "text": "hi"}]}]',
                 "ai.response.toolCalls": '[{"toolCallId": "c1", "toolName": "get_weather", "input": {"city": "Paris"}}]',
                 "ai.response.msToFirstChunk": 12.5, "ai.telemetry.metadata.userId": "u-1"},
                kind="llm", scope="ai", name="ai.generateText.doGenerate",
                fields={"provider": "openai", "tokens.input": 42, "tokens.cache_read": 8, "finish_reasons": ["tool_calls"],
                        "ttft_s": 0.0125, "user.id": "u-1",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
        Example({"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "anthropic.messages",
                 "ai.model.id": "claude-sonnet-4-20250514", "ai.usage.promptTokens": 33, "ai.usage.completionTokens": 21,
                 "ai.response.providerMetadata": '{"anthropic": {"cacheReadInputTokens": 20}}'},
                kind="llm", scope="ai", name="ai.generateText.doGenerate",
                fields={"tokens.input": 53, "tokens.cache_read": 20}),
        Example({"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "anthropic.messages",
                 "ai.model.id": "claude-sonnet-4-5", "ai.usage.promptTokens": 53, "ai.usage.completionTokens": 21,
                 "ai.response.providerMetadata": '{"anthropic": {"usage": {"input_tokens": 33, "output_tokens": 21,'
                                                 ' "cache_creation_input_tokens": 0, "cache_read_input_tokens": 20}}}'},
                kind="llm", scope="ai", name="ai.generateText.doGenerate",
                fields={"tokens.input": 53, "tokens.cache_read": 20}),
        Example({"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "vertex.anthropic.messages",
                 "ai.model.id": "claude-sonnet-4-5", "ai.usage.promptTokens": 33, "ai.usage.completionTokens": 21,
                 "ai.response.providerMetadata": '{"anthropic": {"usage": {"input_tokens": 33, "output_tokens": 21,'
                                                 ' "cache_creation_input_tokens": 0, "cache_read_input_tokens": 20}}}'},
                kind="llm", scope="ai", name="ai.generateText.doGenerate",
                fields={"tokens.input": 53, "tokens.cache_read": 20}),
        Example({"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "xai.chat", "ai.model.id": "grok-3",
                 "ai.usage.promptTokens": 42, "ai.usage.completionTokens": 17,
                 "ai.response.providerMetadata": '{"xai": {"reasoningTokens": 5, "cachedPromptTokens": 8}}'},
                kind="llm", scope="ai", name="ai.generateText.doGenerate",
                fields={"tokens.input": 42, "tokens.cache_read": 8, "tokens.reasoning": 5}),
        Example({"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "gateway", "ai.model.id": "openai/gpt-5",
                 "ai.usage.inputTokens": 42, "ai.usage.outputTokens": 17, "ai.settings.presencePenalty": 0.1,
                 "ai.response.providerMetadata": '{"openai": {"serviceTier": "flex"}, "gateway": {"cost": "0.0045"}}'},
                kind="llm", scope="ai", name="ai.generateText.doGenerate",
                fields={"cost.total": 0.0045, "service_tier": "flex", "param.presence_penalty": 0.1}),
        Example({"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "google.generative-ai",
                 "ai.model.id": "gemini-2.5-flash", "ai.usage.promptTokens": 42, "ai.usage.completionTokens": 12,
                 "ai.response.providerMetadata": '{"google": {"usageMetadata": {"thoughtsTokenCount": 5,'
                                                 ' "candidatesTokenCount": 12, "cachedContentTokenCount": 8}}}'},
                kind="llm", scope="ai", name="ai.generateText.doGenerate",
                fields={"tokens.input": 42, "tokens.output": 17, "tokens.reasoning": 5, "tokens.cache_read": 8}),
    ),
)
