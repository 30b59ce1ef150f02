"""The price book of the engine: made anew when the user sets a price, so that the next call is priced by it."""

from __future__ import annotations

from tracedesk.base.clock import now_ns
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import Cost, LlmFields
from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.override import Override
from tracedesk.store import prices
from tracedesk.store.writer import Writer


class CurrentPrices:
    """Prices calls by the book of the moment. It belongs to the writer's thread."""

    def __init__(self) -> None:
        self.overrides: list[Override] = []
        """The user's own prices; another list when they are others."""
        self._book = PriceBook()

    def price(self, fields: LlmFields, start_ns: int) -> Cost:
        """What a call cost."""
        return self._book.price(fields, start_ns)

    def refresh(self, writer: Writer) -> None:
        """Look whether the user's own prices are still the same."""
        found = prices.all(writer.store)
        if found != self.overrides:
            self.overrides, self._book = found, PriceBook(found)

    def warm(self, _: Writer) -> None:
        """Load the table of prices (0.2 s) before the first sender has to wait for it."""
        call = {"model.response": "gpt-4o", "tokens.input": 1, "tokens.output": 1}
        self.price(LlmFields(kind=Kind.LLM, values=call), now_ns())
