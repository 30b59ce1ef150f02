"""`tracedesk import`: files into the store, with a report for each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracedesk.base.words import counted
from tracedesk.cli.main import store_option
from tracedesk.cli.printing import escaped, print_json

if TYPE_CHECKING:
    from tracedesk.importers.importer import Report


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--map", "pairs", multiple=True, metavar="ROLE=COLUMN",
              help="Which column of a table is what: trace, span, parent, name, start, end, duration, service, status, "
                   "message, kind; and start_unit, end_unit, duration_unit as ns, us, ms or s. May be given several times.")
@click.option("--progress", is_flag=True, hidden=True, help="A line of JSON on standard error now and then, for the desk.")
@click.option("--json", "as_json", is_flag=True, help="The reports, as one JSON document.")
@store_option
def import_files(files: tuple[Path, ...], pairs: tuple[str, ...], progress: bool, as_json: bool, store: Path | None) -> int:
    """Read files of traces and log records into the store; of a folder, every file in it.

    The format is recognised by what is in the file. Importing a file again changes nothing.
    """
    from tracedesk.base.paths import default_store
    from tracedesk.cli.importing import door, take_in
    from tracedesk.importers.source import files_in

    mapping = _mapping(pairs)
    reports: list[Report] = []
    failed = False
    shown = _Progress(progress)
    with door(store or default_store()) as way:
        for file, named in ((inside, inside == path) for path in files for inside in files_in(path)):
            for report, problem in take_in(file, way, shown.step, mapping):
                reports.append(report)
                shown.clear()
                if problem is not None:
                    failed = failed or named             # a folder may hold other things than traces
                    click.echo(escaped(problem.message), err=True)
                    if problem.hint:
                        click.echo(escaped(problem.hint), err=True)
                elif not as_json:
                    _print(report)
        way.finish()
    if as_json:
        print_json({"files": [report.as_json() for report in reports]})
    return 1 if failed else 0


PART = import_files


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    """Role → column of `--map`.

    Raises:
        click.BadParameter: a pair is not one, or its role is not known.
    """
    from tracedesk.importers.formats.span_table import ROLES, UNITS

    found: dict[str, str] = {}
    for pair in pairs:
        role, mark, column = pair.partition("=")
        if not mark or not column or role not in (*ROLES, *UNITS):
            raise click.BadParameter(f"{pair!r}: write ROLE=COLUMN with a role of {', '.join((*ROLES, *UNITS))}.")
        found[role] = column
    return found


class _Progress:
    """One line on a terminal that says how far it is, or a line of JSON each time for a program."""

    def __init__(self, for_program: bool) -> None:
        self._for_program = for_program
        self._shown = sys.stderr.isatty() and not for_program

    def step(self, report: Report) -> None:
        """Say it."""
        if self._for_program:
            click.echo(json.dumps({"file": report.file, "spans": report.spans, "logs": report.logs}), err=True)
        elif self._shown:
            click.echo(f"\r{escaped(report.file)}: {report.spans:,} spans, {report.logs:,} log records", nl=False, err=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def _print(report: Report) -> None:
    """What became of one file, in words."""
    counts = [counted(report.traces, "trace"), counted(report.spans, "span")]
    if report.logs:
        counts.append(counted(report.logs, "log record"))
    click.echo(f"{escaped(report.file)}: {', '.join(counts)} ({report.format})")
    if report.why:
        click.echo(escaped(f"  recognised by {report.why}"))
    for item in report.skipped:
        first = f", first: {item.first}" if item.first else ""
        click.echo(escaped(f"  skipped {item.count:,}: {item.reason}{first}"))
    for text in report.assumed:
        click.echo(escaped(f"  assumed: {text}"))
    if report.dropped_fields:
        click.echo(escaped(f"  left out: {', '.join(report.dropped_fields)}"))
    if report.leaves_out:
        click.echo(escaped(f"  note: {report.leaves_out}"))
