"""OpenLIT."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, below, event
from tracedesk.semconv.fields import chat_output, role_lines
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.values import python_repr

PART = Dialect(
    key="openlit",
    title="OpenLIT",
    priority=35,
    detect=(
        Detect(scope=("openlit",)),
        Detect(equal=(("telemetry.sdk.name", "openlit"),)),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "input.messages": (
            "gen_ai.input.messages",
            event("gen_ai.content.prompt", "gen_ai.prompt", form=role_lines),
        ),
        "output.messages": (
            "gen_ai.output.messages",
            event("gen_ai.content.completion", "gen_ai.completion", form=chat_output),
            "gen_ai.completion",
        ),
        "system": "gen_ai.system_instructions",
        "tools": (
            "gen_ai.tool.definitions",
        ),
        "input.value": ("gen_ai.workflow.input", A("function.args", decode=python_repr)),
        "output.value": "gen_ai.workflow.output",
        "environment": ("deployment.environment", "gen_ai.environment"),
        "project": ("gen_ai.application_name", "service.name"),
        "scores": below("gen_ai.eval"),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
