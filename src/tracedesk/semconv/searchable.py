"""The title of a trace and the text it is found by.

`attach` runs for every span the engine receives, so it does not build messages: it walks the decoded JSON for its texts and
only turns the latest user message into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields
from tracedesk.model.span import Span
from tracedesk.semconv.fields import CONTENT
from tracedesk.semconv.messages import first_text
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

_USERS = frozenset({"user", "human"})
_OTHERS = frozenset({"assistant", "system", "tool", "developer", "model", "ai", "function"})

_SHADOWED = {"input.value": "input.messages", "output.value": "output.messages"}
"""Generic content that repeats the messages where there are messages."""

_NAMES = ("display_name", "model.requested", "model.response", "agent.name", "tool.name", "workflow.name", "user.id",
          "session.id", "error.type", "error.message")


def attach(fields: LlmFields, view: View, steps: Sequence[Step]) -> None:
    """Leave the title and the content's text in `fields` (under TITLE and TEXT)."""
    pieces: list[str] = []
    seen: set[str] = set()
    for step in steps:
        field = step.field
        if field in seen or _SHADOWED.get(field) in seen:
            continue
        if step.flat:
            asked, found = _flat(view, step)
        else:
            raw = view.attributes.get(step.attr) if step.get is None else step.get(view)
            if raw is None or raw == "":
                continue
            content = raw
            if type(raw) is str and raw.lstrip()[:1] in ("[", "{"):
                parsed = load_json(raw)
                content = raw if parsed is None else parsed
            asked = _asked(content, step, raw) if field == "input.messages" else None
            found = []
            _collect(content, found, 0)
        seen.add(field)
        if asked is not None and field == "input.messages" and view.kind is not Kind.EMBEDDING:
            fields.values[TITLE] = asked
        pieces += found
    if pieces:
        fields.values[TEXT] = "\n".join(pieces)[:MAX_TEXT]


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
                pieces += _texts(fields.values[field])
    else:
        pieces.append(content)
    return _storable("\n".join(dict.fromkeys(pieces))[:MAX_TEXT])


def _flat(view: View, step: Step) -> tuple[str | None, list[str]]:
    """The latest user text and all texts of a flattened list, read without putting the list together."""
    lead = step.attr + "."
    cut, latest, role_key = len(lead), -1, ""
    found: list[str] = []
    for key, value in view.attributes.items():
        if type(value) is not str or not key.startswith(lead):
            continue
        leaf = key[key.rfind(".") + 1:]
        if leaf == "role":
            number = key[cut:].partition(".")[0]
            if value in _USERS and number.isdecimal() and len(number) < 8 and int(number) > latest:
                latest, role_key = int(number), key
        elif leaf not in _QUIET and value:
            found.append(value)
    if step.field != "input.messages":
        return None, found
    asked = view.attributes.get(role_key[:-4] + "content") if role_key else None
    if isinstance(asked, str) and asked[:2] != "[{" and not asked.isspace() and asked:
        return asked, found
    messages = step.form(step.get(view)) if step.get is not None else None
    return _last_user(messages) if messages else None, found


def _asked(content: Any, step: Step, raw: Any) -> str | None:
    """The latest user text of decoded messages: plain shapes at once, all others through the reader."""
    if type(content) is list:
        for item in reversed(content):
            if type(item) is not dict or "lc" in item or "message" in item:
                break
            if item.get("role") not in _USERS:
                if item.get("role") not in _OTHERS:
                    break
                continue
            said = item.get("content") or item.get("parts")
            if type(said) is list and len(said) == 1 and type(said[0]) is dict and said[0].get("type") == "text":
                said = said[0].get("text") or said[0].get("content")
            if type(said) is not str or said[:1] == "[" or said.isspace():
                break
            return said
    messages = step.form(raw)
    return _last_user(messages) if messages else None


def _last_user(messages: list[Any]) -> str | None:
    for message in reversed(messages):
        if message["role"] == "user":
            found = first_text(message)
            if found and not found.isspace():
                return found
    return None


def _collect(item: Any, found: list[str], depth: int) -> None:
    """Add the texts inside decoded content to `found`, in order, without what `_QUIET` names."""
    kind = type(item)
    if kind is str:
        if item and not item.isspace():
            found.append(item)
    elif kind is dict:
        if depth < MAX_DEPTH:
            for key, value in item.items():
                inner = type(value)
                if inner is str:
                    if key not in _QUIET and value:
                        found.append(value)
                elif (inner is list or inner is dict) and key not in _QUIET:
                    _collect(value, found, depth + 1)
    elif kind is list and depth < MAX_DEPTH:
        for value in item:
            _collect(value, found, depth + 1)


def _texts(content: Any) -> list[str]:
    found: list[str] = []
    _collect(content, found, 0)
    return found


def _storable(line: str) -> str:
    found = line if line.isascii() else clean(line)
    return found.replace("\x00", "\ufffd") if isinstance(found, str) else ""
