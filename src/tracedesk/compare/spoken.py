"""What a span was told and what it answered, as plain texts that can be laid beside each other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

SYSTEM, INPUT, OUTPUT = "System prompt", "Input", "Output"


def texts_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Texts by title, from canonical fields (`LlmFields.values`); only those that are there."""
    given = values.get("input.messages")
    messages = given if isinstance(given, list) else []
    found = {
        SYSTEM: _joined(message for message in messages if message.get("role") == "system"),
        INPUT: _joined(message for message in messages if message.get("role") != "system")
        or _plain(values, ("input.value", "tool.args", "retrieval.query", "rerank.query")),
        OUTPUT: _joined(values.get("output.messages") or ())
        or _plain(values, ("output.value", "tool.result", "retrieval.documents", "rerank.output_documents")),
    }
    return {title: text for title, text in found.items() if text}


def _joined(messages: Iterable[Any]) -> str:
    lines = (_part(part) for message in messages for part in message.get("parts") or ())
    return "\n".join(line for line in lines if line)


def _part(part: Mapping[str, Any]) -> str:
    kind = part.get("type")
    if kind in ("text", "reasoning"):
        return str(part.get("content") or "")
    if kind == "tool_call":
        return f"{part.get('name')}({_text(part.get('arguments'))})"
    if kind == "tool_call_response":
        return _text(part.get("response"))
    return f"[{kind} {part.get('mime_type') or ''}]".replace(" ]", "]")


def _plain(values: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((_text(values[name]) for name in names if values.get(name) is not None), "")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, indent=1, default=str)
    except (TypeError, ValueError, RecursionError):          # keys that are no text, or too deep: said as Python says it
        return str(value)
