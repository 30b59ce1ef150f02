"""What takes longer than an answer: ranking, doubts, words, suggestions and room. Large traces do it on a worker thread."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracedesk.ui.whatif.ranking import off_path
from tracedesk.whatif.doubts import Doubt, doubts
from tracedesk.whatif.outcome import Outcome, Ranked
from tracedesk.whatif.room import room_ns
from tracedesk.whatif.words import in_words
from tracedesk.whatif.worth_trying import worth_trying


@dataclass
class Depth:
    """What stands behind one outcome."""

    outcome: Outcome
    ranked: list[Ranked] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    words: str = ""
    suggestions: list[str] = field(default_factory=list)
    off_path: list[tuple[int, int]] = field(default_factory=list)


def depth_of(outcome: Outcome, budget_ns: int | None) -> Depth:
    """Everything about an outcome that is not a time of a span."""
    return Depth(outcome, outcome.ranking(), doubts(outcome), in_words(outcome, budget_ns=budget_ns),
                 [item.text for item in worth_trying(outcome, budget_ns=budget_ns)],
                 [(span, room_ns(outcome, span)) for span in off_path(outcome)])
