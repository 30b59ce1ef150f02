"""CrewAI (OpenInference, OpenLLMetry; own anonymous telemetry never carries content)."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below
from tracedesk.semconv.kinds import named

PART = Dialect(
    key="crewai",
    title="CrewAI (OpenInference, OpenLLMetry; own anonymous telemetry never carries content)",
    priority=28,
    detect=(
        Detect(
            scope=("openinference.instrumentation.crewai", "opentelemetry.instrumentation.crewai", "crewai.telemetry"),
        ),
        Detect(prefix=("crewai.", "crew_", "crew.")),
    ),
    kinds=(
        named(r"kickoff|\.workflow$|^Crew", "chain"),
        named(r"execute_core|_execute_task|\.agent$", "agent"),
        named(r"\.task$", "chain"),
    ),
    fields={
        "agent.name": ("agent.name", "crewai.agent.role", "agent_role", A("graph.node.id", only="agent")),
        "agent.id": ("agent_id", "crewai.agent.id"),
        "workflow.name": ("crew_key", "crew_id", "crewai.crew.name"),
        "input.value": ("task_description", "crewai.task.description"),
        "output.value": ("crewai.task.output", "crewai.crew.result"),
        "metadata": below("crewai"),
    },
    examples=(
        Example({"crew_key": "k", "crew_id": "c", "task_description": "Find the weather"},
                kind="chain", scope="crewai.telemetry", name="Crew Created",
                fields={"workflow.name": "k", "input.value": "Find the weather"}),
        Example({"crew_key": "k", "graph.node.id": "researcher"}, kind="agent", scope="crewai.telemetry",
                name="researcher._execute_core", fields={"agent.name": "researcher"}),
        Example({"crewai.agent.role": "researcher", "crewai.agent.id": "a-1"},
                kind="agent", scope="opentelemetry.instrumentation.crewai", name="researcher.agent",
                fields={"agent.name": "researcher", "agent.id": "a-1"}),
    ),
)
