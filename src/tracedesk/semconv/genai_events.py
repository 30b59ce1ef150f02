"""Messages that came one per event: log records, or span events (OTel GenAI 1.28 - 1.36, Strands, Azure, Semantic Kernel).

Four encodings of the same thing exist: a log record with a map as its body; one with a JSON text; a span event with the
JSON in `gen_ai.event.content`; a span event with the parts as attributes (`content`, `role`, `id`, for a choice `message`).
The name of a log event is in its field or in the attribute `event.name`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tracedesk.model.llm import Message
from tracedesk.semconv.dialect import LOGS, Source, call
from tracedesk.semconv.messages import blocks_chat, exchange, one_message
from tracedesk.semconv.values import count, load_json, structure
from tracedesk.semconv.view import View, event_name

ROLES = {"gen_ai.system.message": "system", "gen_ai.user.message": "user", "gen_ai.assistant.message": "assistant",
         "gen_ai.tool.message": "tool"}
CHOICE = "gen_ai.choice"
_ELIDED = "<elided>"
"""What OpenTelemetry for Google's client writes where content may not be recorded."""

_INDEXES = ("gen_ai.message.index", "chat_message_index", "CHAT_MESSAGE_INDEX", "message.index")


def input_logs() -> Source:
    """Input messages from log records."""
    return call(_input_logs, "log:gen_ai.*.message", needs=LOGS)


def output_logs() -> Source:
    """Output messages from log records."""
    return call(_output_logs, "log:gen_ai.choice", needs=LOGS)


def input_events(*, only: str = "llm agent chain other") -> Source:
    """Input messages from span events."""
    return call(_input_events, "event:gen_ai.*.message", needs=tuple("@" + name for name in ROLES), only=only)


def output_events(*, only: str = "llm agent chain other") -> Source:
    """Output messages from span events."""
    return call(_output_events, "event:gen_ai.choice", needs="@" + CHOICE, only=only)


def input_list(attr: str, *, only: str = "") -> Source:
    """Input messages from a JSON list of such events in one attribute (Pydantic AI, format version 1)."""
    return call(lambda view: _messages(_listed(view, attr), wanted=ROLES.__contains__), attr, needs=attr, only=only)


def output_list(attr: str, *, only: str = "") -> Source:
    """Output messages from a JSON list of events in one attribute."""
    return call(lambda view: _messages(_listed(view, attr), wanted=CHOICE.__eq__), attr, needs=attr, only=only)


def _listed(view: View, attr: str) -> Iterable[tuple[str, Any]]:
    found = view.decoded(attr)
    for item in found if isinstance(found, list) else ():
        if isinstance(item, dict):
            yield str(item.get("event.name") or _event(item)), item


def _event(item: dict[str, Any]) -> str:
    """The name of an event that does not say it (Logfire, of Google's client): an answer has an index, all others a role."""
    return CHOICE if "index" in item else f"gen_ai.{item.get('role')}.message"


def _input_logs(view: View) -> list[Message] | None:
    return _messages(_records(view, ROLES.__contains__), wanted=ROLES.__contains__)


def _output_logs(view: View) -> list[Message] | None:
    return _messages(_records(view, CHOICE.__eq__), wanted=CHOICE.__eq__)


def _input_events(view: View) -> list[Message] | None:
    return _messages(((event.name, _body_of(event.attributes)) for event in view.events), wanted=ROLES.__contains__)


def _output_events(view: View) -> list[Message] | None:
    return _messages(((event.name, _body_of(event.attributes)) for event in view.events), wanted=CHOICE.__eq__)


def _records(view: View, wanted: Callable[[str], bool]) -> Iterable[tuple[str, Any]]:
    """(event name, body) in the order of the index that some SDKs write, else of time, then of arrival."""
    found = []
    for at, record in enumerate(view.logs):
        if not wanted(event_name(record)):
            continue
        index = next((count(record.attributes[key]) for key in _INDEXES if key in record.attributes), None)
        found.append((record.time_ns if index is None else 0, -1 if index is None else index, at, record))
    if any(index < 0 for _, index, _, _ in found):
        found = [(record.time_ns, 0, at, record) for _, _, at, record in found]
    for _, _, _, record in sorted(found, key=lambda entry: entry[:3]):
        body = record.body
        if isinstance(body, str):
            parsed = load_json(body) if body[:1] in ("{", "[") else None
            body = {"content": body} if parsed is None else parsed
        if not body:
            body = _body_of(record.attributes)
        yield event_name(record), body


def _body_of(attributes: Mapping[str, Any]) -> Any:
    """What a span event says: its JSON, or its own attributes."""
    packed = attributes.get("gen_ai.event.content")
    if packed is not None:
        found = structure(packed)
        return {"content": packed} if found is None else found
    return attributes


def _messages(found: Iterable[tuple[str, Any]], wanted: Callable[[str], bool]) -> list[Message] | None:
    made: list[Message] = []
    answered: set[str] = set()
    for name, body in found:
        if not wanted(name):
            continue
        for message in _read(body, ROLES.get(name, "assistant"), is_choice=name == CHOICE):
            ids = {str(part.get("id")) if part["type"] == "tool_call_response" else "" for part in message["parts"]}
            if not ids or not ids <= answered:         # Bedrock's tool results come once more, as a user's message
                made.append(message)
            answered |= ids - {"", "None"}
    return made or None


def _read(body: Any, role: str, *, is_choice: bool) -> list[Message]:
    if isinstance(body, list):
        return exchange(body, role) or []
    if not isinstance(body, Mapping):
        return []
    if not is_choice:
        return _said(body, role)
    message = body.get("message")
    if isinstance(message, Mapping):
        inner = dict(message)
        for key in ("finish_reason", "tool_calls"):
            if body.get(key) is not None:
                inner.setdefault(key, body[key])
        return _said(inner, role)
    if message is not None:
        return _said({**body, "content": message}, role)
    return _said(body, role)


def _said(body: Mapping[str, Any], role: str) -> list[Message]:
    content = body.get("content")
    if content == _ELIDED:
        return []
    if isinstance(content, Mapping) and isinstance(content.get("parts"), list):      # Gemini's content, with its own role
        body = {"role": content.get("role"), **body, "content": content["parts"]}
        content = body["content"]
    if isinstance(content, str) and content[:1] == "[":
        blocks = blocks_chat(content, role)
        if blocks and any(part["type"] != "text" or part["content"] != content for part in blocks[0]["parts"]):
            reason = body.get("finish_reason")
            if reason is not None:
                blocks[-1] = one_message({**blocks[-1], "finish_reason": reason}, role)
            return blocks
    known = {key: body[key] for key in ("role", "content", "parts", "tool_calls", "toolCalls", "tool_call_id", "id", "name",
                                        "finish_reason", "reasoning_content", "refusal") if body.get(key) is not None}
    made = one_message(known, role)
    return [made] if made["parts"] or "content" in known else []


def first_event_wait(name: str) -> Source:
    """Seconds from the span's start to its first event of that name."""
    def wait(view: View) -> float | None:
        found = view.event(name)
        return None if found is None else (found.time_ns - view.span.start_ns) / 1e9

    return call(wait, f"event:{name}", needs="@" + name)
