"""`tracedesk sql`: one SELECT against the decrypted store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tracedesk.cli.main import store_option
from tracedesk.cli.printing import escaped, jsonable, print_json


class _WithViews(click.Command):
    """Its help ends with the views, as they are."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The views and their columns."""
        from tracedesk.store.views import VIEWS

        with formatter.section("Views"):
            formatter.write_dl([(view.name, f"{view.says}: {', '.join(name for name, _ in view.columns)}") for view in VIEWS])


@click.command("sql", cls=_WithViews)
@click.argument("statement")
@click.option("--limit", default=10_000, show_default=True, type=click.IntRange(1), help="Most rows.")
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1, 3_600), help="Stop after this time.")
@click.option("--json", "as_json", is_flag=True, help='One JSON document: {"columns": […], "rows": [[…]], "more": bool}.')
@store_option
def sql(statement: str, limit: int, seconds: float, as_json: bool, store: Path | None) -> None:
    """Ask the store with a SELECT of your own.

    Only reading is allowed. Ids are lower-case hex, times nanoseconds since 1970, costs nano-dollars. `texts` is the full-text
    index (FTS5) with the columns text, name and error; the tables behind the views are main.traces, main.facts and so on.
    """
    from tracedesk.cli.target import reading_store
    from tracedesk.store.sql import ask

    with reading_store(store) as opened:
        found = ask(opened, statement, limit=limit, limit_s=seconds)
    if as_json:
        print_json({"columns": found.columns, "rows": jsonable(found.rows), "more": found.more})
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in found.columns:
        table.add_column(Text(escaped(name)), overflow="fold")
    for row in found.rows:
        table.add_row(*(Text(_shown(value)) for value in row))
    console = Console()
    console.print(table)
    if found.more:
        console.print(f"More than {limit:,} rows; the rest was left out.", highlight=False)


PART = sql


def _shown(value: Any) -> str:
    return "NULL" if value is None else escaped(str(value))
