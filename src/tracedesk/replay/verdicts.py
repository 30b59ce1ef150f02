"""What a guard said: passed, blocked, or nothing that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.model.signs import BLOCKED, claim
from tracedesk.replay.material import Material
from tracedesk.replay.speech import written
from tracedesk.replay.words import opened


def verdict(material: Material, span: int) -> str | None:
    """PASSED, BLOCKED or None: by status, then by what its attributes, events and output say."""
    if material.failed(span):
        return BLOCKED
    for key, value in _claims(material, span):
        found = claim(key, value)
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
