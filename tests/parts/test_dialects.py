"""The same questions to every dialect of LLM spans there is."""

from __future__ import annotations

import ast
import json
import math
import random
from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Any

import pytest

from tests.helpers.mutations import mutated
from tracedesk.model.kinds import Kind
from tracedesk.model.span import Event, LogRecord, Resource, Scope, Span
from tracedesk.semconv.dialect import At, Dialect, Example
from tracedesk.semconv.fields import FORMS
from tracedesk.semconv.msgpack import unpack
from tracedesk.semconv.plan import all_dialects, sources_of
from tracedesk.semconv.read import hot, read, search_text, title

DIALECTS = all_dialects()
KEYS = {
    "voltagent",
    "claude_code", "langfuse", "langsmith", "mlflow", "weave", "braintrust", "vercel_ai", "datadog", "logfire_pydantic_ai",
    "openinference", "smolagents", "livekit", "google_adk", "ms_agent_framework", "semantic_kernel", "strands_agentcore",
    "litellm", "crewai", "mistral_sdk", "llamaindex", "openllmetry", "openlit", "langtrace", "opik", "anthropic_sdk",
    "otel_genai_2025", "otel_genai_events", "otel_genai_2024", "agentops", "azure_ai", "laminar", "genkit", "mcp",
    "plain_names", "mastra", "codex", "gemini_cli", "sentry_agentops_misc", "otel_generic"}
UNDER_ALL = {"otel_genai_2025", "otel_genai_events", "otel_genai_2024"}
"""The OpenTelemetry conventions are spoken along with most other dialects; that is no claim."""
START, END = 10**18, 10**18 + 10**9
MUTATIONS = 1_000
FIGURES = ("tokens.input", "tokens.output", "tokens.total", "tokens.cache_read", "tokens.cache_write", "tokens.cache_write_1h",
           "tokens.reasoning", "cost.total", "cost.input", "cost.output")


def span_of(example: Example) -> tuple[Span, list[LogRecord]]:
    """The span of an example, and its log records."""
    resource, scope = Resource(dict(example.resource)), Scope(example.scope)
    events = [Event(name, START + 10**6, dict(said)) for name, said in example.events]
    span = Span(b"\1" * 16, b"\2" * 8, b"\3" * 8, example.name, START, END, dict(example.attributes), resource, scope,
                status=example.status[0], status_message=example.status[1], events=events)
    logs = [LogRecord(span.trace_id, span.span_id, START + 10**6 + at, body, dict(said), resource, scope, event_name=name)
            for at, (name, body, said) in enumerate(example.logs)]
    return span, logs


def examples() -> Iterator[Any]:
    for dialect in DIALECTS:
        for number, example in enumerate(dialect.examples):
            yield pytest.param(dialect, example, id=f"{dialect.key}-{number}")


def test_they_are_found() -> None:
    assert {dialect.key for dialect in DIALECTS} == KEYS
    assert len({dialect.priority for dialect in DIALECTS}) == len(DIALECTS)


@pytest.mark.parametrize(("dialect", "example"), list(examples()))
class TestEveryExample:
    def test_it_is_read_as_it_says(self, dialect: Dialect, example: Example) -> None:
        fields = read(*span_of(example))
        assert fields.kind.label == example.kind, fields.kind_from
        assert {name: fields.values.get(name) for name in example.fields} == dict(example.fields)
        assert all(fields.sources[name] for name in fields.values)

    def test_no_other_dialect_claims_it_more_strongly(self, dialect: Dialect, example: Example) -> None:
        spoken = [key for key in read(*span_of(example)).dialects if key in (dialect.key, *KEYS - UNDER_ALL)]
        assert spoken[0] == dialect.key

    def test_the_engine_reads_the_same(self, dialect: Dialect, example: Example) -> None:
        span, logs = span_of(example)
        whole, quick = read(span, logs), hot(span, logs)
        assert quick.kind == whole.kind
        shared = [name for name in quick.values if not name.startswith("@")]
        assert {name: quick.values[name] for name in shared} == {name: whole.values[name] for name in shared}
        asked = [message for message in whole.values.get("input.messages", ()) if message["role"] == "user"]
        if asked and asked[-1]["parts"][0]["type"] == "text":
            assert title(quick) == asked[-1]["parts"][0]["content"]
            assert asked[-1]["parts"][0]["content"] in search_text(quick, span)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.key)
class TestEvery:
    def test_it_says_what_it_is(self, dialect: Dialect) -> None:
        assert dialect.title
        assert dialect.detect
        assert dialect.examples, "a dialect carries its own example"
        assert set(sources_of(dialect)) <= set(FORMS)

    def test_mutated_attributes_give_no_exception_and_no_wrong_number(self, dialect: Dialect) -> None:
        hostile(dialect, MUTATIONS)

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    def test_many_more_mutations(self, dialect: Dialect) -> None:
        hostile(dialect, 100 * MUTATIONS)


def hostile(dialect: Dialect, count: int) -> None:
    """Read `count` mutated spans of a dialect; every figure must be one that was sent, or a sum of such."""
    dice = random.Random(dialect.key)
    names = [source.attr for sources in sources_of(dialect).values() for source in sources if source.at is At.SPAN]
    for number in range(count):
        span, logs = span_of(dice.choice(dialect.examples))
        mutated(dice, span, logs, names)
        where = f"{dialect.key}, mutation {number}: {span.attributes!r}"[:2000]
        fields, quick = read(span, logs), hot(span, logs)
        assert isinstance(fields.kind, Kind)
        title(quick)
        search_text(quick, span).encode()
        json.dumps(fields.values, default=repr).encode()
        found = {name: fields.values[name] for name in FIGURES if name in fields.values}
        assert {name: quick.values[name] for name in FIGURES if name in quick.values}.items() <= found.items(), where
        if found:
            sent = list(numbers([span.attributes, [event.attributes for event in span.events],
                                [[log.body, log.attributes] for log in logs]]))
            for name, value in found.items():
                assert was_sent(value, sent), f"{name} = {value} was never sent; {where}"


def was_sent(value: float, sent: Collection[float]) -> bool:
    """Whether a figure is one of those sent, or the sum of two to five of them (an exclusive count and its buckets)."""
    if not (isinstance(value, int | float) and math.isfinite(value) and value >= 0) or isinstance(value, bool):
        return False
    if value in sent:
        return True
    parts = sorted((number for number in sent if 0 < number <= value), reverse=True)[:40]
    return any(math.isclose(sum(some), value, rel_tol=1e-12) for size in (2, 3, 4, 5) for some in combinations(parts, size))


def numbers(value: Any, depth: int = 0) -> Iterator[float]:
    """Every number in a value, also inside JSON, Python text and MessagePack."""
    if isinstance(value, bool) or depth > 30:
        return
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, str):
        for parse in (json.loads, ast.literal_eval, float):
            try:
                inner = parse(value)
            except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
                continue
            if not isinstance(inner, str) or inner != value:
                yield from numbers(inner, depth + 1)
            break
    elif isinstance(value, bytes):
        yield from numbers(unpack(value), depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            yield from numbers(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from numbers(item, depth + 1)
