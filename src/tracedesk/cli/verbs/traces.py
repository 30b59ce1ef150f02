"""`tracedesk traces`: the list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracedesk.cli.main import store_option
from tracedesk.cli.printing import escaped, print_json

if TYPE_CHECKING:
    from tracedesk.model.summary import TraceSummary


@click.command("traces")
@click.option("--query", "-q", default="", help='A filter, as in the desk: status = error  duration > 2s  "where is my parcel"')
@click.option("--limit", "-n", default=50, show_default=True, type=click.IntRange(1, 100_000), help="Most traces.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@store_option
def traces(query: str, limit: int, as_json: bool, store: Path | None) -> None:
    """List the traces of the store, newest first."""
    from tracedesk.cli.target import reading_store
    from tracedesk.model.query import parse
    from tracedesk.store import questions

    wanted = parse(query)
    with reading_store(store) as opened:
        found = questions.traces(opened, wanted, limit=limit)
        total = questions.count(opened, wanted)
    if as_json:
        print_json({"traces": [trace_json(one) for one in found], "total": total})
    else:
        _print(found, total)


PART = traces


def trace_json(one: TraceSummary) -> dict[str, Any]:
    """One trace, with the keys of `show --json` where they mean the same."""
    return {
        "trace_id": one.trace_id.hex(), "name": one.name, "title": one.title, "start_ns": one.start_ns, "end_ns": one.end_ns,
        "duration_ns": one.duration_ns, "status": one.status_label, "services": list(one.services),
        "span_count": one.span_count,
        "error_count": one.error_count, "unfinished_count": one.unfinished_count, "root_seen": one.root_seen,
        "error": one.error_message, "user_id": one.user_id, "session_id": one.session_id, "tags": dict(one.tags),
        "models": list(one.models), "llm_calls": one.llm_calls,
        "tokens": {"input": one.input_tokens, "output": one.output_tokens, "cache_read": one.cache_read_tokens,
                   "cache_write": one.cache_write_tokens, "reasoning": one.reasoning_tokens},
        "cost": {"nano_usd": one.cost_nusd, "priced_calls": one.priced_calls, "unpriced_calls": one.unpriced_calls},
    }


NARROW_CHARS = 100
"""In a narrower terminal ids and moments are shortened, so that no figure is."""
_STATUS_STYLES = {"ok": "green", "error": "red", "unfinished": "blue"}


def _print(found: list[TraceSummary], total: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tracedesk.base.clock import format_duration, iso_time
    from tracedesk.base.money import format_total

    console = Console()
    narrow = console.width < NARROW_CHARS
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for head in ("Trace", "Began", "Status", "What"):
        table.add_column(head, no_wrap=True, overflow="ellipsis", ratio=1 if head == "What" else None)
    for head in ("Spans", "Took", "Tokens", "Cost"):
        table.add_column(head, justify="right", no_wrap=True)
    for one in found:
        known = [count for count in (one.input_tokens, one.output_tokens) if count is not None]
        table.add_row(
            one.trace_id.hex()[:8 if narrow else 12], iso_time(one.start_ns)[5 if narrow else 0:19].replace("T", " "),
            Text(one.status_label, style=_STATUS_STYLES.get(one.status_label, "")), Text(escaped(_what(one))),
            f"{one.span_count:,}", format_duration(one.duration_ns), f"{sum(known):,}" if known else "—",
            format_total(one.cost_nusd, one.unpriced_calls))
    if found:
        console.print(table)
    shown = f"{len(found):,} of {total:,}" if len(found) < total else f"{total:,}"
    console.print(f"{shown} trace{'' if total == 1 else 's'}", highlight=False)


def _what(one: TraceSummary) -> str:
    """Title, name and error on one line."""
    said = f"{one.title} · {one.name}" if one.title else one.name
    return f"{said} · {one.error_message}" if one.error_message else said
