"""Concurrency limit: what if at most `places` of the selected calls could run at once?

Where the trace shows a pool already, its size changes; so a larger number shows what a wider pool would bring.
"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Limit
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Limit(select, int(knobs["places"]))] if knobs["places"] else []


PART = Perturbation(
    "concurrency_limit", "Concurrency limit",
    question="If only one model call could run at a time, how long would the whole take?",
    looks_for="model call",
    select=Selection(kind=Kind.LLM), make=_changes, order=9, glyph="llm",
    knobs=(Knob("places", "at once", Unit.COUNT, default=1, neutral=0, low=0, high=10_000),),
)
