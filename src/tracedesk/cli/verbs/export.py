"""`tracedesk export`: traces of the store, or of files, in one of the export formats."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracedesk.base.own import bytes_out
from tracedesk.base.words import counted
from tracedesk.cli.main import store_option

if TYPE_CHECKING:
    from tracedesk.exporters.exporter import Exporter, Spans
    from tracedesk.pricing.book import PriceBook
    from tracedesk.privacy.redact import Redactor

STDOUT = "-"


@click.command("export")
@click.argument("targets", nargs=-1, metavar="TARGET…")
@click.option("--query", "-q", default=None, help="Besides the targets, every trace of the store that matches this filter.")
@click.option("--format", "key", default=None, help="The format; without it the end of PATH decides.")
@click.option("--out", default=None, metavar="PATH", help="Where to write; - for standard output.")
@click.option("--redact", "redacted", default=None, metavar="RULES",
              help="Hide what is private: `all`, or rules with commas between (email, phone, card, iban, api_key, ip).")
@click.option("--preview", is_flag=True, help="Write nothing; say what the rules of --redact (else all) would find.")
@click.option("--json", "as_json", is_flag=True, help="The answer of --preview as JSON.")
@store_option
def export(
    targets: tuple[str, ...], query: str | None, key: str | None, out: str | None, redacted: str | None, preview: bool,
    as_json: bool, store: Path | None,
) -> None:
    """Write traces to a file.

    TARGET is a trace id in the store, a unique prefix of one, or a file. Log records of a trace go with it.
    """
    if not targets and query is None:
        raise click.UsageError("name a TARGET, or give --query")
    if preview:
        _preview(_traces(targets, query, store), redacted or "all", as_json)
        return
    if out is None:
        raise click.UsageError("say where to write with --out")
    form = _format(key, out)
    if out == STDOUT:
        stream = bytes_out()
        form.write(_hidden(_traces(targets, query, store), redacted), stream, _book(store))
        stream.flush()
        return
    count = _write(form, targets, query, redacted, store, Path(out))
    click.echo(f"{counted(count, 'trace')} written to {out} ({form.title}).", err=True)


PART = export


def _format(key: str | None, out: str) -> Exporter:
    from tracedesk.base.errors import DataError
    from tracedesk.exporters.exporter import exporter, exporters

    if key is not None:
        return exporter(key)
    for part in exporters():
        if out.endswith(part.suffix):
            return part
    raise DataError(f"The end of {out} names no format.", hint="Give one with --format: "
                    + ", ".join(f"{part.key} (*{part.suffix})" for part in exporters()))


def _rules(said: str) -> list[Redactor]:
    """The rules that a list names.

    Raises:
        DataError: there is no such rule.
    """
    from tracedesk.base.errors import DataError
    from tracedesk.privacy.redact import rules

    known = {rule.key: rule for rule in rules()}
    named = list(known) if said == "all" else [name.strip() for name in said.split(",") if name.strip()]
    for name in named:
        if name not in known:
            raise DataError(f"There is no rule {name!r} for what is private.", hint=f"Rules: {', '.join(known)}.")
    return [known[name] for name in known if name in named]


def _hidden(traces: Iterator[Spans], said: str | None) -> Iterator[Spans]:
    """The traces, with what is private hidden where that was asked for."""
    from tracedesk.exporters.redaction import redacted

    return traces if said is None else redacted(traces, _rules(said))


def _preview(traces: Iterator[Spans], said: str, as_json: bool) -> None:
    from tracedesk.cli.printing import escaped, print_json
    from tracedesk.exporters.redaction import preview

    listed = preview(traces, _rules(said))
    if as_json:
        print_json({"found": [{"rule": found.rule.key, "title": found.rule.title, "count": found.count, "first": found.first}
                              for found in listed]})
        return
    for found in listed:
        first = f", first: {found.first}" if found.first else ""
        click.echo(escaped(f"{found.rule.title}: {found.count:,}{first}"))


def _book(store: Path | None) -> PriceBook:
    """The prices of the store, else those that everybody has."""
    from tracedesk.base.errors import NotFound
    from tracedesk.cli.target import reading_store
    from tracedesk.pricing.book import PriceBook
    from tracedesk.store import prices

    try:
        with reading_store(store) as opened:
            return prices.book(opened)
    except NotFound:
        return PriceBook()


def _write(
    form: Exporter, targets: tuple[str, ...], query: str | None, redacted: str | None, store: Path | None, path: Path,
) -> int:
    """Write beside the file and then in its place, so that nobody finds half a file. Gives how many traces."""
    from tracedesk.base.errors import WorldError

    count = 0

    def watched() -> Iterator[Spans]:
        nonlocal count
        for trace in _traces(targets, query, store):
            count += 1
            yield trace

    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        try:
            with beside.open("wb") as file:
                form.write(_hidden(watched(), redacted), file, _book(store))
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.") from error
    return count


def _traces(targets: tuple[str, ...], query: str | None, store: Path | None) -> Iterator[Spans]:
    """The traces one after another; those of files first."""
    from tracedesk.cli.target import is_file, reading_store
    from tracedesk.model.query import parse
    from tracedesk.store import questions

    wanted = None if query is None else parse(query)
    for target in targets:
        if is_file(target):
            yield from _of_file(Path(target))
    ids = [target for target in targets if not is_file(target)]
    if not ids and wanted is None:
        return
    with reading_store(store) as opened:
        found = dict.fromkeys(questions.resolve(opened, target) for target in ids)
        if wanted is not None:
            found |= dict.fromkeys(questions.ids(opened, wanted))
        for trace_id in found:
            yield questions.whole(opened, trace_id)


def _of_file(path: Path) -> Iterator[Spans]:
    """The traces of a file as they were read, each with all its log records."""
    from tracedesk.importers.detect import load

    spans, logs, _ = load(path)
    traces: dict[bytes, tuple[list, list]] = {}
    for span in spans:
        traces.setdefault(span.trace_id, ([], []))[0].append(span)
    for log in logs:
        if log.trace_id in traces:
            traces[log.trace_id][1].append(log)
    for mine, records in traces.values():
        yield [(span, records if at == 0 else ()) for at, span in enumerate(mine)]
