"""Microsoft Agent Framework."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example, below
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
        Example({"gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": "microsoft.agent_framework",
                 "gen_ai.agent.name": "weather", "gen_ai.usage.input_tokens": 103, "gen_ai.usage.output_tokens": 36},
                kind="agent", scope="agent_framework", name="invoke_agent weather",
                fields={"agent.name": "weather", "tokens.input": 103}),
        Example({"executor.id": "writer"}, kind="chain", scope="agent_framework", name="executor.process writer",
                fields={"graph.node_id": "writer"}),
    ),
)
