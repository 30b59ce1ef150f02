"""Langtrace."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, below, call, event
from tracedesk.semconv.kinds import OTEL_KINDS, by
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.values import text
from tracedesk.semconv.view import View


def _address(view: View) -> str | None:
    """`url.full` is only the base here; `url.path` goes on it."""
    base, path = text(view.attributes.get("url.full")), text(view.attributes.get("url.path"))
    return base if base is None or path is None else base.rstrip("/") + "/" + path.lstrip("/")


PART = Dialect(
    key="langtrace",
    title="Langtrace",
    priority=36,
    detect=(
        Detect(prefix=("langtrace.",)),
    ),
    kinds=(
        by("langtrace.service.type", {"vectordb": "db", "framework": "chain"}),
        *OTEL_KINDS,
    ),
    fields={
        "provider": ("gen_ai.system", "langtrace.service.name"),
        "provider.endpoint": call(_address, "url.full", needs="url.full"),
        "param.stream": ("gen_ai.request.stream", "llm.stream"),
        "user.id": ("user.id", "langtrace.user_id"),
        "prompt.name": "prompt_id",
        "input.messages": (event("gen_ai.content.prompt", "gen_ai.prompt"), "llm.prompts"),
        "output.messages": (
            event("gen_ai.content.completion", "gen_ai.completion"),
            "llm.responses",
        ),
        "tools": "gen_ai.request.tools",
        "metadata": below("langtrace"),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
