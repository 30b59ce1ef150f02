"""AWS Strands Agents / Bedrock AgentCore."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, event
from tracedesk.semconv.fields import milliseconds
from tracedesk.semconv.genai_events import input_events, output_events
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.values import text

PART = Dialect(
    key="strands_agentcore",
    title="AWS Strands Agents / Bedrock AgentCore",
    priority=26,
    detect=(
        Detect(scope=("strands.telemetry.tracer", "strands")),
        Detect(equal=(("gen_ai.system", "strands-agents"),)),
        Detect(prefix=("aws.agentcore.", "event_loop.")),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "finish_reasons": event("gen_ai.choice", "finish_reason"),
        "ttft_s": A("gen_ai.server.time_to_first_token", form=milliseconds),
        "session.id": ("session.id", "gen_ai.conversation.id"),
        "tool.args": (
            event("gen_ai.tool.message", "content", only="tool", form=text),
            "gen_ai.tool.call.arguments",
        ),
        "tool.result": (event("gen_ai.choice", "message", only="tool", form=text), "gen_ai.tool.call.result"),
        "input.messages": (
            input_events(),
            "gen_ai.input.messages",
        ),
        "output.messages": (output_events(), "gen_ai.output.messages"),
        "system": (event("gen_ai.system.message", "content"), "system_prompt"),
        "tools": ("gen_ai.agent.tools", "gen_ai.tool.definitions"),
        "tool.is_error": "gen_ai.tool.status",
        "experiment": (
            "aws.agentcore.gateway.routing_experiment_arn",
            "aws.agentcore.gateway.routing_experiment_variant_name",
            "aws.agentcore.configbundle_arn",
            "aws.agentcore.configbundle_version",
        ),
    },
    extends=OTEL_FIELDS,
    examples=(
    ),
)
