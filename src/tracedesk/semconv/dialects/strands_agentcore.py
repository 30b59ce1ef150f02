"""AWS Strands Agents / Bedrock AgentCore."""

from __future__ import annotations

from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields, Message
from tracedesk.semconv.aliases import role
from tracedesk.semconv.dialect import LOGS, A, Detect, Dialect, Example, Rule, call, event
from tracedesk.semconv.fields import milliseconds
from tracedesk.semconv.genai_events import input_events, output_events
from tracedesk.semconv.kinds import OTEL_KINDS, named
from tracedesk.semconv.messages import blocks_chat
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.tokens import add_cached
from tracedesk.semconv.values import json_value, text
from tracedesk.semconv.view import View

_MAKERS = (
    *((start, "aws") for start in ("us.anthropic.", "eu.anthropic.", "apac.anthropic.", "anthropic.", "us.amazon.", "amazon.",
                                   "meta.llama")),
    ("claude-", "anthropic"), ("gemini-", "google"), *((start, "openai") for start in ("gpt-", "o1", "o3", "o4")),
)


def _maker(view: View) -> str | None:
    """Strands names itself as the provider, so the model's name has to tell: Bedrock's ids carry their vendor and a dot."""
    model = view.attributes.get("gen_ai.request.model")
    if not isinstance(model, str):
        return None
    return next((maker for start, maker in _MAKERS if model.lower().startswith(start)), None)


def _settle(view: View, fields: LlmFields) -> None:
    """Bedrock's own figures come through, and it counts cached tokens apart. The TypeScript SDK writes the name of the service
    where the provider should be."""
    values = fields.values
    if "provider" in values and values["provider"] == view.span.resource.attributes.get("service.name"):
        del values["provider"], fields.sources["provider"]
        maker = _maker(view)
        if maker is not None:
            values["provider"], fields.sources["provider"] = maker, "gen_ai.request.model"
    if _maker(view) == "aws":
        add_cached(fields)


def _failed(value: Any) -> bool | None:
    return {"success": False, "error": True}.get(value) if isinstance(value, str) else None


def _adot(view: View, side: str, default_role: str) -> list[Message] | None:
    """AgentCore's collector moves content into log records: body {input: {messages}, output: {messages}}."""
    made: list[Message] = []
    for record in view.logs:
        part = record.body.get(side) if isinstance(record.body, dict) else None
        listed = part.get("messages") if isinstance(part, dict) else None
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, dict):
                said = item.get("content")
                if isinstance(said, dict):
                    said = said.get("content", said.get("message"))
                made.extend(blocks_chat(said, role(item.get("role"), default_role)) or ())
    return made or None


def _adot_input(view: View) -> list[Message] | None:
    return _adot(view, "input", "user")


def _adot_output(view: View) -> list[Message] | None:
    return _adot(view, "output", "assistant")


def _agent(view: View) -> Kind | None:
    """Until 0.1 no operation is named: of the spans that tell an agent all but its calls of the model are the agent's own."""
    said = view.attributes
    return Kind.AGENT if ("gen_ai.event.start_time" in said and "gen_ai.operation.name" not in said
                          and view.name != "Model invoke") else None


PART = Dialect(
    key="strands_agentcore",
    title="AWS Strands Agents / Bedrock AgentCore",
    priority=26,
    detect=(
        Detect(scope=("strands.telemetry.tracer", "strands")),
        Detect(equal=(("gen_ai.system", "strands-agents"),)),
        Detect(prefix=("aws.agentcore.", "event_loop.", "agent_loop.")),
        Detect(attrs=("gen_ai.event.start_time",)),
    ),
    kinds=(
        *OTEL_KINDS,
        named(r"^Cycle |^execute_(agent|event)_loop_cycle", "chain"),
        named(r"^Tool: ", "tool"),
        Rule("gen_ai.agent.name", ("gen_ai.agent.name",), _agent),
    ),
    fields={
        "provider": (
            "gen_ai.provider.name", "gen_ai.system", call(_maker, "gen_ai.request.model", needs="gen_ai.request.model"),
        ),
        "finish_reasons": event("gen_ai.choice", "finish_reason"),
        "ttft_s": A("gen_ai.server.time_to_first_token", form=milliseconds),
        "session.id": ("session.id", "gen_ai.conversation.id"),
        "tool.args": (
            event("gen_ai.tool.message", "content", only="tool", form=text),
            "gen_ai.tool.call.arguments", A("tool.parameters", only="tool"),
        ),
        "tool.call_id": (A("gen_ai.tool.call.id", only="tool mcp"), A("tool.id", only="tool")),
        "tool.result": (event("gen_ai.choice", "message", only="tool", form=text), "gen_ai.tool.call.result"),
        "input.messages": (
            input_events(),
            call(_adot_input, "log body", needs=LOGS, only="llm agent chain"),
            "gen_ai.input.messages",
        ),
        "output.messages": (
            output_events(),
            call(_adot_output, "log body", needs=LOGS, only="llm agent chain"),
            "gen_ai.output.messages",
        ),
        "system": (event("gen_ai.system.message", "content"), A("system_prompt", decode=json_value)),
        "tools": ("gen_ai.agent.tools", "gen_ai.tool.definitions"),
        "tool.is_error": (A("gen_ai.tool.status", form=_failed), A("tool.status", form=_failed)),
        "experiment": (
            "aws.agentcore.gateway.routing_experiment_arn",
            "aws.agentcore.gateway.routing_experiment_variant_name",
            "aws.agentcore.configbundle_arn",
            "aws.agentcore.configbundle_version",
        ),
    },
    extends=OTEL_FIELDS,
    settle=_settle,
    examples=(
        Example({"gen_ai.operation.name": "chat", "gen_ai.system": "strands-agents", "gen_ai.usage.input_tokens": 61,
                 "gen_ai.request.model": "us.anthropic.claude-sonnet-4-20250514-v1:0", "gen_ai.server.time_to_first_token": 98},
                kind="llm", scope="strands.telemetry.tracer", name="chat",
                events=(("gen_ai.user.message", {"content": '[{"text": "hi"}]'}),
                        ("gen_ai.choice", {"finish_reason": "tool_use", "message": '[{"toolUse": {"toolUseId": "c1",'
                                           ' "name": "get_weather", "input": {"city": "Paris"}}}]'})),
                fields={"provider": "aws", "ttft_s": 0.098, "finish_reasons": ["tool_calls"],
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "finish_reason": "tool_calls", "parts": [
                            {"type": "tool_call", "id": "c1", "name": "get_weather", "arguments": {"city": "Paris"}}]}]}),
    ),
)
