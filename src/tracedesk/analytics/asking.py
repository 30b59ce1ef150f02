"""Making a question for panels: a range, buckets that suit it, and the distance of local time to UTC."""

from __future__ import annotations

from datetime import datetime

from tracedesk.analytics.panel import Asked
from tracedesk.base.clock import NS_PER_S
from tracedesk.model.query import TraceQuery
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
STEPS_S = (1, 5, 10, 30, _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY,
           7 * _DAY, 30 * _DAY, 365 * _DAY)
"""Lengths of buckets that people read easily, in seconds."""

BUCKETS = 150
"""A chart has at most about so many buckets: 24 hours are cut into 10 minutes."""


def step_for(start_ns: int, end_ns: int) -> int:
    """The shortest easily read step that cuts a range into BUCKETS or fewer, in ns."""
    return next((step * NS_PER_S for step in STEPS_S if (end_ns - start_ns) <= BUCKETS * step * NS_PER_S),
                STEPS_S[-1] * NS_PER_S)


def offset_at(moment_ns: int) -> int:
    """How far local time is ahead of UTC at a moment, in ns; 0 where this machine's calendar does not reach."""
    try:
        ahead = datetime.fromtimestamp(moment_ns // NS_PER_S).astimezone().utcoffset()
    except (ValueError, OverflowError, OSError):
        return 0
    return 0 if ahead is None else round(ahead.total_seconds()) * NS_PER_S


def asked(query: TraceQuery, start_ns: int, end_ns: int, *, step_ns: int | None = None, before: bool = True,
          by: str = "prompt") -> Asked:
    """A question about [start_ns, end_ns) in local time, in buckets that suit the range where no step is given."""
    return Asked(query, start_ns, end_ns, step_ns or step_for(start_ns, end_ns), before, by, offset_at(start_ns))


def whole_range(store: Store) -> tuple[int, int]:
    """[start, end) of all that is in the store; (0, 1) while nothing is."""
    found = stored.first_and_last(store)
    return (0, 1) if found is None else (found[0], found[1] + 1)
