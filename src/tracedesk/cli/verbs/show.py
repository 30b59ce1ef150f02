"""`tracedesk show`: one trace as tree and bars in a terminal, or everything about it as JSON."""

from __future__ import annotations

from pathlib import Path

import click

from tracedesk.base.errors import NotFound
from tracedesk.cli.main import store_option
from tracedesk.cli.printing import print_json
from tracedesk.cli.target import Target, load_whole, price_book

DRAWN_AT_MOST = 12
"""Of a file with more traces than this only a list is printed."""


@click.command("show")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET…")
@click.option("--trace", "trace_id", help="Which trace, where the file holds several; the beginning of its id suffices.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON document.")
@store_option
def show(targets: tuple[str, ...], trace_id: str | None, as_json: bool, store: Path | None) -> None:
    """Show a trace: what ran when, what waited for what, what it said and what it cost.

    TARGET is a trace id in the store, a unique prefix of one, or a file. Several files are read as one: name the file of
    log records beside the file of spans.
    """
    found = load_whole(targets, store)
    if trace_id is not None:
        found = _named(found, trace_id)
    if as_json:
        from tracedesk.cli.show_json import show_json

        book = price_book(targets[0], store)
        documents = [show_json(target, book) for target in found]
        print_json(documents[0] if len(documents) == 1 else {"traces": documents})
        return
    from rich.console import Console

    from tracedesk.cli.show_tree import print_list, print_trace

    console = Console()
    if len(found) > DRAWN_AT_MOST:
        print_list(console, found)
        console.print(f"{len(found):,} traces; pick one with --trace.", highlight=False)
        return
    for at, target in enumerate(found):
        if at:
            console.print()
        print_trace(console, target)


PART = show


def _named(targets: list[Target], trace_id: str) -> list[Target]:
    """The traces whose id begins so.

    Raises:
        NotFound: there is none.
    """
    chosen = [target for target in targets if target.trace.trace_id.hex().startswith(trace_id.lower())]
    if not chosen:
        raise NotFound(f"No trace here begins with {trace_id}.",
                       hint=", ".join(target.trace.trace_id.hex() for target in targets[:8]))
    return chosen
