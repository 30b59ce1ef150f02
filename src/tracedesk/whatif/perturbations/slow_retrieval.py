"""Slow retrieval: what if every retrieval took `factor` times as long, with the queries inside it?"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Scale
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Scale(select, float(knobs["factor"]))]


PART = Perturbation(
    "slow_retrieval", "Slow retrieval",
    question="If retrieval takes three times as long, does anyone notice?",
    looks_for="retriever span",
    select=Selection(kind=Kind.RETRIEVER), make=_changes, order=5, glyph="retriever",
    knobs=(Knob("factor", "times as long", Unit.FACTOR, default=3.0, neutral=1.0, low=0.0, high=100.0),),
)
