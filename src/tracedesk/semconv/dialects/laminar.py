"""Laminar (lmnr.*)."""

from __future__ import annotations

from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.semconv.aliases import finish_reasons_of
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Rule, below, call, flat
from tracedesk.semconv.kinds import OTEL_KINDS, by
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.sources import span_name
from tracedesk.semconv.values import structure
from tracedesk.semconv.view import View


def _reasons(value: Any) -> list[str] | None:
    """Finish reasons of a provider's own choices, which stand where OpenTelemetry has messages."""
    return finish_reasons_of(structure(value))


def _embedding(view: View) -> Kind | None:
    """Calls to an embedding model have the type LLM too: the name of the instrumented method tells."""
    called = view.attributes.get("lmnr.span.type") == "LLM" and view.name.endswith(".embeddings")
    return Kind.EMBEDDING if called else None


def _instructions(view: View) -> Any:
    """Instructions of OpenAI's Responses: only the older list of messages has them, the newer one is the request's input."""
    said = view.attributes
    return said.get("gen_ai.prompt.0.content") if said.get("gen_ai.prompt.0.role") == "system" else None


PART = Dialect(
    key="laminar",
    title="Laminar (lmnr.*)",
    priority=34,
    detect=(
        Detect(prefix=("lmnr.",)),
    ),
    kinds=(
        Rule("span name", ("lmnr.span.type",), _embedding),
        by("lmnr.span.type", {
            "LLM": "llm", "TOOL": "tool", "DEFAULT": "chain", "PIPELINE": "chain", "EXECUTOR": "agent",
            "EVALUATOR": "evaluator", "HUMAN_EVALUATOR": "evaluator", "EVALUATION": "evaluator", "CACHED": "llm",
        }),
        *OTEL_KINDS,
    ),
    fields={
        "session.id": "lmnr.association.properties.session_id",
        "user.id": "lmnr.association.properties.user_id",
        "input.value": "lmnr.span.input",
        "output.value": "lmnr.span.output",
        "input.messages": ("gen_ai.input.messages", flat("gen_ai.prompt"), A("lmnr.span.input", only="llm")),
        "output.messages": ("gen_ai.output.messages", flat("gen_ai.completion"), A("lmnr.span.output", only="llm")),
        "system": ("gen_ai.system_instructions",
                   call(_instructions, "gen_ai.prompt.0.content", needs="gen_ai.prompt.#.role")),
        "param.stream": ("gen_ai.request.stream", "llm.is_streaming"),
        "provider.endpoint": ("gen_ai.request.base_url", "server.address"),
        "finish_reasons": ("gen_ai.response.finish_reasons", A("gen_ai.output.messages", decode=_reasons)),
        "tool.name": ("gen_ai.tool.name", span_name(only="tool")),
        "tool.args": ("gen_ai.tool.call.arguments", A("lmnr.span.input", only="tool")),
        "tool.result": ("gen_ai.tool.call.result", A("lmnr.span.output", only="tool")),
        "metadata": below("lmnr.association.properties.metadata"),
        "tags": "lmnr.association.properties.tags",
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"lmnr.span.type": "LLM", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.input_tokens": 42,
                 "lmnr.span.input": '[{"role": "user", "content": "hi"}]', "lmnr.association.properties.user_id": "u-1",
                 "lmnr.association.properties.session_id": "s-1"},
                kind="llm",
                fields={"tokens.input": 42, "user.id": "u-1", "session.id": "s-1",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
        Example({"lmnr.span.type": "LLM", "gen_ai.request.model": "gpt-4o-mini", "llm.is_streaming": True,
                 "gen_ai.output.messages":
                 '[{"finish_reason": "stop", "message": {"role": "assistant", "content": "ho"}}]'},
                kind="llm", fields={"finish_reasons": ["stop"], "param.stream": True, "output.messages": [
                    {"role": "assistant", "parts": [{"type": "text", "content": "ho"}], "finish_reason": "stop"}]}),
        Example({"lmnr.span.type": "LLM", "gen_ai.request.model": "e", "gen_ai.usage.input_tokens": 7,
                 "gen_ai.input.messages": '[{"content": "hello"}]'},
                kind="embedding", name="openai.embeddings", fields={"embedding.inputs": ["hello"], "tokens.input": 7}),
        Example({"lmnr.span.type": "TOOL", "lmnr.span.input": '{"city": "Paris"}', "lmnr.span.output": '{"temp_c": 18}'},
                kind="tool", name="get_weather",
                fields={"tool.name": "get_weather", "tool.args": {"city": "Paris"}, "tool.result": {"temp_c": 18}}),
    ),
)
