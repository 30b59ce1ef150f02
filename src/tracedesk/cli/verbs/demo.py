"""`tracedesk demo`: sample traces, sent as a program would send them."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import click

from tracedesk.base.paths import default_store
from tracedesk.cli.main import store_option


@click.command("demo")
@click.option("--live", "keep_on", is_flag=True, help="Then keep a small bot running, until Ctrl+C.")
@click.option("--same-ids", is_flag=True, help="Send the ids of the file, not fresh ones: what is sent twice is kept once.")
@store_option
def demo(keep_on: bool, same_ids: bool, store: Path | None) -> None:
    """Send 24 traces of a made-up refund bot through the real OpenTelemetry exporters.

    They go to the running engine, or to one that runs for as long as this takes.
    """
    from tracedesk.base import settings
    from tracedesk.base.errors import NoEngine
    from tracedesk.engine import sample
    from tracedesk.engine.client import engine_of, ensure_engine
    from tracedesk.privacy.token import receiver_token

    path = store or default_store()
    started = ensure_engine(path)
    try:
        state = engine_of(path)
        if state is None:
            raise NoEngine("The engine ended as soon as it was there.", hint="`tracedesk doctor` looks for the reason.")
        sender = sample.Sender(state.grpc, state.http, receiver_token() if settings.load().receiver.require_token else None)
        try:
            found = sample.sample()
            now = sample.moved(found, time.time_ns() - sample.last_moment_ns(found), None if same_ids else secrets.token_hex(8))
            sender.send(now)
            click.echo(f"Sent {sample.counted(now)} to {sender.endpoint}.")
            if keep_on:
                click.echo("The bot goes on; Ctrl+C ends it.")
                sample.live(sender, found, click.echo)
        finally:
            sender.close()
    finally:
        if started is not None:
            started.close()


PART = demo
