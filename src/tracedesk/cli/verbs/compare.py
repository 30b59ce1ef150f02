"""`tracedesk compare`: two traces beside each other, one beside the usual run of its program, or two groups of traces."""

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
@click.argument("a", required=False, metavar="[A]")
@click.argument("b", required=False, metavar="[B]")
@click.option("--trace-a", help="Which trace of file A.")
@click.option("--trace-b", help="Which trace of file B.")
@click.option("--baseline", is_flag=True, help="Compare A with the trace that is pinned as the baseline of its program.")
@click.option("--median", is_flag=True, help=f"Compare A with the median of the latest {RUNS} runs of its program.")
@click.option("--groups", nargs=2, metavar="QUERY QUERY", help="Compare the usual runs of two groups of traces of the store: "
              f"the median of the latest {RUNS} that match each query, as in `tracedesk traces --query`.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON document.")
@store_option
def compare(a: str | None, b: str | None, trace_a: str | None, trace_b: str | None, baseline: bool, median: bool,
            groups: tuple[str, str] | None, as_json: bool, store: Path | None) -> None:
    """What differs between two traces: spans added, gone, renamed, slower, faster, tokens, cost, prompts and answers.

    A and B are trace ids in the store, unique prefixes, or files. B is compared against A; with --baseline or --median the
    pinned or usual run takes the place of A.
    """
    if (b is not None) + baseline + median + (groups is not None) != 1 or (a is None) != (groups is not None):
        raise click.UsageError("give two traces, one with --baseline or --median, or two queries with --groups")
    from tracedesk.cli.compare_json import compare_json, compared

    if groups is not None:
        one, other = (_group(query, store) for query in groups)
    else:
        one, other = _two(str(a), b, trace_a, trace_b, store, baseline=baseline)
    found = compared(one.trace, other.trace)
    if as_json:
        print_json(compare_json(found, one, other))
    else:
        _print(found)


PART = compare


def _two(
    a: str, b: str | None, trace_a: str | None, trace_b: str | None, store: Path | None, *, baseline: bool
) -> tuple[Target, Target]:
    """A and B; without B the pinned or the usual run beside A."""
    if b is None and is_file(a):
        raise click.UsageError("--baseline and --median need a trace of the store")
    one = one_of(load_whole([a], store), trace_a)
    if b is not None:
        return one, one_of(load_whole([b], store), trace_b)
    return (_pinned(one, store) if baseline else _usual(one, store)), one


def _group(query: str, store: Path | None) -> Target:
    """The usual run of the traces that match."""
    from tracedesk.compare.groups import typical
    from tracedesk.compare.median import FEWEST, median_trace
    from tracedesk.model.query import parse
    from tracedesk.store import questions

    with reading_store(store) as opened:
        runs = [questions.trace(opened, trace_id) for trace_id in questions.ids(opened, parse(query), limit=RUNS)]
    shape = typical(runs)
    usual = median_trace(shape, runs) if shape is not None else None
    if usual is None:
        found = "no trace" if not runs else f"only {len(runs)} trace{'s' if len(runs) > 1 else ''}"
        raise NotFound(f"The query {query} finds {found}.", hint=f"A median needs at least {FEWEST} runs.")
    return Target(usual, (), {})


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
    from tracedesk.compare.words import NAME_AT_MOST, in_words, name_of, signed

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
        name, what = name_of(found, change.pair)[:NAME_AT_MOST], ", ".join((change.kind, *change.what))
        table.add_row(Text(escaped(name)), Text(escaped(what)), *lengths, signed(change.own_ns), tokens)
    console.print(table)
