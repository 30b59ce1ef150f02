"""BarChart: bars stacked over time. Buckets are joined until a bar is wide enough to be read: sums may be added up.

A series that is nothing but unknown (calls without a price) has no bar; the legend says what it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPen

from tracedesk.analytics.asking import STEPS_S, offset_at
from tracedesk.analytics.panel import Floats, Line, Series
from tracedesk.base.clock import NS_PER_S
from tracedesk.ui import theme
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.charts.over_time import OverTime
from tracedesk.ui.charts.ticks import value_ticks

MOST_BARS = 32
BAR = 0.84
"""Share of a bucket that its bar is wide."""


class BarChart(OverTime):
    """A stacked `Line`."""

    def show_result(self, result: Line) -> None:
        super().show_result(joined(result))

    def _build(self) -> None:
        self.x_ticks, self.y_ticks, self.marks, self.limit = [], [], (), None
        if self._say_empty() or self._result is None:
            return
        heights = [np.nan_to_num(series.values, nan=0.0) for series in self._result.series]
        tops = np.cumsum(heights, axis=0)
        self.y_ticks = value_ticks(float(tops[-1].max()), self._result.unit)
        self.y_range = (0.0, self.y_ticks[-1].at)
        self._frame_time()
        xs = (np.arange(self.slots()) + 0.5) * self.step_s
        edge = QPen(theme.current().color("bg.panel"), 1)
        edge.setCosmetic(True)
        for height, top, color in zip(heights, tops, self.colors(), strict=True):
            there = height > 0
            if there.any():
                self.add(pg.BarGraphItem(x=xs[there], width=self.step_s * BAR, y0=(top - height)[there],
                                                  y1=top[there], brush=color, pen=edge))

    def _mark_words(self, text: str, time_ns: int) -> str:
        return text.split(" ")[0]

    def behind(self, slot: int, at: QPointF | None = None) -> Behind:
        assert self._result is not None
        query, top = "", 0.0
        for series in self._result.series if at is not None else ():
            value = float(np.nan_to_num(series.values[slot], nan=0.0))
            if at is not None and self.y_px(top + value) <= at.y() <= self.y_px(top):
                query = series.query
            top += value
        return Behind(query, *self.bucket_ns(slot))


def joined(line: Line) -> Line:
    """The same sums in at most MOST_BARS buckets, which begin at whole steps since local midnight."""
    buckets = len(line.series[0].values) if line.series else 0
    if buckets <= MOST_BARS or not line.stacked:
        return line
    wanted = next((step for step in STEPS_S if step * NS_PER_S % line.step_ns == 0
                   and buckets * line.step_ns <= MOST_BARS * step * NS_PER_S), 0) * NS_PER_S
    if not wanted:
        return line
    day_ns = 86_400 * NS_PER_S
    into_day_ns = (line.start_ns + offset_at(line.start_ns)) % day_ns if wanted <= day_ns else 0
    before = into_day_ns % wanted // line.step_ns                      # buckets of the first bar that lie before the range
    places = (np.arange(buckets) + before) // (wanted // line.step_ns)
    series = tuple(replace(one, values=_added(one.values, places), counts=_counted(one, places)) for one in line.series)
    return replace(line, series=series, start_ns=line.start_ns - int(before) * line.step_ns, step_ns=wanted)


def _added(values: Floats, places: np.ndarray) -> Floats:
    """Sums per place; NaN where no part of it is known."""
    known = np.isfinite(values)
    count = int(places[-1]) + 1
    sums = np.bincount(places[known], weights=values[known], minlength=count).astype(np.float64)
    sums[np.bincount(places[known], minlength=count) == 0] = np.nan
    return sums


def _counted(series: Series, places: np.ndarray) -> np.ndarray | None:
    if series.counts is None:
        return None
    return np.bincount(places, weights=series.counts, minlength=int(places[-1]) + 1).astype(np.int64)
