"""What line and bar charts share: x is seconds after the start of the first bucket, buckets are slots."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtGui import QColor

from tracedesk.analytics.panel import Line, Series
from tracedesk.base.clock import NS_PER_S
from tracedesk.base.words import counted
from tracedesk.ui import theme
from tracedesk.ui.charts.chart import Chart, ChartMark
from tracedesk.ui.charts.facts import Card, CardLine
from tracedesk.ui.charts.ticks import time_ticks
from tracedesk.ui.charts.words import AT_LEAST, UNKNOWN, figure_text, local, step_text, stretch_text, value_text

TICK_PX = 84
OTHERS = "others"
MOST_SERIES = 6


class OverTime(Chart):
    """A chart of a `Line`."""

    timed = True
    _result: Line | None

    def step_words(self) -> str:
        """`by 10 min`."""
        return "" if self._result is None else step_text(self._result.step_ns)

    # buckets

    def slots(self) -> int:
        return 0 if self._result is None or not self._result.series else len(self._result.series[0].values)

    @property
    def step_s(self) -> float:
        """Seconds of a bucket."""
        return 1.0 if self._result is None else self._result.step_ns / NS_PER_S

    def slot_x(self, slot: int) -> float:
        return (slot + 0.5) * self.step_s

    def slot_at(self, x: float) -> int | None:
        return max(0, min(self.slots() - 1, math.floor(x / self.step_s))) if self.slots() else None

    def bucket_ns(self, slot: int) -> tuple[int, int]:
        """[start, end) of a bucket."""
        assert self._result is not None
        start = self._result.start_ns + slot * self._result.step_ns
        return start, start + self._result.step_ns

    def stretch(self, low: float, high: float) -> tuple[int, int] | None:
        first, last = self.slot_at(low), self.slot_at(high)
        if first is None or last is None:
            return None
        return self.bucket_ns(first)[0], self.bucket_ns(last)[1]

    # drawing

    def _frame_time(self) -> None:
        """Ranges and ticks of the time axis, and its marks."""
        assert self._result is not None
        self.x_range = (0.0, self.slots() * self.step_s)
        self._build_for_width()
        start = self._result.start_ns
        self.marks = tuple(ChartMark((mark.time_ns - start) / NS_PER_S, self._mark_words(mark.text, mark.time_ns))
                           for mark in self._result.marks if start <= mark.time_ns <= self.bucket_ns(self.slots() - 1)[1])

    def _mark_words(self, text: str, time_ns: int) -> str:
        return f"{text} {local(time_ns).strftime('%H:%M')}"

    def _build_for_width(self) -> None:
        if self._result is not None and self.slots():
            start, end = self._result.start_ns, self.bucket_ns(self.slots() - 1)[1]
            self.x_ticks = time_ticks(start, end, max(2, int(self.area().width() / theme.grown(TICK_PX))))

    def _say_empty(self) -> bool:
        """Whether there is nothing to draw; `empty` says so."""
        nothing = self._result is None or not any(np.isfinite(series.values).any() for series in self._result.series)
        unit = "" if self._result is None else self._result.unit
        self.empty = "" if not nothing else "No known cost in this time" if unit == "nusd" else "Nothing in this time"
        return nothing

    def colors(self) -> list[QColor]:
        """A colour per series, in the order of the design; `others` is grey."""
        assert self._result is not None
        known = theme.current().series()
        return [theme.current().color("text.tertiary") if series.label == OTHERS or number >= len(known) else known[number]
                for number, series in enumerate(self._result.series)]

    # reading

    def requests_at(self, slot: int) -> int | None:
        """How many requests stand behind a bucket, where the series know; those of all series are the same ones."""
        assert self._result is not None
        counts = [int(series.counts[slot]) for series in self._result.series if series.counts is not None]
        if not counts:
            return None
        return sum(counts) if self._result.stacked else max(counts)

    def card(self, slot: int) -> Card:
        assert self._result is not None
        title = stretch_text(*self.bucket_ns(slot))
        count = self.requests_at(slot)
        if count is not None:
            title += f", {counted(count, 'request')}"
        lines = [CardLine(series.label, self.value_words(series, slot), color)
                 for series, color in zip(self._result.series, self.colors(), strict=True)]
        return Card(title, tuple(lines[::-1] if self._result.stacked else lines))

    def value_words(self, series: Series, slot: int) -> str:
        """The value of a bucket, `≥` where the sum of the series is one."""
        assert self._result is not None
        value = float(series.values[slot])
        if not math.isfinite(value):
            return UNKNOWN
        at_least = series.total is not None and series.total.at_least
        return (AT_LEAST if at_least else "") + value_text(value, self._result.unit)

    def summary(self) -> str:
        if self._result is None:
            return ""
        parts = [f"{series.label} {figure_text(series.total)}" for series in self._result.series if series.total is not None]
        return ", ".join([*parts, *(mark.text for mark in self.marks)])
