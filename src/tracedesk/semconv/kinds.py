"""Rules for the kind of a span, as small makers, and the rules of the OpenTelemetry GenAI conventions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tracedesk.model.kinds import KIND_OF_LABEL, Kind
from tracedesk.semconv.aliases import OPERATION_KIND
from tracedesk.semconv.dialect import Rule
from tracedesk.semconv.values import dig
from tracedesk.semconv.view import View

VECTOR_STORES = frozenset({"chroma", "chromadb", "pinecone", "qdrant", "weaviate", "milvus", "lancedb", "marqo", "pgvector"})


def by(attr: str, table: Mapping[str, str], *, path: str = "", decode: Callable[[Any], Any] | None = None,
       strip: str = "", guess: bool = False) -> Rule:
    """The kind by the value of an attribute, compared without regard to case; `strip` is a prefix to take off first."""
    kinds = {name.lower(): KIND_OF_LABEL[label] for name, label in table.items()}

    def test(view: View) -> Kind | None:
        value: Any = view.attributes.get(attr) if decode is None else view.decoded(attr, decode)
        if path:
            value = dig(value, path)
        return kinds.get(value.removeprefix(strip).lower()) if isinstance(value, str) else None

    return Rule(attr, (attr,), test, guess)


def has(label: str, *attrs: str, without: str = "", guess: bool = False) -> Rule:
    """The kind where any of these attributes is present (and `without` is not)."""
    kind = KIND_OF_LABEL[label]

    def test(view: View) -> Kind | None:
        return kind if not without or without not in view.attributes else None

    return Rule(" or ".join(attrs), attrs, test, guess)


def named(pattern: str, label: str, *, guess: bool = False) -> Rule:
    """The kind where the span's name matches a pattern."""
    kind, matches = KIND_OF_LABEL[label], re.compile(pattern).search

    def test(view: View) -> Kind | None:
        return kind if matches(view.name) else None

    return Rule("span name", (), test, guess)


def embeds(attr: str) -> Rule:
    """An embedding where the model is one that does nothing else (`text-embedding-3-small`, `amazon.titan-embed-text-v2:0`):
    AWS instrumentations name no operation when a model is invoked directly."""
    def test(view: View) -> Kind | None:
        model = view.attributes.get(attr)
        return Kind.EMBEDDING if isinstance(model, str) and "embed" in model.lower() else None

    return Rule(attr, (attr,), test, guess=True)


def called(table: Mapping[str, str]) -> Rule:
    """The kind by the whole name of the span."""
    kinds = {name: KIND_OF_LABEL[label] for name, label in table.items()}
    return Rule("span name", (), lambda view: kinds.get(view.name))


def by_operation(attr: str = "gen_ai.operation.name", strip: str = "") -> Rule:
    """The kind by an operation name (`aliases.OPERATION_KIND`)."""
    def test(view: View) -> Kind | None:
        value = view.attributes.get(attr)
        return OPERATION_KIND.get(value.removeprefix(strip).lower()) if isinstance(value, str) else None

    return Rule(attr, (attr,), test)


OTEL_KINDS: tuple[Rule, ...] = (
    by_operation(),
    by("mcp.method.name", {"tools/call": "tool"}),
    has("mcp", "mcp.method.name"),
    has("tool", "gen_ai.tool.call.id", without="gen_ai.request.model", guess=True),
    embeds("gen_ai.request.model"),
    has("llm", "gen_ai.request.model", guess=True),
    named(r"^(chat|text_completion|generate_content) ", "llm", guess=True),
    named(r"^embeddings ", "embedding", guess=True),
    named(r"^execute_tool ", "tool", guess=True),
    named(r"^(invoke|create)_agent", "agent", guess=True),
    named(r"^invoke_workflow", "chain", guess=True),
    named(r"^retrieval", "retriever", guess=True),
)
"""OpenTelemetry GenAI: the operation decides; a span without one is known by its attributes or its name, where no other
dialect that it speaks knows better."""

OPENINFERENCE_KIND = by("openinference.span.kind", {
    "LLM": "llm", "EMBEDDING": "embedding", "RETRIEVER": "retriever", "RERANKER": "reranker", "TOOL": "tool", "AGENT": "agent",
    "CHAIN": "chain", "GUARDRAIL": "guardrail", "EVALUATOR": "evaluator", "PROMPT": "prompt", "DECISION": "decision",
    "UNKNOWN": "other",
})
"""OpenInference says it outright, for every package that emits it."""
