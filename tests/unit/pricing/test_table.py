"""Our arithmetic against that of the table's own package, for every model, at every date that matters."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from genai_prices.types import ModelPrice, StartDateConstraint
from genai_prices.types import Usage as TheirUsage

from tracedesk.pricing import catalogue
from tracedesk.pricing.book import priced
from tracedesk.pricing.card import TOKEN_KINDS
from tracedesk.pricing.catalogue import Listing
from tracedesk.pricing.usage import Usage

_METERED = {f"{kind}_mtok" for kind in TOKEN_KINDS} | {"output_reasoning_mtok", "requests_kcount"}
_CONTEXTS = ((), (("processing", "batch"),), (("service_tier", "flex"),), (("service_tier", "priority"),))


def listings() -> Iterator[Listing]:
    """Every model of every provider."""
    for provider in catalogue.snapshot().providers:
        for model in provider.models:
            yield Listing(provider, model, False)


def _moments(listing: Listing) -> list[datetime]:
    """Just before and at every change of the price, and today, at two times of day."""
    prices = [] if isinstance(listing.model.prices, ModelPrice) else listing.model.prices
    dates = [price.constraint.start_date for price in prices if isinstance(price.constraint, StartDateConstraint)]
    starts = [datetime(date.year, date.month, date.day, tzinfo=UTC) for date in dates]
    today = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
    return [*starts, *(start - timedelta(microseconds=1) for start in starts), today, today + timedelta(hours=15)]


def _usages(chance: random.Random) -> Iterator[Usage]:
    """Small and huge inputs: cached, written, reasoning. Audio without a cache: which tokens were cached is never reported."""
    for size in (1_000, 300_000):
        into, out = chance.randrange(1, size), chance.randrange(1, size)
        read = chance.randrange(0, into)
        write = chance.randrange(0, into - read)
        yield Usage(into, out, read, write, chance.randrange(0, write + 1), chance.randrange(0, out))
    yield Usage(9_000, 700, 0, 0, 0, 0, 1_234, 321, 777, 99)


def _theirs(listing: Listing, when: datetime, context: tuple[tuple[str, str], ...], used: Usage) -> Decimal | None:
    names = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning", "input_audio", "output_audio",
             "input_image", "output_image")
    keys = {name: f"{name}_tokens" for name in names} | {"reasoning": "output_reasoning_tokens"}
    given = {keys[name]: value for name, value in zip(names, used, strict=True) if value or name in ("input", "output")}
    prices = listing.model.get_prices(when, dict(context))
    if not _METERED & {key for key, value in vars(prices).items() if value is not None}:
        return None
    return prices.calc_price(TheirUsage(**given))["total_price"]


@pytest.mark.parametrize("context", _CONTEXTS, ids=lambda context: context[0][1] if context else "ordinary")
def test_every_model_costs_what_the_package_says(context: tuple[tuple[str, str], ...]) -> None:
    chance = random.Random(7)
    checked = 0
    for listing in listings():
        for when in _moments(listing):
            start_ns = int((when - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 1_000
            card = catalogue.card(listing, start_ns, context)
            if any("oldest known" in remark for remark in card.remarks):
                continue                                       # theirs has no price for the tier before its first date
            for used in _usages(chance):
                theirs, ours = _theirs(listing, when, context, used), priced(card, used)
                if theirs is None or not ours.parts_nusd:
                    assert ours.nusd is None or listing.model.id.endswith(":free"), listing.name
                    continue
                exact = theirs * 1_000_000_000
                assert ours.nusd == int(exact.to_integral_value(ROUND_HALF_EVEN)), (listing.name, when, used, card)
                assert sum(ours.parts_nusd.values()) == ours.nusd
                checked += 1
    assert checked > 10_000
