"""other names seen in the wild (Sentry AI monitoring, generic fallbacks)."""

from __future__ import annotations

from typing import Any

from tracedesk.model.llm import Message
from tracedesk.semconv.dialect import Detect, Dialect, Example, call
from tracedesk.semconv.kinds import by_operation
from tracedesk.semconv.messages import exchange, one_message
from tracedesk.semconv.values import structure, text
from tracedesk.semconv.view import View


def _output(view: View) -> list[Message] | None:
    """One assistant message of `gen_ai.response.text` (a text, or a JSON list of texts or messages) and the tool calls."""
    said = structure(view.attributes.get("gen_ai.response.text"))
    words: Any = text(view.attributes.get("gen_ai.response.text"))
    if isinstance(said, list) and all(isinstance(item, str) for item in said):
        words = "\n".join(said)
    elif said is not None:
        found = exchange(said, "assistant")
        if found:
            return found
    calls = structure(view.attributes.get("gen_ai.response.tool_calls"))
    if isinstance(calls, list):                # of a streamed Responses call Sentry lists every item of the output
        calls = [call for call in calls if isinstance(call, dict) and (call.get("function") or call.get("name"))]
    made = one_message({"content": words, "tool_calls": calls if isinstance(calls, list) else None}, "assistant")
    return [made] if made["parts"] else None


PART = Dialect(
    key="sentry_agentops_misc",
    title="other names seen in the wild (Sentry AI monitoring, generic fallbacks)",
    priority=95,
    detect=(
        Detect(
            attrs=("gen_ai.request.messages", "gen_ai.response.text", "gen_ai.request.available_tools", "input",
            "output", "inputs", "outputs", "prompt", "completion"),
        ),
    ),
    kinds=(
        by_operation("sentry.op", strip="gen_ai."),
    ),
    fields={
        "input.messages": "gen_ai.request.messages",
        "output.messages": call(
            _output, "gen_ai.response.text", needs=("gen_ai.response.text", "gen_ai.response.tool_calls"),
        ),
        "tools": "gen_ai.request.available_tools",
        "input.value": ("input", "inputs", "prompt", "query", "question"),
        "output.value": ("output", "outputs", "completion", "response", "result", "answer"),
        "provider": "ai.provider",
        "model.requested": ("model", "model_name", "ai.model"),
    },
    examples=(
        Example({"sentry.op": "gen_ai.chat", "gen_ai.request.messages": '[{"role": "user", "content": "hi"}]',
                 "gen_ai.response.text": "ho", "ai.provider": "openai"},
                kind="llm",
                fields={"provider": "openai",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"input": "hi", "output": "ho"}, kind="other", fields={"input.value": "hi", "output.value": "ho"}),
    ),
)
