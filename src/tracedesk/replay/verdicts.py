"""What a guard said: passed, blocked, or nothing that can be read."""

from __future__ import annotations

from tracedesk.model import signs
from tracedesk.replay.material import Material
from tracedesk.replay.speech import written
from tracedesk.replay.words import opened


def verdict(material: Material, span: int) -> str | None:
    """PASSED, BLOCKED or None."""
    found = signs.verdict(material.failed(span), material.attributes(span), material.events(span),
                          opened(material.value(span, "output.value")), written(material.messages(span, "output.messages")))
    return None if found is None else found.said


def reason(material: Material, span: int) -> str:
    """Why it was blocked, or ""."""
    return signs.reason(material.attributes(span), material.events(span)) or material.error(span) or ""
