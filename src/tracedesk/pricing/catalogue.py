"""The price table of `genai-prices`, asked without ever reaching for the network, and turned into rate cards.

The package is imported at the first question: it costs 0.5 s and 35 MB, and whoever never sees a model call never pays.
Its optional updater, which fetches prices from the internet, is never started.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from tracedesk.base.clock import INT64_MAX
from tracedesk.pricing import providers
from tracedesk.pricing.card import TOKEN_KINDS, RateCard, make_card

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, ModelPrice, Provider

_TOKEN_KEYS = {f"{kind}_mtok": kind for kind in TOKEN_KINDS if kind != "reasoning"} | {"output_reasoning_mtok": "reasoning"}
_REQUEST_KEY = "requests_kcount"
_FREE = ":free"
"""OpenRouter's mark of a model that costs nothing. The table has no prices for it, as for models whose price it does not
know."""
_ORDINARY = frozenset({"default", "standard", "auto", "normal", "on_demand"})
"""Service tiers at the list price."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A model as one provider lists it. `timed`: its price depends on the time of day."""

    provider: Provider
    model: ModelInfo
    timed: bool

    @property
    def name(self) -> str:
        """`openai/gpt-4o`."""
        return f"{self.provider.id}/{self.model.id}"


@cache
def snapshot() -> DataSnapshot:
    """The table that came with the package."""
    from genai_prices.data import providers as listed  # late: see the module
    from genai_prices.data_snapshot import DataSnapshot

    return DataSnapshot(providers=listed, from_auto_update=False)


@cache
def source() -> str:
    """`genai-prices 0.2.3`."""
    from genai_prices import __version__

    return f"genai-prices {__version__}"


def find(model: str, provider: str | None, endpoint: str | None) -> Listing | None:
    """The listing of a model, by the order of `providers`; None where no price is known for it.

    `provider` is canonical (`semconv.aliases.provider`) or a name as it was sent; `endpoint` a host or URL.
    """
    if provider is not None:
        if provider.lower() in providers.LOCAL or provider.lower() in providers.UNLISTED:
            return None
        found = _listed(model, _provider(provider))
        if found is not None:
            return found
    if endpoint is not None:
        found = _listed(model, _host(endpoint))
        if found is not None:
            return found
    prefixed = providers.vendor_prefix(model)
    if prefixed is not None:
        vendor, rest = prefixed
        if vendor in providers.LOCAL:
            return None
        found = _listed(rest, _provider(vendor))
        if found is not None:
            return found
    if _provider(provider) is not None and not providers.makers(model):
        return None
    return _by_model(model, closed_only=providers.is_own_machine(endpoint))


def _by_model(model: str, *, closed_only: bool) -> Listing | None:
    """The model of the only provider of the fixed list that has it, or its maker's."""
    found = [listing for name in providers.FIXED if (listing := _listed(model, _provider(name))) is not None]
    makers = providers.makers(model)
    made = [listing for listing in found if listing.provider.id in makers]
    if len(made) == 1:
        return made[0]
    return found[0] if len(found) == 1 and not closed_only else None


@cache
def _provider(name: str | None) -> Provider | None:
    from genai_prices.data_snapshot import find_provider_by_id

    return None if name is None else find_provider_by_id(snapshot().providers, name)


def _host(endpoint: str) -> Provider | None:
    try:
        return snapshot().find_provider(None, None, providers.api_url(endpoint))
    except LookupError:
        return None


def _listed(model: str, provider: Provider | None) -> Listing | None:
    from genai_prices.types import ModelPrice, TimeOfDateConstraint

    if provider is None:
        return None
    found = provider.find_model(model, all_providers=snapshot().providers)
    if found is None:
        return None
    conditions = [] if isinstance(found.prices, ModelPrice) else [price.constraint for price in found.prices]
    conditions += [variant.constraint for variant in found.price_variants or ()]
    return Listing(provider, found, any(isinstance(one, TimeOfDateConstraint) for one in conditions))


def context_of(service_tier: str | None, *, batch: bool) -> tuple[tuple[str, str], ...]:
    """What of a request changes its price, as the table words it; empty for an ordinary request."""
    tier = (service_tier or "").lower()
    found: list[tuple[str, str]] = []
    if batch or tier == "batch":
        found.append(("processing", "batch"))
    if tier == "fast":
        found += [("service_tier", "fast"), ("speed", "fast")]
    elif tier and tier != "batch":
        found.append(("service_tier", "default" if tier in _ORDINARY else tier))
    return tuple(found)


def card(listing: Listing, start_ns: int, context: tuple[tuple[str, str], ...]) -> RateCard:
    """The rates of a listing at a moment, with a remark where they are not what was asked for."""
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=max(-INT64_MAX, min(INT64_MAX, start_ns)) // 1_000)
    plain = _prices(listing, when, {})
    prices = _prices(listing, when, dict(context)) if context else plain
    remarks: list[str] = []
    wanted = [value for key, value in context if value != "default"]
    if wanted and prices == plain:
        prices, since = _oldest_variant(listing, plain, context)
        what = " and ".join(dict.fromkeys(wanted))
        remarks.append(f"{what} price not known" if since is None else f"{what} price as of {since:%Y-%m-%d}, the oldest known")
    oldest = _oldest(listing)
    if oldest is not None and when < oldest:
        remarks.append(f"priced as of {oldest:%Y-%m-%d}, the oldest price known")
    return _card(listing, prices, tuple(remarks))


def _prices(listing: Listing, when: datetime, context: Mapping[str, str]) -> ModelPrice:
    own = any(listing.model is model for model in listing.provider.models)   # a borrowed model has no tiers of its own
    return listing.model.get_prices(when, context if own and context else None)


def _oldest_variant(
    listing: Listing, plain: ModelPrice, context: tuple[tuple[str, str], ...]
) -> tuple[ModelPrice, datetime | None]:
    """The oldest price for a context that starts only later, if the list price is still the same then; else the list price."""
    from genai_prices.types import StartDateConstraint

    asked = dict(context)
    starts = [variant.constraint.start_date for variant in listing.model.price_variants or ()
              if isinstance(variant.constraint, StartDateConstraint) and variant.when.items() <= asked.items()]
    if not starts:
        return plain, None
    first = min(starts)
    when = datetime(first.year, first.month, first.day, tzinfo=UTC)
    then = _prices(listing, when, asked)
    return (then, when) if then != plain and _prices(listing, when, {}) == plain else (plain, None)


def _oldest(listing: Listing) -> datetime | None:
    """When the oldest price of a listing starts; None where it has no beginning."""
    from genai_prices.types import ModelPrice, StartDateConstraint

    if isinstance(listing.model.prices, ModelPrice):
        return None
    starts = [price.constraint for price in listing.model.prices]
    dates = [start.start_date for start in starts if isinstance(start, StartDateConstraint)]
    if len(dates) != len(starts) or not dates:
        return None
    first = min(dates)
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


def _card(listing: Listing, prices: ModelPrice, remarks: tuple[str, ...]) -> RateCard:
    from genai_prices.types import TieredPrices

    listed = {key: value for key, value in vars(prices).items() if value is not None}
    if not listed and listing.model.id.endswith(_FREE):
        listed = {"input_mtok": Decimal(0), "output_mtok": Decimal(0)}
    tokens = {kind: listed[key] for key, kind in _TOKEN_KEYS.items() if key in listed}
    request = listed.get(_REQUEST_KEY, Decimal(0)) / 1_000
    starts = sorted({tier.start for value in tokens.values() if isinstance(value, TieredPrices) for tier in value.tiers})
    bands = [(start, {kind: _at(value, start) for kind, value in tokens.items()}) for start in (-1, *starts)]
    others = tuple(sorted(key for key in listed if key not in _TOKEN_KEYS and key != _REQUEST_KEY))
    return make_card(listing.name, source(), bands, request_usd=request, remarks=remarks, other_units=others)


def _at(price: object, start: int) -> Decimal:
    """The price for an input larger than `start` tokens."""
    from genai_prices.types import TieredPrices

    if not isinstance(price, TieredPrices):
        assert isinstance(price, Decimal)
        return price
    found = price.base
    for tier in price.tiers:
        if start >= tier.start:
            found = tier.price
    return found
