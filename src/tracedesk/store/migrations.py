"""Append-only steps from an empty file to the present tables, by sqlite-utils.

A step that was released is never edited: add the next one, and the same change to `schema.py` so that it stays readable.
`SCHEMA_VERSION` is the number of steps and becomes the file's `user_version`; a file with a larger number was written by a
newer TraceDesk.
"""

from __future__ import annotations

from typing import Any

from tracedesk.base.clock import now_ns
from tracedesk.store.schema import JOBS, MEASURES, NOTEBOOK, PRICES, TABLES

SCHEMA_VERSION = 5


def migrate(connection: Any) -> None:
    """Bring an open store up to date; each step is one transaction, so a crash leaves the old or the new tables."""
    from sqlite_utils import Database  # here: it costs 0.2 s, and only a new or old file needs it
    from sqlite_utils.migrations import Migrations

    steps = Migrations("tracedesk")

    @steps()
    def m001_first_tables(db: Any) -> None:
        for statement in statements(TABLES):
            db.execute(statement)

    @steps()
    def m002_notebook(db: Any) -> None:
        for statement in statements(NOTEBOOK):
            db.execute(statement)

    @steps()
    def m003_jobs(db: Any) -> None:
        for statement in statements(JOBS):
            db.execute(statement)

    @steps()
    def m004_prices(db: Any) -> None:
        for statement in statements(PRICES):
            db.execute(statement)

    @steps()
    def m005_measures(db: Any) -> None:
        for statement in statements(MEASURES):
            db.execute(statement)
        if db.execute("SELECT 1 FROM traces LIMIT 1").fetchone():     # settle.py measures those; the job finds their signs
            db.execute("INSERT INTO meta (name, value) SELECT 'unmeasured', max(trace_no) FROM traces")
            db.execute("INSERT INTO jobs (kind, arguments, posted_ns) VALUES ('reprice', '{}', ?)", (now_ns(),))

    database = Database(connection)
    steps.apply(database)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def statements(script: str) -> list[str]:
    """The single statements of a script in which `;` only ends statements (outside of comments)."""
    lines = [line.split("--")[0] for line in script.splitlines()]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]
