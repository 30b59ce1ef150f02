"""Values of spans as text: short for a row, whole for a viewer. Never raises on what a sender wrote. No Qt."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

from tracedesk.base import nesting


def plain(value: Any) -> Any:
    """A value that JSON can carry: bytes as base64 text, NaN and infinities as words."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def pretty(value: Any) -> str:
    """A value in full: text as it is, everything else as indented JSON; text that is JSON is indented too."""
    if isinstance(value, str):
        parsed = parse_json(value)
        return value if parsed is None else json.dumps(plain(parsed), indent=2, ensure_ascii=False)
    return json.dumps(plain(value), indent=2, ensure_ascii=False, default=str)


def short(value: Any, limit: int = 300) -> str:
    """A value on one line, cut at `limit` characters."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else (
        str(plain(value)) if isinstance(value, int | float) else json.dumps(plain(value), ensure_ascii=False, default=str))
    text = " ".join(text[: limit * 4].split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def parse_json(text: str) -> Any | None:
    """The object or list that a text is, or None where it is something else or too deep."""
    stripped = text.strip()
    if not stripped or stripped[0] not in "{[":
        return None
    try:
        parsed = nesting.loads(stripped)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict | list) else None


def call_text(name: str, arguments: Any) -> str:
    """A tool call as one would write it: `search_orders(user_id="user-4821")`."""
    if isinstance(arguments, str):
        parsed = parse_json(arguments)
        arguments = parsed if parsed is not None else arguments
    if isinstance(arguments, dict):
        inside = ", ".join(f"{key}={json.dumps(plain(value), ensure_ascii=False, default=str)}"
                           for key, value in arguments.items())
    elif arguments is None or arguments == "":
        inside = ""
    else:
        inside = short(arguments)
    return f"{name}({inside})"
