"""Cache hit: what if the answers came from a cache, after `hit`, at no cost?"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.base.clock import NS_PER_MS, NS_PER_S
from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Remove
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Remove(select, int(knobs["hit"]))]


PART = Perturbation(
    "cache_hit", "Cache hit",
    question="If every model answer came from a cache, what would be left of the time and the bill?",
    looks_for="model call",
    select=Selection(kind=Kind.LLM), make=_changes, order=6, glyph="llm",
    knobs=(Knob("hit", "answers after", Unit.DURATION, default=5 * NS_PER_MS, low=0, high=60 * NS_PER_S),),
)
