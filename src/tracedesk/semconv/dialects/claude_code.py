"""Claude Code / Claude Agent SDK telemetry (spans beta, log events, metrics)."""

from __future__ import annotations

import re
from typing import Any

from tracedesk.model.llm import Message
from tracedesk.model.span import LogRecord
from tracedesk.semconv.dialect import LOGS, A, Detect, Dialect, Example, call, event
from tracedesk.semconv.fields import chat_input, chat_output, milliseconds
from tracedesk.semconv.kinds import by
from tracedesk.semconv.values import flag, json_value, text
from tracedesk.semconv.view import View

_SLACK_NS = 2_000_000_000
"""A record is written at the end of its call; clocks and batching move it by less than this."""


_HEADED = re.compile(r"\[(?:USER|USER PROMPT|TOOL INPUT: [^\]\n]+|TOOL RESULT: ([^\]\n]+))\]\n")
_NEXT = re.compile(r"\n\n---\n\n(?=\[(?:USER|TOOL RESULT: [^\]\n]+)\]\n)")
"""With detailed tracing every text has a heading, and the new messages of a request stand in one text (2.1.119 to 2.1.332)."""


def _logged(value: Any) -> str | None:
    """A text that was logged, without its heading; `<REDACTED>` stands for one that was not."""
    found = text(value)
    if found is not None and (heading := _HEADED.match(found)):
        found = text(found[heading.end():])
    return None if found is None or found.strip() == "<REDACTED>" else found


def _logged_json(value: Any) -> Any:
    said = _logged(value)
    return None if said is None else json_value(said if isinstance(value, str) else value)


def _said_by_user(value: Any) -> Any:
    return None if _logged(value) is None else chat_input(value)


def _context(value: Any) -> list[Message] | None:
    """The messages that a request adds to the conversation: what the user said and what tools gave back, by call id."""
    found = text(value)
    if found is None or not _HEADED.match(found):
        return _said_by_user(value)
    said: list[dict[str, Any]] = []
    for section in _NEXT.split(found):
        heading = _HEADED.match(section)
        body = section[heading.end():] if heading else section
        if heading and heading[1]:
            said.append({"role": "tool", "tool_call_id": heading[1], "content": body})
        else:
            said.append({"role": "user", "content": body})
    return chat_input(said)


def _said_by_model(value: Any) -> Any:
    return None if _logged(value) is None else chat_output(value)


def _failed(value: Any) -> bool | None:
    succeeded = flag(value)
    return None if succeeded is None else not succeeded


_MATCHED = ("model", "input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


def _request(view: View) -> LogRecord | None:
    """The api_request record of a call. It names the parent span, so the call is known by its figures and its time."""
    best: tuple[int, LogRecord] | None = None
    for record in (*view.logs, *view.others):
        said, end = record.attributes, view.span.end_ns or view.span.start_ns
        if said.get("event.name") != "api_request" or not view.span.start_ns <= record.time_ns <= end + _SLACK_NS:
            continue
        if all(str(said.get(name)) == str(view.attributes.get(name)) for name in _MATCHED):
            off = abs(record.time_ns - end)
            if best is None or off < best[0]:
                best = (off, record)
    return None if best is None else best[1]


def _written_1h(view: View) -> Any:
    record = _request(view)
    return None if record is None else record.attributes.get("cache_creation_1h_tokens")


def _tool_failed(view: View) -> bool | None:
    """What the tool_result record of a tool's call says. The span itself is never an error, only the execution inside it."""
    call_id = view.attributes.get("tool_use_id")
    for record in (*view.logs, *view.others) if call_id else ():
        said = record.attributes
        if said.get("tool_use_id") == call_id and said.get("event.name") == "tool_result":
            return _failed(said.get("success"))
    return None


def _subagent(value: Any) -> str | None:
    """The agent that asks, of `agent:builtin:general-purpose`."""
    return value.rpartition(":")[2] or None if isinstance(value, str) and value.startswith("agent:") else None


def _cost(view: View) -> Any:
    record = _request(view)
    return None if record is None else record.attributes.get("cost_usd")


def _fast(value: Any) -> str | None:
    """The tier of a call in fast mode, which has a price of its own; ordinary speed is no tier."""
    return "fast" if value == "fast" else None


def _answer(view: View) -> str | None:
    """The answer's text: the assistant_response record that follows the api_request. Tool calls are not in it, so it is
    the generic output and not the message."""
    request = _request(view)
    if request is None:
        return None
    for record in (*view.logs, *view.others):
        said = record.attributes
        if (said.get("event.name") == "assistant_response" and said.get("model") == request.attributes.get("model")
                and said.get("prompt.id") == request.attributes.get("prompt.id")
                and 0 <= record.time_ns - request.time_ns <= _SLACK_NS // 20):
            return _logged(said.get("response"))
    return None


PART = Dialect(
    key="claude_code",
    title="Claude Code / Claude Agent SDK telemetry (spans beta, log events, metrics)",
    priority=9,
    detect=(
        Detect(scope=("com.anthropic.claude_code",)),
        Detect(resource=(("service.name", "claude-code"),)),
        Detect(span_name=("claude_code.",)),
    ),
    kinds=(
        by("span.type", {
            "interaction": "agent", "llm_request": "llm", "tool": "tool", "tool.execution": "other",
            "tool.blocked_on_user": "other", "hook": "guardrail",
        }, strip="claude_code."),
    ),
    fields={
        "model.requested": ("gen_ai.request.model", "model"),
        "model.response": "model",
        "provider": "gen_ai.system",
        "input.messages": (
            A("user_prompt", only="agent", form=_said_by_user),
            A("new_context", only="llm", form=_context),
        ),
        "output.messages": A("response.model_output", form=_said_by_model),
        "system": A("system_prompt_preview", form=_logged),
        "tools": "tools",
        "input.value": A("user_prompt", form=_logged),
        "output.value": call(_answer, "log:claude_code.assistant_response/response", needs=LOGS, only="llm"),
        "tokens.input": "input_tokens",
        "tokens.output": "output_tokens",
        "tokens.cache_read": "cache_read_tokens",
        "tokens.cache_write": "cache_creation_tokens",
        "tokens.cache_write_1h": call(_written_1h, "log:claude_code.api_request/cache_creation_1h_tokens", needs=LOGS,
                                      only="llm"),
        "cost.total": call(_cost, "log:claude_code.api_request/cost_usd", needs=LOGS, only="llm"),
        "finish_reasons": ("gen_ai.response.finish_reasons", "stop_reason"),
        "ttft_s": A("ttft_ms", form=milliseconds),
        "service_tier": A("speed", form=_fast),
        "response.id": "request_id",
        "tool.name": "tool_name",
        "tool.call_id": ("gen_ai.tool.call.id", "tool_use_id"),
        "tool.args": (A("tool_input", form=_logged_json), "full_command", "file_path", "skill_name", "subagent_type"),
        "tool.result": (
            event("tool.output", "output|content|diff", only="tool", form=_logged),
            A("new_context", only="tool", form=_logged_json),
        ),
        "tool.is_error": (A("success", only="tool other", form=_failed),
                          call(_tool_failed, "log:claude_code.tool_result/success", needs=LOGS, only="tool")),
        "user.id": ("user.id", "user.account_uuid", "user.email"),
        "session.id": "session.id",
        "metadata": (
            "prompt.id",
            "terminal.type",
            "organization.id",
            "app.version",
            "speed",
            "attempt",
            "query_source",
        ),
        "agent.name": ("subagent_type", A("query_source", only="llm", form=_subagent)),
        "error.message": "error",
        "error.type": ("error_type", "status_code"),
    },
    input_has_cache=False,
    examples=(
        Example({"span.type": "llm_request", "model": "claude-sonnet-4-20250514", "gen_ai.system": "anthropic",
                 "input_tokens": 33, "output_tokens": 21, "cache_read_tokens": 20, "cache_creation_tokens": 0,
                 "ttft_ms": 15, "stop_reason": "end_turn", "request_id": "req_1", "session.id": "s-1"},
                kind="llm", scope="com.anthropic.claude_code.tracing", name="claude_code.llm_request",
                fields={"tokens.input": 53, "tokens.output": 21, "tokens.cache_read": 20, "ttft_s": 0.015,
                        "finish_reasons": ["stop"], "session.id": "s-1"}),
        Example({"span.type": "tool", "tool_name": "Read", "file_path": "/srv/notes.txt", "success": "false"},
                kind="tool", scope="com.anthropic.claude_code.tracing", name="claude_code.tool",
                fields={"tool.name": "Read", "tool.args": "/srv/notes.txt", "tool.is_error": True}),
        Example({"span.type": "llm_request", "model": "claude-sonnet-4-5", "query_source": "agent:builtin:general-purpose",
                 "new_context": "[TOOL RESULT: c2]\nFile does not exist.\n\n---\n\n[TOOL RESULT: c1]\n18 degrees"},
                kind="llm", scope="com.anthropic.claude_code.tracing", name="claude_code.llm_request",
                fields={"agent.name": "general-purpose", "input.messages": [
                    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c2", "response": "File does not exist."}]},
                    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "18 degrees"}]}]}),
        Example({"span.type": "tool", "tool_name": "Read", "tool_use_id": "c1", "file_path": "/srv/notes.txt",
                 "tool_input": '[TOOL INPUT: Read]\n{"file_path":"/srv/notes.txt"}',
                 "new_context": "[TOOL RESULT: Read]\nno such file"},
                kind="tool", scope="com.anthropic.claude_code.tracing", name="claude_code.tool",
                logs=(("", "claude_code.tool_result", {"event.name": "tool_result", "tool_use_id": "c1", "success": "false"}),),
                fields={"tool.args": {"file_path": "/srv/notes.txt"}, "tool.result": "no such file", "tool.is_error": True}),
    ),
)
