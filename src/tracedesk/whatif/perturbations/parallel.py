"""In parallel: what if tools that ran one after the other ran side by side?"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Parallel
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Parallel(select, int(knobs["places"]) or None)]


PART = Perturbation(
    "parallel", "In parallel",
    question="If the tools ran side by side, how much time would that save?",
    looks_for="tool call",
    select=Selection(kind=Kind.TOOL), make=_changes, order=10, glyph="tool",
    knobs=(Knob("places", "at once (0: all)", Unit.COUNT, default=0, low=0, high=10_000),),
)
