"""The title of a trace and the text it is found by.

`attach` runs for every span the engine receives, so it does not build messages: it walks the decoded JSON for its texts and
only turns the latest user message into one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson

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
TITLE, TEXT, ANSWER, TELLING = "@title", "@text", "@answer", "@telling"
"""Where `attach` leaves its results in `LlmFields.values`; never shown."""

_TELLING = re.compile(r"jailbreak|injection|content_?filter|filter_results|feedback|thumb|resend_count|attempt|retry|retries"
                      r"|resolved|outcome|goal|task|user[_.](rating|score|vote)|csat|refus|finish_reason|^(feature|customer|tenant)([._](id|name))?$",
                      re.IGNORECASE)
"""Names of attributes that may hold a sign (`model.signs`), or a tag by which traces are told apart."""

_QUIET = frozenset({"role", "type", "id", "finish_reason", "mime_type", "modality", "tool_call_id", "toolCallId", "tool_use_id",
                    "toolUseId", "call_id", "lc", "object", "index", "vector", "signature", "data", "embedding"})
"""Keys whose values nobody searches for."""

_USERS = frozenset({"user", "human"})
_OTHERS = frozenset({"assistant", "system", "tool", "developer", "model", "ai", "function"})

_EMBEDDING = Kind.EMBEDDING
_OUTPUTS = frozenset({"output.messages", "output.value"})
_SHADOWED = {"input.value": "input.messages", "output.value": "output.messages"}
"""Generic content that repeats the messages where there are messages."""

_NAMES = ("display_name", "model.requested", "model.response", "agent.name", "tool.name", "workflow.name", "user.id",
          "session.id", "error.type", "error.message")


def attach(fields: LlmFields, view: View, steps: Sequence[Step]) -> None:
    """Leave in `fields` the title and the content's text (under TITLE and TEXT), the first words of the output (ANSWER), and
    the names of attributes that may hold a sign or a tag (TELLING)."""
    pieces: list[str] = []
    seen: list[str] = []
    attributes, values = view.attributes, fields.values
    telling = view.lists.get(TELLING)
    if telling is None:
        telling = view.lists[TELLING] = tuple(filter(_TELLING.search, attributes))
    if telling:
        values[TELLING] = telling
    for step in steps:
        field, attr, _, get, _, flat = step
        if seen and (field in seen or _SHADOWED.get(field) in seen):
            continue
        asked = None
        if flat:
            asked, found = _flat(view, step)
            pieces += found
            if found and field in _OUTPUTS:
                values[ANSWER] = found[0]
        else:
            raw = attributes.get(attr) if get is None else get(view)
            if raw is None or raw == "":
                continue
            content = raw
            if type(raw) is str and (raw[0] in "[{" or raw.lstrip()[:1] in ("[", "{")):
                try:
                    parsed = orjson.loads(raw)
                except ValueError:             # the tolerant reader knows NaN, surrogates and deep nesting
                    parsed = load_json(raw)
                content = raw if parsed is None else parsed
            if field == "input.messages":
                asked = _asked(content, step, raw)
            before = len(pieces)
            _collect(content, pieces, 0)
            if field in _OUTPUTS and len(pieces) > before:
                values[ANSWER] = pieces[before]
        seen.append(field)
        if asked is not None and view.kind != _EMBEDDING:
            values[TITLE] = asked
    if pieces:
        values[TEXT] = "\n".join(pieces)[:MAX_TEXT]


def title(fields: LlmFields) -> str | None:
    """One line of at most MAX_TITLE characters, or None where no user speaks."""
    asked = fields.values.get(TITLE)
    if asked is None:
        messages = fields.values.get("input.messages")
        asked = _last_user(messages) if messages else None
    if not isinstance(asked, str):
        return None
    line = asked[: MAX_TITLE * 8]
    if "  " in line or not line.isprintable():           # most questions are one clean line, and splitting costs 2 µs
        line = " ".join(line.split())
    line = line.strip()
    return _storable(line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1] + "…") or None


def search_text(fields: LlmFields, span: Span) -> str:
    """Names first, then content; at most MAX_TEXT characters."""
    get = fields.values.get
    pieces = [span.name]
    for name in _NAMES:
        value = get(name)
        if value is not None and type(value) is str and value not in pieces:
            pieces.append(value)
    content = get(TEXT)
    if content is not None:
        pieces.append(content)
    elif not fields.values.keys().isdisjoint(CONTENT):
        for field in CONTENT:
            if field in fields.values and _SHADOWED.get(field) not in fields.values:
                pieces += _texts(fields.values[field])
    return _storable("\n".join(pieces)[:MAX_TEXT])


def _flat(view: View, step: Step) -> tuple[str | None, list[str]]:
    """The latest user text and all texts of a flattened list, read without putting the list together."""
    layout = view.lists.get(step.attr)
    if layout is None:
        layout = view.lists[step.attr] = _layout(view.attributes, step.attr + ".")
    roles, texts = layout
    attributes = view.attributes
    found = [value for key in texts if type(value := attributes[key]) is str and value]
    if step.field != "input.messages":
        return None, found
    for role_key, content_key in roles:
        role = attributes[role_key]
        if type(role) is str and role in _USERS:
            asked = attributes.get(content_key)
            if type(asked) is str and asked and asked[:2] != "[{" and not asked.isspace():
                return asked, found
            break
    messages = step.form(step.get(view)) if step.get is not None else None
    return _last_user(messages) if messages else None, found


def _layout(attributes: dict[str, Any], lead: str) -> tuple[list[tuple[str, str]], list[str]]:
    """From the names alone: (role, content) attributes of each message, the last message first; attributes with texts."""
    roles: list[tuple[int, str]] = []
    texts: list[str] = []
    for key in attributes:
        if not key.startswith(lead):
            continue
        leaf = key[key.rfind(".") + 1:]
        if leaf == "role":
            number = key[len(lead):].partition(".")[0]
            if number.isdecimal() and len(number) < 8:
                roles.append((int(number), key))
        elif leaf not in _QUIET:
            texts.append(key)
    roles.sort(reverse=True)
    return [(key, key[:-4] + "content") for _, key in roles], texts


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
    if kind is dict:
        _collect_map(item, found, depth)
    elif kind is list:
        if depth < MAX_DEPTH:
            for value in item:
                if type(value) is dict:
                    _collect_map(value, found, depth + 1)
                else:
                    _collect(value, found, depth + 1)
    elif kind is str and item and not item.isspace():
        found.append(item)


def _collect_map(item: dict[str, Any], found: list[str], depth: int) -> None:
    if depth >= MAX_DEPTH:
        return
    for key, value in item.items():
        if key in _QUIET:
            continue
        kind = type(value)
        if kind is str:
            if value:
                found.append(value)
        elif kind is list:
            for inner in value:
                if type(inner) is dict:
                    said = inner.get("content")
                    if type(said) is str and len(inner) == 2 and "type" in inner and depth + 2 < MAX_DEPTH:
                        if said:                           # a text part, the most common of all: no call for it
                            found.append(said)
                    else:
                        _collect_map(inner, found, depth + 2)
                else:
                    _collect(inner, found, depth + 2)
        elif kind is dict:
            _collect_map(value, found, depth + 1)


def _texts(content: Any) -> list[str]:
    found: list[str] = []
    _collect(content, found, 0)
    return found


def _storable(line: str) -> str:
    found = line if line.isascii() else clean(line)
    return found.replace("\x00", "\ufffd") if "\x00" in found else found
