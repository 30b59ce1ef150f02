"""Commands of sessions: the list, the session of the open trace, and what can be done with a turn."""

from __future__ import annotations

from typing import Any

from tracedesk.ui.command import Command

SHEET = "Replay"


def _session_of(desk: Any) -> str | None:
    """The session of the open trace."""
    if desk.state.page != "traces" or desk.state.trace_id is None:
        return None
    opened = desk.page("traces").reading.opened
    found: str | None = opened.summary.session_id if opened is not None else None
    return found


def _open_session(desk: Any) -> None:
    session_id = _session_of(desk)
    if session_id is not None:
        desk.page("sessions").open_session(session_id)
        desk.state.go("sessions")


def _turn(desk: Any) -> bool:
    return bool(desk.state.page == "sessions" and desk.page("sessions").turn is not None)


PART = (
    Command("session.list", "Sessions", lambda desk: desk.state.go("sessions"), ("Ctrl+Shift+S",), "View", "session",
            sheet=SHEET, words="sessions"),
    Command("trace.session", "Open the session of this trace", _open_session, ("Shift+S",), "Trace", "session",
            lambda desk: _session_of(desk) is not None, sheet=SHEET, words="its session", page="traces"),
    Command("session.trace", "Open the trace of this turn", lambda desk: desk.page("sessions").open_trace(), ("Return",),
            "Trace", "waterfall", _turn, page="sessions"),
    Command("session.replay", "Replay this session", lambda desk: desk.page("sessions").replay(), ("R",), "Trace", "play",
            _turn, page="sessions"),
)
