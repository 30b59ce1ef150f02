"""Slow rerank: what if every rerank step took `factor` times as long?"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Scale
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Scale(select, float(knobs["factor"]))]


PART = Perturbation(
    "slow_rerank", "Slow rerank",
    question="If reranking takes four times as long, which spans move, and by how much does the whole grow?",
    looks_for="reranker span",
    select=Selection(kind=Kind.RERANKER), make=_changes, order=1, glyph="reranker",
    knobs=(Knob("factor", "times as long", Unit.FACTOR, default=4.0, neutral=1.0, low=0.0, high=100.0),),
)
