"""Datadog LLM Observability (ddtrace exporting OTLP)."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Source
from tracedesk.semconv.kinds import by
from tracedesk.semconv.msgpack import unpack

_KINDS = {"llm": "llm", "embedding": "embedding", "retrieval": "retriever", "tool": "tool", "agent": "agent",
          "workflow": "chain", "task": "chain", "experiment": "evaluator"}


def packed(path: str, *, only: str = "") -> Source:
    """A place in the MessagePack bytes of `_llmobs`, the only carrier of content."""
    return A("_llmobs", path, only=only, decode=unpack)


PART = Dialect(
    key="datadog",
    title="Datadog LLM Observability (ddtrace exporting OTLP)",
    priority=16,
    detect=(
        Detect(attrs=("_dd.llmobs.span_kind", "_llmobs", "_ml_obs.meta.span.kind")),
        Detect(resource=(("telemetry.sdk.name", "datadog"),)),
    ),
    kinds=(
        by("_dd.llmobs.span_kind", _KINDS),
        by("_llmobs", _KINDS, path="meta.span.kind", decode=unpack),
        by("span.type", {"http": "http", "sql": "db", "web": "http", "cache": "db"}),
    ),
    fields={
        "operation": "gen_ai.operation.name",
        "display_name": (packed("name"), "resource.name"),
        "model.requested": (
            "openai.request.model",
            "anthropic.request.model",
            "gen_ai.request.model",
            "_dd.llmobs.model_name",
        ),
        "model.response": ("openai.response.model", "_dd.llmobs.model_name", packed("meta.model_name")),
        "provider": (
            "openai.request.provider",
            "_dd.llmobs.model_provider",
            "gen_ai.provider.name",
            A("component", only="llm embedding"),
        ),
        "input.messages": packed("meta.input.messages"),
        "output.messages": packed("meta.output.messages"),
        "input.value": packed("meta.input.value"),
        "output.value": packed("meta.output.value"),
        "tools": packed("meta.tool_definitions"),
        "param.all": packed("meta.metadata"),
        "finish_reasons": packed("meta.metadata.finish_reason"),
        "tool.name": packed("name", only="tool"),
        "tool.args": packed("meta.input.value", only="tool"),
        "tool.result": packed("meta.output.value", only="tool"),
        "retrieval.query": packed("meta.input.value", only="retriever"),
        "retrieval.documents": packed("meta.output.documents"),
        "embedding.inputs": packed("meta.input.documents[*].text", only="embedding"),
        "tokens.input": ("_dd.llmobs.input_tokens", "gen_ai.usage.input_tokens"),
        "tokens.output": ("_dd.llmobs.output_tokens", "gen_ai.usage.output_tokens"),
        "tokens.total": ("_dd.llmobs.total_tokens", "gen_ai.usage.total_tokens"),
        "tokens.cache_read": ("_dd.llmobs.cache_read_input_tokens", "gen_ai.usage.cache_read_input_tokens"),
        "tokens.cache_write": ("_dd.llmobs.cache_write_input_tokens", "gen_ai.usage.cache_write_input_tokens"),
        "tokens.reasoning": ("_dd.llmobs.reasoning_output_tokens", "gen_ai.usage.reasoning_output_tokens"),
        "session.id": packed("session_id"),
        "user.id": packed("tags.user_id"),
        "agent.name": packed("name", only="agent"),
        "prompt.name": packed("meta.input.prompt.id"),
        "prompt.version": packed("meta.input.prompt.version"),
        "prompt.template": packed("meta.input.prompt.template"),
        "prompt.variables": packed("meta.input.prompt.variables"),
        "project": ("gen_ai.application.name", "_dd.p.llmobs_ml_app"),
        "metadata": packed("tags"),
        "error.type": "error.type",
        "error.message": ("error.message", "error.msg"),
        "error.stack": "error.stack",
        "environment": "env",
        "release": "version",
    },
    examples=(
        Example({"_dd.llmobs.span_kind": "llm", "_dd.llmobs.model_name": "gpt-4o-mini", "openai.request.model": "gpt-4o-mini",
                 "openai.response.model": "gpt-4o-mini-2024-07-18", "_dd.llmobs.model_provider": "openai",
                 "_dd.llmobs.input_tokens": 42, "_dd.llmobs.output_tokens": 17, "_dd.llmobs.cache_read_input_tokens": 8},
                kind="llm", resource={"telemetry.sdk.name": "datadog"}, name="openai.request",
                fields={"model.requested": "gpt-4o-mini", "model.response": "gpt-4o-mini-2024-07-18", "tokens.input": 42,
                        "tokens.cache_read": 8, "provider": "openai"}),
        Example({"_llmobs": b"\x82\xa4name\xabget_weather\xa4meta\x83\xa4span\x81\xa4kind\xa4tool"
                            b"\xa5input\x81\xa5value\xa5Paris\xa6output\x81\xa5value\xa5sunny"},
                kind="tool", resource={"telemetry.sdk.name": "datadog"},
                fields={"tool.name": "get_weather", "tool.args": "Paris", "tool.result": "sunny"}),
        Example({"_llmobs": b"\x83\xa4name\xa7planner\xa4tags\x81\xa7user_id\xa3u-1\xa4meta\x82"
                            b"\xa4span\x81\xa4kind\xa5agent\xa5input\x81\xa6prompt\x82\xa2id\xa2p1\xa7version\xa12"},
                kind="agent", resource={"telemetry.sdk.name": "datadog"},
                fields={"agent.name": "planner", "user.id": "u-1", "prompt.name": "p1", "prompt.version": "2"}),
    ),
)
