"""What calls would cost on another model: the same tokens at its prices. An unknown call stays unknown.

Tokens of different models are not quite the same; the answer is as good as the assumption that they are, within some 10 %.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.usage import Usage

_LLM = int(Kind.LLM)


@dataclass(frozen=True, slots=True)
class OnModel:
    """The cost of a trace, as it is and with its LLM calls on another model. None: not known for any call.

    `moved` LLM calls were repriced; embeddings and rerankers keep their cost. `price_model` is the listing whose price was
    taken, None where the model has none.
    """

    model: str
    price_model: str | None
    moved: int
    now_nusd: int | None
    now_unpriced: int
    then_nusd: int | None
    then_unpriced: int


def on_model(rows: Iterable[SpanRow], uncounted: Container[bytes], book: PriceBook, model: str,
             provider: str | None = None) -> OnModel:
    """The rows of a trace with their LLM calls on `model`; spans in `uncounted` are left out, as in every sum."""
    now: list[int | None] = []
    then: list[int | None] = []
    moved, listed = 0, None
    for row in rows:
        if not row.cost_status or row.span_id in uncounted:
            continue
        known = row.cost_nusd if CostStatus(row.cost_status).known else None
        now.append(known)
        if row.kind != _LLM:
            then.append(known)
            continue
        moved += 1
        cost = None
        if row.input_tokens is not None and row.output_tokens is not None:
            used = Usage(row.input_tokens, row.output_tokens, row.cache_read_tokens or 0, row.cache_write_tokens or 0)
            cost = book.of_usage(used, model, provider, row.start_ns)
            listed = listed or cost.price_model
        then.append(None if cost is None else cost.nusd)
    return OnModel(model, listed, moved, *_sum(now), *_sum(then))


def price_of_tokens(book: PriceBook, start_ns: int) -> Callable[[str, int, int], int | None]:
    """A function of (model, input, output tokens) that gives nano-dollars at a moment, None where no price is known."""
    def price(model: str, input_tokens: int, output_tokens: int) -> int | None:
        return book.of_usage(Usage(input_tokens, output_tokens), model, None, start_ns).nusd

    return price


def _sum(amounts: list[int | None]) -> tuple[int | None, int]:
    """(sum of the known ones, how many are unknown)"""
    known = [amount for amount in amounts if amount is not None]
    return (sum(known) if known else None), len(amounts) - len(known)
