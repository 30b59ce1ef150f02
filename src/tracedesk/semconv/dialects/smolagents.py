"""smolagents (only through OpenInference, or opentelemetry-instrumentation-genai-smolagents)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example, below
from tracedesk.semconv.kinds import named
from tracedesk.semconv.sources import span_name

PART = Dialect(
    key="smolagents",
    title="smolagents (only through OpenInference, or opentelemetry-instrumentation-genai-smolagents)",
    priority=21,
    detect=(
        Detect(prefix=("smolagents.",)),
    ),
    kinds=(
        named(r"\.run$", "agent"),
        named(r"^Step \d+", "chain"),
    ),
    fields={
        "agent.name": span_name(only="agent", cut=".run"),
        "tools": "smolagents.tools_names",
        "param.all": below("smolagents"),
    },
    examples=(
        Example({"smolagents.max_steps": 3, "smolagents.tools_names": ["get_weather", "final_answer"], "input.value": "hi"},
                kind="agent", name="ToolCallingAgent.run", fields={"agent.name": "ToolCallingAgent"}),
    ),
)
