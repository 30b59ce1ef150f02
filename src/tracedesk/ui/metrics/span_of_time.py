"""Which time the page is about: one of the usual ranges back from now, or a stretch the user chose."""

from __future__ import annotations

from dataclasses import dataclass

from tracedesk.analytics.asking import asked, offset_at, step_for
from tracedesk.analytics.panel import Asked
from tracedesk.base import clock
from tracedesk.base.clock import NS_PER_S
from tracedesk.model.query import TraceQuery
from tracedesk.ui.charts.words import day_text, local

RANGES = (("1 h", 3_600), ("24 h", 86_400), ("7 d", 7 * 86_400), ("30 d", 30 * 86_400))
CUSTOM = len(RANGES)
USUAL = 1


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """`back_s` seconds back from now, or where that is 0 from `start_ns` to `end_ns`, 0 for now."""

    back_s: int = RANGES[USUAL][1]
    start_ns: int = 0
    end_ns: int = 0

    @property
    def index(self) -> int:
        """Its place among the ranges; CUSTOM where it is none of them."""
        return next((at for at, (_, seconds) in enumerate(RANGES) if seconds == self.back_s), CUSTOM)

    def bounds(self) -> tuple[int, int]:
        """[start, end): the start lies on a whole bucket, so that charts grow by whole buckets and do not slide."""
        if not self.back_s:
            return self.start_ns, self.end_ns or clock.now_ns() + 1
        now, length = clock.now_ns() + 1, self.back_s * NS_PER_S
        step = step_for(0, length)
        local_end = now + offset_at(now)
        into_day = local_end % (86_400 * NS_PER_S)
        end = now - into_day % step + step if step <= 86_400 * NS_PER_S and into_day % step else now
        return end - length, now

    def question(self, query: TraceQuery, *, before: bool, by: str) -> Asked:
        """What panels are asked about it."""
        start, end = self.bounds()
        step = step_for(0, self.back_s * NS_PER_S) if self.back_s else None
        return asked(query, start, end, step_ns=step, before=before, by=by)

    def before_words(self) -> str:
        """`the 24 h before`."""
        return "the time before" if self.index == CUSTOM else f"the {RANGES[self.index][0]} before"

    def words(self) -> str:
        """`24 Nov 13:40 to 14:20`: a stretch that was chosen."""
        start, end = (local(ns) for ns in self.bounds())
        first = f"{day_text(start)} {start.strftime('%H:%M')}"
        return f"{first} to {end.strftime('%H:%M') if end.date() == start.date() else day_text(end) + end.strftime(' %H:%M')}"
