"""One parent and its children, as the rules of inference look at them.

The rules are plain loops over small groups, so the times are Python lists here: reading one number out of a numpy array
costs five times as much as reading it out of a list.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tracedesk.whatif.spans import Spans
from tracedesk.whatif.tolerances import Tolerance


@dataclass(slots=True)
class Facts:
    """The columns of a trace as lists, with its tolerances."""

    spans: Spans
    start: list[int]
    end: list[int]
    name: list[int]
    parent: list[int]
    failed: list[bool]
    cancelled: list[bool]
    tolerance: Tolerance

    @staticmethod
    def of(spans: Spans) -> Facts:
        """The facts of a trace."""
        return Facts(spans, spans.start.tolist(), spans.end.tolist(), spans.name.tolist(), spans.parent.tolist(),
                     spans.failed.tolist(), spans.cancelled.tolist(), spans.tolerance)


@dataclass(slots=True)
class Family:
    """A parent, its children by start, and the children by name (`classes`, each by start)."""

    facts: Facts
    parent: int
    children: range
    classes: dict[int, list[int]] = field(default_factory=dict)

    @staticmethod
    def of(facts: Facts, parent: int) -> Family:
        """The family of a parent that has children."""
        children = facts.spans.children(parent)
        classes: dict[int, list[int]] = {}
        name = facts.name
        for child in children:
            classes.setdefault(name[child], []).append(child)
        return Family(facts, parent, children, classes)
