"""OTel GenAI, attribute generation (semconv 1.37 - 1.41 and the separate semantic-conventions-genai repo)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="otel_genai_2025",
    title="OTel GenAI, attribute generation (semconv 1.37 - 1.41 and the separate semantic-conventions-genai repo)",
    priority=40,
    detect=(
        Detect(attrs=("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.provider.name", "gen_ai.tool.call.arguments", "gen_ai.retrieval.query.text", "gen_ai.workflow.name")),
        Detect(attrs=("gen_ai.operation.name",)),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "input.messages": (
            "gen_ai.input.messages",
        ),
        "output.messages": (
            "gen_ai.output.messages",
        ),
        "system": (
            "gen_ai.system_instructions",
            "gen_ai.system.instructions",
        ),
        "tools": (
            "gen_ai.tool.definitions",
            "gen_ai.request.available_tools",
        ),
        "metadata": "gen_ai.input.messages_ref",
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
