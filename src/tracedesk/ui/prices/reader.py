"""What the prices page asks the store, each question one function that runs on a reader's thread. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from tracedesk.pricing.on_model import OnModel, on_model
from tracedesk.pricing.override import Override
from tracedesk.store import prices, questions
from tracedesk.store.connect import Store
from tracedesk.store.unpriced import Unpriced, unpriced


@dataclass
class Prices:
    """Models without a price, most calls first, and the prices that the user set."""

    missing: list[Unpriced]
    kept: list[Override]


def look(store: Store) -> Prices:
    """Both lists."""
    return Prices(unpriced(store), prices.all(store))


def on_another(store: Store, trace_id: bytes, model: str) -> OnModel:
    """What a trace would cost with its LLM calls on another model: the same tokens at its prices."""
    return on_model(questions.rows(store, trace_id), questions.counted_on(store, trace_id), prices.book(store), model)
