"""The title of a trace and the text it is found by.

`attach` runs for every span the engine receives, so it does not build messages: it walks the decoded JSON for its texts and
only turns the latest user message into one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tracedesk.model.llm import LlmFields
from tracedesk.model.span import Span
from tracedesk.semconv.fields import CONTENT
from tracedesk.semconv.messages import first_text, is_message, one_message
from tracedesk.semconv.plan import Step
from tracedesk.semconv.values import MAX_DEPTH, clean, load_json
from tracedesk.semconv.view import View

MAX_TITLE = 200
MAX_TEXT = 32_000
TITLE, TEXT = "@title", "@text"
"""Where `attach` leaves its two results in `LlmFields.values`; never shown."""

_QUIET = frozenset({"role", "type", "id", "finish_reason", "mime_type", "modality", "tool_call_id", "toolCallId", "tool_use_id",
                    "toolUseId", "call_id", "lc", "object", "index", "vector", "signature", "data", "embedding"})
"""Keys whose values nobody searches for."""

_SHADOWED = {"input.value": "input.messages", "output.value": "output.messages"}
"""Generic content that repeats the messages where there are messages."""

_NAMES = ("display_name", "model.requested", "model.response", "agent.name", "tool.name", "workflow.name", "user.id",
          "session.id", "error.type", "error.message")


def attach(fields: LlmFields, view: View, steps: Sequence[Step]) -> None:
    """Leave the title and the content's text in `fields` (under TITLE and TEXT)."""
    pieces: list[str] = []
    seen: set[str] = set()
    room = MAX_TEXT
    for step in steps:
        field = step.field
        if field in seen or _SHADOWED.get(field) in seen:
            continue
        raw = view.attributes.get(step.attr) if step.get is None else step.get(view)
        if raw is None or raw == "":
            continue
        content = raw
        if isinstance(raw, str) and raw.lstrip()[:1] in ("[", "{"):
            parsed = load_json(raw)
            content = raw if parsed is None else parsed
        seen.add(field)
        if field == "input.messages":
            asked = _asked(content, step, raw)
            if asked is not None:
                fields.values[TITLE] = asked
        if room > 0:
            found = _texts(content, room)
            room -= sum(map(len, found))
            pieces += found
    if pieces:
        fields.values[TEXT] = "\n".join(pieces)


def title(fields: LlmFields) -> str | None:
    """One line of at most MAX_TITLE characters, or None where no user speaks."""
    asked = fields.values.get(TITLE)
    if asked is None:
        messages = fields.values.get("input.messages")
        asked = _last_user(messages) if messages else None
    if not isinstance(asked, str):
        return None
    line = " ".join(asked[: MAX_TITLE * 8].split())
    return _storable(line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1] + "…") or None


def search_text(fields: LlmFields, span: Span) -> str:
    """Names first, then content; at most MAX_TEXT characters."""
    pieces = [span.name]
    pieces += [value for value in map(fields.values.get, _NAMES) if isinstance(value, str)]
    content = fields.values.get(TEXT)
    if content is None:
        for field in CONTENT:
            if field in fields.values and _SHADOWED.get(field) not in fields.values:
                pieces += _texts(fields.values[field], MAX_TEXT)
    else:
        pieces.append(content)
    return _storable("\n".join(dict.fromkeys(pieces))[:MAX_TEXT])


def _asked(content: Any, step: Step, raw: Any) -> str | None:
    if isinstance(content, list) and all(is_message(item) for item in content):
        return _last_user(one_message(item, "user") for item in reversed(content)) if content else None
    messages = step.form(raw)
    return _last_user(messages) if messages else None


def _last_user(messages: Iterable[Any]) -> str | None:
    """The text of the latest user message; an iterator is taken to run backwards already."""
    for message in reversed(messages) if isinstance(messages, list) else messages:
        if message["role"] == "user":
            found = first_text(message)
            if found and not found.isspace():
                return found
    return None


def _texts(content: Any, room: int) -> list[str]:
    """The texts inside decoded content, in order, without what `_QUIET` names."""
    found: list[str] = []
    stack: list[tuple[Any, int]] = [(content, 0)]
    while stack and room > 0:
        item, depth = stack.pop()
        if isinstance(item, str):
            if item and not item.isspace():
                found.append(item[:room])
                room -= len(item)
        elif isinstance(item, dict) and depth < MAX_DEPTH:
            stack.extend((value, depth + 1) for key, value in reversed(item.items())
                         if key not in _QUIET and isinstance(value, str | dict | list))
        elif isinstance(item, list) and depth < MAX_DEPTH:
            stack.extend((value, depth + 1) for value in reversed(item))
    return found


def _storable(line: str) -> str:
    found = line if line.isascii() else clean(line)
    return found.replace("\x00", "\ufffd") if isinstance(found, str) else ""
