"""The request of a model step, put together again for an endpoint that speaks OpenAI's chat completions, and as code to paste.

What the trace does not hold is not made up: without messages there is no request (`missing` says so). Nothing is sent here.
"""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Mapping
from typing import Any

from tracedesk.model.llm import LlmFields, Message
from tracedesk.replay.speech import asked_for, results, said, written
from tracedesk.replay.words import opened

PUBLIC = "https://api.openai.com/v1"
_PARAMETERS = {
    "param.temperature": "temperature", "param.top_p": "top_p", "param.max_tokens": "max_tokens", "param.stop": "stop",
    "param.seed": "seed", "param.presence_penalty": "presence_penalty", "param.frequency_penalty": "frequency_penalty",
    "param.n": "n", "param.reasoning_effort": "reasoning_effort", "param.tool_choice": "tool_choice"}


def missing(fields: LlmFields) -> str:
    """Why the request cannot be put together, or ""."""
    if not _messages(fields):
        return "The messages of this call were not sent."
    if not _model(fields):
        return "The model of this call was not sent."
    return ""


def request_body(fields: LlmFields) -> dict[str, Any]:
    """The body of a chat completion: model, messages, tools and parameters, as far as the trace holds them."""
    recorded = opened(fields.values.get("input.value"))
    if isinstance(recorded, dict) and isinstance(recorded.get("messages"), list) and isinstance(recorded.get("model"), str):
        return {key: value for key, value in recorded.items() if key != "stream"}
    turns = [turn for message in _messages(fields) for turn in _turns(message)]
    body: dict[str, Any] = {"model": _model(fields), "messages": turns}
    tools = [tool for tool in fields.values.get("tools") or () if isinstance(tool, dict) and tool.get("name")]
    if tools:
        body["tools"] = [{"type": "function", "function": {key: tool[key] for key in ("name", "description", "parameters")
                                                           if tool.get(key) is not None}} for tool in tools]
    for field, name in _PARAMETERS.items():
        if fields.values.get(field) is not None:
            body[name] = fields.values[field]
    return body


def as_json(fields: LlmFields) -> str:
    """The body as JSON."""
    return _json(request_body(fields), indent=2)


def as_curl(fields: LlmFields, base_url: str = PUBLIC) -> str:
    """A curl command; the key is taken from the environment, it never stands in the text."""
    body = shlex.quote(_json(request_body(fields), indent=2))
    return (f"curl -sS {shlex.quote(base_url.rstrip('/') + '/chat/completions')} \\\n"
            '  -H "Authorization: Bearer $OPENAI_API_KEY" \\\n'
            f"  -H 'Content-Type: application/json' \\\n  -d {body}\n")


def as_python(fields: LlmFields, base_url: str = PUBLIC) -> str:
    """A script for the openai package."""
    return (f"{_client(base_url)}\nrequest = {_literal(request_body(fields))}\n\n"
            "response = client.chat.completions.create(**request)\nprint(response.choices[0].message)\n")


def as_pytest(fields: LlmFields, base_url: str = PUBLIC) -> str:
    """A test that makes the call again and expects what was recorded: the tools asked for, else the first words."""
    answer = [message for message in fields.values.get("output.messages") or () if _is_message(message)]
    tools = [call.name for call in asked_for(answer)]
    words = " ".join(written(answer).split()[:3])
    if tools:
        expects = ("    called = [call.function.name for call in message.tool_calls or ()]\n"
                   f"    assert called == {_literal(tools)}\n")
    elif words:
        expects = f"    assert (message.content or \"\").split()[:{len(words.split())}] == {_literal(words.split())}\n"
    else:
        expects = "    assert message.content or message.tool_calls\n"
    return (f"{_client(base_url)}\nREQUEST = {_literal(request_body(fields))}\n\n\ndef test_model_step() -> None:\n"
            "    message = client.chat.completions.create(**REQUEST).choices[0].message\n" + expects)


def _client(base_url: str) -> str:
    return ("import os\n\nfrom openai import OpenAI\n\n"
            f"client = OpenAI(base_url={json.dumps(base_url)}, api_key=os.environ[\"OPENAI_API_KEY\"])\n")


def _literal(value: Any) -> str:
    return pprint.pformat(value, width=100, sort_dicts=False)


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def _model(fields: LlmFields) -> str:
    name = fields.values.get("model.requested") or fields.values.get("model.response")
    return name if isinstance(name, str) else ""


def _messages(fields: LlmFields) -> list[Message]:
    found = fields.values.get("input.messages")
    return [message for message in found if _is_message(message)] if isinstance(found, list) else []


def _is_message(message: Any) -> bool:
    return isinstance(message, Mapping) and isinstance(message.get("parts"), list)


def _turns(message: Message) -> list[dict[str, Any]]:
    """One of our messages as OpenAI's: tool results become messages of their own."""
    turns: list[dict[str, Any]] = [
        {"role": "tool", "tool_call_id": call_id or "", "content": _text(response)} for call_id, response in results([message])]
    role = message.get("role") if isinstance(message.get("role"), str) else "user"
    calls = asked_for([message])
    images = [part for part in message["parts"] if isinstance(part, dict) and part.get("type") in ("uri", "blob")]
    text = said(message)
    if role == "tool" and turns and not text:
        return turns
    turn: dict[str, Any] = {"role": role, "content": text}
    if images:
        turn["content"] = [*([{"type": "text", "text": text}] if text else []),
                           *({"type": "image_url", "image_url": {"url": _image(part)}} for part in images)]
    if calls:
        turn["content"] = text or None
        turn["tool_calls"] = [{"id": call.call_id or "", "type": "function",
                               "function": {"name": call.name, "arguments": _text(call.arguments)}} for call in calls]
    return [*turns, turn] if text or calls or images or not turns else turns


def _image(part: Mapping[str, Any]) -> str:
    if part.get("type") == "uri":
        return str(part.get("uri") or "")
    return f"data:{part.get('mime_type') or 'image/png'};base64,{part.get('content') or part.get('data') or ''}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else _json(value)
