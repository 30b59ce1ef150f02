"""`tracedesk panel`: a panel of the Metrics page at a prompt."""

from __future__ import annotations

from pathlib import Path

import click

from tracedesk.base import clock
from tracedesk.base.errors import DataError
from tracedesk.cli.main import store_option
from tracedesk.cli.printing import print_json

EVERYTHING = "all"


@click.command("panel")
@click.argument("key", required=False)
@click.option("--query", "-q", default="", help="A filter, as in the desk: service = support-bot  prompt = refund-v14")
@click.option("--since", default="24h", show_default=True, help="From when: 24h (ago), 14:00, 2026-11-24, or all.")
@click.option("--until", help="Until when, in the same words (default: now).")
@click.option("--step", help="The length of a bucket, for example 10m (default: what suits the range).")
@click.option("--by", default="prompt", show_default=True, help="What tables are grouped by: prompt, model, user, tag.NAME, …")
@click.option("--list", "list_panels", is_flag=True, help="List the panels.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@store_option
def panel(key: str | None, query: str, since: str, until: str | None, step: str | None, by: str, list_panels: bool,
          as_json: bool, store: Path | None) -> None:
    """What it costs, how long it takes, who and what it is spent on: one panel of the Metrics page.

    KEY is one that --list names. The period of the same length before is compared.
    """
    from tracedesk.analytics import catalogue

    if list_panels:
        _list(as_json)
        return
    if key is None:
        raise click.UsageError("give the KEY of a panel, or --list")
    from tracedesk.analytics.asking import asked, whole_range
    from tracedesk.cli.panel_json import panel_json
    from tracedesk.cli.target import reading_store
    from tracedesk.model.query import parse
    from tracedesk.model.query_keys import find_key

    chosen = catalogue.panel(key)
    wanted = parse(query)
    group = find_key(by)
    if group is None:
        raise DataError(f"“{by}” is nothing to group by.", hint="Like: prompt, model, service, user, experiment, tag.NAME")
    step_ns = None if step is None else clock.parse_duration(step)
    if step is not None and not step_ns:
        raise DataError(f"--step {step} is no duration.", hint="Give it a unit, for example 10m.")
    with reading_store(store) as opened:
        first, last = whole_range(opened) if since == EVERYTHING else (_moment("--since", since), clock.now_ns())
        end_ns = last if until is None else _moment("--until", until)
        if end_ns <= first:
            raise DataError("The range ends before it begins.", hint="--since must be earlier than --until.")
        question = asked(wanted, first, end_ns, step_ns=step_ns, by=group.name)
        result = chosen.answer(opened, question)
    if as_json:
        print_json(panel_json(chosen, question, result))
        return
    from rich.console import Console

    from tracedesk.cli.panel_text import print_panel

    print_panel(Console(), chosen, result)


PART = panel


def _moment(option: str, text: str) -> int:
    from tracedesk.model.query_keys import TIMES

    found = TIMES["since"].read(text)
    if found is None:
        raise DataError(f"{option} {text} is no time.", hint="Like: 1h, 14:00, 2026-11-24 or 2026-11-24T14:00:00Z")
    return found


def _list(as_json: bool) -> None:
    from tracedesk.analytics.catalogue import all_panels

    if as_json:
        print_json({"panels": [{"panel": one.key, "title": one.title, "about": one.about, "place": one.place}
                               for one in all_panels()]})
        return
    width = max(len(one.key) for one in all_panels())
    for one in all_panels():
        click.echo(f"{one.key:{width}}  {one.about}")
