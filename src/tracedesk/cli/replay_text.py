"""A script in a terminal: a line per step. Everything that comes from a trace is escaped and never read as markup."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from tracedesk.base.clock import format_duration
from tracedesk.cli.printing import escaped
from tracedesk.cli.show_tree import COLOURS
from tracedesk.replay.folding import Fold, folded
from tracedesk.replay.markdown import figures_text, headline
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Act, Step


def print_script(console: Console, script: Script) -> None:
    """Print the steps of a script, turn by turn, with long loops folded."""
    console.print(Text(headline(script), style="bold"), highlight=False)
    turn = 0
    for item in folded(script):
        first = item.steps[0] if isinstance(item, Fold) else item
        if first.turn != turn:
            turn = first.turn
            console.print(_turn(script, turn), highlight=False)
        if isinstance(item, Fold):
            wrong = f", {item.problems} of them look wrong" if item.problems else ""
            console.print(Text(f"       ⋮ {escaped(item.text)}{wrong}", style="dim"), highlight=False, soft_wrap=True)
        else:
            _print_step(console, script, item)


def _turn(script: Script, number: int) -> Text:
    turn = script.turns[number - 1]
    pause = script.pause_ns(turn)
    parts = [format_duration(turn.duration_ns), *figures_text(turn.figures)]
    if pause:
        parts.append(f"{format_duration(pause)} later")
    return Text(f"\nTurn {number}  {turn.trace_id.hex()[:8]}  {', '.join(parts)}", style="dim")


def _print_step(console: Console, script: Script, step: Step) -> None:
    at = format_duration(max(0, step.start_ns - script.turn_of(step).start_ns))
    line = Text(f"{step.n:>5}  {at:>9}  {'│ ' * step.lane}")
    line.append(escaped(step.title), style=f"bold {COLOURS[step.kind]}" if step.act is not Act.USER else "bold")
    if step.detail:
        line.append(f"  {escaped(step.detail)}")
    if step.duration_ns:
        line.append(f"  {format_duration(step.duration_ns)}", style="dim")
    console.print(line, highlight=False, soft_wrap=True)
    for problem in step.problems:
        console.print(Text(f"                  ⚠ {escaped(problem)}", style="red"), highlight=False, soft_wrap=True)
