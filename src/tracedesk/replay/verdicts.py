"""What a guard said: passed, blocked, or nothing that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tracedesk.replay.material import Material
from tracedesk.replay.speech import written
from tracedesk.replay.words import opened

PASSED, BLOCKED = "passed", "blocked"

_BAD_WHEN_TRUE = ("blocked", "triggered", "tripwire", "flagged", "violation", "unsafe", "denied", "detected", "jailbreak",
                  "injection")
_GOOD_WHEN_TRUE = ("passed", "pass", "ok", "safe", "valid", "allowed", "success", "compliant")
_SAYS = ("verdict", "action", "decision", "outcome", "result", "status", "label", *_BAD_WHEN_TRUE, *_GOOD_WHEN_TRUE)
_GOOD = re.compile(r"^\W*(pass(ed)?|ok|safe|allow(ed)?|valid|none|accept(ed)?|success|clean|not[_ ]flagged)\b", re.IGNORECASE)
_BAD = re.compile(r"^\W*(block(ed)?|unsafe|fail(ed)?|den(y|ied)|reject(ed)?|flagged|(guardrail_)?intervened|violat\w*|harmful"
                  r"|tripwire|invalid|refused?)\b", re.IGNORECASE)


def verdict(material: Material, span: int) -> str | None:
    """PASSED, BLOCKED or None: by status, then by what its attributes, events and output say."""
    if material.failed(span):
        return BLOCKED
    for key, value in _claims(material, span):
        found = _judge(key, value)
        if found:
            return found
    return None


def reason(material: Material, span: int) -> str:
    """Why it was blocked, or ""."""
    for event in material.events(span):
        for key, value in event.attributes.items():
            if key.lower().endswith("reason") and isinstance(value, str):
                return value
    return material.error(span) or ""


def _claims(material: Material, span: int) -> Iterator[tuple[str, Any]]:
    yield from material.attributes(span).items()
    for event in material.events(span):
        yield "result", event.name.rpartition(".")[2]
    output = opened(material.value(span, "output.value"))
    if isinstance(output, dict):
        yield from output.items()
    elif isinstance(output, str | bool):
        yield "result", output
    text = written(material.messages(span, "output.messages"))
    if text:
        yield "result", text


def _judge(key: Any, value: Any) -> str | None:
    tail = str(key).lower().rpartition(".")[2]
    if not any(word in tail for word in _SAYS):
        return None
    if isinstance(value, bool):
        if any(word in tail for word in _BAD_WHEN_TRUE):
            return BLOCKED if value else PASSED
        if any(word == tail or tail.endswith("_" + word) or tail.startswith(word) for word in _GOOD_WHEN_TRUE):
            return PASSED if value else BLOCKED
        return None
    if isinstance(value, str):
        if _BAD.match(value):
            return BLOCKED
        if _GOOD.match(value):
            return PASSED
    return None
