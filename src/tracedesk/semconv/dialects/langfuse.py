"""Langfuse SDK v3 - v5 (OTel native)."""

from __future__ import annotations

from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Rule, below, call, resource
from tracedesk.semconv.documents import tools
from tracedesk.semconv.kinds import by
from tracedesk.semconv.messages import exchange
from tracedesk.semconv.parts import tool_response
from tracedesk.semconv.sources import each_json, quoted, span_name
from tracedesk.semconv.tokens import langchain_written
from tracedesk.semconv.values import count, dig, json_value, structure, text, usd
from tracedesk.semconv.view import View

_INPUT, _USAGE, _COST = ("langfuse.observation.input", "langfuse.observation.usage_details",
                         "langfuse.observation.cost_details")
_MARKS_OF_A_CALL = ("langfuse.observation.model.name", _USAGE, _COST, "langfuse.observation.model.parameters",
                    "langfuse.observation.prompt.name")


_SPLIT = "cache_creation_ephemeral_"
"""Where the LangChain handler puts Anthropic's split of the tokens written to a cache, beside their sum."""


def _unlabelled_generation(view: View) -> Kind | None:
    """SDKs up to 3.3.0 wrote `span` on generations: what only a model call has tells."""
    if view.attributes.get("langfuse.observation.type") == "span" and any(name in view.attributes for name in _MARKS_OF_A_CALL):
        return Kind.LLM
    return None


def _wraps_calls(view: View) -> Kind | None:
    """Langfuse calls the outer span of the Vercel AI SDK a generation too; its own name says that it only holds the calls."""
    operation = view.attributes.get("ai.operationId")
    return Kind.AGENT if isinstance(operation, str) and operation.startswith("ai.") and operation.count(".") == 1 and (
        operation.removeprefix("ai.").startswith(("generate", "stream"))) else None


def _usage(view: View, side: str, provider_key: str) -> int | None:
    """A provider's own object is inclusive; Langfuse's buckets exclude one another, so a side is their sum. Up to 4.0 its
    OpenAI wrapper for JavaScript put parts beside wholes that counted them: then the total is that of the wholes."""
    usage = view.decoded(_USAGE)
    if not isinstance(usage, dict):
        return None
    if "prompt_tokens" in usage or "completion_tokens" in usage:
        return count(usage.get(provider_key))
    if any(key in usage for key in ("input_tokens_details", "output_tokens_details")):
        return count(usage.get(f"{side}_tokens"))
    if count(usage.get("total")) == (count(usage.get("input")) or 0) + (count(usage.get("output")) or 0):
        return count(usage.get(side))
    found = [count(value) for key, value in usage.items() if isinstance(key, str) and _is_bucket(key, side, usage)]
    known = [number for number in found if number is not None]
    return sum(known) if known and any(usage.get(key) is not None for key in (side, f"{side}_tokens")) else None


def _is_bucket(key: str, side: str, usage: dict[str, Any]) -> bool:
    if key.endswith(("_5m", "_1h")) and key[:-3] in usage:
        return False
    if key.startswith(_SPLIT) and usage.get("cache_creation_input_tokens"):
        return False
    return key.startswith(side) or (side == "input" and "cache" in key and not key.startswith("output"))


def _written(view: View) -> int | None:
    """Tokens written to a cache: the sum, or LangChain's parts by time to live beside a sum of 0 (see `langchain_written`)."""
    usage = view.decoded(_USAGE)
    if not isinstance(usage, dict):
        return None
    known = count(dig(usage, "input_cache_creation|cache_creation_input_tokens|input_cache_creation_5m"))
    return known or langchain_written({key.removeprefix("input_"): value for key, value in usage.items()
                                       if isinstance(key, str)}) or known


def _input_tokens(view: View) -> int | None:
    return _usage(view, "input", "prompt_tokens")


def _output_tokens(view: View) -> int | None:
    return _usage(view, "output", "completion_tokens")


def _cost(view: View) -> float | None:
    """The total, else the sum of the parts."""
    costs = view.decoded(_COST)
    if not isinstance(costs, dict):
        return None
    if "total" in costs:
        return usd(costs["total"])
    known = [amount for amount in map(usd, costs.values()) if amount is not None]
    return sum(known) if known else None


def _parted(view: View) -> tuple[Any, list[Any]]:
    """The input without tool definitions, and those: the LangChain handler appends them as messages of role tool."""
    content = view.decoded(_INPUT)
    if isinstance(content, dict) and isinstance(content.get("messages"), list):
        listed, defined = content["messages"], list(content["tools"]) if isinstance(content.get("tools"), list) else []
    elif isinstance(content, list):
        listed, defined = content, []
    else:
        return view.attributes.get(_INPUT), []
    definitions = [item["content"] for item in listed if _is_definition(item)]
    return [item for item in listed if not _is_definition(item)] if definitions else content, defined + definitions


def _is_definition(item: Any) -> bool:
    if not isinstance(item, dict) or item.get("role") != "tool":
        return False
    content = structure(item.get("content"))
    return isinstance(content, dict) and content.get("type") == "function" and isinstance(content.get("function"), dict)


def _unquoted(view: View, content: Any) -> Any:
    """Until 3.2 a text is JSON like everything else (`_serialize` in langfuse/_client/attributes.py)."""
    if isinstance(content, str) and content[:1] == '"' and view.span.scope.version.startswith(("3.0.", "3.1.", "3.2.")):
        return json_value(content)
    return content


def _output(view: View) -> Any:
    return exchange(_unquoted(view, view.attributes.get("langfuse.observation.output")), "assistant")


def _input(view: View) -> Any:
    """The conversation. LangChain.js's handler writes a tool's name where its role should be, and no call id: where just one
    call of that name was made before, it is the answer to that."""
    messages = exchange(_unquoted(view, _parted(view)[0]), "user") or []
    calls: dict[str, list[Any]] = {}
    for message in messages:
        name = message["role"]
        if name in calls:
            call_id = calls[name][0] if len(calls[name]) == 1 else None
            message["role"] = "tool"
            message["parts"] = [tool_response(call_id, part["content"]) if part["type"] == "text" else part
                                for part in message["parts"]]
        for part in message["parts"]:
            if part["type"] == "tool_call" and part["name"]:
                calls.setdefault(part["name"], []).append(part["id"])
    return messages or None


def _tools(view: View) -> Any:
    return tools(_parted(view)[1])


def _level(value: Any) -> str | None:
    name = text(value)
    return None if name is None else {"DEFAULT": "info"}.get(name, name.lower())


def _error(view: View) -> str | None:
    """The status message, where it is about an error and not a warning."""
    if view.attributes.get("langfuse.observation.level") in (None, "ERROR"):
        return text(view.attributes.get("langfuse.observation.status_message"))
    return None


PART = Dialect(
    key="langfuse",
    title="Langfuse SDK v3 - v5 (OTel native)",
    priority=10,
    detect=(
        Detect(attrs=("langfuse.observation.type",)),
        Detect(scope=("langfuse-sdk", "langfuse")),
    ),
    weak=(Detect(prefix=("langfuse.",)),),
    kinds=(
        Rule("ai.operationId", ("ai.operationId",), _wraps_calls),
        Rule("langfuse.observation.type", ("langfuse.observation.type",), _unlabelled_generation),
        by("langfuse.observation.type", {
            "generation": "llm", "embedding": "embedding", "retriever": "retriever", "tool": "tool", "agent": "agent",
            "chain": "chain", "guardrail": "guardrail", "evaluator": "evaluator", "event": "other", "span": "chain",
        }),
    ),
    fields={
        "model.requested": "langfuse.observation.model.name",
        "model.response": "langfuse.observation.model.name",
        "provider": quoted("langfuse.observation.metadata.ls_provider", only="llm"),
        "service_tier": A("langfuse.observation.model.parameters", "service_tier"),
        "param.all": "langfuse.observation.model.parameters",
        "input.messages": call(_input, "langfuse.observation.input", needs="langfuse.observation.input", only="llm"),
        "output.messages": call(_output, "langfuse.observation.output", needs="langfuse.observation.output", only="llm"),
        "system": A("langfuse.observation.metadata.instructions", only="llm"),
        "tools": (call(_tools, "langfuse.observation.input", needs="langfuse.observation.input", only="llm"),
                  A("langfuse.observation.metadata.tools", only="llm")),
        "input.value": ("langfuse.observation.input", "langfuse.trace.input"),
        "output.value": ("langfuse.observation.output", "langfuse.trace.output"),
        "tool.name": span_name(only="tool", needs="langfuse.observation.type"),
        "tool.args": A("langfuse.observation.input", only="tool"),
        "tool.result": A("langfuse.observation.output", only="tool"),
        "retrieval.query": A("langfuse.observation.input", only="retriever"),
        "retrieval.documents": A("langfuse.observation.output", only="retriever"),
        "embedding.inputs": A("langfuse.observation.input", only="embedding"),
        "agent.name": span_name(only="agent", needs="langfuse.observation.type"),
        "tokens.input": call(
            _input_tokens, "langfuse.observation.usage_details", needs="langfuse.observation.usage_details",
        ),
        "tokens.output": call(
            _output_tokens, "langfuse.observation.usage_details", needs="langfuse.observation.usage_details",
        ),
        "tokens.total": A("langfuse.observation.usage_details", "total|total_tokens"),
        "tokens.cache_read": A(
            "langfuse.observation.usage_details",
            "input_cached_tokens|input_cache_read|cache_read_input_tokens|prompt_tokens_details.cached_tokens|"
            "input_tokens_details.cached_tokens",
        ),
        "tokens.cache_write": call(_written, _USAGE, needs=_USAGE),
        "tokens.cache_write_1h": A("langfuse.observation.usage_details",
                                   "input_cache_creation_1h|input_ephemeral_1h_input_tokens|"
                                   "cache_creation_ephemeral_1h_input_tokens"),
        "tokens.reasoning": A(
            "langfuse.observation.usage_details",
            "output_reasoning_tokens|output_reasoning|completion_tokens_details.reasoning_tokens|"
            "output_tokens_details.reasoning_tokens",
        ),
        "cost.input": A("langfuse.observation.cost_details", "input"),
        "cost.output": A("langfuse.observation.cost_details", "output"),
        "cost.total": call(_cost, "langfuse.observation.cost_details", needs="langfuse.observation.cost_details"),
        "cost.details": "langfuse.observation.cost_details",
        "first_token_time": "langfuse.observation.completion_start_time",
        "finish_reasons": quoted("langfuse.observation.metadata.finish_reason"),
        "user.id": ("user.id", "langfuse.user.id", "langfuse.trace.user_id"),
        "session.id": ("session.id", "langfuse.session.id"),
        "tags": ("langfuse.trace.tags", "langfuse.tags"),
        "metadata": (
            below("langfuse.observation.metadata", form=each_json),
            below("langfuse.trace.metadata", form=each_json),
            "langfuse.observation.metadata",
            "langfuse.trace.metadata",
            "langfuse.metadata",
        ),
        "prompt.name": ("langfuse.observation.prompt.name", "langfuse.prompt.name"),
        "prompt.version": ("langfuse.observation.prompt.version", "langfuse.prompt.version"),
        "environment": ("langfuse.environment", resource("langfuse.environment")),
        "release": ("langfuse.release", "langfuse.version", resource("langfuse.release")),
        "level": A("langfuse.observation.level", form=_level),
        "error.message": call(
            _error, "langfuse.observation.status_message", needs="langfuse.observation.status_message",
        ),
        "display_name": "langfuse.trace.name",
        "experiment": below("langfuse.experiment"),
    },
    examples=(
        Example({"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o-mini-2024-07-18",
                 "langfuse.observation.input": '[{"role": "user", "content": "hi"}]',
                 "langfuse.observation.output": '{"role": "assistant", "content": "ho"}',
                 "langfuse.observation.usage_details": '{"input": 34, "input_cached_tokens": 8, "output": 12,'
                                                       ' "output_reasoning_tokens": 5, "total": 59}',
                 "langfuse.observation.model.parameters": '{"temperature": 0.2, "service_tier": "flex"}',
                 "langfuse.observation.metadata.ls_provider": '"openai"', "langfuse.trace.name": "flow", "session.id": "s-1"},
                kind="llm", scope="langfuse-sdk",
                fields={"model.response": "gpt-4o-mini-2024-07-18", "tokens.input": 42, "tokens.output": 17,
                        "tokens.cache_read": 8, "tokens.reasoning": 5, "param.temperature": 0.2, "session.id": "s-1",
                        "provider": "openai", "service_tier": "flex",
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o-mini",
                 "langfuse.observation.usage_details": '{"prompt_tokens": 42, "completion_tokens": 17,'
                                                       ' "prompt_tokens_details": {"cached_tokens": 8}}'},
                kind="llm", scope="langfuse-sdk",
                fields={"tokens.input": 42, "tokens.output": 17, "tokens.cache_read": 8, "model.requested": "gpt-4o-mini"}),
        Example({"langfuse.observation.type": "generation", "langfuse.observation.model.name": "claude-sonnet-4-5",
                 "langfuse.observation.metadata.ls_provider": '"anthropic"',
                 "langfuse.observation.usage_details": '{"cache_creation_input_tokens": 12, "cache_read_input_tokens": 0,'
                                                       ' "input": 31, "output": 27, "cache_creation_ephemeral_1h_input_tokens":'
                                                       ' 0, "cache_creation_ephemeral_5m_input_tokens": 12}'},
                kind="llm", scope="langfuse-sdk", name="ChatAnthropic",
                fields={"tokens.input": 43, "tokens.output": 27, "tokens.cache_write": 12, "provider": "anthropic",
                        "model.requested": "claude-sonnet-4-5"}),
        Example({"langfuse.observation.type": "tool", "langfuse.observation.input": '{"city": "Paris"}',
                 "langfuse.observation.output": '{"temp_c": 18}'},
                kind="tool", scope="langfuse-sdk", name="get_weather",
                fields={"tool.name": "get_weather", "tool.args": {"city": "Paris"}, "tool.result": {"temp_c": 18}}),
        Example({"langfuse.observation.type": "generation", "langfuse.observation.usage_details":
                 '{"input": 42, "output": 17, "total": 59, "input_cached_tokens": 8, "output_reasoning_tokens": 5}'},
                kind="llm", scope="langfuse-sdk", name="OpenAI.chat",
                fields={"tokens.input": 42, "tokens.output": 17, "tokens.cache_read": 8, "tokens.reasoning": 5}),
    ),
)
