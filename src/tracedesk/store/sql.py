"""SQL of the user's own, answered: one statement that only reads, stopped when its time is up.

Three walls: the connection is read-only (`query_only`), an authorizer lets nothing pass but reading and harmless functions,
and the clock. The user's text is never joined to ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from tracedesk.base.errors import DataError
from tracedesk.store import views
from tracedesk.store.connect import Store

LIMIT_S = 10.0
ROWS = 10_000

_ALLOWED = frozenset({sqlite.SQLITE_SELECT, sqlite.SQLITE_READ, sqlite.SQLITE_RECURSIVE})
_REFUSED_FUNCTIONS = frozenset({"load_extension", "sqlcipher_export", "fts3_tokenizer", "readfile", "writefile", "edit",
                                "zeroblob", "randomblob"})


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of the columns, and the rows; `more` where the limit cut them. Bytes are given as lower-case hex."""

    columns: list[str]
    rows: list[list[Any]]
    more: bool


def ask(store: Store, statement: str, *, limit: int = ROWS, limit_s: float = LIMIT_S) -> Answer:
    """The answer to one SELECT over the store and the views of `views.py`. The store is open for reading, by nobody else.

    Raises:
        DataError: no legal statement, or one that does more than read.
        TooSlow: it took longer than `limit_s`.
    """
    with store.reading(limit_s) as db:
        views.create(db)
        db.set_authorizer(_authorize)
        try:
            cursor = db.execute(statement)
            if cursor.description is None:
                raise DataError("The statement gives no rows.", hint="Only SELECT is answered.")
            found = cursor.fetchmany(limit + 1)
        except (sqlite.Error, sqlite.Warning) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite.SQLITE_INTERRUPT:
                raise
            raise DataError(f"SQLite says: {error}.", hint=_hint(str(error))) from error
        finally:
            db.set_authorizer(None)
    return Answer([column[0] for column in cursor.description], [[_shown(value) for value in row] for row in found[:limit]],
                  len(found) > limit)


def _authorize(action: int, first: str | None, second: str | None, schema: str | None, through: str | None) -> int:
    if action in _ALLOWED:
        return sqlite.SQLITE_OK
    if action == sqlite.SQLITE_FUNCTION and (second or "").lower() not in _REFUSED_FUNCTIONS:
        return sqlite.SQLITE_OK
    if action == sqlite.SQLITE_PRAGMA and first == "data_version":        # the full-text index asks for it
        return sqlite.SQLITE_OK
    return sqlite.SQLITE_DENY


def _hint(said: str) -> str:
    if "no such" in said:
        return "`tracedesk sql --help` lists the views and their columns."
    if "not authorized" in said or "prohibited" in said:
        return "Only reading is allowed here."
    return ""


def _shown(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
