"""Google ADK (gcp.vertex.agent.*)."""

from __future__ import annotations

from tracedesk.model.llm import LlmFields
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, call
from tracedesk.semconv.kinds import OTEL_KINDS, by_operation, named
from tracedesk.semconv.otel import OTEL_CACHE_READ, OTEL_FIELDS, OTEL_REASONING
from tracedesk.semconv.values import count, dig
from tracedesk.semconv.view import View


def _settle(view: View, fields: LlmFields) -> None:
    """Up to 1.14, and in JavaScript, the reported output is the candidates only: thoughts come on top (12 + 5 measured)."""
    usage = dig(view.decoded("gcp.vertex.agent.llm_response"), "usage_metadata|usageMetadata")
    if not isinstance(usage, dict) or "tokens.output" not in fields.values:
        return
    thoughts = count(dig(usage, "thoughts_token_count|thoughtsTokenCount"))
    if thoughts and fields.values["tokens.output"] == count(dig(usage, "candidates_token_count|candidatesTokenCount")):
        fields.values["tokens.output"] += thoughts


def _called(view: View) -> str | None:
    """Until 0.5 the tool is in the name of the span alone: `tool_call [get_weather]`, and a span of its answer is beside it."""
    return view.name[11:-1] if view.name.startswith("tool_call [") else None


PART = Dialect(
    key="google_adk",
    title="Google ADK (gcp.vertex.agent.*)",
    priority=23,
    detect=(
        Detect(scope=("gcp.vertex.agent",)),
        Detect(prefix=("gcp.vertex.agent.",)),
    ),
    kinds=(
        by_operation("gen_ai.operation.name"),
        named(r"^call_llm", "llm"),
        named(r"^agent_run \[", "agent"),
        named(r"^invocation$", "chain"),
        named(r"^execute_tool|^tool_call \[", "tool"),
        *OTEL_KINDS,
    ),
    fields={
        "param.temperature": ("gen_ai.request.temperature", A("gcp.vertex.agent.llm_request", "config.temperature")),
        "tokens.cache_read": (
            *OTEL_CACHE_READ,
            A("gcp.vertex.agent.llm_response", "usage_metadata.cached_content_token_count|"
                                              "usageMetadata.cachedContentTokenCount"),
        ),
        "tokens.reasoning": (
            *OTEL_REASONING,
            A("gcp.vertex.agent.llm_response", "usage_metadata.thoughts_token_count|usageMetadata.thoughtsTokenCount"),
        ),
        "session.id": ("gen_ai.conversation.id", "gcp.vertex.agent.session_id"),
        "user.id": "user.id",
        "tool.name": (A("gen_ai.tool.name", only="tool mcp"),
                      call(_called, "span name", needs="gcp.vertex.agent.tool_call_args", only="tool")),
        "tool.args": ("gen_ai.tool.call.arguments", "gcp.vertex.agent.tool_call_args"),
        "tool.result": ("gen_ai.tool.call.result", "gcp.vertex.agent.tool_response"),
        "input.messages": ("gen_ai.input.messages", "gcp.vertex.agent.llm_request"),
        "output.messages": ("gen_ai.output.messages", "gcp.vertex.agent.llm_response"),
        "system": (
            "gen_ai.system_instructions",
            A("gcp.vertex.agent.llm_request", "config.system_instruction|config.systemInstruction"),
        ),
        "tools": ("gen_ai.tool.definitions", A("gcp.vertex.agent.llm_request", "config.tools")),
        "metadata": ("gcp.vertex.agent.event_id", "gcp.vertex.agent.invocation_id"),
    },
    extends=OTEL_FIELDS,
    settle=_settle,
    examples=(
        Example({"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "gemini-2.5-flash",
                 "gcp.vertex.agent.llm_request":
                     '{"model": "gemini-2.5-flash", "config": {"system_instruction": "Be terse.", "temperature": 0.2},'
                     ' "contents": [{"parts": [{"text": "hi"}], "role": "user"}]}',
                 "gcp.vertex.agent.llm_response":
                     '{"content": {"parts": [{"function_call": {"id": "f1", "name": "get_weather",'
                     ' "args": {"city": "Paris"}}}], "role": "model"}, "usage_metadata": {"cached_content_token_count": 8,'
                     ' "candidates_token_count": 12, "prompt_token_count": 42, "thoughts_token_count": 5}}',
                 "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 12},
                kind="llm", scope="gcp.vertex.agent", name="call_llm",
                fields={"tokens.input": 42, "tokens.output": 17, "tokens.cache_read": 8, "tokens.reasoning": 5,
                        "system": "Be terse.", "param.temperature": 0.2,
                        "output.messages": [{"role": "assistant", "parts": [
                            {"type": "tool_call", "id": "f1", "name": "get_weather", "arguments": {"city": "Paris"}}]}]}),
    ),
)
