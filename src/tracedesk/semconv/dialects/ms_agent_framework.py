"""Microsoft Agent Framework."""

from __future__ import annotations

from tracedesk.model.llm import LlmFields
from tracedesk.semconv.dialect import Detect, Dialect, Example, below
from tracedesk.semconv.kinds import OTEL_KINDS, named
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.tokens import add_cached
from tracedesk.semconv.view import View


def _settle(view: View, fields: LlmFields) -> None:
    """Its client for Anthropic hands on the API's own count, which leaves cached tokens out."""
    if fields.values.get("provider") == "anthropic" and view.span.scope.name.startswith("agent_framework"):
        add_cached(fields)


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
    settle=_settle,
    examples=(
        Example({"gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": "microsoft.agent_framework",
                 "gen_ai.agent.name": "weather", "gen_ai.usage.input_tokens": 103, "gen_ai.usage.output_tokens": 36},
                kind="agent", scope="agent_framework", name="invoke_agent weather",
                fields={"agent.name": "weather", "tokens.input": 103}),
        Example({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude",
                 "gen_ai.usage.input_tokens": 33, "gen_ai.usage.output_tokens": 21,
                 "gen_ai.usage.cache_read.input_tokens": 20, "gen_ai.usage.cache_creation.input_tokens": 0},
                kind="llm", scope="agent_framework", name="chat claude",
                fields={"tokens.input": 53, "tokens.cache_read": 20}),
        Example({"executor.id": "writer"}, kind="chain", scope="agent_framework", name="executor.process writer",
                fields={"graph.node_id": "writer"}),
    ),
)
