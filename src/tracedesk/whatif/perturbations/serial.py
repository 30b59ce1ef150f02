"""One after the other: what if tools that ran side by side had to queue?"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Serial
from tracedesk.whatif.perturbation import Perturbation, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Serial(select)]


PART = Perturbation(
    "serial", "One after the other",
    question="If the tools had to run one after the other, how much longer would it take?",
    looks_for="tool call",
    select=Selection(kind=Kind.TOOL), make=_changes, order=11, glyph="tool",
)
