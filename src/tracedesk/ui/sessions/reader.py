"""What the sessions page asks the store for, as texts of a table. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_total
from tracedesk.base.words import counted
from tracedesk.model.summary import TraceSummary
from tracedesk.store import sessions
from tracedesk.store.connect import Store
from tracedesk.store.sessions import Session


@dataclass(frozen=True)
class OneSession:
    """A session with its turns, by start."""

    session_id: str
    turns: tuple[TraceSummary, ...]

    @property
    def words(self) -> str:
        """`user-4821, 2 turns over 27.26 s, 7.26 s of work, 7,862 tokens`."""
        users = dict.fromkeys(turn.user_id for turn in self.turns if turn.user_id)
        start, end = min(turn.start_ns for turn in self.turns), max(turn.end_ns for turn in self.turns)
        parts = [*users, f"{counted(len(self.turns), 'turn')} over {format_duration(end - start)}",
                 f"{format_duration(sum(turn.duration_ns for turn in self.turns))} of work"]
        known = [count for turn in self.turns for count in (turn.input_tokens, turn.output_tokens) if count is not None]
        if known:
            parts.append(counted(sum(known), "token"))
        return ", ".join(parts)

    @property
    def cost(self) -> str:
        """`≥ $0.0200`: what all turns cost."""
        costs = [turn.cost_nusd for turn in self.turns if turn.cost_nusd is not None]
        return format_total(sum(costs) if costs else None, sum(turn.unpriced_calls for turn in self.turns))


def listed(store: Store) -> list[Session]:
    """The latest sessions."""
    return sessions.sessions(store)


def one(store: Store, session_id: str) -> OneSession:
    """One session."""
    return OneSession(session_id, tuple(sessions.turns(store, session_id)))


def pauses_ns(turns: Sequence[TraceSummary]) -> list[int | None]:
    """The time between the end of the turn before and the start of each turn; None for the first and for overlapping ones."""
    found: list[int | None] = [None]
    for before, turn in pairwise(turns):
        gap = turn.start_ns - before.end_ns
        found.append(gap if gap >= 0 else None)
    return found[: len(turns)]


def tokens_text(turn: TraceSummary) -> str:
    """`4,395`, or why there is no number."""
    if turn.input_tokens is None and turn.output_tokens is None:
        return "—"
    return f"{(turn.input_tokens or 0) + (turn.output_tokens or 0):,}"
