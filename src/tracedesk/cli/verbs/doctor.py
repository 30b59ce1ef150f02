"""`tracedesk doctor`: what is running and where, and what to do about anything wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracedesk.base.clock import iso_time
from tracedesk.base.paths import default_store
from tracedesk.cli.main import store_option
from tracedesk.cli.printing import escaped, print_json

if TYPE_CHECKING:
    from tracedesk.engine.health import Health, Port

HELD = ("traces", "spans", "logs", "oldest_ns", "newest_ns", "text_waiting")


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON document.")
@store_option
def doctor(as_json: bool, store: Path | None) -> None:
    """Look at the engine, its ports, the store and its key, and say what to do about anything wrong."""
    from tracedesk.engine.health import examine

    found = examine(store or default_store())
    if as_json:
        print_json(health_json(found))
    else:
        _print(found)


PART = doctor


def health_json(found: Health) -> dict[str, Any]:
    """The same as `--json`. Sizes are bytes, times ns since 1970; what is not known is null."""
    engine = found.engine
    return {
        "versions": found.versions,
        "store": {
            "path": str(found.store), "size_bytes": found.file_bytes, "log_bytes": found.log_bytes,
            "free_bytes": found.free_bytes, "key_place": found.key_place,
            **{name: getattr(found.stats, name, None) for name in HELD},
            "set_aside": [str(path) for path in found.set_aside]},
        "engine": None if engine is None else {
            "alive": engine.alive, "pid": engine.pid, "grpc": engine.grpc or None, "http": engine.http or None,
            "since_ns": engine.since_ns, "received": engine.received, "dropped": engine.dropped,
            "spans_per_s": engine.spans_per_s, "taken": engine.taken or None, "trouble": engine.trouble or None},
        "ports": [{"kind": port.kind, "address": port.address, "state": port.state, "program": port.program or None}
                  for port in found.ports],
        "settings": str(found.settings_file), "logs": str(found.logs), "crash_reports": found.crash_reports,
        "problems": [{"what": problem.what, "hint": problem.hint} for problem in found.problems]}


def _print(found: Health) -> None:
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items() if name not in ("tracedesk", "frozen"))
    click.echo(f"TraceDesk {found.versions['tracedesk']}  ({versions})")
    engine, stats = found.engine, found.stats
    if engine is not None and engine.alive:
        click.echo(f"engine    process {engine.pid} since {iso_time(engine.since_ns)[:19]}Z, "
                   f"{engine.received:,} spans received, {engine.dropped:,} dropped")
    else:
        click.echo("engine    not running")
    for port in found.ports:
        click.echo(f"{port.kind:<8}  {port.address}  {_who(port)}")
    held = f"{stats.spans:,} spans in {stats.traces:,} traces, {stats.logs:,} log records" if stats else "not read"
    click.echo(f"store     {found.store}  {found.file_bytes:,} bytes, {held}")
    click.echo(f"key       {found.key_place}")
    click.echo(f"settings  {found.settings_file}")
    click.echo(f"logs      {found.logs}" + (f", {found.crash_reports} crash reports" if found.crash_reports else ""))
    click.echo("")
    if not found.problems:
        click.echo("Nothing is wrong.")
    for problem in found.problems:
        click.echo(f"- {escaped(problem.what)}")
        if problem.hint:
            click.echo(f"  {escaped(problem.hint)}")


def _who(port: Port) -> str:
    if port.state == "ours":
        return "the engine listens"
    return f"taken by {escaped(port.program) or 'another program'}" if port.state == "taken" else "free"
