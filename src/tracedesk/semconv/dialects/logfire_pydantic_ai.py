"""Pydantic AI (format versions 1-6) and Logfire integrations."""

from __future__ import annotations

from typing import Any

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below, call
from tracedesk.semconv.fields import levels
from tracedesk.semconv.genai_events import input_list, output_list
from tracedesk.semconv.kinds import OTEL_KINDS, by, has, named
from tracedesk.semconv.otel import OTEL_CACHE_READ, OTEL_CACHE_WRITE, OTEL_FIELDS, OTEL_REASONING, OTEL_TIER
from tracedesk.semconv.sources import quoted
from tracedesk.semconv.values import dig, structure
from tracedesk.semconv.view import View

_LEVEL = levels({1: "trace", 5: "debug", 9: "info", 10: "notice", 13: "warning", 17: "error", 21: "fatal"})
_RAW_CACHE_READ = ("prompt_tokens_details.cached_tokens|input_tokens_details.cached_tokens|cache_read_input_tokens"
                   "|cachedContentTokenCount")
"""Where providers' own usage objects have it; Logfire's input count is inclusive all the same."""


def _asked(view: View) -> Any:
    """OpenAI Agents: what was sent. The events beside it end with the answer, as one more assistant's message."""
    sent = view.decoded("raw_input")
    return None if sent is None else {"input": sent, "instructions": dig(view.decoded("response"), "instructions")}


def _settings(value: Any) -> Any:
    """OpenAI Agents: every setting there is, nearly all of them null."""
    found = structure(value)
    return {key: item for key, item in found.items() if item is not None} or None if isinstance(found, dict) else None


PART = Dialect(
    key="logfire_pydantic_ai",
    title="Pydantic AI (format versions 1-6) and Logfire integrations",
    priority=18,
    detect=(
        Detect(scope=("pydantic-ai", "pydantic_ai", "logfire")),
        Detect(
            attrs=("logfire.msg", "logfire.json_schema", "pydantic_ai.all_messages", "all_messages_events"),
        ),
    ),
    weak=(Detect(attrs=("logfire.span_type",)),),
    kinds=(
        *OTEL_KINDS,
        named(r"^Function: ", "tool"),
        named(r"^(Agent run: |Handoff: )", "agent"),
        named(r"^Guardrail ", "guardrail"),
        named(r"^(OpenAI Agents trace: |Task: |Turn )", "chain"),
        named(r"^(agent run|invoke_agent)", "agent"),
        named(r"^running tool$", "tool"),
        named(r"^running tools|^running \d+ tools?", "chain"),
        has("agent", "model_name", "agent_name", guess=True),
        by("logfire.span_type", {"log": "other"}, guess=True),
    ),
    fields={
        "model.requested": ("gen_ai.request.model", "model_name", A("request_data", "model")),
        "cost.total": "operation.cost",
        "tokens.cache_read": (*OTEL_CACHE_READ, A("gen_ai.usage.raw", _RAW_CACHE_READ),
                              A("usage", "input_tokens_details.cached_tokens", only="llm")),
        "tokens.cache_write": (*OTEL_CACHE_WRITE, A("gen_ai.usage.raw", "cache_creation_input_tokens")),
        "tokens.reasoning": (*OTEL_REASONING, A("usage", "output_tokens_details.reasoning_tokens", only="llm")),
        "agent.name": ("gen_ai.agent.name", "agent_name", A("name", only="agent")),
        "tool.name": (A("gen_ai.tool.name", only="tool mcp"), A("name", only="tool")),
        "agent.id": ("gen_ai.agent.id", "gen_ai.agent.call.id"),
        "tool.args": ("gen_ai.tool.call.arguments", "tool_arguments", A("input", only="tool")),
        "tool.result": ("gen_ai.tool.call.result", "tool_response", A("output", only="tool")),
        "input.messages": (
            "gen_ai.input.messages",
            A("pydantic_ai.all_messages", only="agent"),
            call(_asked, "raw_input", needs="raw_input", only="llm"),
            input_list("events"),
            input_list("all_messages_events", only="agent"),
            "all_messages",
            A("input", only="llm"),            # OpenAI Agents on chat completions: request_data ends with the answer
            A("request_data", "messages|input"),
        ),
        "output.messages": (
            "gen_ai.output.messages", output_list("events"), A("response_data", "message|combined_chunk_content"),
            A("response", "output", only="llm"), A("output", only="llm"),
        ),
        "response.id": ("gen_ai.response.id", A("output", "[0].output[0].provider_data.response_id", only="llm")),
        "system": "gen_ai.system_instructions",
        "tools": (
            "gen_ai.tool.definitions", A("model_request_parameters", "function_tools"), A("response", "tools", only="llm"),
        ),
        "param.all": A("model_settings", form=_settings),
        "service_tier": (*OTEL_TIER, A("response", "service_tier", only="llm"), A("gen_ai.usage.raw", "service_tier")),
        "session.id": ("gen_ai.conversation.id", "session.id", quoted("group_id")),
        "error.message": A("error", "data.error|message"),
        "output.value": ("final_result", "return"),
        "display_name": "logfire.msg",
        "tags": "logfire.tags",
        "level": A("logfire.level_num", form=_LEVEL),
        "experiment": ("experiment", below("logfire.experiment")),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "chat", "gen_ai.system": "anthropic", "logfire.msg": "Message with 'claude'",
                 "gen_ai.request.model": "claude-sonnet-4-20250514", "request_data": '{"model": "claude-sonnet-4-20250514"}',
                 "gen_ai.usage.input_tokens": 53, "gen_ai.usage.output_tokens": 21, "operation.cost": 0.00042,
                 "gen_ai.usage.raw": '{"cache_creation_input_tokens": 0, "cache_read_input_tokens": 20, "input_tokens": 33}',
                 "gen_ai.response.finish_reasons": '["end_turn"]', "logfire.level_num": 9},
                kind="llm", scope="logfire.anthropic", name="Message with {request_data[model]!r}",
                fields={"tokens.input": 53, "tokens.cache_read": 20, "cost.total": 0.00042, "finish_reasons": ["stop"],
                        "display_name": "Message with 'claude'", "level": "info"}),
        Example({"logfire.msg": "Function: get_weather", "name": "get_weather", "input": '{"city": "Paris"}', "output": "18",
                 "gen_ai.system": "openai"},
                kind="tool", scope="logfire.openai_agents", name="Function: {name}",
                fields={"tool.name": "get_weather", "tool.args": {"city": "Paris"}}),
        Example({"logfire.msg": "Responses API with 'm'", "gen_ai.operation.name": "chat", "gen_ai.request.model": "m",
                 "raw_input": '[{"role": "user", "content": "hi"}]',
                 "events": '[{"event.name": "gen_ai.user.message", "content": "hi", "role": "user"},'
                           ' {"event.name": "gen_ai.assistant.message", "content": "ho", "role": "assistant"}]',
                 "response": '{"instructions": "Be terse.", "output": [{"type": "message", "role": "assistant",'
                             ' "content": [{"type": "output_text", "text": "ho"}]}], "service_tier": "default", "tools":'
                             ' [{"type": "function", "name": "get_time", "parameters": null}]}',
                 "model_settings": '{"temperature": 0.2, "top_p": null, "store": null}'},
                kind="llm", scope="logfire.openai_agents", name="Responses API with {gen_ai.request.model!r}",
                fields={"param.temperature": 0.2, "param.all": None, "service_tier": "default", "tools": [
                            {"name": "get_time", "description": None, "parameters": None, "type": "function"}],
                        "input.messages": [{"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},
                                           {"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"logfire.msg": "Agent run: 'weather' failed: Error in agent run", "name": "weather",
                 "error": '{"message": "Error in agent run", "data": {"error": "Error code: 400 - Bad request"}}'},
                kind="agent", scope="logfire.openai_agents", name="Agent run: {name!r}", status=(2, ""),
                fields={"agent.name": "weather", "error.message": "Error code: 400 - Bad request"}),
        Example({"logfire.msg": "Chat completion with 'm'", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 42,
                 "gen_ai.usage.output_tokens": 17, "input": '[{"role": "user", "content": "hi"}]',
                 "output": '[{"role": "assistant", "content": "ho"}]',
                 "request_data": '{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]}',
                 "usage": '{"input_tokens_details": {"cached_tokens": 8}, "output_tokens_details": {"reasoning_tokens": 5}}'},
                kind="llm", scope="logfire.openai_agents", name="Chat completion with {gen_ai.request.model!r}",
                fields={"tokens.cache_read": 8, "tokens.reasoning": 5,
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"gen_ai.tool.name": "get_weather", "gen_ai.tool.call.id": "call_1", "tool_arguments": '{"city": "Paris"}',
                 "tool_response": "18", "logfire.msg": "running tool: get_weather"},
                kind="tool", scope="pydantic-ai", name="running tool",
                fields={"tool.name": "get_weather", "tool.args": {"city": "Paris"}, "tool.call_id": "call_1"}),
    ),
)
