"""OpenLIT."""

from __future__ import annotations

from typing import Any

from tracedesk.model.llm import LlmFields
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below, call, event
from tracedesk.semconv.fields import chat_output, role_lines
from tracedesk.semconv.kinds import OTEL_KINDS, named
from tracedesk.semconv.otel import OTEL_CACHE_READ, OTEL_CACHE_WRITE, OTEL_FIELDS, OTEL_REASONING
from tracedesk.semconv.tokens import add_cached
from tracedesk.semconv.values import python_repr
from tracedesk.semconv.view import View


def _settle(_view: View, fields: LlmFields) -> None:
    """The provider's own figures come through, and Anthropic counts cached tokens apart."""
    if fields.values.get("provider") == "anthropic":
        add_cached(fields)


def _called(view: View) -> list[dict[str, Any]] | None:
    """The calls of tools that a model answered with, until 1.35: names, ids and arguments on the model's span, each joined."""
    said = view.attributes
    names, ids, arguments = (said.get(name) for name in ("gen_ai.tool.name", "gen_ai.tool.call.id", "gen_ai.tool.args"))
    if not isinstance(names, str) or not isinstance(ids, str) or not names or not ids:
        return None
    given = python_repr(f"[{arguments}]") if isinstance(arguments, str) else None      # JSON, for Anthropic Python's text
    called = list(zip(ids.split(", "), names.split(", "), strict=False))
    if not isinstance(given, list) or len(given) != len(called):
        given = [None] * len(called)
    text = said.get("gen_ai.completion")
    return [{"role": "assistant", "content": text if isinstance(text, str) else None, "tool_calls": [
        {"id": call_id, "name": name, "arguments": how} for (call_id, name), how in zip(called, given, strict=True)]}]


PART = Dialect(
    key="openlit",
    title="OpenLIT",
    priority=35,
    detect=(
        Detect(scope=("openlit", "@openlit/")),
        Detect(equal=(("telemetry.sdk.name", "openlit"),)),
    ),
    kinds=(
        *OTEL_KINDS,
        named(r"\.resources\.(chat|messages|responses|completions)", "llm", guess=True),   # JavaScript's calls that failed
        named(r"\.resources\.embeddings", "embedding", guess=True),
    ),
    fields={
        "input.messages": (
            "gen_ai.input.messages",
            event("gen_ai.content.prompt", "gen_ai.prompt", only="llm agent chain other", form=role_lines),
            A("gen_ai.content.prompt", only="llm agent chain other", form=role_lines),   # openlit 1.7 for JavaScript
        ),
        "output.messages": (
            "gen_ai.output.messages",
            call(_called, "gen_ai.tool.call.id", needs="gen_ai.tool.call.id", only="llm"),
            event("gen_ai.content.completion", "gen_ai.completion", form=chat_output),
            "gen_ai.content.completion",
            "gen_ai.completion",
        ),
        "tokens.cache_read": ("gen_ai.usage.prompt_tokens_details.cache_read", *OTEL_CACHE_READ),      # JavaScript 1.11
        "tokens.cache_write": ("gen_ai.usage.prompt_tokens_details.cache_write", *OTEL_CACHE_WRITE),
        "tokens.reasoning": ("gen_ai.usage.completion_tokens_details.reasoning", *OTEL_REASONING),
        "system": "gen_ai.system_instructions",
        "tools": (
            "gen_ai.tool.definitions",
        ),
        "input.value": ("gen_ai.workflow.input", A("function.args", decode=python_repr)),
        "output.value": "gen_ai.workflow.output",
        "environment": ("deployment.environment", "gen_ai.environment"),
        "project": ("gen_ai.application_name", "service.name"),
        "scores": below("gen_ai.eval"),
    },
    extends=OTEL_FIELDS,
    settle=_settle,
    examples=(
        Example({"telemetry.sdk.name": "openlit", "gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic",
                 "gen_ai.request.model": "claude-sonnet-4-20250514", "gen_ai.usage.input_tokens": 33,
                 "gen_ai.usage.output_tokens": 21, "gen_ai.usage.cache_read.input_tokens": 20,
                 "gen_ai.client.token.usage": 54, "gen_ai.usage.cost": 0, "gen_ai.server.time_to_first_token": 0.5},
                kind="llm", scope="openlit.otel.tracing", name="chat claude-sonnet-4-20250514",
                fields={"tokens.input": 53, "tokens.output": 21, "ttft_s": 0.5}),
        Example({"telemetry.sdk.name": "openlit", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o",
                 "gen_ai.content.prompt": "system: Be terse.\nuser: hi", "gen_ai.content.completion": "ho"},
                kind="llm", scope="@openlit/instrumentation-openai", name="openai.resources.chat.completions",
                fields={"input.messages": [{"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},
                                           {"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({}, kind="llm", scope="@openlit/instrumentation-openai", name="openai.resources.chat.completions",
                fields={"error.message": "429 Rate limit reached"}, status=(2, "429 Rate limit reached")),
        Example({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17,
                 "gen_ai.usage.prompt_tokens_details.cache_read": 8, "gen_ai.usage.completion_tokens_details.reasoning": 5},
                kind="llm", scope="@openlit/instrumentation-openai", name="openai.resources.chat.completions",
                fields={"tokens.input": 42, "tokens.cache_read": 8, "tokens.reasoning": 5}),
    ),
)
