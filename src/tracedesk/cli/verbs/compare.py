"""`tracedesk compare`: two traces beside each other, or one beside the usual run of its program."""

from __future__ import annotations

from pathlib import Path

import click

from tracedesk.base.clock import format_duration
from tracedesk.base.errors import NotFound
from tracedesk.cli.main import store_option
from tracedesk.cli.printing import print_json
from tracedesk.cli.target import Target, is_file, load_whole, one_of, reading_store
from tracedesk.compare.differences import Comparison

RUNS = 50


@click.command("compare")
@click.argument("a", metavar="A")
@click.argument("b", required=False, metavar="[B]")
@click.option("--trace-a", help="Which trace of file A.")
@click.option("--trace-b", help="Which trace of file B.")
@click.option("--baseline", is_flag=True, help="Compare A with the trace that is pinned as the baseline of its program.")
@click.option("--median", is_flag=True, help=f"Compare A with the median of the latest {RUNS} runs of its program.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON document.")
@store_option
def compare(a: str, b: str | None, trace_a: str | None, trace_b: str | None, baseline: bool, median: bool, as_json: bool,
            store: Path | None) -> None:
    """What differs between two traces: spans added, gone, renamed, slower, faster, tokens, cost, prompts and answers.

    A and B are trace ids in the store, unique prefixes, or files. B is compared against A; with --baseline or --median the
    pinned or usual run takes the place of A.
    """
    if (b is not None) + baseline + median != 1:
        raise click.UsageError("give two traces, or one with --baseline or --median")
    if b is None and is_file(a):
        raise click.UsageError("--baseline and --median need a trace of the store")
    from tracedesk.cli.compare_json import compare_json, compared

    one = one_of(load_whole([a], store), trace_a)
    if b is not None:
        other = one_of(load_whole([b], store), trace_b)
    else:
        one, other = (_pinned(one, store) if baseline else _usual(one, store)), one
    found = compared(one.trace, other.trace)
    if as_json:
        print_json(compare_json(found, one, other))
    else:
        _print(found)


PART = compare


def _pinned(target: Target, store: Path | None) -> Target:
    from tracedesk.store import baselines

    root = int(target.trace.roots[0])
    name, service = target.trace.name[root] or "", target.trace.service[root] or ""
    with reading_store(store) as opened:
        pinned = baselines.of(opened, name, service)
    if pinned is None:
        raise NotFound(f"No trace is pinned as the baseline of {name}.", hint="Pin one on the Compare page of the desk.")
    return load_whole([pinned.hex()], store)[0]


def _usual(target: Target, store: Path | None) -> Target:
    from tracedesk.compare.median import FEWEST, median_trace
    from tracedesk.store import questions
    from tracedesk.store.peers import same_program

    with reading_store(store) as opened:
        others = [questions.trace(opened, other) for other in same_program(opened, target.trace.trace_id, limit=RUNS)]
    usual = median_trace(target.trace, others)
    if usual is None:
        raise NotFound(f"There are only {len(others)} other runs of this program.", hint=f"A median needs at least {FEWEST}.")
    return Target(usual, (), {})


def _print(found: Comparison) -> None:
    """The answer for people: the sentence, then a table of what differs."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tracedesk.cli.printing import escaped
    from tracedesk.compare.words import in_words, name_of, signed

    console = Console()
    console.print(Text(escaped(in_words(found))))
    shown = [change for change in found.changes if change.noticed]
    if not shown:
        return
    table = Table(box=None, pad_edge=False)
    for number, title in enumerate(("Span", "", "A", "B", "Own work", "Tokens in")):
        table.add_column(title, justify="left" if number < 2 else "right")
    for change in shown:
        lengths = [format_duration(int(trace.end_ns[at] - trace.start_ns[at])) if at is not None else "—"
                   for trace, at in ((found.a, change.pair.a), (found.b, change.pair.b))]
        tokens = "—" if change.input_tokens is None else f"{change.input_tokens:+,}"
        table.add_row(Text(escaped(name_of(found, change.pair))), Text(escaped(", ".join((change.kind, *change.what)))),
                      *lengths, signed(change.own_ns), tokens)
    console.print(table)
