"""Braintrust (OTel span processor / manual attributes)."""

from __future__ import annotations

from tracedesk.model.kinds import Kind
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Rule, below
from tracedesk.semconv.fields import chat_input, chat_output
from tracedesk.semconv.kinds import OTEL_KINDS, by
from tracedesk.semconv.sources import span_name
from tracedesk.semconv.values import json_value, structure
from tracedesk.semconv.view import View


def _embedding(view: View) -> Kind | None:
    """Calls to an embedding model have the type llm too: their output is but the length of the vector (`oai.py`)."""
    said = view.decoded("braintrust.span_attributes")
    if not isinstance(said, dict) or said.get("type") != "llm":
        return None
    output = view.decoded("braintrust.output_json")
    return Kind.EMBEDDING if view.name == "Embedding" or (isinstance(output, dict) and "embedding_length" in output) else None


PART = Dialect(
    key="braintrust",
    title="Braintrust (OTel span processor / manual attributes)",
    priority=14,
    detect=(
        Detect(attrs=("braintrust.span_attributes", "braintrust.input_json", "braintrust.output_json", "braintrust.input",
                      "braintrust.output", "braintrust.metadata", "braintrust.metrics", "braintrust.scores")),
        Detect(prefix=("braintrust.metadata.", "braintrust.metrics.")),
    ),
    weak=(Detect(prefix=("braintrust.",)),),
    kinds=(
        Rule("braintrust.span_attributes", ("braintrust.span_attributes",), _embedding),
        by("braintrust.span_attributes", {
            "llm": "llm", "task": "chain", "function": "chain", "tool": "tool", "score": "evaluator",
            "eval": "evaluator", "facet": "evaluator", "preprocessor": "chain", "automation": "chain",
            "review": "evaluator", "classifier": "evaluator",
        }, path="type", decode=structure),
        *OTEL_KINDS,
    ),
    fields={
        "display_name": A("braintrust.span_attributes", "name"),
        "input.messages": (
            A("braintrust.input_json", only="llm", decode=json_value), A("braintrust.input", form=chat_input),
        ),
        "output.messages": (
            A("braintrust.output_json", only="llm", decode=json_value), A("braintrust.output", form=chat_output),
        ),
        "input.value": ("braintrust.input_json", "braintrust.input"),
        "output.value": ("braintrust.output_json", "braintrust.output"),
        "model.requested": (A("braintrust.metadata", "model"), "gen_ai.request.model"),
        "model.response": ("gen_ai.response.model", A("braintrust.metadata", "model")),
        "provider": (A("braintrust.metadata", "provider"), "gen_ai.provider.name", "gen_ai.system"),
        "embedding.inputs": A("braintrust.input_json", only="embedding", decode=json_value),
        "embedding.dimensions": A("braintrust.output_json", "embedding_length", only="embedding"),
        "param.all": (A("braintrust.metadata", only="llm embedding"), "braintrust.parameters"),
        "tools": A("braintrust.metadata", "tools"),
        "metadata": ("braintrust.metadata", below("braintrust.metadata")),
        "tokens.input": (
            A("braintrust.metrics", "prompt_tokens"),
            "braintrust.metrics.prompt_tokens",
            "gen_ai.usage.input_tokens",
        ),
        "tokens.output": (
            A("braintrust.metrics", "completion_tokens"),
            "braintrust.metrics.completion_tokens",
            "gen_ai.usage.output_tokens",
        ),
        "tokens.total": (A("braintrust.metrics", "tokens"), "braintrust.metrics.tokens"),
        "tokens.cache_read": (
            A("braintrust.metrics", "prompt_cached_tokens"),
            "braintrust.metrics.prompt_cached_tokens",
        ),
        "tokens.cache_write": A("braintrust.metrics", "prompt_cache_creation_tokens"),
        "tokens.reasoning": A("braintrust.metrics", "completion_reasoning_tokens"),
        "cost.total": A("braintrust.metrics", "estimated_cost"),
        "ttft_s": A("braintrust.metrics", "time_to_first_token"),
        "scores": "braintrust.scores",
        "tags": "braintrust.tags",
        "user.id": A("braintrust.metadata", "user_id"),
        "session.id": A("braintrust.metadata", "session_id"),
        "project": "braintrust.parent",
        "environment": "braintrust.environment.name",
        "tool.name": (A("braintrust.span_attributes", "name", only="tool"),
                      span_name(only="tool", needs="braintrust.span_attributes")),
        "tool.args": A("braintrust.input_json", only="tool"),
        "tool.result": A("braintrust.output_json", only="tool"),
    },
    examples=(
        Example({"braintrust.span_attributes": '{"name": "chat", "type": "llm"}', "braintrust.parent": "project_name:shop",
                 "braintrust.input_json": '[{"role": "user", "content": "hi"}]',
                 "braintrust.output_json": '[{"role": "assistant", "content": "ho"}]',
                 "braintrust.metadata": '{"model": "gpt-4o-mini", "temperature": 0.2, "max_tokens": 256}',
                 "braintrust.metrics": '{"prompt_tokens": 42, "completion_tokens": 17, "tokens": 59,'
                                       ' "prompt_cached_tokens": 8}'},
                kind="llm",
                fields={"display_name": "chat", "model.requested": "gpt-4o-mini", "tokens.input": 42, "tokens.cache_read": 8,
                        "param.temperature": 0.2, "param.max_tokens": 256,
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
    ),
)
