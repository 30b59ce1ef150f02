"""Sessions: traces that name the same conversation, with their sums.

A session is known by its id alone; its traces are those that carry the label `session` with that value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracedesk.model.query import TraceQuery, term
from tracedesk.model.summary import TraceSummary
from tracedesk.store import questions
from tracedesk.store.connect import Store

TURNS_AT_MOST = 500
"""A session with more traces than this is shown by its latest ones."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session in one line. Sums of which nothing is known are None; `work_ns` leaves the pauses out."""

    session_id: str
    turns: int
    start_ns: int
    end_ns: int
    work_ns: int
    errors: int
    input_tokens: int | None
    output_tokens: int | None
    cost_nusd: int | None
    unpriced_calls: int
    user_id: str | None
    title: str | None                                 # what the user asked first


def sessions(store: Store, *, limit: int = 200) -> list[Session]:
    """The sessions with the latest starts, newest first."""
    with store.reading() as db:
        rows = db.execute(
            "SELECT l.value, count(*), min(t.start_ns), max(t.start_ns + t.duration_ns), sum(t.duration_ns), "
            "sum(t.status = 2), sum(t.input_tokens), sum(t.output_tokens), sum(t.cost_nusd), sum(t.unpriced_calls) "
            "FROM labels l JOIN traces t USING (trace_no) WHERE l.key = 'session' AND t.start_ns IS NOT NULL "
            "GROUP BY l.value ORDER BY max(t.start_ns) DESC, l.value LIMIT ?", (limit,)).fetchall()
        return [Session(*(*row, *_first_card(db, row[0]))) for row in rows]


def _first_card(db: Any, session_id: str) -> tuple[str | None, str | None]:
    """(user, title) of the first trace of a session."""
    found = db.execute(
        "SELECT c.card ->> 4 ->> 0, c.card ->> 1 FROM labels l JOIN traces t USING (trace_no) JOIN cards c USING (trace_no) "
        "WHERE l.key = 'session' AND l.value = ? AND t.start_ns IS NOT NULL ORDER BY t.start_ns LIMIT 1",
        (session_id,)).fetchone()
    return (found[0], found[1]) if found else (None, None)


def turns(store: Store, session_id: str) -> list[TraceSummary]:
    """The traces of a session by start; the latest TURNS_AT_MOST."""
    found = questions.traces(store, TraceQuery((term("session", "=", session_id),)), limit=TURNS_AT_MOST)
    return sorted(found, key=lambda summary: (summary.start_ns, summary.trace_id))


def trace_ids(store: Store, session_id: str) -> list[bytes]:
    """The ids of the traces of a session by start."""
    return [summary.trace_id for summary in turns(store, session_id)]
