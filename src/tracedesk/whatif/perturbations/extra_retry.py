"""Extra retry: what if the first model call failed `count` times before it went through?

Each failed attempt takes as long as the call, is billed like it, and is followed by a pause that doubles.
"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.base.clock import NS_PER_MS, NS_PER_S
from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Retry
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    if not knobs["count"]:
        return []
    return [Retry(select, int(knobs["count"]), int(knobs["backoff"]), float(knobs["multiplier"]), float(knobs["billed"]))]


PART = Perturbation(
    "extra_retry", "Extra retry",
    question="If the first model call fails once and is tried again, what does that cost in time and money?",
    looks_for="model call",
    select=Selection(kind=Kind.LLM, nth=0), make=_changes, order=4, glyph="llm",
    knobs=(
        Knob("count", "failed attempts", Unit.COUNT, default=1, neutral=0, low=0, high=20),
        Knob("backoff", "first pause", Unit.DURATION, default=200 * NS_PER_MS, low=0, high=600 * NS_PER_S),
        Knob("multiplier", "pause grows by", Unit.FACTOR, default=2.0, low=0.0, high=10.0),
        Knob("billed", "share of its cost billed again", Unit.FACTOR, default=1.0, low=0.0, high=1.0),
    ),
)
