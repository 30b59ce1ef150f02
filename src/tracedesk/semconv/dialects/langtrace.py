"""Langtrace."""

from __future__ import annotations

from typing import Any

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below, call, event
from tracedesk.semconv.kinds import OTEL_KINDS, by
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.values import text
from tracedesk.semconv.view import View


def _address(view: View) -> str | None:
    """`url.full` is only the base here; `url.path` goes on it."""
    base, path = text(view.attributes.get("url.full")), text(view.attributes.get("url.path"))
    return base if base is None or path is None else base.rstrip("/") + "/" + path.lstrip("/")


def _answer(view: View) -> Any:
    """The last that was written of an answer: of a stream of Anthropic's every chunk is all so far (6.3 for JavaScript)."""
    said = [event.attributes.get("gen_ai.completion") for event in view.events if event.name == "gen_ai.content.completion"]
    return said[-1] if said else None


PART = Dialect(
    key="langtrace",
    title="Langtrace",
    priority=36,
    detect=(
        Detect(prefix=("langtrace.",)),
    ),
    kinds=(
        by("langtrace.service.type", {"vectordb": "db", "framework": "chain"}),
        *OTEL_KINDS,
    ),
    fields={
        "provider": ("gen_ai.system", "langtrace.service.name"),
        "provider.endpoint": call(_address, "url.full", needs="url.full"),
        "response.id": ("gen_ai.response.id", "gen_ai.response_id"),
        "system": A("instructions", only="llm"),
        "param.stream": ("gen_ai.request.stream", "llm.stream"),
        "user.id": ("user.id", "langtrace.user_id"),
        "prompt.name": "prompt_id",
        "input.messages": (event("gen_ai.content.prompt", "gen_ai.prompt", only="llm agent chain"), "llm.prompts"),
        "output.messages": (
            call(_answer, "event:gen_ai.content.completion/gen_ai.completion", needs="@gen_ai.content.completion"),
            "llm.responses",
        ),
        "tools": "gen_ai.request.tools",
        "metadata": below("langtrace"),
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"langtrace.service.name": "OpenAI", "langtrace.service.type": "llm", "gen_ai.operation.name": "chat",
                 "gen_ai.request.model": "gpt-4o-mini", "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                 "gen_ai.request.max_tokens": 256.0, "gen_ai.usage.input_tokens": 42, "gen_ai.usage.cached_tokens": 8},
                kind="llm", name="openai.chat.completions.create",
                events=(("gen_ai.content.prompt", {"gen_ai.prompt": '[{"role": "user", "content": "hi"}]'}),
                        ("gen_ai.content.completion", {"gen_ai.completion": '[{"role": "assistant", "content": ""}]'}),
                        ("gen_ai.content.completion", {"gen_ai.completion": '[{"role": "assistant", "content": "ho"}]'})),
                fields={"provider": "openai", "param.max_tokens": 256, "tokens.cache_read": 8,
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"langtrace.service.type": "llm", "gen_ai.operation.name": "openai.responses.create", "gen_ai.system": "openai",
                 "gen_ai.request.model": "gpt-4o-mini", "instructions": "Be terse.", "gen_ai.response_id": "resp_1",
                 "gen_ai.request.tools": '["[{\\"type\\": \\"function\\", \\"function\\": {\\"name\\": \\"get_time\\"}}]"]'},
                kind="llm", name="openai.responses.create",
                events=(("gen_ai.content.prompt", {"gen_ai.prompt": '[{"role": "user", "content": "hi"}]'}),),
                fields={"response.id": "resp_1", "system": "Be terse.", "tools": [
                            {"name": "get_time", "description": None, "parameters": None, "type": "function"}],
                        "input.messages": [{"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},
                                           {"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
    ),
)
