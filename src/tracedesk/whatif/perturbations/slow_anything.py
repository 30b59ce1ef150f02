"""Slow anything: what if the selected spans, and all the work under them, took `factor` times as long?"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.whatif.changes import Change, Scale
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Scale(select, float(knobs["factor"]))]


PART = Perturbation(
    "slow_anything", "Slow anything",
    question="If these spans take twice as long, what waits for them?",
    looks_for="span",
    select=Selection(), make=_changes, order=90, glyph="other",
    knobs=(Knob("factor", "times as long", Unit.FACTOR, default=2.0, neutral=1.0, low=0.0, high=100.0),),
)
