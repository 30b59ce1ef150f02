"""OTel GenAI, first generation (semconv 1.26 - 1.27, 2024) and gen_ai.content.* span events."""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, event
from tracedesk.semconv.fields import role_lines
from tracedesk.semconv.kinds import OTEL_KINDS
from tracedesk.semconv.otel import OTEL_FIELDS

_SPEAK = "llm agent chain prompt other"
"""LangSmith writes what goes into a tool or a retriever, and comes out of it, under the names of a chat; OpenLIT and Langtrace
what was embedded."""

PART = Dialect(
    key="otel_genai_2024",
    title="OTel GenAI, first generation (semconv 1.26 - 1.27, 2024) and gen_ai.content.* span events",
    priority=42,
    detect=(
        Detect(events=("gen_ai.content.prompt", "gen_ai.content.completion")),
        Detect(attrs=("gen_ai.prompt", "gen_ai.completion")),
    ),
    kinds=(
        *OTEL_KINDS,
    ),
    fields={
        "input.messages": (
            event("gen_ai.content.prompt", "gen_ai.prompt", only=_SPEAK, form=role_lines),
            A("gen_ai.prompt", only=_SPEAK, form=role_lines),
        ),
        "output.messages": (
            event("gen_ai.content.completion", "gen_ai.completion"),
            A("gen_ai.completion", only=_SPEAK),
        ),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.prompt_tokens": 42,
                 "gen_ai.usage.completion_tokens": 17},
                kind="llm", name="chat gpt-4o",
                events=(("gen_ai.content.prompt", {"gen_ai.prompt": "user: hi"}),
                        ("gen_ai.content.completion", {"gen_ai.completion": "ho"})),
                fields={"tokens.input": 42, "tokens.output": 17,
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
    ),
)
