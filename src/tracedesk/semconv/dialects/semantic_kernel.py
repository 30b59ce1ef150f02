"""Microsoft Semantic Kernel (and AutoGen core)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example
from tracedesk.semconv.genai_events import input_logs, output_logs
from tracedesk.semconv.kinds import OTEL_KINDS, named
from tracedesk.semconv.otel import OTEL_FIELDS

PART = Dialect(
    key="semantic_kernel",
    title="Microsoft Semantic Kernel (and AutoGen core)",
    priority=25,
    detect=(
        Detect(scope=("semantic_kernel", "autogen-core", "Microsoft.SemanticKernel")),
    ),
    kinds=(
        *OTEL_KINDS,
        named(r"^AutoFunctionInvocationLoop", "chain"),
    ),
    fields={
        "finish_reasons": "gen_ai.response.finish_reason",
        "input.messages": input_logs(),
        "output.messages": output_logs(),
        "tools": "sk.available_functions",
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "chat.completions", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.usage.input_tokens": 42, "gen_ai.response.finish_reason": "FinishReason.STOP"},
                kind="llm", scope="semantic_kernel.utils.telemetry", name="chat gpt-4o-mini",
                logs=(("gen_ai.user.message", '{"role": "user", "content": "hi"}', {}),
                      ("gen_ai.choice", '{"message": {"role": "assistant", "content": "ho"}, "finish_reason": "stop"}', {})),
                fields={"finish_reasons": ["stop"],
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
    ),
)
