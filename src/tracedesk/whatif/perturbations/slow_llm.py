"""Slow LLM: what if every model call took `factor` times as long?"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Scale
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Scale(select, float(knobs["factor"]))]


PART = Perturbation(
    "slow_llm", "Slow LLM",
    question="If every model call takes twice as long, how long does the whole take?",
    looks_for="model call",
    select=Selection(kind=Kind.LLM), make=_changes, order=2, glyph="llm",
    knobs=(Knob("factor", "times as long", Unit.FACTOR, default=2.0, neutral=1.0, low=0.0, high=100.0),),
)
