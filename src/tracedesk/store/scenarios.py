"""Saved what-if scenarios, by name; they belong to no trace."""

from __future__ import annotations

from dataclasses import dataclass

from tracedesk.base.clock import now_ns
from tracedesk.store.connect import Store


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario: `spec_json` is the JSON of `whatif --spec`, `saved_ns` when it was last saved."""

    name: str
    spec_json: str
    saved_ns: int


def save(store: Store, name: str, spec_json: str) -> None:
    """Keep a scenario; one of the same name is replaced."""
    with store.writing() as db:
        db.execute("INSERT OR REPLACE INTO scenarios (name, spec, saved_ns) VALUES (?, ?, ?)", (name, spec_json, now_ns()))


def all(store: Store, *, limit: int = 500) -> list[Scenario]:
    """The scenarios by name."""
    with store.reading() as db:
        return [Scenario(*row) for row in db.execute(
            "SELECT name, spec, saved_ns FROM scenarios ORDER BY name LIMIT ?", (limit,))]


def delete(store: Store, name: str) -> bool:
    """Forget a scenario; whether there was one."""
    with store.writing() as db:
        return bool(db.execute("DELETE FROM scenarios WHERE name = ?", (name,)).rowcount)
