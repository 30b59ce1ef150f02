"""Prices that the user set (`pricing.override`). They hold for calls that come from now on; `ingest.reprice` looks back."""

from __future__ import annotations

import json
from typing import Any

from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.override import Override, checked
from tracedesk.store.connect import Store

_COLUMNS = "number, model, match, provider, valid_from_ns, valid_to_ns, per_mtok, per_request"
_MOST = 10_000


def put(store: Store, override: Override) -> int:
    """Keep a price; gives its number. One for the same models, provider and time is replaced.

    Raises:
        DataError: it cannot be used (`pricing.override.checked`).
    """
    made = checked(override)
    same = (made.model, made.match, made.provider, made.valid_from_ns, made.valid_to_ns)
    with store.writing() as db:
        db.execute("DELETE FROM prices WHERE model = ? AND match = ? AND provider IS ? "
                   "AND valid_from_ns IS ? AND valid_to_ns IS ?", same)
        return int(db.execute(
            "INSERT INTO prices (model, match, provider, valid_from_ns, valid_to_ns, per_mtok, per_request) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number",
            (*same, json.dumps(made.nusd_per_mtok, sort_keys=True), made.nusd_per_request)).fetchone()[0])


def all(store: Store) -> list[Override]:
    """Every price, in the order in which they were set."""
    with store.reading() as db:
        return [_override(*found) for found in db.execute(f"SELECT {_COLUMNS} FROM prices ORDER BY number LIMIT ?", (_MOST,))]


def book(store: Store) -> PriceBook:
    """A price book with the user's prices."""
    return PriceBook(all(store))


def remove(store: Store, number: int) -> bool:
    """Forget a price; whether there was one."""
    with store.writing() as db:
        return bool(db.execute("DELETE FROM prices WHERE number = ?", (number,)).rowcount)


def _override(number: int, model: str, match: str, provider: str | None, valid_from_ns: int | None, valid_to_ns: int | None,
              per_mtok: str, per_request: int | None) -> Override:
    prices: dict[str, Any] = json.loads(per_mtok)
    return Override(model, match, provider, valid_from_ns, valid_to_ns, prices, per_request, number)


class CurrentBook:
    """The price book of a store for one thread that asks often: made anew when the user sets a price."""

    def __init__(self) -> None:
        self._overrides: list[Override] = []
        self._book = PriceBook()

    def of(self, store: Store) -> PriceBook:
        """The book of this moment."""
        found = all(store)
        if found != self._overrides:
            self._overrides, self._book = found, PriceBook(found)
        return self._book
