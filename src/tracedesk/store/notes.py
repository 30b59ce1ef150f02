"""What people think of a trace, a span or a replay step (which is named by its span): good, bad or unsure, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tracedesk.base.clock import now_ns
from tracedesk.store.connect import Store

Verdict = Literal["good", "bad", "unsure"]
WHOLE_TRACE = b""
"""In place of a span id: the note is on the trace itself."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One note; `verdict` is None where somebody only wrote something down."""

    span_id: bytes
    verdict: Verdict | None
    text: str
    written_ns: int


def put(store: Store, trace_id: bytes, span_id: bytes, verdict: Verdict | None, text: str = "") -> None:
    """Write a note in place of the one that was there; without verdict and text there is none any more."""
    with store.writing() as db:
        if verdict is None and not text:
            db.execute("DELETE FROM notes WHERE trace_id = ? AND span_id = ?", (trace_id, span_id))
        else:
            db.execute("INSERT OR REPLACE INTO notes (trace_id, span_id, verdict, text, written_ns) VALUES (?, ?, ?, ?, ?)",
                       (trace_id, span_id, verdict, text, now_ns()))


def of_trace(store: Store, trace_id: bytes) -> dict[bytes, Judgement]:
    """The notes of a trace by span id (`WHOLE_TRACE` for the one on the trace)."""
    with store.reading() as db:
        return {row[0]: Judgement(*row) for row in db.execute(
            "SELECT span_id, verdict, text, written_ns FROM notes WHERE trace_id = ? LIMIT 10000", (trace_id,))}
