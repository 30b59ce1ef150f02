"""`tracedesk import`: files into the store, with a report for each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracedesk.cli.main import store_option
from tracedesk.cli.printing import escaped, print_json

if TYPE_CHECKING:
    from tracedesk.importers.importer import Report


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--map", "pairs", multiple=True, metavar="ROLE=COLUMN",
              help="Which column of a table is what: trace, span, parent, name, start, end, duration, service, status, "
                   "message, kind; and start_unit, end_unit, duration_unit as ns, us, ms or s. May be given several times.")
@click.option("--json", "as_json", is_flag=True, help="The reports, as one JSON document.")
@store_option
def import_files(files: tuple[Path, ...], pairs: tuple[str, ...], as_json: bool, store: Path | None) -> int:
    """Read files of traces and log records into the store.

    The format is recognised by what is in the file. Importing a file again changes nothing.
    """
    from tracedesk.base.paths import default_store
    from tracedesk.cli.importing import door, take_in

    mapping = _mapping(pairs)
    reports: list[Report] = []
    failed = False
    progress = _Progress()
    with door(store or default_store()) as way:
        for path in files:
            for report, problem in take_in(path, way, progress.step, mapping):
                reports.append(report)
                progress.clear()
                if problem is not None:
                    failed = True
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
    """One line on a terminal that says how far it is."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def step(self, report: Report) -> None:
        """Say it."""
        if self._shown:
            click.echo(f"\r{escaped(report.file)}: {report.spans:,} spans, {report.logs:,} log records", nl=False, err=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def _print(report: Report) -> None:
    """What became of one file, in words."""
    counts = [_many(report.traces, "trace"), _many(report.spans, "span")]
    if report.logs:
        counts.append(_many(report.logs, "log record"))
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


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
