"""A trace, or a session of several traces, told as steps: the entrance of this package.

`tell` takes one `Material` per trace and gives a `Script`. Pure: no file, no store, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Figures, Step
from tracedesk.replay.turn import Turn, tell_turn


@dataclass(frozen=True)
class Script:
    """The turns and steps of a story. Steps are numbered from 1 through all turns; `materials` has one entry per turn."""

    turns: tuple[Turn, ...]
    steps: tuple[Step, ...]
    materials: tuple[Material, ...]

    @property
    def work_ns(self) -> int:
        """The time of all turns, without the pauses between them."""
        return sum(turn.duration_ns for turn in self.turns)

    @property
    def figures(self) -> Figures:
        """Tokens and cost of all turns."""
        total = Figures()
        for turn in self.turns:
            total = total.plus(turn.figures)
        return total

    def turn_of(self, step: Step) -> Turn:
        """The turn of a step."""
        return self.turns[step.turn - 1]

    def material_of(self, step: Step) -> Material:
        """The trace of a step."""
        return self.materials[step.turn - 1]

    def span_id(self, step: Step) -> bytes | None:
        """The id of the step's span, or None where no span stands for it."""
        return None if step.span < 0 else self.material_of(step).trace.span_ids[step.span]

    def pause_ns(self, turn: Turn) -> int:
        """The time between the end of the turn before and the start of this one; 0 for the first."""
        return max(0, turn.start_ns - self.turns[turn.number - 2].end_ns) if turn.number > 1 else 0

    def so_far(self, step: Step) -> Figures:
        """Tokens and cost from the very first step up to and including this one."""
        total = step.so_far
        for turn in self.turns[: step.turn - 1]:
            total = turn.figures.plus(total)
        return total

    def elapsed_ns(self, step: Step) -> int:
        """The work up to the end of this step: earlier turns in full, pauses between turns left out."""
        earlier = sum(turn.duration_ns for turn in self.turns[: step.turn - 1])
        return earlier + max(0, step.end_ns - self.turn_of(step).start_ns)

    def state_after(self, n: int) -> dict[str, str]:
        """The state after step `n` of its turn and those before it; a new turn begins with the state of the last one."""
        return {change.name: change.value for step in self.steps[:n] for change in step.changes}

    def seen(self, n: int) -> list[tuple[bool, str, Step]]:
        """(whether the user said it, text, step) of what stands on the user's screen after step `n`."""
        return [(step.act is Act.USER, step.shown, step) for step in self.steps[:n] if step.shown]

    def step_of_span(self, span_id: bytes) -> Step | None:
        """The step that tells a span: its own, else that of the nearest span above it, else the last one begun before it."""
        for material, turn in zip(self.materials, self.turns, strict=True):
            at = material.trace.index_of.get(span_id)
            if at is None:
                continue
            steps = self.steps[turn.first - 1: turn.last]
            owner = {member: step for step in reversed(steps) for member in step.members}
            start_ns = int(material.trace.start_ns[at])
            while at >= 0:
                if at in owner:
                    return owner[at]
                at = int(material.trace.parent[at])
            return next((step for step in reversed(steps) if step.start_ns <= start_ns), steps[0] if steps else None)
        return None


def tell(materials: Sequence[Material]) -> Script:
    """The script of these traces, told in the order of their starts."""
    ordered = sorted((material for material in materials if material.trace.n), key=lambda material: material.trace.t0_ns)
    told_spans = {span_id for material in ordered for span_id in material.trace.span_ids} if len(ordered) > 1 else frozenset()
    routine: set[str] = set()
    turns: list[Turn] = []
    steps: list[Step] = []
    for number, material in enumerate(ordered, 1):
        turn, more = tell_turn(material, number, len(steps) + 1, told_spans, routine)
        turns.append(turn)
        steps += more
    return Script(tuple(turns), tuple(steps), tuple(ordered))
