"""OTel GenAI, event generation (semconv 1.28 - 1.36, 2024-10 .. 2025-08)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, event
from tracedesk.semconv.genai_events import input_events, input_logs, output_events, output_logs
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="otel_genai_events",
    title="OTel GenAI, event generation (semconv 1.28 - 1.36, 2024-10 .. 2025-08)",
    priority=41,
    detect=(
        Detect(
            logs=("gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message",
            "gen_ai.choice"),
        ),
        Detect(
            events=("gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message",
            "gen_ai.choice"),
        ),
        Detect(all_attrs=("gen_ai.system", "gen_ai.operation.name"), without=("gen_ai.provider.name",)),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "finish_reasons": (
            "gen_ai.response.finish_reasons",
            "gen_ai.response.finish_reason",
            "gen_ai.response.stop_reason",
            "anthropic.message.stop_reason",
            event("gen_ai.choice", "finish_reason"),
        ),
        "input.messages": (
            input_logs(),
            input_events(),
        ),
        "output.messages": (output_logs(), output_events()),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
