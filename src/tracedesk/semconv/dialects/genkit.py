"""Google Genkit (genkit:*)."""

from __future__ import annotations

import json
from typing import Any

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, call
from tracedesk.semconv.documents import documents, embedding_inputs
from tracedesk.semconv.fields import chat_input
from tracedesk.semconv.kinds import by
from tracedesk.semconv.messages import exchange
from tracedesk.semconv.parts import flat_text
from tracedesk.semconv.values import structure, text
from tracedesk.semconv.view import View


def _model(view: View) -> str | None:
    """The model's own name: Genkit calls it `plugin/model`."""
    name = text(view.attributes.get("genkit:name"))
    return None if name is None else name.partition("/")[2] or name


def _provider(view: View) -> str | None:
    """The plugin that knows the model."""
    name = text(view.attributes.get("genkit:name"))
    return name.partition("/")[0] if name is not None and "/" in name else None


def _prompt(view: View) -> str | None:
    """A prompt that runs is named like its file."""
    return text(view.attributes.get("genkit:name")) if view.attributes.get("genkit:type") == "dotprompt" else None


def _variables(view: View) -> Any:
    return view.decoded("genkit:input") if view.attributes.get("genkit:type") == "dotprompt" else None


def _plain(item: Any) -> Any:
    """A Genkit document, whose content is a list of parts, with its text as content."""
    return {**item, "content": flat_text(item["content"])} if isinstance(item, dict) and "content" in item else item


def _documents(value: Any) -> Any:
    found = structure(value)
    listed = found.get("documents") if isinstance(found, dict) else None
    return documents([_plain(item) for item in listed]) if isinstance(listed, list) else None


def _embedded(value: Any) -> Any:
    return embedding_inputs([_plain(item) for item in value]) if isinstance(value, list) else None


def _joined(content: list[Any]) -> list[Any]:
    """The chunks of a stream as one text, as `message.text` of Genkit has it."""
    found: list[Any] = []
    for item in content:
        spoken = isinstance(item, dict) and set(item) == {"text"} and isinstance(item["text"], str)
        if spoken and found and isinstance(found[-1], dict) and set(found[-1]) == {"text"}:
            found[-1] = {"text": found[-1]["text"] + item["text"]}
        else:
            found.append(item)
    return found


def _said(value: Any) -> Any:
    """The answer; an object that Genkit read from its text is that text again."""
    found = structure(value)
    if isinstance(found, dict) and isinstance(found.get("content"), list):
        content = [{"text": json.dumps(item["data"], ensure_ascii=False)} if isinstance(item, dict) and set(item) == {"data"}
                   else item for item in found["content"]]
        found = {**found, "content": _joined(content)}
    return exchange(found, "assistant")


PART = Dialect(
    key="genkit",
    title="Google Genkit (genkit:*)",
    priority=45,
    detect=(
        Detect(prefix=("genkit:",)),
    ),
    kinds=(
        by("genkit:metadata:subtype", {
            "model": "llm", "background-model": "llm", "embedder": "embedding", "tool": "tool", "tool.v2": "tool",
            "retriever": "retriever", "reranker": "reranker", "evaluator": "evaluator", "flow": "chain",
            "util": "chain", "prompt": "prompt", "agent": "agent",
        }),
        by("genkit:type", {"flow": "chain", "action": "chain", "flowStep": "chain", "util": "chain", "dotprompt": "chain",
                           "promptTemplate": "prompt", "helper": "chain"}),
    ),
    fields={
        "input.value": "genkit:input",
        "output.value": "genkit:output",
        "input.messages": A("genkit:input", "messages", form=chat_input),
        "output.messages": A("genkit:output", "message|candidates[0].message", form=_said),
        "tools": A("genkit:input", "tools", only="llm"),
        "param.all": A("genkit:input", "config", only="llm"),
        "finish_reasons": A("genkit:output", "raw.choices[*].finish_reason|finishReason|candidates[0].finishReason"),
        "service_tier": A("genkit:output", "raw.service_tier", only="llm"),
        "tokens.input": A("genkit:output", "usage.inputTokens|custom.usageMetadata.promptTokenCount"),
        "tokens.output": A("genkit:output", "usage.outputTokens|custom.usageMetadata.candidatesTokenCount"),
        "tokens.total": A("genkit:output", "usage.totalTokens|custom.usageMetadata.totalTokenCount"),
        "tokens.cache_read": A(
            "genkit:output", "usage.cachedContentTokens|raw.usage.prompt_tokens_details.cached_tokens|"
                             "custom.usageMetadata.cachedContentTokenCount",
        ),
        "tokens.reasoning": A(
            "genkit:output", "usage.thoughtsTokens|raw.usage.completion_tokens_details.reasoning_tokens|"
                             "custom.usageMetadata.thoughtsTokenCount",
        ),
        "provider": call(_provider, "genkit:name", needs="genkit:name", only="llm embedding reranker"),
        "model.requested": call(_model, "genkit:name", needs="genkit:name", only="llm embedding reranker"),
        "model.response": A("genkit:output", "raw.model|raw.modelVersion|custom.modelVersion", only="llm"),
        "response.id": A("genkit:output", "raw.id|raw.responseId|custom.responseId", only="llm"),
        "tool.name": A("genkit:name", only="tool"),
        "tool.args": A("genkit:input", only="tool"),
        "tool.result": A("genkit:output", only="tool"),
        "retrieval.query": A("genkit:input", "query.content[0].text|query.text|query", only="retriever"),
        "retrieval.documents": A("genkit:output", only="retriever", form=_documents),
        "embedding.inputs": A("genkit:input", "input|documents", only="embedding", form=_embedded),
        "prompt.name": ("genkit:metadata:promptName", call(_prompt, "genkit:name", needs="genkit:name")),
        "prompt.variables": (A("genkit:input", only="prompt"), call(_variables, "genkit:input", needs="genkit:input")),
        "session.id": "genkit:sessionId",
        "display_name": "genkit:name",
        "error.message": "genkit:error",
    },
    examples=(
        Example({"genkit:type": "action", "genkit:metadata:subtype": "model", "genkit:name": "googleai/gemini-2.0-flash",
                 "genkit:input": '{"messages": [{"role": "user", "content": [{"text": "hi"}]}],'
                                 ' "config": {"temperature": 0.2}}',
                 "genkit:output": '{"finishReason": "stop", "message": {"role": "model", "content": [{"text": "ho"}]},'
                                  ' "usage": {"inputTokens": 42, "outputTokens": 17, "cachedContentTokens": 8}}'},
                kind="llm",
                fields={"tokens.input": 42, "tokens.output": 17, "tokens.cache_read": 8, "param.temperature": 0.2,
                        "model.requested": "gemini-2.0-flash", "provider": "google", "finish_reasons": ["stop"],
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"genkit:type": "action", "genkit:metadata:subtype": "model", "genkit:name": "googleai/gemini-2.5-flash",
                 "genkit:output": '{"candidates": [{"finishReason": "stop", "message": {"role": "model", "content":'
                                  ' [{"text": "It is s"}, {"text": "unny."}]}}], "usage": {"inputTokens": 42, "outputTokens":'
                                  ' 12, "totalTokens": 59}, "custom": {"usageMetadata": {"candidatesTokenCount": 12,'
                                  ' "thoughtsTokenCount": 5, "cachedContentTokenCount": 8}}}'},
                kind="llm", name="genkit 1.15",
                fields={"tokens.input": 42, "tokens.output": 17, "tokens.reasoning": 5, "tokens.cache_read": 8,
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "It is sunny."}]}]}),
        Example({"genkit:type": "action", "genkit:metadata:subtype": "tool", "genkit:name": "get_weather",
                 "genkit:input": '{"city": "Paris"}', "genkit:output": '{"temp_c": 18}'},
                kind="tool",
                fields={"tool.name": "get_weather", "tool.args": {"city": "Paris"}, "tool.result": {"temp_c": 18}}),
        Example({"genkit:type": "action", "genkit:metadata:subtype": "retriever", "genkit:name": "notes",
                 "genkit:input": '{"query": {"content": [{"text": "refund"}]}}',
                 "genkit:output": '{"documents": [{"content": [{"text": "within 14 days"}], "metadata": {"page": 3}}]}'},
                kind="retriever",
                fields={"retrieval.query": "refund", "retrieval.documents": [
                    {"id": None, "score": None, "content": "within 14 days", "metadata": {"page": 3}}]}),
    ),
)
