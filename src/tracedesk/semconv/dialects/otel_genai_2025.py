"""OTel GenAI, attribute generation (semconv 1.37 - 1.41 and the separate semantic-conventions-genai repo)."""

from __future__ import annotations

from typing import Any

from tracedesk.model.llm import LlmFields, Message
from tracedesk.semconv.dialect import LOGS, Detect, Dialect, Example, below, call, log
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


def _settle(view: View, fields: LlmFields) -> None:
    """OpenTelemetry for Google's client until 0.7 writes each piece of a stream as a message of its own; the last says why it
    ended."""
    said = fields.values.get("output.messages")
    if not said or len(said) < 2 or view.span.scope.name != "opentelemetry.instrumentation.google_genai":
        return
    made: list[Message] = []
    for message in said:
        if not made or "finish_reason" in made[-1] or made[-1]["role"] != message["role"]:
            made.append(message)
            continue
        before = made[-1] = {**made[-1], "parts": list(made[-1]["parts"])}
        if "finish_reason" in message:
            before["finish_reason"] = message["finish_reason"]
        for part in message["parts"]:
            last = before["parts"][-1]
            if part["type"] == last["type"] and part["type"] in ("text", "reasoning"):
                before["parts"][-1] = {**last, "content": last["content"] + part["content"]}
            else:
                before["parts"].append(part)
    fields.values["output.messages"] = made


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
        "param.all": below("gcp.gen_ai.operation.config"),
        "metadata": "gen_ai.input.messages_ref",
    },
    extends=OTEL_FIELDS,
    settle=_settle,
    examples=(
        Example({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.id": "chatcmpl-1",
                 "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17,
                 "gen_ai.usage.cache_read.input_tokens": 8, "gen_ai.usage.reasoning.output_tokens": 5,
                 "gen_ai.response.finish_reasons": ["stop"], "gen_ai.request.temperature": 0.2,
                 "gen_ai.system_instructions": '[{"type": "text", "content": "Be terse."}]',
                 "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]',
                 "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "ho"}],'
                                           ' "finish_reason": "stop"}]'},
                kind="llm", scope="opentelemetry.instrumentation.openai_v2", name="chat gpt-4o-mini",
                fields={"tokens.cache_read": 8, "tokens.reasoning": 5, "finish_reasons": ["stop"], "system": "Be terse.",
                        "input.messages": [{"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},
                                           {"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
        Example({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_weather", "gen_ai.tool.call.id": "call_1",
                 "gen_ai.tool.call.arguments": '{"city": "Paris"}', "gen_ai.tool.call.result": '{"temp_c": 18}'},
                kind="tool", name="execute_tool get_weather",
                fields={"tool.name": "get_weather", "tool.args": {"city": "Paris"}, "tool.result": {"temp_c": 18}}),
    ),
)
