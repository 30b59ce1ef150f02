"""Gemini CLI (@google/gemini-cli): spans of its model calls, tools and agents under OTel GenAI names, content in Gemini's form.

Read from runs of 0.61. The system prompt is JSON text, and the output of a stream one message for each chunk. Cached tokens,
thoughts, the model that answered and why it stopped are only in `gemini_cli.api_response` records, which name no span.
"""

from __future__ import annotations

from typing import Any

from tracedesk.model.llm import Message
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, resource
from tracedesk.semconv.fields import chat_output, system
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.parts import tool_call, tool_response
from tracedesk.semconv.values import dig, load_json, structure


def _spoken(value: Any) -> list[Message] | None:
    """One answer of the chunks of a stream."""
    found: list[Message] = chat_output(value) or []
    for message in found[1:]:
        for part in message["parts"]:
            last = found[0]["parts"][-1] if found[0]["parts"] else None
            if last is not None and last["type"] == part["type"] and last["type"] in ("text", "reasoning"):
                last["content"] += part["content"]
            else:
                found[0]["parts"].append(part)
    return found[:1] or None


def _system(value: Any) -> Any:
    found = load_json(value) if isinstance(value, str) and value.startswith('"') else None
    return found if isinstance(found, str) else system(value)


_RESPONSE = "response.responseParts[0].functionResponse.response|response.resultDisplay"


def _entries(value: Any) -> list[dict[str, Any]]:
    found = structure(value)
    return [entry for entry in (found if isinstance(found, list) else [found]) if isinstance(entry, dict)]


def _calls(value: Any) -> list[Message] | None:
    """What a tool, or the scheduler of several, was asked for."""
    found = [tool_call(entry.get("callId"), entry["name"], entry.get("args")) for entry in _entries(value) if "name" in entry]
    return [{"role": "assistant", "parts": found}] if found else None


def _results(value: Any) -> list[Message] | None:
    found = [tool_response(dig(entry, "request.callId"), dig(entry, _RESPONSE)) for entry in _entries(value)
             if "response" in entry]
    return [{"role": "tool", "parts": found}] if found else None


def _failed(value: Any) -> bool | None:
    return {"error": True, "cancelled": True, "success": False}.get(value) if isinstance(value, str) else None


PART = Dialect(
    key="gemini_cli",
    title="Gemini CLI (@google/gemini-cli)",
    priority=32,
    detect=(
        Detect(scope=("gemini-cli",)),
        Detect(resource=(("service.name", "gemini-cli"),), attrs=("gen_ai.operation.name",)),
    ),
    kinds=OTEL_KINDS,
    fields={
        "input.messages": (A("gen_ai.input.messages", only="tool chain", form=_calls), "gen_ai.input.messages"),
        "output.messages": (A("gen_ai.output.messages", only="tool chain", form=_results),
                            A("gen_ai.output.messages", form=_spoken)),
        "system": A("gen_ai.system_instructions", form=_system),
        "tools": "gen_ai.tool.definitions",
        "tool.call_id": A("gen_ai.tool.call_id", only="tool"),
        "tool.args": A("gen_ai.input.messages", "args", only="tool"),
        "tool.result": A("gen_ai.output.messages", _RESPONSE, only="tool"),
        "tool.is_error": A("gen_ai.output.messages", "status", only="tool", form=_failed),
        "error.type": ("error.type", A("gen_ai.output.messages", "response.errorType", only="tool")),
        "session.id": ("gen_ai.conversation.id", resource("session.id")),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "llm_call", "gen_ai.request.model": "gemini-2.5-flash",
                 "gen_ai.conversation.id": "s-1", "gen_ai.system_instructions": '"Be terse.\\nYou are a \\u2600 bot."',
                 "gen_ai.input.messages": '[{"role": "user", "parts": [{"text": "hi"}]}]',
                 "gen_ai.output.messages": '[{"role": "model", "parts": [{"text": "It is s"}]},'
                                           ' {"role": "model", "parts": [{"text": "unny."}]}]',
                 "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 12},
                kind="llm", scope="gemini-cli", name="llm_call",
                fields={"session.id": "s-1", "tokens.input": 42, "system": "Be terse.\nYou are a \u2600 bot.",
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "It is sunny."}]}]}),
        Example({"gen_ai.operation.name": "tool_call", "gen_ai.tool.name": "read_file", "gen_ai.tool.call_id": "c1",
                 "gen_ai.input.messages": '{"callId": "c1", "name": "read_file", "args": {"file_path": "a.txt"}}',
                 "gen_ai.output.messages": '{"status": "error", "response": {"errorType": "file_not_found", "responseParts":'
                                           ' [{"functionResponse": {"response": {"error": "no such file"}}}]}}'},
                kind="tool", scope="gemini-cli", name="tool_call",
                fields={"input.messages": [{"role": "assistant", "parts": [
                            {"type": "tool_call", "id": "c1", "name": "read_file", "arguments": {"file_path": "a.txt"}}]}],
                        "tool.name": "read_file", "tool.call_id": "c1", "tool.args": {"file_path": "a.txt"},
                        "tool.result": {"error": "no such file"}, "tool.is_error": True, "error.type": "file_not_found"}),
    ),
)
