"""Langtrace."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, below, event
from tracedesk.semconv.kinds import OTEL_KINDS, by
from tracedesk.semconv.otel import OTEL_FIELDS

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
        "provider.endpoint": "url.full",
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
