"""Removed: what if the selected step were not there at all?"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import Change, Remove
from tracedesk.whatif.perturbation import Perturbation, Value
from tracedesk.whatif.selection import Selection


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    return [Remove(select)]


PART = Perturbation(
    "removed", "Drop a step",
    question="If there were no reranking at all, how much sooner would the answer be there?",
    looks_for="reranker span",
    select=Selection(kind=Kind.RERANKER), make=_changes, order=7, glyph="reranker",
)
