"""Google Genkit (genkit:*)."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, Example
from tracedesk.semconv.fields import chat_input
from tracedesk.semconv.kinds import by

PART = Dialect(
    key="genkit",
    title="Google Genkit (genkit:*)",
    priority=45,
    detect=(
        Detect(prefix=("genkit:",)),
    ),
    kinds=(
        by("genkit:metadata:subtype", {
            "model": "llm", "background-model": "llm", "embedder": "embedding", "tool": "tool", "tool.v2": "tool",
            "retriever": "retriever", "reranker": "reranker", "evaluator": "evaluator", "flow": "chain",
            "util": "chain", "prompt": "prompt",
        }),
        by("genkit:type", {"flow": "chain", "action": "chain", "flowStep": "chain", "util": "chain"}),
    ),
    fields={
        "input.value": "genkit:input",
        "output.value": "genkit:output",
        "input.messages": A("genkit:input", "messages", form=chat_input),
        "output.messages": A("genkit:output", "message|candidates[0].message"),
        "tokens.input": A("genkit:output", "usage.inputTokens"),
        "tokens.output": A("genkit:output", "usage.outputTokens"),
        "tokens.total": A("genkit:output", "usage.totalTokens"),
        "tokens.reasoning": A("genkit:output", "usage.thoughtsTokens"),
        "model.requested": A("genkit:name", only="llm embedding reranker"),
        "display_name": "genkit:name",
        "error.message": "genkit:error",
    },
    examples=(
        Example({"genkit:type": "action", "genkit:metadata:subtype": "model", "genkit:name": "googleai/gemini-2.0-flash",
                 "genkit:input": '{"messages": [{"role": "user", "content": [{"text": "hi"}]}]}',
                 "genkit:output": '{"message": {"role": "model", "content": [{"text": "ho"}]},'
                                  ' "usage": {"inputTokens": 42, "outputTokens": 17}}'},
                kind="llm",
                fields={"tokens.input": 42, "tokens.output": 17, "model.requested": "googleai/gemini-2.0-flash",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
    ),
)
