"""Short words for values: what fits into one line of a step. Nothing here raises, whatever a value is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tracedesk.base import nesting
from tracedesk.base.words import counted

QUOTE = 60
"""Characters of a quotation in a line."""

_VERBS = frozenset({
    "search", "get", "find", "list", "load", "fetch", "lookup", "query", "read", "retrieve", "select", "run", "execute", "call",
    "create", "update", "check", "show", "describe", "tool"})
_ID_KEYS = ("id", "name", "title", "key", "url", "path", "answer", "result", "message", "text", "content", "output", "status")
_SPLIT = re.compile(r"[\s_.\-/:]+|(?<=[a-z0-9])(?=[A-Z])")
_JSON_AT_MOST = 2_000_000


def line(text: str, most: int = QUOTE) -> str:
    """Text on one line of at most `most` characters."""
    flat = " ".join(text[: most * 8].split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def quoted(text: str, most: int = QUOTE) -> str:
    """The beginning of what somebody said, in quotation marks."""
    return f"“{line(text, most)}”"


def opened(value: Any) -> Any:
    """The list or map inside JSON text, else the value itself."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and len(value) <= _JSON_AT_MOST:
        try:
            return nesting.loads(value)
        except ValueError:
            return value
    return value


def content(value: Any) -> Any:
    """What a tool gave back, out of the envelopes that frameworks put around it."""
    value = opened(value)
    for _ in range(4):
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and isinstance(value[0].get("text"), str):
            value = opened(value[0]["text"])             # MCP and Strands: [{"text": "…"}]
        elif isinstance(value, dict) and value.get("type") == "tool" and isinstance(value.get("data"), dict):
            value = value["data"].get("content")         # LangChain's dumped ToolMessage
        elif isinstance(value, dict) and isinstance(value.get("content"), str | list) and "tool_call_id" in value:
            value = value["content"]
        else:
            return value
        value = opened(value)
    return value


def noun(tool: str) -> str:
    """What a tool is about: `search_orders` → `orders`, `getWeather` → `weather`; "" where the name is one verb."""
    words = [word.lower() for word in _SPLIT.split(tool) if word]
    while len(words) > 1 and words[0] in _VERBS:
        words.pop(0)
    return words[-1] if words and words[-1] not in _VERBS else ""


def rows(value: Any) -> int | None:
    """How many items a result holds: of a list, or of the one list inside a map; None for what is no list."""
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list)]
        value = lists[0] if len(lists) == 1 else None
    return len(value) if isinstance(value, list) else None


def first_argument(arguments: Any) -> str:
    """The most telling argument of a call: the first text, else the first value."""
    arguments = opened(arguments)
    if isinstance(arguments, dict) and isinstance(arguments.get("kwargs"), dict) and isinstance(arguments.get("args"), list):
        arguments = arguments["kwargs"] or arguments["args"]
    if isinstance(arguments, dict):
        arguments = list(arguments.values())
    told = _plain(arguments if isinstance(arguments, list) else [arguments])
    best = next((value for value in told if isinstance(value, str)), told[0] if told else None)
    return "" if best is None else line(str(best)[:400], 40)


def came_back(tool: str, result: Any) -> str:
    """A result in a few words: `5 orders came back`, `ORD-90417`, `18 · sunny`; "" for nothing."""
    value = content(result)
    count = rows(value)
    if count is not None:
        name = noun(tool)
        if count == 0:
            return f"no {name or 'rows'} came back"
        return f"{counted(count, *((name.removesuffix('s'), name) if name.endswith('s') else ('row',)))} came back"
    return summary(value)


def summary(value: Any) -> str:
    """A value in a few words."""
    value = opened(value)
    if isinstance(value, dict):
        named = _plain(value[key] for key in _ID_KEYS if key in value)
        told = named[:1] or _plain(value.values())[:3]
        return line(" · ".join(str(item)[:400] for item in told), 40) if told else counted(len(value), "field")
    if isinstance(value, list):
        return counted(len(value), "row")
    return "" if value is None else line(str(value)[:400], 40)


def _plain(values: Iterable[Any]) -> list[Any]:
    """The texts and numbers among some values, in order, without empty ones."""
    return [value for value in values if isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""]


def tally(names: Sequence[str]) -> str:
    """Names with how often each occurs: `search ×3, read`."""
    counts = Counter(line(name) for name in names)
    return ", ".join(name if count == 1 else f"{name} ×{count}" for name, count in counts.items())


def joined(parts: Iterable[str]) -> str:
    """The parts that say something, each once, with commas."""
    return ", ".join(dict.fromkeys(part for part in parts if part))


def same_text(value: Any) -> str:
    """A value as text to compare: maps with their keys in order, whitespace as one space."""
    value = opened(value)
    if isinstance(value, str):
        return " ".join(value.split())
    try:
        return json.dumps(value, sort_keys=True, default=str)
    except (ValueError, RecursionError, TypeError):
        return str(type(value))
