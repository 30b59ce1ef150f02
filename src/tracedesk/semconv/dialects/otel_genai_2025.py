"""OTel GenAI, attribute generation (semconv 1.37 - 1.41 and the separate semantic-conventions-genai repo)."""

from __future__ import annotations

from typing import Any

from tracedesk.semconv.dialect import LOGS, Detect, Dialect, call, log
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.view import View, event_name

_EVALUATION = "gen_ai.evaluation.result"


def _scores(view: View) -> list[dict[str, Any]] | None:
    """Evaluation results about this span: span events or log records of the same name."""
    told = [event.attributes for event in view.events if event.name == _EVALUATION]
    told += [record.attributes for record in view.logs if event_name(record) == _EVALUATION]
    return [{"name": said.get("gen_ai.evaluation.name"), "score": said.get("gen_ai.evaluation.score.value"),
             "label": said.get("gen_ai.evaluation.score.label"), "explanation": said.get("gen_ai.evaluation.explanation")}
            for said in told] or None


PART = Dialect(
    key="otel_genai_2025",
    title="OTel GenAI, attribute generation (semconv 1.37 - 1.41 and the separate semantic-conventions-genai repo)",
    priority=40,
    detect=(
        Detect(
            attrs=("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions",
            "gen_ai.provider.name", "gen_ai.tool.call.arguments", "gen_ai.retrieval.query.text", "gen_ai.workflow.name"),
        ),
        Detect(attrs=("gen_ai.operation.name",)),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "scores": call(_scores, "event:gen_ai.evaluation.result", needs=("@gen_ai.evaluation.result", LOGS)),
        "error.type": ("error.type", log("gen_ai.client.operation.exception", "exception.type")),
        "error.message": log("gen_ai.client.operation.exception", "exception.message"),
        "error.stack": log("gen_ai.client.operation.exception", "exception.stacktrace"),
        "input.messages": "gen_ai.input.messages",
        "output.messages": "gen_ai.output.messages",
        "system": (
            "gen_ai.system_instructions",
            "gen_ai.system.instructions",
        ),
        "tools": (
            "gen_ai.tool.definitions",
            "gen_ai.request.available_tools",
        ),
        "metadata": "gen_ai.input.messages_ref",
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
