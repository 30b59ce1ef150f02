"""Token arithmetic made visible: does the input count the cached tokens, do the parts add up.

SDKs disagree: for one and the same call some report an input of 53 of which 20 were cached, others an input of 33 and, beside
it, 20 cached. The dialect says which it is; where it is wrong the cost is wrong too, so both readings are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from tracedesk.model.llm import Cost, LlmFields
from tracedesk.pricing.book import PriceBook


class Rule(Enum):
    """How the reported input relates to the cached tokens."""

    NO_CACHE = "no cached tokens are reported"
    INCLUDED = "the reported input counts the cached tokens"
    APART = "the reported input leaves the cached tokens out: they were added"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How the tokens of a call were counted.

    `reported_input` is what was sent, `cached` what was read from and written to the cache. `difference` is the reported
    total minus input and output, None where no total is reported. `if_included` and `if_apart` price the call under either
    reading; None where nothing was cached, or where that reading is impossible.
    """

    rule: Rule
    reported_input: int
    cached: int
    difference: int | None
    if_included: Cost | None = None
    if_apart: Cost | None = None

    @property
    def adds_up(self) -> bool:
        """Whether nothing speaks against the figures."""
        return not self.difference

    @property
    def matters(self) -> bool:
        """Whether the two readings cost different amounts."""
        a, b = self.if_included, self.if_apart
        return a is not None and b is not None and a.nusd != b.nusd


def explain(fields: LlmFields, start_ns: int, book: PriceBook, *, reported_input: int | None = None) -> Arithmetic | None:
    """The arithmetic of a call, or None where it reports no input.

    `reported_input` is the number as sent (`fields` has the inclusive one); without it the inclusive one is taken for it.
    """
    values = fields.values
    into, out, total = values.get("tokens.input"), values.get("tokens.output"), values.get("tokens.total")
    if into is None:
        return None
    sent = into if reported_input is None else reported_input
    cached = (values.get("tokens.cache_read") or 0) + (values.get("tokens.cache_write") or 0)
    difference = None if total is None else total - into - (out or 0)
    if not cached:
        return Arithmetic(Rule.NO_CACHE, sent, 0, difference)
    rule = Rule.INCLUDED if sent == into else Rule.APART
    return Arithmetic(rule, sent, cached, difference,
                      _with_input(fields, start_ns, book, sent) if cached <= sent else None,
                      _with_input(fields, start_ns, book, sent + cached))


def _with_input(fields: LlmFields, start_ns: int, book: PriceBook, into: int) -> Cost:
    return book.computed(replace(fields, values={**fields.values, "tokens.input": into}), start_ns)
