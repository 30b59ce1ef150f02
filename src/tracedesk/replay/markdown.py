"""A script as Markdown: to read in a terminal, to paste into a report, to give to a coding agent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_total
from tracedesk.base.words import counted
from tracedesk.replay.folding import Fold, folded
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Figures, Step
from tracedesk.replay.turn import Turn
from tracedesk.replay.words import line

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(script: Script, *, whole: bool = False) -> str:
    """The script as Markdown; `whole` leaves nothing folded."""
    return "\n".join(_lines(script, whole)) + "\n"


def headline(script: Script) -> str:
    """`2 turns, 11 steps, 7.26 s of work, 7,757 tokens, ≥ $0.0200`."""
    parts = [counted(len(script.turns), "turn")] if len(script.turns) > 1 else []
    parts += [counted(len(script.steps), "step"), f"{format_duration(script.work_ns)} of work", *figures_text(script.figures)]
    return ", ".join(parts)


def figures_text(figures: Figures) -> list[str]:
    """Tokens and cost, as far as there are any."""
    parts = [counted(figures.tokens, "token")] if figures.tokens is not None else []
    if figures.cost_nusd is not None or figures.unpriced:
        parts.append(format_total(figures.cost_nusd, figures.unpriced))
    return parts


def _lines(script: Script, whole: bool) -> Iterator[str]:
    yield f"# Replay: {headline(script)}"
    turn = 0
    for item in folded(script, range(1, len(script.turns) + 1) if whole else ()):
        first = item.steps[0] if isinstance(item, Fold) else item
        if first.turn != turn:
            turn = first.turn
            yield from _turn(script, script.turns[turn - 1])
        if isinstance(item, Fold):
            wrong = f", {counted(item.problems, 'problem')}" if item.problems else ""
            yield f"\n… {escaped(item.text)}{wrong}\n"
        else:
            yield from _step(script, item)
    if not script.steps:
        yield "\nNothing in this trace can be told as a step."


def _turn(script: Script, turn: Turn) -> Iterator[str]:
    pause = script.pause_ns(turn)
    yield ""
    yield f"## Turn {turn.number} `{turn.trace_id.hex()[:8]}`, {format_duration(turn.duration_ns)}" + (
        f", {format_duration(pause)} later" if pause else "")
    yield ""


def _step(script: Script, step: Step) -> Iterator[str]:
    lane = "" if not step.lane else f" (beside, lane {step.lane + 1})"
    took = f", took {format_duration(step.duration_ns)}" if step.duration_ns else ""
    at = format_duration(max(0, step.start_ns - script.turn_of(step).start_ns))
    yield f"{step.n}. **{escaped(step.title)}**{': ' if step.detail else ''}{escaped(step.detail)}{lane}"
    yield f"   at {at}{took}" + "".join(f", {part}" for part in figures_text(step.own)) + (
        f" · why: {escaped(str(step.cause))}" if step.cause else "")
    for aside in step.asides:
        yield f"   also: {escaped(aside.text)}"
    if step.changes:
        yield "   state: " + escaped(", ".join(f"{change.name} = {change.was} → {change.value}" if change.was is not None
                                               else f"{change.name} = {change.value}" for change in step.changes))
    for problem in step.problems:
        yield f"   ⚠ {escaped(line(problem, 300))}"


def escaped(text: str) -> str:
    """Text from a trace as plain text of Markdown: nothing in it is markup, nothing commands a terminal."""
    plain = "".join(char if char.isprintable() or char == "\u202f" else "\ufffd" for char in text)
    return _SPECIAL.sub(r"\\\1", plain)
