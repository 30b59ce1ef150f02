"""Time in a replay: a script laid out on one line, with or without the pauses between turns. No Qt here."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

import numpy as np

from tracedesk.replay.script import Script
from tracedesk.replay.steps import Step

PAUSE_SHARE = 0.012
"""A pause that is skipped is drawn this wide, as a share of the work."""


class Stretch(NamedTuple):
    """The part of a step on the line: from when to when, in ns from the beginning. `kind` is set for a span that is told along
    with the step and has a colour of its own."""

    step: Step
    start_ns: int
    end_ns: int
    kind: int | None = None


class Lines(NamedTuple):
    """A script on a line both ways: with the pauses between turns skipped, and as long as it was."""

    skipped: Line
    kept: Line

    @classmethod
    def of(cls, script: Script) -> Lines | None:
        """Everything worked out, for a reader's thread; None where there is no step."""
        if not script.steps:
            return None
        made = cls(Line(script), Line(script, with_pauses=True))
        _ = made.skipped.stretches
        return made


class Line:
    """A script on a line. `with_pauses` keeps what lies between turns; else it is a narrow gap."""

    def __init__(self, script: Script, *, with_pauses: bool = False) -> None:
        self.script = script
        gap = round(PAUSE_SHARE * script.work_ns)
        at = 0
        self.offsets: list[int] = []                      # where each turn begins
        for turn in script.turns:
            at += 0 if turn.number == 1 else script.pause_ns(turn) if with_pauses else gap
            self.offsets.append(at)
            at += turn.duration_ns
        self.length_ns = max(1, at)
        self._turn_starts = np.array([turn.start_ns for turn in script.turns], np.int64)
        self._lengths = np.array([turn.duration_ns for turn in script.turns], np.int64)
        turns = np.fromiter((step.turn - 1 for step in script.steps), np.int64, len(script.steps))
        starts = self._places(turns, np.fromiter((step.start_ns for step in script.steps), np.int64, len(turns)))
        self.starts: list[int] = starts.tolist()
        self.ends: list[int] = self._places(
            turns, np.fromiter((step.end_ns for step in script.steps), np.int64, len(turns))).tolist()
        self.ordered = bool((starts[1:] >= starts[:-1]).all())

    def _places(self, turns: np.ndarray, times_ns: np.ndarray) -> np.ndarray:
        """`place` of many moments at once; turns count from 0 here."""
        inside = np.clip(times_ns - self._turn_starts[turns], 0, self._lengths[turns])
        return np.array(self.offsets, np.int64)[turns] + inside

    def place(self, turn: int, time_ns: int) -> int:
        """Where a moment of a turn lies on the line."""
        known = self.script.turns[turn - 1]
        return self.offsets[turn - 1] + min(max(0, time_ns - known.start_ns), known.duration_ns)

    def end_of(self, step: Step) -> int:
        """Where a step ends."""
        return self.ends[step.n - 1]

    def step_at(self, place_ns: int) -> Step:
        """The step begun last before a place."""
        if self.ordered:
            return self.script.steps[max(0, bisect_right(self.starts, place_ns) - 1)]
        begun = [at for at, start in enumerate(self.starts) if start <= place_ns]
        return self.script.steps[max(begun, key=lambda at: (self.starts[at], at), default=0)]

    def time_at(self, place_ns: int) -> tuple[int, int]:
        """(turn, ns since 1970) of a place; inside a pause it is the end of the turn before."""
        turn = max(1, bisect_right(self.offsets, place_ns))
        known = self.script.turns[turn - 1]
        return turn, min(known.start_ns + place_ns - self.offsets[turn - 1], known.end_ns)

    @cached_property
    def stretches(self) -> list[Stretch]:
        """What is drawn: one piece per step that takes time, the long ones first so that inner ones lie on top."""
        found = [Stretch(step, start, end) for step, start, end in zip(self.script.steps, self.starts, self.ends, strict=True)
                 if step.end_ns > step.start_ns]
        for step in self.script.steps:
            trace = self.script.material_of(step).trace if step.asides else None
            found += [Stretch(step, self.place(step.turn, int(trace.start_ns[aside.span])),
                              self.place(step.turn, int(trace.end_ns[aside.span])), int(trace.kind[aside.span]))
                      for aside in step.asides if trace is not None]
        return sorted(found, key=lambda piece: piece.start_ns - piece.end_ns)
