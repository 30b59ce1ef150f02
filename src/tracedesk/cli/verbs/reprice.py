"""`tracedesk reprice`: stored spans read and priced again; by the engine where one runs, else here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracedesk.base.errors import Cancelled, WorldError
from tracedesk.base.words import counted
from tracedesk.cli.main import store_option
from tracedesk.cli.printing import print_json

if TYPE_CHECKING:
    from tracedesk.store.unpriced import Costs

LOOK_S = 0.1
STARTS_WITHIN_S = 30.0
"""An engine that has not begun by then has other long work, or hangs."""

Step = Callable[[int, int | None], None]
"""Told how many spans are done, of how many (None: not known yet)."""


@click.command("reprice")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@store_option
def reprice(as_json: bool, store: Path | None) -> None:
    """Read and price all stored spans again.

    For when prices were set, or when a new version knows more dialects or prices. What was received stays as it is.
    Ctrl+C stops it; what is done stays done.
    """
    from tracedesk.base.paths import default_store
    from tracedesk.cli.target import reading_store
    from tracedesk.engine.client import running
    from tracedesk.store.unpriced import costs

    path = store or default_store()
    with reading_store(path) as opened:
        before = costs(opened)
    by_engine = running(path)
    with _progress() as step:
        spans = _asked_of_engine(path, step) if by_engine else _done_here(path, step)
    with reading_store(path) as opened:
        after = costs(opened)
    if as_json:
        print_json({"spans": spans, "by_engine": by_engine, "before": _json(before), "after": _json(after)})
    else:
        click.echo(f"{spans:,} spans read again. {_words(before)} before, {_words(after)} now.")


PART = reprice


def _done_here(path: Path, step: Step) -> int:
    """Do it in this process, which then is the one that writes; gives how many spans were read."""
    from tracedesk.ingest.reprice import reprice as steps_of
    from tracedesk.semconv.counting import not_counted
    from tracedesk.store import prices
    from tracedesk.store.connect import open_store
    from tracedesk.store.lock import EngineLock

    with EngineLock(path).take(), open_store(path, role="write") as opened:
        writer = opened.writer(not_counted)
        spans = 0
        try:
            for done in steps_of(writer, prices.book(opened)):
                spans = done.spans
                step(done.spans, done.total)
        except KeyboardInterrupt:
            raise Cancelled from None
        finally:
            writer.settle()
        return spans


def _asked_of_engine(path: Path, step: Step) -> int:
    """Have the engine do it, and wait; gives how many spans were read.

    Raises:
        WorldError: it failed, or the engine does not get to it.
    """
    from tracedesk.store import jobs
    from tracedesk.store.connect import notebook, open_store

    with notebook(path) as book:
        number = jobs.post(book, "reprice")
    begun_s = time.monotonic()
    try:
        with open_store(path, role="read") as opened:
            while not (job := jobs.job(opened, number)).over:
                step(job.done, job.total)
                if job.state == "waiting" and time.monotonic() - begun_s > STARTS_WITHIN_S:
                    raise WorldError("The engine has not begun it yet; it will when its other work is done.",
                                     hint="`tracedesk doctor` says what the engine does.")
                time.sleep(LOOK_S)
    except KeyboardInterrupt:
        with notebook(path) as book:
            jobs.cancel(book, number)
        raise Cancelled from None
    if job.state == "cancelled":
        raise Cancelled
    if job.state != "done":
        raise WorldError(f"The engine could not do it: {job.message}")
    return job.done


@contextmanager
def _progress() -> Iterator[Step]:
    """A bar on a terminal's standard error; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = TextColumn("Reading spans again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _json(found: Costs) -> dict[str, Any]:
    return {"nano_usd": found.nano_usd, "priced_calls": found.priced_calls, "unpriced_calls": found.unpriced_calls}


def _words(found: Costs) -> str:
    """`≥ $0.0112, 1 call unpriced`."""
    from tracedesk.base.money import format_total

    total = format_total(found.nano_usd, found.unpriced_calls)
    if not found.unpriced_calls:
        return total
    return f"{total}, {counted(found.unpriced_calls, 'call')} unpriced"
