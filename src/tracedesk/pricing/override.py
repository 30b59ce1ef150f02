"""Prices that the user set: negotiated ones, models no table knows, local models that cost nothing on purpose.

They are looked up before any table. Amounts are integer nano-dollars, per million tokens or per request.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tracedesk.base.errors import DataError
from tracedesk.base.money import INT64_MAX, NUSD_PER_USD
from tracedesk.pricing.card import TOKEN_KINDS, RateCard, make_card

SOURCE = "set by you"
MATCHES = ("exact", "prefix", "pattern")
"""How `model` is compared, without regard to case: the whole name, its beginning, or an RE2 pattern for the whole name."""


@dataclass(frozen=True, slots=True)
class Override:
    """A price for some models of one provider (None: of any), valid from one moment to another (None: always).

    `nusd_per_mtok` has nano-dollars per million tokens by kind of token (`card.TOKEN_KINDS`); a kind that is left out is
    paid as what it is part of.
    """

    model: str
    match: str = "exact"
    provider: str | None = None
    valid_from_ns: int | None = None
    valid_to_ns: int | None = None
    nusd_per_mtok: dict[str, int] = field(default_factory=dict)
    nusd_per_request: int | None = None
    number: int | None = None                     # its row in the store

    def covers(self, start_ns: int) -> bool:
        """Whether it holds at a moment; the end is exclusive."""
        return (self.valid_from_ns is None or start_ns >= self.valid_from_ns) and (
            self.valid_to_ns is None or start_ns < self.valid_to_ns)

    def matches(self, model: str, provider: str | None) -> bool:
        """Whether it is about this model at this provider."""
        if self.provider is not None and (provider is None or provider.lower() != self.provider.lower()):
            return False
        asked, ours = model.lower(), self.model.lower()
        if self.match == "exact":
            return asked == ours
        if self.match == "prefix":
            return asked.startswith(ours)
        return bool(compiled(self.model).fullmatch(asked))

    def card(self) -> RateCard:
        """Its rates."""
        usd = {kind: Decimal(amount) / NUSD_PER_USD for kind, amount in self.nusd_per_mtok.items()}
        name = f"{self.provider}/{self.model}" if self.provider else self.model
        return make_card(name, SOURCE, [(-1, usd)], request_usd=Decimal(self.nusd_per_request or 0) / NUSD_PER_USD)


def compiled(pattern: str) -> Any:
    """The RE2 pattern, which cannot hang whatever was written.

    Raises:
        DataError: it is not one.
    """
    import re2  # late: only a pattern needs it

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise DataError(f"{pattern!r} is not a pattern: {error}.", hint="Use a name, a prefix, or RE2 syntax.") from error


def checked(override: Override) -> Override:
    """The override, if it can be used.

    Raises:
        DataError: no model, no price, a price that no model can have, an unknown way to match, or an empty span of time.
    """
    if not override.model.strip():
        raise DataError("The price is for no model.", hint="Name the model as the trace shows it.")
    if override.match not in MATCHES:
        raise DataError(f"Models are matched by {', '.join(MATCHES)}, not by {override.match!r}.")
    if override.match == "pattern":
        compiled(override.model)
    unknown = sorted(set(override.nusd_per_mtok) - set(TOKEN_KINDS))
    if unknown:
        raise DataError(f"There are no {', '.join(unknown)} tokens.", hint="Kinds of token: " + ", ".join(TOKEN_KINDS))
    amounts = [*override.nusd_per_mtok.values(), *([] if override.nusd_per_request is None else [override.nusd_per_request])]
    if not amounts:
        raise DataError("The price says nothing.", hint="Give at least a price for input or output; 0 is a price too.")
    if not all(0 <= amount <= INT64_MAX // 10**6 for amount in amounts):
        raise DataError("A price is between $0 and $9,000 per million tokens.")
    begins, ends = override.valid_from_ns, override.valid_to_ns
    if begins is not None and ends is not None and begins >= ends:
        raise DataError("The price ends before it begins.")
    return override


def ranked(overrides: Iterable[Override]) -> list[Override]:
    """In the order in which they are asked: those for one provider first, then exact names, long prefixes, patterns; of two
    equals the one that begins later, then the one that was set later."""
    return sorted(overrides, key=lambda one: (
        one.provider is None, MATCHES.index(one.match), -len(one.model),
        -(one.valid_from_ns if one.valid_from_ns is not None else -2**63), -(one.number or 0)))
