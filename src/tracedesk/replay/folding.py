"""Long stretches of a turn as one line: an agent that goes round two hundred times is told by its first and last rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.words import tally

LONG = 30
"""A turn with more steps than this has its middle folded."""
HEAD, TAIL = 8, 8


class Fold(NamedTuple):
    """Steps that are told as one line, in order."""

    steps: tuple[Step, ...]

    @property
    def problems(self) -> int:
        """How many of them look wrong."""
        return sum(1 for step in self.steps if step.problems)

    @property
    def text(self) -> str:
        """`184 more steps: 92 model calls, 92 tool calls (search ×80, read ×12)`."""
        models = sum(1 for step in self.steps if step.kind is Kind.LLM)
        tools = [step.actor for step in self.steps if step.act is Act.CALLED]
        parts = [counted(models, "model call")] if models else []
        if tools:
            names = tally(tools)
            parts.append(counted(len(tools), "tool call") + (f" ({names})" if len(set(tools)) <= 4 else ""))
        rest = len(self.steps) - models - len(tools)
        if rest and parts:
            parts.append(counted(rest, "other"))
        return f"{counted(len(self.steps), 'more step')}" + (f": {', '.join(parts)}" if parts else "")


def folded(script: Script, opened: Sequence[int] = ()) -> list[Step | Fold]:
    """The steps of a script with the middles of long turns folded; not those of the turns in `opened`."""
    lines: list[Step | Fold] = []
    for turn in script.turns:
        steps = script.steps[turn.first - 1: turn.last]
        if len(steps) <= LONG or turn.number in opened:
            lines += steps
        else:
            lines += [*steps[:HEAD], Fold(steps[HEAD:-TAIL]), *steps[-TAIL:]]
    return lines
