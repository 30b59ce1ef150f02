"""How tokens were counted, what the other reading costs, and what a trace would cost on another model."""

from __future__ import annotations

from tests.unit.pricing.calls import at, call
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.pricing.arithmetic import Rule, explain
from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.on_model import on_model, price_of_tokens

BOOK = PriceBook()
NOW = at()


def test_an_input_without_its_cached_tokens() -> None:
    fields = call("claude-sonnet-4-20250514", "anthropic", input=53, cache_read=20, output=10, total=63)
    found = explain(fields, NOW, BOOK, reported_input=33)
    assert found is not None
    assert (found.rule, found.reported_input, found.cached, found.difference, found.adds_up) == (Rule.APART, 33, 20, 0, True)
    assert found.if_included is not None
    assert found.if_apart is not None
    assert found.if_apart.nusd == 33 * 3_000 + 20 * 300 + 10 * 15_000
    assert found.if_included.nusd == 13 * 3_000 + 20 * 300 + 10 * 15_000
    assert found.matters
    assert fields.values["tokens.input"] == 53


def test_an_input_with_its_cached_tokens() -> None:
    found = explain(call("gpt-4o", "openai", input=2_316, cache_read=1_792, output=78), NOW, BOOK, reported_input=2_316)
    assert found is not None
    assert (found.rule, found.difference, found.adds_up) == (Rule.INCLUDED, None, True)
    assert found.if_included is not None
    assert found.if_included.nusd == 4_330_000
    assert found.if_apart is not None
    assert found.if_apart.nusd == 2_316 * 2_500 + 1_792 * 1_250 + 780_000


def test_more_cached_than_reported_can_only_be_apart() -> None:
    found = explain(call("gpt-4o", "openai", input=120, cache_read=100, output=1), NOW, BOOK, reported_input=20)
    assert found is not None
    assert (found.rule, found.if_included, found.matters) == (Rule.APART, None, False)


def test_parts_that_do_not_add_up() -> None:
    found = explain(call("gpt-4o", "openai", input=100, output=10, total=150), NOW, BOOK)
    assert found is not None
    assert (found.rule, found.difference, found.adds_up) == (Rule.NO_CACHE, 40, False)
    assert explain(call("gpt-4o", "openai", output=10), NOW, BOOK) is None


def row(number: int, kind: Kind, status: CostStatus, cost: int | None, into: int | None = None,
        out: int | None = None) -> SpanRow:
    return SpanRow(bytes(16), bytes([number] * 8), None, "call", "bot", NOW, NOW + 1, int(kind), input_tokens=into,
                   output_tokens=out, cost_nusd=cost, cost_status=int(status))


def test_a_trace_on_another_model() -> None:
    rows = [row(1, Kind.LLM, CostStatus.PRICED, 5_000_000, 1_000_000, 100_000),
            row(2, Kind.LLM, CostStatus.UNKNOWN_MODEL, None, 1_000, 100),
            row(3, Kind.LLM, CostStatus.NO_USAGE, None),
            row(4, Kind.RERANKER, CostStatus.REPORTED, 2_000_000),
            row(5, Kind.LLM, CostStatus.PRICED, 7, 9, 9),              # counted elsewhere
            row(6, Kind.HTTP, CostStatus.NONE, None)]
    found = on_model(rows, {bytes([5] * 8)}, BOOK, "gpt-4.1-mini", "openai")
    assert (found.moved, found.price_model) == (3, "openai/gpt-4.1-mini")
    assert (found.now_nusd, found.now_unpriced) == (7_000_000, 2)
    assert (found.then_nusd, found.then_unpriced) == (1_001_000 * 400 + 100_100 * 1_600 + 2_000_000, 1)
    nobody = on_model(rows[:1], (), BOOK, "no-such-model")
    assert (nobody.price_model, nobody.then_nusd, nobody.then_unpriced) == (None, None, 1)


def test_a_price_by_tokens_alone() -> None:
    price = price_of_tokens(BOOK, NOW)
    assert price("gpt-4o", 1_000, 100) == 3_500_000
    assert price("no-such-model", 1_000, 100) is None
