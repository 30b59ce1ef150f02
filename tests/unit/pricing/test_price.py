"""What a call costs, or why nobody knows: the known prices, and every guard."""

from __future__ import annotations

import datetime
import socket
import subprocess
import sys
from decimal import Decimal

import pytest
from genai_prices.types import ClauseEquals, ConditionalPrice, ModelInfo, ModelPrice, Provider, StartDateConstraint
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pricing.calls import at, call, price
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.pricing import catalogue
from tracedesk.pricing.book import PriceBook, priced
from tracedesk.pricing.override import Override
from tracedesk.pricing.usage import Usage

MILLION = {"input": 1_000_000, "cache_read": 200_000, "output": 100_000}
"""A million tokens in, a fifth of them cached, and a tenth out."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A price that needs the network fails."""
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("pricing reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def usd(text: str) -> int:
    """Nano-dollars."""
    return int(Decimal(text) * 1_000_000_000)


@pytest.mark.parametrize(("model", "provider", "total", "matched"), [
    ("gpt-4o", "openai", "3.25", "openai/gpt-4o"),
    ("gpt-4.1-mini", "openai", "0.50", "openai/gpt-4.1-mini"),
    ("o3", "openai", "2.5", "openai/o3"),
    ("claude-sonnet-4-20250514", "anthropic", "3.96", "anthropic/claude-sonnet-4-0"),
    ("claude-3-5-haiku-20241022", "anthropic", "1.056", "anthropic/claude-3-5-haiku-latest"),
    ("gemini-2.5-pro", "google", "3.55", "google/gemini-2.5-pro"),
    ("mistral-large-latest", "mistral", "2.6", "mistral/mistral-large"),
    ("llama-3.3-70b-versatile", "groq", "0.669", "groq/llama-3.3-70b-versatile"),
    ("deepseek-chat", "deepseek", "0.34", "deepseek/deepseek-chat"),
])
def test_common_models(model: str, provider: str, total: str, matched: str) -> None:
    cost = price(model, provider, **MILLION)
    assert (cost.status, cost.nusd, cost.price_model) == (CostStatus.PRICED, usd(total), matched)
    assert sum(cost.parts_nusd.values()) == cost.nusd == cost.computed_nusd
    assert cost.price_source is not None
    assert cost.price_source.startswith("genai-prices ")


@pytest.mark.parametrize(("date", "total"), [("2025-05-01", "0.014"), ("2025-07-01", "0.0028"),
                                             ("2025-06-09T23:59:59.999999999Z", "0.014"), ("2025-06-10", "0.0028")])
def test_the_price_is_that_of_the_day_the_call_started(date: str, total: str) -> None:
    assert price("o3", "openai", date=date, input=1_000, output=100).nusd == usd(total)


def test_the_price_may_depend_on_the_time_of_day() -> None:
    book, night, day = PriceBook(), "2025-03-01T18:00:00Z", "2025-03-01T12:00:00Z"
    fields = call("deepseek-chat", "deepseek", input=1_000_000, output=100_000)
    for date, total in ((day, "0.38"), (night, "0.19"), (day, "0.38")):
        assert book.price(fields, at(date)).nusd == usd(total)


@pytest.mark.parametrize(("tokens", "total"), [(100_000, "0.125"), (200_000, "0.25"), (200_001, "0.5000025"),
                                               (250_000, "0.625")])
def test_a_large_input_is_paid_at_its_tier_as_a_whole(tokens: int, total: str) -> None:
    assert price("gemini-2.5-pro", "google", input=tokens, output=0).nusd == usd(total)


def test_the_call_of_the_sample() -> None:
    cost = price("gpt-4o", "openai", date="2025-06-17T14:32:10Z", input=2_316, cache_read=1_792, output=78)
    assert cost.nusd == usd("0.00433")
    assert cost.parts_nusd == {"cache_read": usd("0.00224"), "input": usd("0.00131"), "output": usd("0.00078")}
    embedding = price("text-embedding-3-small", "openai", kind=Kind.EMBEDDING, date="2025-06-17T14:32:10Z", input=14)
    assert (embedding.nusd, embedding.approximate) == (280, ())


def test_writing_to_the_cache_costs_more_and_for_an_hour_twice_as_much() -> None:
    cost = price("claude-sonnet-4-20250514", "anthropic", input=10_000, cache_read=2_000, cache_write=5_000,
                 cache_write_1h=1_000, output=100)
    assert cost.parts_nusd == {"cache_read": usd("0.0006"), "cache_write_1h": usd("0.006"), "cache_write": usd("0.015"),
                               "input": usd("0.009"), "output": usd("0.0015")}
    alone = price("claude-sonnet-4-20250514", "anthropic", input=1_000, cache_write_1h=1_000, output=1)
    assert alone.parts_nusd == {"cache_write_1h": usd("0.006"), "output": usd("0.000015")}


# -- which price ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("model", "provider", "endpoint", "matched"), [
    ("llama-3.3-70b-versatile", "openai", "api.groq.com", "groq/llama-3.3-70b-versatile"),
    ("deepseek-chat", "openai", "https://api.deepseek.com/v1", "deepseek/deepseek-chat"),
    ("llama-3.3-70b-versatile", None, "https://api.groq.com/openai/v1", "groq/llama-3.3-70b-versatile"),
    ("gpt-4o", None, "my-resource.openai.azure.com:443", "azure/gpt-4o"),
    ("openai/gpt-4o", None, None, "openai/gpt-4o"),
    ("groq/llama-3.3-70b-versatile", None, None, "groq/llama-3.3-70b-versatile"),
    ("models/gemini-2.5-pro", None, None, "google/gemini-2.5-pro"),
    ("text-embedding-3-small", None, None, "openai/text-embedding-3-small"),
    ("llama-3.3-70b-versatile", None, None, "groq/llama-3.3-70b-versatile"),
    ("claude-sonnet-4-20250514", "my-gateway", "127.0.0.1:4000", "anthropic/claude-sonnet-4-0"),
    ("claude-sonnet-4-20250514", "openai", "127.0.0.1:4000", "anthropic/claude-sonnet-4-0"),
    ("gpt-4o", "openai", "127.0.0.1:8199", "openai/gpt-4o"),
    ("grok-3", "x-ai", None, "x-ai/grok-3"),
])
def test_whose_price_it_is(model: str, provider: str | None, endpoint: str | None, matched: str) -> None:
    cost = price(model, provider, endpoint=endpoint, input=1_000, output=100)
    assert (cost.price_model, cost.status) == (matched, CostStatus.PRICED)


@pytest.mark.parametrize(("model", "provider", "endpoint"), [
    ("llama-guard3:8b", "ollama", "127.0.0.1"),
    ("gpt-4o", "ollama", None),                         # a local server never costs what the name would cost elsewhere
    ("llama-3.3-70b-versatile", "vllm", None),
    ("ollama/llama3.1", None, None),
    ("llama-3.3-70b-versatile", "openai", "localhost:8000"),
    ("totally-unknown-model", None, None),
    ("totally-unknown-model", "openai", "api.openai.com"),
])
def test_no_price_is_borrowed(model: str, provider: str | None, endpoint: str | None) -> None:
    cost = price(model, provider, endpoint=endpoint, input=1_000, output=100)
    assert (cost.status, cost.nusd, cost.computed_nusd) == (CostStatus.UNKNOWN_MODEL, None, None)
    assert cost.reason is not None
    assert model in cost.reason


def test_the_model_that_answered_counts_before_the_one_asked_for() -> None:
    assert price("gpt-4o-2024-05-13", "openai", requested="gpt-4o", input=1_000_000).nusd == usd("5")
    assert price("my-deployment", "openai", requested="gpt-4o", input=1_000_000).nusd == usd("2.5")
    assert price(None, "openai", requested="gpt-4o", input=1_000_000).nusd == usd("2.5")
    assert price(None, "openai", input=1_000).reason == "the span names no model"


@pytest.mark.parametrize(("model", "provider", "tier", "total", "remark"), [
    ("gpt-4o", "openai", "batch", "0.00175", None),
    ("gpt-4o", "openai", "priority", "0.00595", None),
    ("gpt-4o", "openai", "default", "0.0035", None),
    ("gpt-4o", "openai", "auto", "0.0035", None),
    ("gpt-4o", "openai", "scale", "0.0035", "scale price not known"),
    ("deepseek-chat", "deepseek", "batch", "0.00038", "batch price not known"),
    ("claude-sonnet-4-20250514", "anthropic", "standard", "0.0045", None),
])
def test_service_tiers(model: str, provider: str, tier: str, total: str, remark: str | None) -> None:
    cost = price(model, provider, tier=tier, input=1_000, output=100)
    assert (cost.nusd, cost.approximate) == (usd(total), () if remark is None else (remark,))


def test_a_batch_may_be_told_by_a_tag() -> None:
    assert price("gpt-4o", "openai", tags=["nightly", "batch"], input=1_000, output=100).nusd == usd("0.00175")


def test_a_tier_before_its_oldest_price_is_said() -> None:
    cost = price("gpt-4o", "openai", tier="batch", date="2025-01-01", input=1_000, output=100)
    assert (cost.nusd, cost.approximate) == (usd("0.00175"), ("batch price as of 2026-10-14, the oldest known",))


# -- what is not known -----------------------------------------------------------------------------------------------------

def test_no_tokens_cost_nothing_that_we_know() -> None:
    for tokens in ({}, {"input": 0, "output": 0}):
        cost = price("gpt-4o", "openai", **tokens)
        assert (cost.status, cost.nusd, cost.reason) == (CostStatus.NO_USAGE, None, "the span reports no tokens")


def test_half_reported_usage_is_said() -> None:
    assert price("gpt-4o", "openai", input=1_000).approximate == ("output tokens are not reported",)
    assert price("gpt-4o", "openai", output=1_000).approximate == ("input tokens are not reported",)
    only_total = price("text-embedding-3-small", "openai", kind=Kind.EMBEDDING, total=1_000)
    assert (only_total.nusd, only_total.approximate) == (usd("0.00002"), ())


def test_a_model_listed_without_a_price_is_not_free() -> None:
    cost = price("gpt-4o", "github-copilot", input=1_000, output=100)
    assert (cost.status, cost.nusd) == (CostStatus.NO_PRICE, None)
    assert cost.reason == "github-copilot/gpt-4o is listed without a price"


def test_a_price_by_the_hour_is_no_price_for_tokens() -> None:
    cost = price("whisper-large-v3", "groq", input=1_000, output=100)
    assert (cost.status, cost.nusd) == (CostStatus.NO_PRICE, None)
    assert cost.reason is not None
    assert "audio_hours" in cost.reason


def test_a_free_model_is_known_to_cost_nothing() -> None:
    cost = price("meta-llama/llama-3.3-70b-instruct:free", "openrouter", input=1_000, output=100)
    assert (cost.status, cost.nusd) == (CostStatus.FREE, 0)


@pytest.mark.parametrize("tokens", [
    {"input": 1_000, "cache_read": 1_200, "output": 1}, {"input": 1_000, "input_audio": 1_200, "output": 1},
    {"input": 1_000, "output": 10, "output_audio": 11}, {"input": 10**15, "output": 1}, {"input": -5, "output": 1},
    {"input": 1_000, "cache_write": 10, "cache_write_1h": 20, "output": 1}, {"input": 10, "output": 5, "reasoning": 6},
])
def test_impossible_usage_has_no_price(tokens: dict[str, int]) -> None:
    cost = price("gpt-4o", "openai", **tokens)
    assert (cost.status, cost.nusd) == (CostStatus.INVALID_USAGE, None)
    assert cost.reason


def test_audio_at_the_text_rate_is_said() -> None:
    cost = price("gpt-4o-audio-preview", "openai", input=1_000, input_audio=400, output=100, output_audio=100)
    assert cost.nusd == price("gpt-4o-audio-preview", "openai", input=1_000, output=100).nusd
    assert cost.approximate == ("audio input is priced as text", "audio output is priced as text")


def test_audio_has_its_own_rate_where_the_table_has_one() -> None:
    cost = price("gpt-4o-mini-realtime-preview", "openai", input=1_000, input_audio=400, output=100, output_audio=60)
    assert set(cost.parts_nusd) == {"input", "input_audio", "output", "output_audio"}
    assert cost.approximate == ()


def test_a_call_before_the_first_known_price_is_said() -> None:
    prices = [ConditionalPrice(StartDateConstraint(datetime.date(2025, 3, day)), prices=ModelPrice(input_mtok=Decimal(day)))
              for day in (1, 2)]
    model = ModelInfo("m", ClauseEquals("m"), prices=prices)
    listing = catalogue.Listing(Provider("p", "P", "https://p", models=[model]), model, False)
    for date, dollars, remarks in (("2025-02-28", 1, ("priced as of 2025-03-01, the oldest price known",)),
                                   ("2025-03-01", 1, ()), ("2025-03-02", 2, ())):
        cost = priced(catalogue.card(listing, at(date), ()), Usage(1_000_000))
        assert (cost.nusd, cost.approximate) == (usd(str(dollars)), remarks)


def test_fast_mode_has_a_price_of_its_own() -> None:
    cost = price("claude-opus-4-8", "anthropic", tier="fast", input=1_000, output=100)
    assert (cost.nusd, cost.approximate) == (usd("0.015"), ())
    older = price("claude-opus-4-6", "anthropic", tier="fast", input=1_000, output=100)
    assert (older.nusd, older.approximate) == (usd("0.0075"), ("fast price not known",))


def test_a_request_may_have_a_price_of_its_own() -> None:
    cost = price("sonar", "perplexity", input=1_000, output=1_000)
    assert cost.parts_nusd == {"input": usd("0.001"), "output": usd("0.001"), "request": usd("0.012")}


def test_what_is_no_call_has_no_cost() -> None:
    assert price("gpt-4o", "openai", kind=Kind.AGENT).status is CostStatus.NONE
    assert price(None, None, kind=Kind.HTTP).status is CostStatus.NONE
    guard = price("llama-guard3:8b", "ollama", kind=Kind.GUARDRAIL, input=118, output=3)
    assert guard.status is CostStatus.UNKNOWN_MODEL


# -- reported --------------------------------------------------------------------------------------------------------------

def test_a_reported_cost_counts_and_the_computed_one_is_kept() -> None:
    cost = price("gpt-4o", "openai", reported=0.005, input=1_000, output=100)
    assert (cost.status, cost.nusd, cost.reported_nusd, cost.computed_nusd) == (
        CostStatus.REPORTED, usd("0.005"), usd("0.005"), usd("0.0035"))


def test_a_reported_cost_needs_no_price() -> None:
    cost = price(None, "cohere", kind=Kind.RERANKER, rerank="rerank-v3.5", reported=0.002)
    assert (cost.status, cost.nusd, cost.computed_nusd) == (CostStatus.REPORTED, usd("0.002"), None)


def test_a_reported_zero_is_no_report() -> None:
    cost = price("gpt-4o", "openai", reported=0.0, input=1_000, output=100)
    assert (cost.status, cost.nusd, cost.reported_nusd) == (CostStatus.PRICED, usd("0.0035"), None)
    assert price("no-such-model", None, reported=0, input=1_000, output=100).nusd is None
    assert price("gpt-4o", "openai", reported=0).status is CostStatus.NO_USAGE


def test_a_failed_call_may_have_cost_nothing() -> None:
    cost = price("gpt-4o", "openai", reported=0.0, error="timeout")
    assert (cost.status, cost.nusd) == (CostStatus.REPORTED, 0)


# -- whatever comes --------------------------------------------------------------------------------------------------------

_MODELS = ("gpt-4o", "o3", "claude-sonnet-4-20250514", "gemini-2.5-pro", "deepseek-chat", "gpt-4o-realtime-preview", "sonar",
           "whisper-large-v3", "nonsense", "", "a/b", "/", "openai/", None)
_COUNTS = st.one_of(st.none(), st.integers(-10, 10**19), st.integers(0, 300_000))
_USAGES = st.fixed_dictionaries(dict.fromkeys((
    "input", "output", "total", "cache_read", "cache_write", "cache_write_1h", "reasoning", "input_audio", "output_audio",
    "input_image", "output_image"), _COUNTS))


@given(st.sampled_from(_MODELS), st.sampled_from(("openai", "anthropic", "google", None, "x", "ollama")), _USAGES,
       st.sampled_from((None, "batch", "flex", "?")), st.integers(-2**65, 2**65), st.sampled_from(sorted(Kind)))
def test_nothing_raises_and_unknown_is_never_zero(
    model: str | None, provider: str | None, tokens: dict[str, int | None], tier: str | None, start_ns: int, kind: Kind
) -> None:
    cost = _BOOK.price(call(model, provider, kind=kind, tier=tier, **tokens), start_ns)
    assert (cost.nusd is not None) == cost.status.known
    if cost.nusd is None:
        assert cost.parts_nusd == {}
        assert (cost.reason is None) == (cost.status is CostStatus.NONE)
    else:
        assert cost.nusd == sum(cost.parts_nusd.values()) >= 0
        assert cost.reason is None
        assert any(value for value in tokens.values())


_BOOK = PriceBook((Override("sonar", nusd_per_mtok={"input": 1_234_567}, valid_from_ns=0),))


def test_a_book_is_cheap_to_make() -> None:
    code = "import sys, tracedesk.pricing.book as b; b.PriceBook(); assert 'genai_prices' not in sys.modules"
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=60)
