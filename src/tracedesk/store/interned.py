"""Values that are stored once and pointed to by number: resources, scopes, profiles, tags."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

_REMEMBERED = 20_000


class Numbers:
    """The numbers of the rows of one table, by value; the last so many are remembered."""

    def __init__(self, connection: Any, table: str, number: str, columns: tuple[str, ...]) -> None:
        where = " AND ".join(f"{column} = ?" for column in columns)
        self._find = f"SELECT {number} FROM {table} WHERE {where}"
        self._add = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) RETURNING {number}"
        self._connection = connection
        self._known: dict[Hashable, int] = {}

    def of(self, *values: Any) -> int:
        """The number of a value, given out now if it is new. Inside a write transaction only."""
        number = self._known.get(values)
        if number is None:
            found = (self._connection.execute(self._find, values).fetchone()
                     or self._connection.execute(self._add, values).fetchone())
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            number = self._known[values] = found[0]
        return number

    def forget(self) -> None:
        """After a rollback, or when another process wrote: what is remembered may be wrong."""
        self._known.clear()
