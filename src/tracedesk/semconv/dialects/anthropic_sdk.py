"""Anthropic Python SDK >= 2.x native spans (automatic when opentelemetry is installed)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, below
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="anthropic_sdk",
    title="Anthropic Python SDK >= 2.x native spans (automatic when opentelemetry is installed)",
    priority=38,
    detect=(
        Detect(scope=("com.anthropic.sdk",)),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "finish_reasons": "anthropic.message.stop_reason",
        "input.messages": "gen_ai.input.messages",
        "output.messages": "gen_ai.output.messages",
        "system": "gen_ai.system_instructions",
        "tools": "gen_ai.tool.definitions",
        "metadata": below("anthropic"),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
