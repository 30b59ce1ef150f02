"""Another model: what if the calls went to model `to`?

Its speed is fitted from the calls of it that were recorded, its price comes from the price book; `time` overrides the
speed by a factor of the recorded one. The same tokens are assumed; what it would answer nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Scale, SwapModel
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    if not knobs["to"]:
        return []
    time = float(knobs["time"])
    swap = SwapModel(select, str(knobs["to"]), keep_speed=time > 0)
    return [swap, Scale(select, time)] if time > 0 else [swap]


PART = Perturbation(
    "swap_model", "Another model",
    question="If another model answered, how long would it take and what would it cost?",
    looks_for="model call",
    select=Selection(kind=Kind.LLM), make=_changes, order=8, glyph="llm",
    knobs=(
        Knob("to", "model", Unit.TEXT, default="", neutral=""),
        Knob("time", "times as long (0: as fast as it was seen to be)", Unit.FACTOR, default=0.0, low=0.0, high=100.0),
    ),
)
