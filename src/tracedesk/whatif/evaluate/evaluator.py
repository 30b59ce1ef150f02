"""A program made ready to run: compiled once, run for every question."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.evaluate.amounts import Amounts, Floats, Timeline, as_recorded
from tracedesk.whatif.evaluate.events import EventRun
from tracedesk.whatif.evaluate.general import General, compile_general, general_parents
from tracedesk.whatif.evaluate.plain import Level, compile_levels, durations, starts
from tracedesk.whatif.program import Program


class Evaluator:
    """Runs one program with any amounts. `general` are the parents that go by events; with none of them, all is plain.

    `variants` keeps the evaluators of rewritten programs by what was rewritten: a slider asks for the same one again.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.general: NDArray[np.bool_] = general_parents(program)
        self.is_plain = not self.general.any()
        self.variants: dict[Hashable, Evaluator] = {}

    @cached_property
    def levels(self) -> list[Level]:
        """The plain part, deepest level first."""
        return compile_levels(self.program, self.general)

    @cached_property
    def events(self) -> General:
        """The part that goes by events."""
        return compile_general(self.program, self.general)

    @cached_property
    def recorded(self) -> Amounts:
        """The amounts of the recorded run; not to be written to."""
        return as_recorded(self.program)

    def run(self, amounts: Amounts) -> Timeline:
        """Starts and ends of all spans."""
        spans = self.program.spans
        duration = amounts.tail_ns.copy()
        if not self.is_plain and amounts.extra_attempts is not None:
            self._length_of_attempts(amounts, duration)
        offset, before = durations(self.levels, amounts, spans.leaf, duration)
        start = np.zeros(spans.n)
        start[0] = spans.start[0]
        timeline = Timeline(start, start, before)
        if not self.is_plain:
            run = EventRun(self.events, amounts, duration, float(spans.tolerance.epsilon_ns))
            run.run(float(spans.start[0]))
            run.write(timeline, duration)
        starts(self.levels, offset, start)
        timeline.end = start + duration
        return timeline

    def _length_of_attempts(self, amounts: Amounts, duration: Floats) -> None:
        """A failed attempt of a span whose length is known only afterwards takes as long as the span was seen to."""
        spans, general = self.program.spans, self.general
        seen = (spans.end - spans.start)[general].astype(np.float64)
        duration[general] = seen if amounts.progress is None else seen * amounts.progress[general]
