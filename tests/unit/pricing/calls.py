"""Model calls to be priced, in one line each."""

from __future__ import annotations

from typing import Any

from tracedesk.base.clock import parse_iso
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import Cost, LlmFields
from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.override import Override

TODAY = "2026-11-23T12:00:00Z"
_NAMES = {"model": "model.response", "requested": "model.requested", "endpoint": "provider.endpoint", "tier": "service_tier",
          "provider": "provider", "tags": "tags", "reported": "cost.total", "error": "error.type", "rerank": "rerank.model"}


def call(model: str | None = None, provider: str | None = None, *, kind: Kind = Kind.LLM, **values: Any) -> LlmFields:
    """A call; `input=`, `cache_read=` and so on are token counts, the rest is named in `_NAMES`."""
    given = {"model": model, "provider": provider, **values}
    named = {_NAMES.get(name, f"tokens.{name}"): value for name, value in given.items() if value is not None}
    return LlmFields(kind, values=named)


def at(date: str = TODAY) -> int:
    """Nanoseconds of a date."""
    found = parse_iso(date)
    assert found is not None
    return found


def price(model: str | None = None, provider: str | None = None, *, date: str = TODAY, overrides: tuple[Override, ...] = (),
          **values: Any) -> Cost:
    """The cost of one call."""
    return PriceBook(overrides).price(call(model, provider, **values), at(date))
