"""Content blocks of every SDK as the parts of one message shape (see `model.llm`).

A block is known by its `type` (OpenTelemetry, OpenAI, Anthropic, Vercel, Responses) or by its only key (Bedrock, Gemini,
Genkit, MCP). A block that nobody knows stays as it is, with type `unknown`, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracedesk.semconv.values import load_json, structure, text

Part = dict[str, Any]


def text_part(content: str) -> Part:
    """A part that is plain text."""
    return {"type": "text", "content": content}


def tool_call(call_id: Any, name: Any, arguments: Any) -> Part:
    """A request to call a tool; arguments are the parsed object where their text parses."""
    if isinstance(arguments, str) and arguments[:2] == '"{' and arguments[-1:] == '"':
        arguments = load_json(arguments) or arguments            # JSON once more (OpenInference for agno of 2025)
    parsed = structure(arguments)
    if isinstance(arguments, str) and arguments.strip() in ("{}", "[]"):
        parsed = {}
    return {"type": "tool_call", "id": text(call_id), "name": text(name), "arguments": arguments if parsed is None else parsed}


def tool_response(call_id: Any, response: Any) -> Part:
    """What a tool gave back. A list of text blocks is its text."""
    return {"type": "tool_call_response", "id": text(call_id), "response": flat_text(response)}


def flat_text(content: Any) -> Any:
    """The text of content that is nothing but text blocks; other content is itself."""
    if isinstance(content, list) and content:
        if len(content) == 1 and isinstance(content[0], dict) and set(content[0]) == {"json"}:      # Bedrock
            return content[0]["json"]
        pieces = [_only_text(item) for item in content]
        if all(piece is not None for piece in pieces):
            return "".join(piece for piece in pieces if piece is not None)
    if isinstance(content, dict) and content.get("type") in ("text", "json", "error-text", "error-json"):
        return content["value"] if "value" in content else _only_text(content) or content
    return content


def _only_text(block: Any) -> str | None:
    if isinstance(block, str):
        return block
    if not isinstance(block, dict):
        return None
    if len(block) == 1 and isinstance(block.get("message_content"), dict):
        block = block["message_content"]
    if block.get("type") in ("text", "input_text", "output_text"):
        found = block.get("text", block.get("content"))
        return found if isinstance(found, str) else None
    return block["text"] if set(block) == {"text"} and isinstance(block["text"], str) else None


def parts(content: Any) -> list[Part]:
    """The parts of a message's content: text, one block, or a list of both."""
    if content is None or content == "":
        return []
    if isinstance(content, list):
        return [part for item in content for part in parts(item)] if content else []
    if isinstance(content, str):
        return [text_part(content)]
    if isinstance(content, dict):
        inner = content.get("parts")
        return parts(inner) if isinstance(inner, list) and "type" not in content else _block(content)
    return [text_part(str(content))]


def is_block(item: Any) -> bool:
    """Whether a dict is a content block that we know (and not a message, which has a role)."""
    if not isinstance(item, dict) or "role" in item:
        return False
    kind = item.get("type")
    if isinstance(kind, str):
        return kind in _BY_TYPE
    return any(item.get(key) is not None for key in _BY_KEY)


def is_typed_block(item: Any) -> bool:
    """Whether a dict says by its `type` that it is a content block."""
    return isinstance(item, dict) and isinstance(item.get("type"), str) and item["type"] in _BY_TYPE and "role" not in item


def _block(block: dict[str, Any]) -> list[Part]:
    kind = block.get("type")
    if kind is None and isinstance(block.get("part_kind"), str):
        kind = _PART_KIND.get(block["part_kind"])
    made: list[Part] | None = None
    if isinstance(kind, str) and kind in _BY_TYPE:
        made = _BY_TYPE[kind](block)
    elif not isinstance(kind, str):
        for key, make in _BY_KEY.items():
            if block.get(key) is not None:                    # Google's client writes every key that a part may have
                made = make(block)
                break
    if made is None and all(value is None for value in block.values()):
        return []
    if made is None:
        made = [dict(block) if isinstance(kind, str) else {"type": "unknown", "content": block}]
    return made


def _text(block: dict[str, Any]) -> list[Part]:
    found = block.get("text", block.get("content"))
    if isinstance(found, dict):
        found = found.get("value", found.get("text"))
    found = text(found)
    return [text_part(found)] if found is not None else []


def _reasoning(block: dict[str, Any]) -> list[Part]:
    found: Any = None
    for key in ("content", "text", "thinking", "reasoning", "summary"):
        found = found or block.get(key)
    if isinstance(found, str) and found[:2] == "[{":
        found = structure(found) or found                  # Traceloop: the summary of an OpenAI response, as JSON
    if isinstance(found, list):
        found = "\n".join(piece for piece in (
            item if isinstance(item, str) else text(item.get("text", item.get("content"))) if isinstance(item, dict) else None
            for item in found) if piece)
    found = text(found)
    return [{"type": "reasoning", "content": found}] if found is not None else []


def _call(block: dict[str, Any]) -> list[Part]:
    inner: dict[str, Any] = next((block[key] for key in ("function", "tool_call") if isinstance(block.get(key), dict)), {})
    if isinstance(inner.get("function"), dict):
        inner = {**inner, **inner["function"]}
    call_id = _first(block, "call_id", "callId", "id", "toolCallId", "tool_call_id", "tool_id", "toolUseId", "ref",
                     or_else=inner.get("id"))
    name = _first(block, "name", "toolName", "tool_name", or_else=inner.get("name"))
    arguments = _first(block, "arguments", "input", "args", or_else=inner.get("arguments"))
    if not arguments and block.get("partial_json"):           # LangChain: a block of Anthropic's, put together from a stream
        arguments = block["partial_json"]
    if isinstance(arguments, dict) and len(arguments) == 1:   # Pydantic AI until 0.0.19: text or map, by its class
        arguments = arguments.get("args_json", arguments.get("args_dict", arguments))
    return [tool_call(call_id, name, arguments)]


def _server_call(block: dict[str, Any]) -> list[Part]:
    made = _call(block)[0]
    if made["arguments"] is None:
        made["arguments"] = block.get("server_tool_call")
    return [made]


def _response(block: dict[str, Any]) -> list[Part]:
    """The call that is answered; beside its name `id` is the item's own (OpenAI Responses, LiveKit)."""
    call_id = _first(block, "callId", "toolCallId", "tool_use_id", "call_id", "tool_call_id", "tool_id", "toolUseId", "id",
                     "ref")
    answer = _first(block, "response", "result", "output", "content", "server_tool_call_response")
    return [tool_response(call_id, answer)]


def _first(block: dict[str, Any], *keys: str, or_else: Any = None) -> Any:
    for key in keys:
        if block.get(key) is not None:
            return block[key]
    return or_else


def media(uri: Any, modality: str, mime_type: Any = None) -> list[Part]:
    """A picture, sound or file by address. A base64 data address becomes a blob; nothing is ever fetched."""
    address = text(uri)
    if address is None:
        return []
    mime = text(mime_type)
    if address.startswith("data:"):
        head, _, payload = address[5:].partition(",")
        kind, _, coding = head.partition(";")
        if coding == "base64":
            return [{"type": "blob", "mime_type": kind or mime, "modality": modality, "content": payload}]
    return [{"type": "uri", "mime_type": mime, "modality": modality, "uri": address}]


def _blob(data: Any, mime_type: Any, modality: str | None = None) -> list[Part]:
    mime = text(mime_type)
    payload = text(data)
    if payload is None:
        return []
    if payload.startswith(("data:", "http://", "https://")):
        return media(payload, modality or _modality(mime), mime)
    return [{"type": "blob", "mime_type": mime, "modality": modality or _modality(mime), "content": payload}]


def _modality(mime: str | None) -> str:
    first = (mime or "").partition("/")[0]
    return first if first in ("image", "audio", "video") else "file"


#: How the base64 of a PNG, JPEG, GIF and WebP file begins. Vercel's ai.prompt gives a picture's base64 and nothing else.
_PICTURES = {"iVBORw0KGgo": "image/png", "/9j/": "image/jpeg", "R0lGOD": "image/gif", "UklGR": "image/webp"}


def _image(block: dict[str, Any]) -> list[Part]:
    source = block.get("source", block.get("image_url", block.get("image", block.get("url"))))
    if isinstance(source, dict) and isinstance(source.get("image"), dict):
        source = source["image"]
    if isinstance(source, dict):
        mime = _first(source, "media_type", "mime_type", "mimeType", "mediaType")
        if source.get("data") is not None:
            return _blob(source["data"], mime, "image")
        return media(_first(source, "url", "uri", or_else=block.get("detail")), "image", mime) or [dict(block)]
    mime = _first(block, "mime_type", "mimeType", "mediaType", "media_type")
    if isinstance(source, str) and not source.startswith(("data:", "http", "file:", "gs:", "s3:")):
        known = next((kind for begin, kind in _PICTURES.items() if source.startswith(begin)), None)
        if len(source) > 256 or (known and "." not in source):
            return _blob(source, mime or known or "image/png", "image")
    return media(source, "image", mime) or [dict(block)]


def _audio(block: dict[str, Any]) -> list[Part]:
    source = block.get("input_audio", block.get("audio"))
    if isinstance(source, dict) and isinstance(source.get("audio"), dict):
        source = source["audio"]
    if isinstance(source, dict):
        if source.get("data") is not None:
            form = text(source.get("format"))
            return _blob(source["data"], source.get("mime_type") or (f"audio/{form}" if form else None), "audio")
        return media(_first(source, "url", "uri"), "audio", source.get("mime_type")) or [dict(block)]
    return media(source, "audio") or [dict(block)]


def _file(block: dict[str, Any]) -> list[Part]:
    if "modality" in block or "file_id" in block or "mime_type" in block:
        return [dict(block)]
    mime = _first(block, "mediaType", "mimeType", "media_type")
    data = _first(block, "data", "url")
    return _blob(data, mime) if isinstance(data, str) else [dict(block)]


def _source(modality: str) -> Callable[[dict[str, Any]], list[Part]]:
    def make(block: dict[str, Any]) -> list[Part]:
        source = block.get("source", block.get(modality))
        if isinstance(source, dict) and isinstance(source.get(modality), dict):
            source = source[modality]
        if isinstance(source, dict):
            mime = _first(source, "media_type", "mime_type", "mimeType")
            if source.get("type") == "text" or (source.get("content") and not source.get("data")):
                return parts(source.get("data", source.get("content")))
            address = _first(source, "url", "uri")
            return _blob(source.get("data"), mime, modality) or media(address, modality, mime) or [dict(block)]
        return media(source, modality) or [dict(block)]
    return make


def _kept(block: dict[str, Any]) -> list[Part]:
    return [dict(block)]


def _wrapped(key: str) -> Callable[[dict[str, Any]], list[Part]]:
    """A block that holds the real one under one key: {"toolUse": {...}}, {"message_content": {...}}."""
    def make(block: dict[str, Any]) -> list[Part]:
        return parts(block[key]) if isinstance(block[key], dict | list) else _kept({"type": key, "content": block[key]})
    return make


def _under(key: str, make: Callable[[dict[str, Any]], list[Part]]) -> Callable[[dict[str, Any]], list[Part]]:
    def made(block: dict[str, Any]) -> list[Part]:
        inner = block[key]
        return make(inner) if isinstance(inner, dict) else _kept({"type": key, "content": inner})
    return made


def _inline(block: dict[str, Any]) -> list[Part]:
    return _blob(_first(block, "data", "url"), _first(block, "mimeType", "mime_type", "contentType")) or _kept(
        {"type": "blob", **block})


def _file_data(block: dict[str, Any]) -> list[Part]:
    mime = text(_first(block, "mimeType", "mime_type"))
    return media(_first(block, "fileUri", "file_uri", "uri"), _modality(mime), mime) or _kept({"type": "uri", **block})


def _thought_or_text(block: dict[str, Any]) -> list[Part]:
    return _reasoning(block) if block.get("thought") is True else _text(block)


def _bedrock_reasoning(block: dict[str, Any]) -> list[Part]:
    inner = block.get("reasoningText", block)
    return _reasoning(inner) if isinstance(inner, dict) else _reasoning({"text": inner})


_BY_TYPE: dict[str, Callable[[dict[str, Any]], list[Part]]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    **dict.fromkeys(("reasoning", "thinking", "redacted_thinking", "reasoning_text"), _reasoning),
    **dict.fromkeys(("tool_call", "tool-call", "tool_use", "toolUse", "function_call", "function", "custom_tool_call"),
                    _call),
    **dict.fromkeys(("server_tool_call", "server_tool_use", "mcp_tool_use"), _server_call),
    **dict.fromkeys(("tool_call_response", "tool-result", "tool_result", "toolResult", "function_call_output",
                     "function_call_result", "server_tool_call_response", "custom_tool_call_output", "mcp_tool_result"),
                    _response),
    **dict.fromkeys(("image", "image_url", "input_image"), _image),
    **dict.fromkeys(("audio", "input_audio"), _audio),
    "functionCall": lambda block: _under("functionCall", _call)(block) if "functionCall" in block else _call(block),
    "video": _source("video"), "document": _source("document"), "input_file": _file, "file": _file,
    **dict.fromkeys(("blob", "uri", "compaction", "refusal"), _kept),
}

_PART_KIND = {"text": "text", "system-prompt": "text", "user-prompt": "text", "thinking": "thinking", "tool-call": "tool_call",
              "tool-return": "tool_result", "retry-prompt": "tool_result", "builtin-tool-call": "server_tool_call",
              "builtin-tool-return": "tool_result"}
"""Pydantic AI's names for the parts of a message."""

_BY_KEY: dict[str, Callable[[dict[str, Any]], list[Part]]] = {
    "tool_call": _call,                        # OpenInference: beside a message_content that says no more than `tool_use`
    "message_content": _wrapped("message_content"),
    "toolUse": _under("toolUse", _call), "toolResult": _under("toolResult", _response),
    "reasoningContent": _under("reasoningContent", _bedrock_reasoning),
    "functionCall": _under("functionCall", _call), "function_call": _under("function_call", _call),
    "functionResponse": _under("functionResponse", _response), "function_response": _under("function_response", _response),
    "toolRequest": _under("toolRequest", _call), "toolResponse": _under("toolResponse", _response),
    "inlineData": _under("inlineData", _inline), "inline_data": _under("inline_data", _inline),
    "media": _under("media", _inline),
    "fileData": _under("fileData", _file_data), "file_data": _under("file_data", _file_data),
    "function": _call,
    "text": _thought_or_text,
}
