"""Pydantic AI (format versions 1-6) and Logfire integrations."""

from __future__ import annotations

from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Rule, below, call
from tracedesk.semconv.fields import levels
from tracedesk.semconv.genai_events import CHOICE, input_list, output_list
from tracedesk.semconv.kinds import OTEL_KINDS, by, has, named
from tracedesk.semconv.messages import exchange
from tracedesk.semconv.otel import OTEL_CACHE_READ, OTEL_CACHE_WRITE, OTEL_FIELDS, OTEL_REASONING, OTEL_TIER
from tracedesk.semconv.sources import quoted
from tracedesk.semconv.tokens import add_cached
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


_REQUESTS = {"Chat Completion with ": Kind.LLM, "Completion with ": Kind.LLM, "Message with ": Kind.LLM,
             "Responses API with ": Kind.LLM, "streaming response from ": Kind.LLM, "Embedding Creation with ": Kind.EMBEDDING}


def _requested(view: View) -> Kind | None:
    """Logfire's names of calls, all that tells them until 4.x (`integrations/llm_providers` of 2.11, 3.14 and 4.3)."""
    return next((kind for name, kind in _REQUESTS.items() if view.name.startswith(name)), None)


def _model_request(view: View) -> Kind | None:
    """Pydantic AI until 0.0.19 names no operation."""
    return Kind.LLM if view.name.startswith("model request") else None


def _said(view: View) -> list[Any] | None:
    """Logfire 4.x, of OpenAI's Responses: events that end with the answer as an assistant's message, where no choice is."""
    found = view.decoded("events")
    if not isinstance(found, list) or "gen_ai.usage.output_tokens" not in view.attributes or not all(
            isinstance(item, dict) and item.get("event.name") != CHOICE for item in found):
        return None
    return found


def _answer_at(found: list[Any]) -> int:
    at = len(found)
    while at and found[at - 1].get("event.name") == "gen_ai.assistant.message":
        at -= 1
    return at


def _before_answer(view: View) -> Any:
    found = _said(view)
    return found[:_answer_at(found)] or None if found else None


def _answer(view: View) -> Any:
    found = _said(view)
    return found[_answer_at(found):] or None if found else None


def _history_turn(value: Any) -> Any:
    """Pydantic AI until 0.0.19: the answer as a turn of its history."""
    found = structure(value)
    return exchange(found, "assistant") if isinstance(found, dict) and found.get("kind") == "response" else None


def _settle(view: View, fields: LlmFields) -> None:
    """A usage inside response_data is the provider's own, and Anthropic's counts cached tokens apart."""
    if fields.sources.get("tokens.input") == "response_data":
        usage = dig(view.decoded("response_data"), "usage")
        if "cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage:
            add_cached(fields)


def _message(value: Any) -> Any:
    """An answer in response_data. Anthropic's calls have no id until 4.3, and for arguments the JSON of {"input": ...}."""
    calls = value.get("tool_calls") if isinstance(value, dict) else None
    if not isinstance(calls, list):
        return exchange(value, "assistant")
    return exchange({**value, "tool_calls": [_given(one) for one in calls]}, "assistant")


def _given(one: Any) -> Any:
    function = one.get("function") if isinstance(one, dict) else None
    if not isinstance(function, dict) or one.get("id"):
        return one
    arguments = structure(function.get("arguments"))
    if not isinstance(arguments, dict) or set(arguments) != {"input"}:
        return one
    return {**one, "function": {**function, "arguments": arguments["input"]}}


_CONTENT = frozenset({"messages", "input", "model", "tools", "system", "instructions"})


def _parameters(value: Any) -> Any:
    """What else was asked for than content."""
    found = structure(value)
    return {key: item for key, item in found.items() if key not in _CONTENT} or None if isinstance(found, dict) else None


_CACHED_PATH = "usage.prompt_tokens_details.cached_tokens|usage.cache_read_input_tokens"


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
        named(r"^running (tools|\d+ tools?|\{tools)", "chain"),
        Rule("span name", ("request_data",), _requested),
        Rule("span name", ("run_step",), _model_request),
        has("agent", "model_name", "agent_name", guess=True),
        by("logfire.span_type", {"log": "other"}, guess=True),
    ),
    fields={
        "model.requested": ("gen_ai.request.model", "model_name", A("request_data", "model")),
        "cost.total": "operation.cost",
        "tokens.cache_read": (*OTEL_CACHE_READ, A("gen_ai.usage.raw", _RAW_CACHE_READ),
                              A("usage", "input_tokens_details.cached_tokens|details.cached_tokens", only="llm agent"),
                              A("response_data", _CACHED_PATH, only="llm"),
                              A("response", "usage.input_tokens_details.cached_tokens", only="llm")),
        "tokens.cache_write": (*OTEL_CACHE_WRITE, A("gen_ai.usage.raw", "cache_creation_input_tokens"),
                               A("response_data", "usage.cache_creation_input_tokens", only="llm")),
        "tokens.reasoning": (*OTEL_REASONING,
                             A("usage", "output_tokens_details.reasoning_tokens|details.reasoning_tokens", only="llm agent"),
                             A("response_data", "usage.completion_tokens_details.reasoning_tokens", only="llm"),
                             A("response", "usage.output_tokens_details.reasoning_tokens", only="llm")),
        "tokens.input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens",
                         A("response_data", "usage.prompt_tokens|usage.input_tokens", only="llm embedding"),
                         A("usage", "request_tokens", only="llm agent")),
        "tokens.output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens",
                          A("response_data", "usage.completion_tokens|usage.output_tokens", only="llm"),
                          A("usage", "response_tokens", only="llm agent")),
        "agent.name": ("gen_ai.agent.name", "agent_name", A("name", only="agent")),
        "tool.name": (A("gen_ai.tool.name", only="tool mcp"), A("name", only="tool")),
        "agent.id": ("gen_ai.agent.id", "gen_ai.agent.call.id"),
        "tool.args": ("gen_ai.tool.call.arguments", "tool_arguments", A("input", only="tool")),
        "tool.result": ("gen_ai.tool.call.result", "tool_response", A("output", only="tool")),
        "input.messages": (
            "gen_ai.input.messages",
            A("pydantic_ai.all_messages", only="agent"),
            call(_asked, "raw_input", needs="raw_input", only="llm"),
            call(_before_answer, "events", needs="events", only="llm"),
            input_list("events"),
            input_list("all_messages_events", only="agent"),
            "all_messages",
            A("input", only="llm"),            # OpenAI Agents on chat completions: request_data ends with the answer
            A("request_data", "messages|input"),
        ),
        "output.messages": (
            "gen_ai.output.messages", output_list("events"),
            A("response_data", "message|combined_chunk_content", form=_message),
            A("response", "output", only="llm"), A("output", only="llm"),
            call(_answer, "events", needs="events", only="llm"), A("response", only="llm", form=_history_turn),
        ),
        "response.id": ("gen_ai.response.id", A("response", "id", only="llm"),
                        A("output", "[0].output[0].provider_data.response_id", only="llm")),
        "system": ("gen_ai.system_instructions", A("request_data", "system|instructions", only="llm")),
        "tools": (
            "gen_ai.tool.definitions", A("model_request_parameters", "function_tools"), A("response", "tools", only="llm"),
            A("request_data", "tools", only="llm"),
        ),
        "param.all": (A("model_settings", form=_settings), A("request_data", only="llm", form=_parameters)),
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
    settle=_settle,
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
