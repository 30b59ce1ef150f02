"""Chats of every SDK as one list of messages (see `model.llm`).

One reader knows all the shapes, because emitters put each other's shapes under each other's names: OpenTelemetry parts,
OpenAI chat and Responses, Anthropic, Vercel, Gemini, Genkit, Bedrock, LangChain objects, LiveKit, Datadog, and the
flattened lists of OpenInference and OpenLLMetry once `flat.unflatten` has put them together.
"""

from __future__ import annotations

from typing import Any

from tracedesk.model.llm import Message
from tracedesk.semconv import parts as blocks
from tracedesk.semconv.aliases import finish_reason, known_role, role
from tracedesk.semconv.values import is_object_repr, load_json, structure, text

MAX_NESTING = 6
_RESPONSE_ITEMS = frozenset({"function_call", "function_call_output", "function_call_result", "reasoning", "custom_tool_call",
                             "computer_call", "custom_tool_call_output", "web_search_call", "file_search_call", "mcp_call"})
_LANGCHAIN_TYPES = frozenset({"human", "ai", "system", "tool", "function", "chat", "AIMessageChunk"})


def chat(value: Any, default_role: str) -> list[Message] | None:
    """Messages of an attribute that holds a chat or plain text: a list of messages, one message, or a text."""
    return _read(value, default_role, wrapped=False)


def exchange(value: Any, default_role: str) -> list[Message] | None:
    """Messages of an attribute that holds a whole request or response object, a chat, or plain text."""
    return _read(value, default_role, wrapped=True)


def blocks_chat(value: Any, default_role: str) -> list[Message] | None:
    """Messages of a content that may be a list of untyped blocks in JSON (Strands writes [{"text": ...}])."""
    found = structure(value)
    if isinstance(found, list) and all(blocks.is_block(item) for item in found):
        return [_message(default_role, blocks.parts(found))]
    return _read(value, default_role, wrapped=False)


def _read(value: Any, default_role: str, *, wrapped: bool) -> list[Message] | None:
    found = _read_all(value, default_role, wrapped)
    return [message for message in found if message["parts"]] or None if found else None


def _read_all(value: Any, default_role: str, wrapped: bool) -> list[Message] | None:
    if isinstance(value, str):
        if value.lstrip()[:1] in ("[", "{"):
            parsed = load_json(value)
            if parsed in ({}, [], {"output": None}):                     # LangSmith's answer of a call that failed
                return None
            found = _from(parsed, default_role, wrapped, 0) if isinstance(parsed, list | dict) else None
            if found:
                return found
        return None if text(value) is None or is_object_repr(value) else [_message(default_role, [blocks.text_part(value)])]
    if isinstance(value, list | dict):
        return _from(value, default_role, wrapped, 0)
    return None


def _message(name: str, content: list[blocks.Part], finish: Any = None) -> Message:
    """One message. Tool results travel under role `user` in some SDKs; here a message of only those is the tool's."""
    if content and name == "user" and all(part["type"] == "tool_call_response" for part in content):
        name = "tool"
    made: Message = {"role": name, "parts": content}
    reason = finish_reason(finish)
    if reason is not None:
        made["finish_reason"] = reason
    return made


def _from(value: Any, default_role: str, wrapped: bool, depth: int) -> list[Message] | None:
    if depth > MAX_NESTING:
        return None
    if isinstance(value, list):
        return _from_list(value, default_role, wrapped, depth)
    if not isinstance(value, dict):
        return None
    if _is_model_message(value):
        return _turns([value])
    if is_message(value):
        return [one_message(value, default_role)]
    return _from_wrapper(value, default_role, depth) if wrapped else None


def _from_list(value: list[Any], default_role: str, wrapped: bool, depth: int) -> list[Message] | None:
    if not value or depth > MAX_NESTING:
        return None
    if _is_model_message(value[0]):
        return _turns(value)
    if all(is_message(item) for item in value):
        return [one_message(item, default_role) for item in value]
    if all(blocks.is_typed_block(item) for item in value) or (wrapped and all(blocks.is_block(item) for item in value)):
        return [_message(default_role, blocks.parts(value))]
    if wrapped and all(isinstance(item, str) for item in value):
        return [_message(default_role, [blocks.text_part(item)]) for item in value]
    if all(map(_is_pair, value)):
        return [_message(role(name, default_role), blocks.parts(said)) for name, said in value]
    if all(isinstance(item, list) for item in value):                    # LangChain: one list per prompt of a batch
        return _from_list(value[0], default_role, wrapped, depth + 1)
    found: list[Message] = []
    for item in value:
        if is_message(item):
            found.append(one_message(item, default_role))
        elif blocks.is_typed_block(item):
            found.append(_message("assistant" if item["type"] in _RESPONSE_ITEMS else default_role, blocks.parts(item)))
        elif isinstance(item, list) and item and all(blocks.is_block(block) for block in item):
            found.append(_turn(blocks.parts(item), default_role))
        elif wrapped and isinstance(item, dict) and isinstance(item.get("content"), str | list):
            found.append(_turn(blocks.parts(item["content"]), default_role))
        elif wrapped and isinstance(item, dict):
            found.extend(_from_wrapper(item, default_role, depth + 1) or ())
        elif isinstance(item, str):
            found.append(_message(default_role, [blocks.text_part(item)]))
        elif not found or not _says_nothing(item):
            return None
    return found or None


def _is_pair(item: Any) -> bool:
    """LangChain's short form of a message: [role, content]."""
    return (isinstance(item, list) and len(item) == 2 and known_role(item[0]) is not None
            and isinstance(item[1], str | list) and bool(item[1]))


def _is_model_message(item: Any) -> bool:
    """Whether a value is a request or a response of Pydantic AI's own history (MLflow dumps it whole)."""
    return isinstance(item, dict) and item.get("kind") in ("request", "response") and isinstance(item.get("parts"), list)


_PART_ROLE = {"system-prompt": "system", "user-prompt": "user", "tool-return": "tool", "retry-prompt": "tool"}


def _turns(items: list[Any]) -> list[Message]:
    """The messages in a history of Pydantic AI: a request holds parts of several speakers, and repeats the instructions."""
    found: list[Message] = []
    for item in filter(_is_model_message, items):
        instructions = text(item.get("instructions"))
        if instructions is not None and not found:
            found.append(_message("system", [blocks.text_part(instructions)]))
        answer = item["kind"] == "response"
        for part in item["parts"]:
            kind = part.get("part_kind") if isinstance(part, dict) else None
            made = blocks.parts(part)
            name = "assistant" if answer else _PART_ROLE.get(kind, "user") if isinstance(kind, str) else "user"
            if found and found[-1]["role"] == name:
                found[-1]["parts"] += made
            else:
                found.append(_message(name, made))
        reason = finish_reason(item.get("finish_reason"))
        if answer and reason is not None and found:
            found[-1]["finish_reason"] = reason
    return found


def _says_nothing(item: Any) -> bool:
    """Whether there is nothing in it but empty texts (Langtrace writes tool calls as [{"id": "", "type": ""}])."""
    if isinstance(item, list | dict):
        return all(map(_says_nothing, item.values() if isinstance(item, dict) else item))
    return item is None or item == ""


def _turn(content: list[blocks.Part], default_role: str) -> Message:
    """A turn without a role (Langtrace): who calls tools is the assistant."""
    return _message("assistant" if any(part["type"] == "tool_call" for part in content) else default_role, content)


def _from_wrapper(value: dict[str, Any], default_role: str, depth: int) -> list[Message] | None:
    """Messages inside a request or response object. A system prompt beside them comes first."""
    for key in ("choices", "candidates", "generations", "messages", "contents", "items", "message", "prompt", "completion"):
        inner = value.get(key)
        if not inner:
            continue
        if key in ("message", "prompt", "completion") and isinstance(inner, str):
            found: list[Message] | None = [_message(default_role, [blocks.text_part(inner)])]
        else:
            found = _from(inner, default_role, True, depth + 1)
        if found:
            return _after_system(value.get("system"), found)
    for key in ("output", "outputs", "response", "input", "inputs", "question", "query", "text", "content", "prompts",
                "update"):
        inner = value.get(key)
        said = value.get("instructions") if key == "input" else None         # OpenAI Responses
        if isinstance(inner, str) and text(inner) is not None:
            return _after_system(said, [_message(default_role, [blocks.text_part(inner)])])
        if isinstance(inner, list | dict) and inner:
            found = _from(inner, default_role, True, depth + 1)
            if found:
                return _after_system(said, found)
    return None


def _after_system(system: Any, found: list[Message]) -> list[Message]:
    return [_message("system", blocks.parts(system)), *found] if system and found[0]["role"] != "system" else found


def is_message(item: Any) -> bool:
    """Whether a value is one message, of any SDK."""
    if not isinstance(item, dict):
        return False
    if "lc" in item and isinstance(item.get("kwargs"), dict):
        return True
    kind = item.get("type")
    if isinstance(kind, str) and (
            kind in _RESPONSE_ITEMS or (kind in _LANGCHAIN_TYPES and ("data" in item or "content" in item))):
        return True
    if isinstance(item.get("message"), dict):
        return is_message(item["message"])
    if isinstance(item.get("role"), str):
        return known_role(item["role"]) is not None or any(key in item for key in (
            "content", "parts", "tool_calls", "contents", "tool_results", "function_call", "refusal", "text", "tool_call_id",
            "message"))
    return any(isinstance(item.get(key), list) for key in ("parts", "tool_calls", "toolCalls"))


def one_message(item: dict[str, Any], default_role: str) -> Message:
    """One message of any known shape; `default_role` where it names none."""
    if "lc" in item and isinstance(item.get("kwargs"), dict):
        names = item.get("id")
        name = names[-1] if isinstance(names, list) and names else None
        inner = {**item["kwargs"]}
        said = known_role(name) or known_role(inner.get("role")) or known_role(inner.get("type"))
        return _spoken(inner, said or default_role)
    kind = item.get("type")
    if isinstance(kind, str) and kind in _LANGCHAIN_TYPES and "role" not in item:
        inner = item["data"] if isinstance(item.get("data"), dict) else item
        return _spoken({**inner, "type": None}, role(kind, default_role))
    if isinstance(kind, str) and kind in _RESPONSE_ITEMS and "role" not in item:
        answer = kind.endswith(("_output", "_result"))             # `_result`: OpenAI's agents in JavaScript
        return _message("tool" if answer else "assistant", blocks.parts(item))
    if isinstance(item.get("message"), dict):
        inner = {**item["message"]}
        for key in ("finish_reason", "finishReason", "tool_calls"):
            if item.get(key) is not None:
                inner.setdefault(key, item[key])
        return one_message(inner, default_role)
    return _spoken(item, role(item.get("role"), default_role))


def _spoken(item: dict[str, Any], name: str) -> Message:
    if name in ("thinking", "reasoning"):      # a message of its own: OpenLLMetry's old Anthropic completions, Datadog
        made = _spoken(item, "assistant")
        made["parts"] = [{**part, "type": "reasoning"} if part["type"] == "text" else part for part in made["parts"]]
        return made
    if name == "user" and item.get("tool_call_id"):      # OpenInference for JavaScript: Anthropic's tool results
        name = "tool"
    content: list[blocks.Part] = []
    reasoning = item.get("reasoning_content") or item.get("reasoning")
    if reasoning:
        content += blocks.parts({"type": "reasoning", "content": reasoning}) if isinstance(reasoning, str | list) else []
    body = next((item[key] for key in ("parts", "content", "contents", "text") if item.get(key) not in (None, "")), None)
    listed = item.get("contents")
    if isinstance(listed, list) and any(part["type"] != "text" for part in blocks.parts(listed)):
        body = listed                          # OpenInference may give the same text as `content` and inside `contents`
    if body == '""' and item.get("tool_calls"):            # OpenLLMetry on LangChain: the JSON of no text
        body = None
    if isinstance(body, str) and body[:2] == "[{":
        parsed = structure(body)
        if isinstance(parsed, list) and all(blocks.is_typed_block(block) for block in parsed):
            body = parsed
    if name == "tool":
        content += _tool_content(item, body)
    else:
        content += blocks.parts(body)
    if name == "user" and any(part["type"] == "tool_call" for part in content) and known_role(item.get("role")) is None:
        name = "assistant"                     # OpenLLMetry 0.33 knows no role of LangChain's chunks
    refusal = item.get("refusal")
    if isinstance(refusal, str) and refusal:
        content.append({"type": "refusal", "content": refusal})
    calls = _tool_calls(item, content)
    if calls:                                  # LangChain.js repeats Gemini's calls, which have no id, with one
        content = [part for part in content if part["type"] != "tool_call" or part.get("id")]
    content += calls
    for result in item.get("tool_results") or () if isinstance(item.get("tool_results"), list) else ():
        content += blocks.parts({**result, "type": "tool_result"}) if isinstance(result, dict) else []
    if item.get("tool_results") and name == "user":
        name = "tool"
    finish = next((item[key] for key in ("finish_reason", "finishReason", "stop_reason", "stopReason")
                   if item.get(key) is not None), None)
    return _message(name, content, finish)


def _tool_content(item: dict[str, Any], body: Any) -> list[blocks.Part]:
    """A tool's answer: response blocks as they are, any other content as the answer to the call that is named beside."""
    if isinstance(body, list) and body and all(isinstance(block, dict) for block in body):
        made = blocks.parts(body)
        if all(part["type"] == "tool_call_response" for part in made):
            return made
    if body is None and not item.get("tool_call_id"):
        return []
    call_id = next((item[key] for key in ("tool_call_id", "id", "tool_id", "call_id", "name") if item.get(key)), None)
    return [blocks.tool_response(call_id, body)]


def _tool_calls(item: dict[str, Any], content: list[blocks.Part]) -> list[blocks.Part]:
    calls = item.get("tool_calls", item.get("toolCalls"))
    if not calls and isinstance(item.get("additional_kwargs"), dict):      # LangChain's messages through older handlers
        calls = item["additional_kwargs"].get("tool_calls")
    if isinstance(calls, str):
        calls = structure(calls)
    if not isinstance(calls, list):
        single = item.get("function_call")
        calls = [single] if isinstance(single, dict) and single.get("name") else []
    seen = {part.get("id") for part in content if part["type"] == "tool_call" and part.get("id")}
    made = [part for call in calls if isinstance(call, dict) for part in blocks.parts({**call, "type": "tool_call"})]
    return [part for part in made if part.get("id") not in seen]


def first_text(message: Message) -> str | None:
    """The text of a message's text parts, joined; None where it has none."""
    pieces = [part["content"] for part in message["parts"]
              if part.get("type") == "text" and isinstance(part.get("content"), str)]
    return "\n".join(pieces) if pieces else None
