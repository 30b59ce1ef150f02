"""Azure AI Inference / Projects tracer."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect
from tracedesk.semconv.genai_events import input_events, output_events
from tracedesk.semconv.kinds import OTEL_KINDS, has
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="azure_ai",
    title="Azure AI Inference / Projects tracer",
    priority=43,
    detect=(
        Detect(scope=("azure.",)),
        Detect(equal=(("gen_ai.system", "az.ai.inference"),)),
        Detect(equal=(("gen_ai.system", "az.ai.agents"),)),
        Detect(attrs=("az.client_request_id", "az.namespace")),
    ),
    kinds=(
        *OTEL_KINDS,
        has("http", "az.client_request_id"),
    ),
    fields={
        "session.id": ("gen_ai.conversation.id", "gen_ai.thread.id"),
        "input.messages": (input_events(), "gen_ai.input.messages"),
        "output.messages": (
            output_events(),
            "gen_ai.output.messages",
        ),
        "metadata": ("gen_ai.thread.run.id", "gen_ai.run_step.status", "gen_ai.message.id"),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
