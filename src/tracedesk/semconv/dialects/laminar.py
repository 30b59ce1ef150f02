"""Laminar (lmnr.*)."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below, flat
from tracedesk.semconv.kinds import OTEL_KINDS, by
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="laminar",
    title="Laminar (lmnr.*)",
    priority=44,
    detect=(
        Detect(prefix=("lmnr.",)),
    ),
    kinds=(
        by("lmnr.span.type", {
            "LLM": "llm", "TOOL": "tool", "DEFAULT": "chain", "PIPELINE": "chain", "EXECUTOR": "agent",
            "EVALUATOR": "evaluator", "HUMAN_EVALUATOR": "evaluator", "EVALUATION": "evaluator", "CACHED": "llm",
        }),
        *OTEL_KINDS,
    ),
    fields={
        "session.id": "lmnr.association.properties.session_id",
        "user.id": "lmnr.association.properties.user_id",
        "input.value": "lmnr.span.input",
        "output.value": "lmnr.span.output",
        "input.messages": ("gen_ai.input.messages", flat("gen_ai.prompt"), A("lmnr.span.input", only="llm")),
        "output.messages": ("gen_ai.output.messages", flat("gen_ai.completion"), A("lmnr.span.output", only="llm")),
        "metadata": below("lmnr.association.properties.metadata"),
        "tags": "lmnr.association.properties.tags",
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"lmnr.span.type": "LLM", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.input_tokens": 42,
                 "lmnr.span.input": '[{"role": "user", "content": "hi"}]', "lmnr.association.properties.user_id": "u-1",
                 "lmnr.association.properties.session_id": "s-1"},
                kind="llm",
                fields={"tokens.input": 42, "user.id": "u-1", "session.id": "s-1",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
    ),
)
