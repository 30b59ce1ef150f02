"""`tracedesk replay`: a trace, or a whole session, told as the steps a person would tell."""

from __future__ import annotations

from pathlib import Path

import click

from tracedesk.base.errors import NotFound
from tracedesk.cli.main import store_option
from tracedesk.cli.printing import print_json
from tracedesk.cli.target import Target, load_whole, reading_store, whole_from_store


@click.command("replay")
@click.argument("targets", nargs=-1, metavar="TARGET…")
@click.option("--session", help="Tell all traces of this session: of the store, or of the files given.")
@click.option("--trace", "trace_id", help="Which trace, where the file holds several; the beginning of its id suffices.")
@click.option("--json", "as_json", is_flag=True, help="Every step, as one JSON document.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Every step, as Markdown.")
@store_option
def replay(targets: tuple[str, ...], session: str | None, trace_id: str | None, as_json: bool, as_markdown: bool,
           store: Path | None) -> None:
    """Tell a trace step by step: who asked, what was decided, which model and tool ran, why, and what looks wrong.

    TARGET is a trace id in the store, a unique prefix of one, or a file. Several traces become the turns of one story, in the
    order of their starts.
    """
    if not targets and session is None:
        raise click.UsageError("give a TARGET, or --session")
    if as_json and as_markdown:
        raise click.UsageError("give --json or --markdown, not both")
    found = _of_session(session or "", store) if not targets else _chosen(load_whole(targets, store), session, trace_id)
    from tracedesk.cli.replay_json import replay_json, script_of

    script = script_of(found)
    if as_json:
        print_json(replay_json(script))
        return
    from tracedesk.replay.markdown import markdown

    text = markdown(script, whole=as_markdown)
    if as_markdown:
        click.echo(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"), nl=False)
    else:
        from rich.console import Console

        from tracedesk.cli.replay_text import print_script

        print_script(Console(), script)


PART = replay


def _of_session(session: str, store: Path | None) -> list[Target]:
    """The traces of a session of the store.

    Raises:
        NotFound: the store has no trace of it.
    """
    from tracedesk.store.sessions import trace_ids

    with reading_store(store) as opened:
        found = [whole_from_store(opened, trace_id) for trace_id in trace_ids(opened, session)]
    if not found:
        raise NotFound(f"No trace belongs to the session {session}.", hint="The id is matched exactly.")
    return found


def _chosen(targets: list[Target], session: str | None, trace_id: str | None) -> list[Target]:
    """The traces of the session and with the id that were asked for, where they were.

    Raises:
        NotFound: there is none.
    """
    if session is not None:
        targets = [target for target in targets if any(row.session_id == session for row in target.rows)]
    if trace_id is not None:
        targets = [target for target in targets if target.trace.trace_id.hex().startswith(trace_id.lower())]
    if not targets:
        asked = f"belongs to the session {session}" if session is not None else f"begins with {trace_id}"
        raise NotFound(f"No trace here {asked}.")
    return targets
