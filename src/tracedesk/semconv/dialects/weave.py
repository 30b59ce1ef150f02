"""W&B Weave (OTel agents/conversation API and the OTLP ingest attributes)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example, below, resource
from tracedesk.semconv.kinds import OTEL_KINDS, by
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="weave",
    title="W&B Weave (OTel agents/conversation API and the OTLP ingest attributes)",
    priority=13,
    detect=(
        Detect(prefix=("weave.",)),
        Detect(scope=("weave",)),
    ),
    weak=(Detect(prefix=("wandb.",)),),
    kinds=(
        by("weave.span.kind", {
            "llm": "llm", "agent": "agent", "tool": "tool", "retriever": "retriever", "embedding": "embedding",
            "chain": "chain",
        }),
        by("agent.span.type", {
            "agent": "agent", "response": "llm", "generation": "llm", "function": "tool", "handoff": "agent",
            "guardrail": "guardrail",
        }),
        *OTEL_KINDS,
    ),
    fields={
        "session.id": ("gen_ai.conversation.id", "wandb.thread_id"),
        "display_name": ("wandb.display_name", "gen_ai.conversation.name"),
        "metadata": ("wandb.attributes", below("weave.integration"), "weave.tag"),
        "experiment": (below("weave.eval"), "wandb.wb_run_id", "wandb.wb_run_step"),
        "scores": (below("wandb.annotation"), "wandb.agent_user_feedback"),
        "input.value": "weave.inputs",
        "output.value": "weave.output",
        "input.messages": "gen_ai.input.messages",
        "output.messages": "gen_ai.output.messages",
        "system": "gen_ai.system_instructions",
        "tools": "gen_ai.tool.definitions",
        "project": (resource("wandb.project"), resource("wandb.entity")),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"weave.span.kind": "llm", "wandb.thread_id": "t-1", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.usage.input_tokens": 42, "wandb.display_name": "answer"},
                kind="llm", fields={"session.id": "t-1", "display_name": "answer", "tokens.input": 42}),
    ),
)
