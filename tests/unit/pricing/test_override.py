"""Prices that the user set: which calls they are for, when, and in which order they are asked."""

from __future__ import annotations

import time

import pytest

from tests.unit.pricing.calls import at, call, price
from tracedesk.base.errors import DataError
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.override import Override, checked

USD = 1_000_000_000


def test_it_comes_before_every_table() -> None:
    mine = Override("gpt-4o", nusd_per_mtok={"input": USD, "output": 2 * USD})
    cost = price("gpt-4o", "openai", overrides=(mine,), input=1_000_000, output=1_000_000, cache_read=500_000)
    assert (cost.nusd, cost.price_source, cost.price_model) == (3 * USD, "set by you", "gpt-4o")
    assert cost.parts_nusd == {"input": USD, "output": 2 * USD}


def test_it_prices_what_no_table_knows() -> None:
    local = Override("llama-guard3:8b", provider="ollama", nusd_per_mtok={"input": 0, "output": 0})
    cost = price("llama-guard3:8b", "ollama", overrides=(local,), input=118, output=3)
    assert (cost.status, cost.nusd) == (CostStatus.FREE, 0)
    elsewhere = price("llama-guard3:8b", "groq-like", overrides=(local,), input=118, output=3)
    assert elsewhere.status is CostStatus.UNKNOWN_MODEL
    assert price("llama-guard3:8b", None, overrides=(local,), input=118, output=3).nusd is None


def test_it_holds_from_its_first_moment_to_before_its_last() -> None:
    book = PriceBook((Override("m", valid_from_ns=at("2025-01-01"), valid_to_ns=at("2025-02-01"), nusd_per_mtok={"input": USD}),
                      Override("m", valid_from_ns=at("2025-02-01"), nusd_per_mtok={"input": 2 * USD})))
    fields = call("m", input=1_000_000, output=0)
    found = [book.price(fields, moment).nusd for moment in (
        at("2025-01-01") - 1, at("2025-01-01"), at("2025-02-01") - 1, at("2025-02-01"), at("2026-01-01"))]
    assert found == [None, USD, USD, 2 * USD, 2 * USD]


@pytest.mark.parametrize(("match", "name", "found"), [
    ("exact", "gpt-4o", False), ("exact", "GPT-4o-Mini", True), ("prefix", "gpt-4o", True), ("prefix", "mini", False),
    ("pattern", "gpt-4o.*", True), ("pattern", "gpt-4o", False), ("pattern", "GPT-\\d.-(mini|nano)", True),
])
def test_how_names_are_compared(match: str, name: str, found: bool) -> None:
    assert Override(name, match, nusd_per_mtok={"input": 1}).matches("gpt-4o-mini", None) == found


def test_the_closest_one_is_asked_first() -> None:
    many = tuple(Override(name, match, provider, nusd_per_mtok={"input": usd * USD}) for usd, name, match, provider in (
        (1, ".*", "pattern", None), (2, "gpt", "prefix", None), (3, "gpt-4o", "prefix", None),
        (4, "gpt-4o-mini", "exact", None), (5, "gpt", "prefix", "azure")))
    found = [price(model, provider, overrides=many, input=1_000_000).nusd for model, provider in (
        ("x", None), ("gpt-5", None), ("gpt-4o", None), ("gpt-4o-mini", "openai"), ("gpt-4o-mini", "azure"))]
    assert found == [1 * USD, 2 * USD, 3 * USD, 4 * USD, 5 * USD]


def test_the_name_asked_for_counts_too() -> None:
    mine = Override("my-alias", nusd_per_mtok={"input": USD})
    assert price("gpt-4o-2024-08-06", "openai", requested="my-alias", overrides=(mine,), input=1_000_000).nusd == USD


def test_a_price_per_request_needs_no_tokens() -> None:
    rerank = Override("rerank-v3.5", provider="cohere", nusd_per_request=2_000_000)
    cost = price(None, "cohere", kind=Kind.RERANKER, rerank="rerank-v3.5", overrides=(rerank,))
    assert (cost.nusd, cost.parts_nusd) == (2_000_000, {"request": 2_000_000})
    both = Override("m", nusd_per_request=5, nusd_per_mtok={"input": USD})
    assert price("m", overrides=(both,), input=1_000, output=0).nusd == 1_000_005
    assert price("m", overrides=(both,)).status is CostStatus.NO_USAGE


def test_fractions_of_a_nano_dollar_are_rounded_half_even_at_the_end() -> None:
    mine = Override("m", nusd_per_mtok={"input": 500_000, "output": 250_000})          # 0.5 and 0.25 nano-dollars a token
    for into, out, total in ((1, 0, 0), (3, 0, 2), (5, 0, 2), (1, 2, 1), (1, 4, 2), (1, 1, 1)):
        cost = price("m", overrides=(mine,), input=into, output=out)
        assert (cost.nusd, sum(cost.parts_nusd.values())) == (total, total), (into, out)


@pytest.mark.parametrize("bad", [
    Override(" ", nusd_per_mtok={"input": 1}), Override("m"), Override("m", nusd_per_mtok={"input": -1}),
    Override("m", "regex", nusd_per_mtok={"input": 1}), Override("m(", "pattern", nusd_per_mtok={"input": 1}),
    Override("m", nusd_per_mtok={"tea": 1}), Override("m", valid_from_ns=5, valid_to_ns=5, nusd_per_mtok={"input": 1}),
    Override("m", nusd_per_mtok={"input": 10**18}),
])
def test_what_cannot_be_used_is_refused(bad: Override) -> None:
    with pytest.raises(DataError):
        checked(bad)


def test_no_pattern_can_hang() -> None:
    evil = Override("(a+)+b", "pattern", nusd_per_mtok={"input": 1})
    begun = time.monotonic()
    assert not evil.matches("a" * 50_000, None)
    assert time.monotonic() - begun < 5
