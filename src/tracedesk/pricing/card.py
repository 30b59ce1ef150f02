"""A rate card: what each kind of token costs, in whole numbers, so that pricing a call is a few multiplications.

Rates are integers in units of 1/`scale` nano-dollars per token, exact for every price that a table can hold; an amount is
rounded to nano-dollars once, half to even, when everything is added up. Where prices depend on the size of the input the
card has several bands, and the whole call is paid at the rate of the band it falls into, as all providers do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tracedesk.pricing.usage import Usage

TOKEN_KINDS = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning", "input_audio", "output_audio",
               "input_image", "output_image", "cache_audio_read", "cache_image_read")
"""Kinds of token that can have a price of their own."""


@dataclass(slots=True)
class Rates:
    """Prices of one band per token; None is no price of its own, then the tokens are paid as what they are part of."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None
    input_audio: int | None = None
    output_audio: int | None = None
    input_image: int | None = None
    output_image: int | None = None
    cache_audio_read: int | None = None
    cache_image_read: int | None = None


@dataclass(slots=True)
class RateCard:
    """Prices of one model at one time. `bands`: (least input tokens exclusive, rates), ascending, the first from -1.

    `remarks` hold for every call priced by this card ("batch price not known").
    """

    model: str
    source: str
    scale: int
    bands: tuple[tuple[int, Rates], ...]
    request: int = 0
    remarks: tuple[str, ...] = ()
    other_units: tuple[str, ...] = ()             # prices by the hour, page or search: a span does not report those
    has_token_price: bool = True
    is_free: bool = False

    def rates(self, input_tokens: int) -> Rates:
        """The rates for a call with so many input tokens."""
        found = self.bands[0][1]
        for start, rates in self.bands[1:]:
            if input_tokens > start:
                found = rates
        return found

    def charge(self, used: Usage) -> tuple[int, dict[str, int], tuple[str, ...]]:
        """What a call costs in nano-dollars, the parts that add up to it, and where the figure is not exact.

        The usage must be sound (`Usage.problem`).
        """
        rates = self.bands[0][1] if len(self.bands) == 1 else self.rates(used.input)
        scaled: dict[str, int] = {}
        remarks = self.remarks
        plain = used.input
        if used.input_audio or used.input_image:
            plain, more = _media_input(used, rates, scaled)
            remarks += more
        elif used.cache_read and rates.cache_read is not None:
            plain -= used.cache_read
            scaled["cache_read"] = used.cache_read * rates.cache_read
        if used.cache_write:
            written = used.cache_write
            if used.cache_write_1h:
                if rates.cache_write_1h is not None:
                    plain -= used.cache_write_1h
                    written -= used.cache_write_1h
                    scaled["cache_write_1h"] = used.cache_write_1h * rates.cache_write_1h
                else:
                    remarks += ("cache writes for an hour are priced as ordinary ones",)
            if written and rates.cache_write is not None:
                plain -= written
                scaled["cache_write"] = written * rates.cache_write
        if plain:
            if rates.input is None:
                remarks += (f"{plain:,} input tokens have no price",)
            else:
                scaled["input"] = plain * rates.input
        plain = used.output
        if plain:
            if used.reasoning and rates.reasoning is not None:
                plain -= used.reasoning
                scaled["reasoning"] = used.reasoning * rates.reasoning
            if used.output_audio or used.output_image:
                plain, more = _media_output(used, plain, rates, scaled)
                remarks += more
            if plain:
                if rates.output is None:
                    remarks += (f"{plain:,} output tokens have no price",)
                else:
                    scaled["output"] = plain * rates.output
        if self.request:
            scaled["request"] = self.request
        if self.scale == 1:
            return sum(scaled.values()), scaled, remarks
        return *_rounded(scaled, self.scale), remarks


def _media_input(used: Usage, rates: Rates, scaled: dict[str, int]) -> tuple[int, tuple[str, ...]]:
    """Charges audio, image and cached input; gives the tokens left to pay at the text rate, and remarks.

    How many of the cached tokens were audio or images is never reported: as few as the other figures allow.
    """
    remarks: list[str] = []
    text, cached = used.input, used.cache_read
    room = max(0, used.input - used.input_audio - used.input_image)
    beyond = max(0, cached - room)                # cached tokens that cannot be text
    for name, tokens, own, own_cached in (("audio", used.input_audio, rates.input_audio, rates.cache_audio_read),
                                          ("image", used.input_image, rates.input_image, rates.cache_image_read)):
        if not tokens:
            continue
        if own is None:
            remarks.append(f"{name} input is priced as text")
            continue
        hit = min(beyond, tokens)
        beyond -= hit
        if hit and own_cached is not None:
            scaled[f"cache_{name}_read"] = hit * own_cached
        full = tokens if own_cached is None else tokens - hit     # no price for cached audio: paid in full
        if full:
            scaled[f"input_{name}"] = full * own
        cached -= hit
        text -= tokens
    if used.cache_read and (rates.input_audio is not None or rates.input_image is not None):
        remarks.append("how much of the cached input is audio or images is not known")
    if cached and rates.cache_read is not None:
        text -= cached
        scaled["cache_read"] = cached * rates.cache_read
    return text, tuple(remarks)


def _media_output(used: Usage, plain: int, rates: Rates, scaled: dict[str, int]) -> tuple[int, tuple[str, ...]]:
    """Charges audio and image output; gives the tokens left to pay at the text rate, and remarks."""
    remarks: list[str] = []
    for name, tokens, own in (("audio", used.output_audio, rates.output_audio),
                              ("image", used.output_image, rates.output_image)):
        if tokens and own is None:
            remarks.append(f"{name} output is priced as text")
        elif tokens and own is not None:
            paid = min(tokens, plain)
            plain -= paid
            scaled[f"output_{name}"] = paid * own
    return plain, tuple(remarks)


def _rounded(scaled: dict[str, int], scale: int) -> tuple[int, dict[str, int]]:
    """Total and parts in nano-dollars. What rounding the parts adds or takes away is settled on the largest one."""
    total = half_even(sum(scaled.values()), scale)
    parts = {name: half_even(amount, scale) for name, amount in scaled.items()}
    rest = total - sum(parts.values())
    if rest:
        largest = max(parts, key=parts.__getitem__)
        parts[largest] += rest
    return total, parts


def half_even(amount: int, scale: int) -> int:
    """`amount / scale`, rounded half to even."""
    whole, rest = divmod(amount, scale)
    twice = 2 * rest
    return whole + (twice > scale or (twice == scale and whole & 1))


def make_card(
    model: str, source: str, bands: Iterable[tuple[int, Mapping[str, Decimal]]], *, request_usd: Decimal = Decimal(0),
    remarks: tuple[str, ...] = (), other_units: tuple[str, ...] = (),
) -> RateCard:
    """A card from prices in dollars per million tokens by kind of token, per band, and dollars per request."""
    listed = list(bands)
    prices = [price for _, found in listed for price in found.values()]
    per_token = [price * 1_000 for price in prices]                      # $ per million is 1,000 nano-dollars per token
    per_request = request_usd * 1_000_000_000
    places = max([0, *(-_exponent(price) for price in (*per_token, per_request))])
    scale = 10 ** places
    made = tuple((start, Rates(**{kind: int(price * 1_000 * scale) for kind, price in found.items()}))
                 for start, found in listed)
    free = not any(prices) and not request_usd
    return RateCard(model, source, scale, made, int(per_request * scale), remarks, other_units, bool(prices), free)


def _exponent(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
