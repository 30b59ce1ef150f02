"""`tracedesk engine`: the headless receiver, in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from tracedesk.base.errors import DataError
from tracedesk.cli.main import store_option


@click.command("engine")
@click.option("--grpc", metavar="HOST:PORT", help="Where OTLP/gRPC listens (default 127.0.0.1:4317; port 0 picks a free one).")
@click.option("--http", metavar="HOST:PORT", help="Where OTLP/HTTP listens (default 127.0.0.1:4318; port 0 picks a free one).")
@click.option("--parent-pipe", is_flag=True, hidden=True, help="End when standard input does: for who starts it as a child.")
@click.option("--worker", is_flag=True, hidden=True, help="Prepare spans for the engine that started this.")
@store_option
def engine(grpc: str | None, http: str | None, parent_pipe: bool, worker: bool, store: Path | None) -> None:
    """Receive traces and keep them, without a window.

    Prints one line when it listens. SIGTERM or Ctrl+C lets it drain and end.
    """
    if worker:
        _run_worker()
        return
    run_engine(store, grpc=grpc, http=http, parent_pipe=parent_pipe)


PART = engine


def run_engine(store: Path | None, *, grpc: str | None = None, http: str | None = None, parent_pipe: bool = False) -> None:
    """Run an engine in this process until it is told to end."""
    from dataclasses import replace

    from tracedesk.base import log, settings
    from tracedesk.base.paths import default_store
    from tracedesk.engine.service import run

    found = settings.load()
    receiver = found.receiver
    for problem in found.problems:
        click.echo(problem, err=True)
    if grpc is not None:
        receiver = replace(receiver, grpc=_address(grpc, "--grpc"))
    if http is not None:
        receiver = replace(receiver, http=_address(http, "--http"))
    path = store or default_store()
    log.to_file("engine")
    try:
        run(path, receiver, say=click.echo, complain=lambda text: click.echo(text, err=True), parent_pipe=parent_pipe)
    finally:
        log.close()


def _run_worker() -> None:
    import sys

    from tracedesk.base.own import bytes_out, look_seldom_for_cycles, no_core_dumps
    from tracedesk.ingest.worker import serve
    from tracedesk.pricing import catalogue
    from tracedesk.pricing.book import PriceBook

    no_core_dumps()
    catalogue.find("gpt-4o", "openai", None)           # half a second of loading, in which the engine does the work itself
    look_seldom_for_cycles()
    serve(PriceBook, sys.stdin.buffer, bytes_out())


def _address(text: str, option: str) -> str:
    from tracedesk.receiver.ports import parse_address

    try:
        parse_address(text)
    except DataError as error:
        raise click.UsageError(f"{option} {error.message} {error.hint}") from error
    return text
