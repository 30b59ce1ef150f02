"""The price book: what a call cost, in nano-dollars, or why nobody knows. Nothing here ever reaches for the network.

A call is priced at the moment it started, by the model that answered (else the one asked for), after the user's own prices
by the table of `genai-prices`. What the sender reported counts before what we compute, except a reported 0 for a call that
used tokens: senders write that when they know no price.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracedesk.base.money import INT64_MAX, nusd
from tracedesk.model.kinds import COUNTED_KINDS, Kind
from tracedesk.model.llm import Cost, CostStatus, LlmFields
from tracedesk.pricing.card import RateCard
from tracedesk.pricing.override import Override, ranked
from tracedesk.pricing.usage import Usage, usage_of

if TYPE_CHECKING:
    from tracedesk.pricing.catalogue import Listing

_NS_PER_DAY = 86_400_000_000_000
_NS_PER_MINUTE = 60_000_000_000
_REMEMBERED = 8_192
"""So many combinations of provider, host, model and tier, and of their days, are kept; then all are forgotten at once."""

_FREE, _PRICED = CostStatus.FREE, CostStatus.PRICED
_TOKENS = ("tokens.input", "tokens.output", "tokens.total")

CallKey = tuple[str | None, str | None, str | None, str | None, tuple[tuple[str, str], ...]]
"""(provider, endpoint, model, other name of the model, price context)"""


@dataclass(slots=True)
class _Prices:
    """What is known of the price of one `CallKey`: the user's prices in order, and the table's cards by day (or minute)."""

    overrides: list[tuple[Override, RateCard]]
    step_ns: int = _NS_PER_DAY
    cards: dict[int, RateCard | None] = field(default_factory=dict)


class PriceBook:
    """Prices calls. One book is not for two threads at once; making one is cheap, what it learns is its own."""

    def __init__(self, overrides: Sequence[Override] = ()) -> None:
        self._overrides = ranked(overrides)
        self._known: dict[CallKey, _Prices] = {}

    def price(self, fields: LlmFields, start_ns: int) -> Cost:
        """The cost of one span: that of a model call, or of status NONE for a span that is none and reports no figures."""
        values = fields.values
        reported_usd = values.get("cost.total")
        if fields.kind not in COUNTED_KINDS and reported_usd is None and not any(values.get(name) for name in _TOKENS):
            return Cost()
        cost = self.computed(fields, start_ns)
        if reported_usd is None:
            return cost
        reported = nusd(reported_usd)
        if reported is None or (reported_usd == 0 and not _failed_without_use(fields)):
            return cost
        return Cost(CostStatus.REPORTED, reported, None, _reported_parts(fields, reported), reported, cost.computed_nusd,
                    _reported_by(fields), cost.price_model, ())

    def computed(self, fields: LlmFields, start_ns: int) -> Cost:
        """The cost by the price book alone, whatever the sender reported."""
        values = fields.values
        model, other = values.get("model.response"), values.get("model.requested") or values.get("rerank.model")
        if model is None:
            model, other = other, None
        elif other == model:
            other = None
        if model is None:
            return _unknown(CostStatus.UNKNOWN_MODEL, "the span names no model")
        used, assumed = usage_of(fields)
        tier, tags = values.get("service_tier"), values.get("tags")
        context = () if tier is None and not tags else _context(tier, tags)
        card = self.card((values.get("provider"), values.get("provider.endpoint"), model, other, context), start_ns)
        if used is None:
            if card is None or not card.request or card.has_token_price:
                return _unknown(CostStatus.NO_USAGE, "the span reports no tokens")
            used, assumed = Usage(), ()
        if card is None:
            return _unknown(CostStatus.UNKNOWN_MODEL, self._why_unknown(model, values.get("provider")))
        return priced(card, used, assumed)

    def context_window(self, fields: LlmFields) -> int | None:
        """How many tokens the model of a call takes, by the price table; None where it does not say."""
        get = fields.values.get
        if fields.kind is not Kind.LLM:
            return None
        found = _listing((get("model.response"), get("model.requested")), get("provider"), get("provider.endpoint"))
        return None if found is None else found.model.context_window

    def of_usage(self, used: Usage, model: str, provider: str | None, start_ns: int) -> Cost:
        """What so many tokens cost on a model at a moment."""
        card = self.card((provider, None, model, None, ()), start_ns)
        if card is None:
            return _unknown(CostStatus.UNKNOWN_MODEL, self._why_unknown(model, provider))
        return priced(card, used)

    def card(self, key: CallKey, start_ns: int) -> RateCard | None:
        """The rates for calls of one kind at a moment; None where no price is known."""
        prices = self._known.get(key)
        if prices is None:
            prices = self._look_up(key)
        for override, card in prices.overrides:
            if override.covers(start_ns):
                return card
        step = start_ns // prices.step_ns
        if step in prices.cards:
            return prices.cards[step]
        return self._listed(key, prices, step, start_ns)

    def _look_up(self, key: CallKey) -> _Prices:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        provider, _, model, other, _ = key
        mine: list[Override] = []
        for name in (model, other):
            mine += [one for one in self._overrides if name is not None and one.matches(name, provider) and one not in mine]
        found = self._known[key] = _Prices([(one, one.card()) for one in mine])
        return found

    def _listed(self, key: CallKey, prices: _Prices, step: int, start_ns: int) -> RateCard | None:
        from tracedesk.pricing import catalogue  # loads the price table

        provider, endpoint, model, other, context = key
        listing = _listing((model, other), provider, endpoint)
        card = None if listing is None else catalogue.card(listing, start_ns, context)
        if listing is not None and listing.timed and prices.step_ns != _NS_PER_MINUTE:
            prices.step_ns = _NS_PER_MINUTE
            step = start_ns // _NS_PER_MINUTE
        if len(prices.cards) >= _REMEMBERED:
            prices.cards.clear()
        prices.cards[step] = card
        return card

    @staticmethod
    def _why_unknown(model: str, provider: str | None) -> str:
        return f"no price is known for {model}" + (f" at {provider}" if provider else "")


def priced(card: RateCard, used: Usage, assumed: tuple[str, ...] = ()) -> Cost:
    """What a call costs by a rate card, or why that cannot be said."""
    problem = used.problem()
    if problem is not None:
        return _unknown(CostStatus.INVALID_USAGE, problem, card)
    if not card.has_token_price and not card.request:
        why = "is priced by " + ", ".join(card.other_units) if card.other_units else "is listed without a price"
        return _unknown(CostStatus.NO_PRICE, f"{card.model} {why}", card)
    amount, parts, remarks = card.charge(used)
    if amount > INT64_MAX:
        return _unknown(CostStatus.INVALID_USAGE, "a cost beyond every measure", card)
    if not parts:
        return _unknown(CostStatus.NO_PRICE, f"{card.model} has no price for what was used", card)
    return Cost(_FREE if card.is_free else _PRICED, amount, None, parts, None, amount, card.source, card.model,
                assumed + remarks)


def _listing(names: Iterable[str | None], provider: str | None, endpoint: str | None) -> Listing | None:
    """The listing of the first of these names that has one."""
    from tracedesk.pricing import catalogue  # loads the price table

    found = (catalogue.find(name, provider, endpoint) for name in names if name is not None)
    return next((listing for listing in found if listing is not None), None)


def _unknown(status: CostStatus, reason: str, card: RateCard | None = None) -> Cost:
    if card is None:
        return Cost(status, None, reason)
    return Cost(status, None, reason, price_source=card.source, price_model=card.model)


def _context(service_tier: str | None, tags: Sequence[str] | None) -> tuple[tuple[str, str], ...]:
    from tracedesk.pricing.catalogue import context_of

    return context_of(service_tier, batch="batch" in (tags or ()))


def _failed_without_use(fields: LlmFields) -> bool:
    """Whether the call failed before it used anything: then a reported 0 is true."""
    values = fields.values
    return bool(values.get("error.type") or values.get("error.message")) and not any(values.get(name) for name in _TOKENS)


def _reported_parts(fields: LlmFields, total: int) -> dict[str, int]:
    """Reported input and output where they add up to the reported total."""
    parts = {name: nusd(fields.values[f"cost.{name}"]) for name in ("input", "output") if f"cost.{name}" in fields.values}
    known = {name: amount for name, amount in parts.items() if amount is not None}
    return known if len(known) == 2 and abs(sum(known.values()) - total) <= 1 else {}


def _reported_by(fields: LlmFields) -> str:
    attribute = fields.sources.get("cost.total")
    return f"reported in {attribute}" if attribute else "reported"
