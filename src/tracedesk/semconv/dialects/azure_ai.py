"""Azure AI Inference / Projects tracer."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example
from tracedesk.semconv.genai_events import input_events, output_events
from tracedesk.semconv.kinds import OTEL_KINDS, has
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="azure_ai",
    title="Azure AI Inference / Projects tracer",
    priority=43,
    detect=(
        Detect(scope=("azure.",)),
        Detect(equal=(("gen_ai.system", "az.ai.inference"),)),
        Detect(equal=(("gen_ai.system", "az.ai.agents"),)),
        Detect(attrs=("az.client_request_id", "az.namespace")),
    ),
    kinds=(
        *OTEL_KINDS,
        has("http", "az.client_request_id", guess=True),
    ),
    fields={
        "session.id": ("gen_ai.conversation.id", "gen_ai.thread.id"),
        "input.messages": (input_events(), "gen_ai.input.messages"),
        "output.messages": (
            output_events(),
            "gen_ai.output.messages",
        ),
        "metadata": ("gen_ai.thread.run.id", "gen_ai.run_step.status", "gen_ai.message.id"),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "chat", "gen_ai.system": "az.ai.inference", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17},
                kind="llm", scope="azure.ai.inference", name="chat gpt-4o-mini",
                events=(("gen_ai.user.message", {"gen_ai.event.content": '{"role": "user", "content": "hi"}'}),
                        ("gen_ai.choice", {"gen_ai.event.content":
                                           '{"message": {"content": "ho"}, "finish_reason": "stop", "index": 0}'})),
                fields={"provider": "azure", "tokens.output": 17,
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}],
                                             "finish_reason": "stop"}]}),
        Example({"az.client_request_id": "1", "az.namespace": "Microsoft.CognitiveServices", "http.request.method": "POST"},
                kind="http", fields={}),
    ),
)
