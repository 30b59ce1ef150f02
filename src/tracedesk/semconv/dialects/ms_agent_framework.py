"""Microsoft Agent Framework."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, below
from tracedesk.semconv.kinds import OTEL_KINDS, named
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="ms_agent_framework",
    title="Microsoft Agent Framework",
    priority=24,
    detect=(
        Detect(scope=("agent_framework",)),
        Detect(equal=(("gen_ai.provider.name", "microsoft.agent_framework"),)),
    ),
    kinds=(
        *OTEL_KINDS,
        named(r"^(workflow\.(build|run)|executor\.process|edge_group\.process|message\.send)", "chain"),
    ),
    fields={
        "workflow.name": ("workflow.name", "workflow_builder.name", "workflow.id"),
        "input.messages": "gen_ai.input.messages",
        "output.messages": "gen_ai.output.messages",
        "system": "gen_ai.system_instructions",
        "tools": "gen_ai.tool.definitions",
        "graph.node_id": ("executor.id", "edge_group.id"),
        "metadata": (below("workflow"), below("message"), below("executor")),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
