"""Time to pixels: the moment under the pointer stays there, windows stay over the trace, absurd spans lose nothing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracedesk.scene import timescale
from tracedesk.scene.ticks import step_ns, tick_text, ticks
from tracedesk.scene.timescale import FAR_PX, LEAST_NS, TimeScale

T0 = 1_700_000_000_000_000_000
YEAR_NS = 365 * 86_400 * 10**9


@settings(deadline=None)
@given(span=st.integers(10_000, 10 * YEAR_NS), factor=st.floats(0.05, 20.0), x=st.floats(0.0, 800.0))
def test_zooming_keeps_the_moment_under_the_pointer(span: int, factor: float, x: float) -> None:
    scale = TimeScale(T0, float(span), 800.0)
    zoomed = scale.zoomed(factor, x, most_ns=10.0 * span)
    # left edges are whole nanoseconds, so a moment may move by one of them
    assert abs(zoomed.ns(x) - scale.ns(x)) <= 2 + 1e-9 * span


def test_zoom_stops_at_a_microsecond_and_at_a_tenth_beyond_the_trace() -> None:
    scale = timescale.fit(T0, T0 + 10**9, 500.0)
    most = timescale.most_ns(T0, T0 + 10**9)
    assert scale.zoomed(1e12, 250.0, most).span_ns == LEAST_NS
    assert scale.zoomed(1e-6, 250.0, most).span_ns == pytest.approx(1.1e9)


def test_a_microsecond_ten_years_in_is_still_a_microsecond_wide() -> None:
    begin = T0 + 10 * YEAR_NS
    scale = timescale.fit_around(begin, begin + 1_000, 1_200.0)
    assert scale.x(begin + 1_000) - scale.x(begin) == pytest.approx(1_000 / scale.ns_per_px)
    assert 0 < scale.x(begin) < scale.x(begin + 1_000) < 1_200


def test_pixels_far_outside_are_clipped() -> None:
    scale = TimeScale(T0 + 10 * YEAR_NS, 1_000.0, 800.0)
    assert scale.x(T0) == -FAR_PX
    assert scale.xs(np.array([T0, T0 + 20 * YEAR_NS])).tolist() == [-FAR_PX, FAR_PX]


@settings(deadline=None)
@given(left=st.integers(-10**12, 10**12), span=st.integers(1_000, 2 * 10**9))
def test_a_window_never_leaves_the_trace(left: int, span: int) -> None:
    held = timescale.held(TimeScale(T0 + left, float(span), 500.0), T0, T0 + 10**9)
    assert held.span_ns == span
    assert held.left_ns >= T0
    assert held.left_ns <= T0 + 10**9


def test_between_two_scales() -> None:
    one, two = TimeScale(T0, 1_000.0, 500.0), TimeScale(T0 + 1_000, 3_000.0, 500.0)
    assert one.between(two, 0.0) == one
    assert one.between(two, 1.0) == two
    assert one.between(two, 0.5) == TimeScale(T0 + 500, 2_000.0, 500.0)


@settings(deadline=None)
@given(st.floats(1e-3, 1e16))
def test_steps_are_round_and_leave_room(ns_per_px: float) -> None:
    step = step_ns(ns_per_px, 90.0)
    assert step >= ns_per_px * 90.0 * 0.999
    assert step >= 1


@pytest.mark.parametrize(("at", "step", "largest", "text"), [
    (0, 10**9, 4 * 10**9, "0"), (2 * 10**9, 10**9, 4 * 10**9, "2\u202fs"), (5 * 10**8, 5 * 10**8, 4 * 10**9, "0.5\u202fs"),
    (10**9, 5 * 10**8, 4 * 10**9, "1\u202fs"), (240 * 10**6, 20 * 10**6, 300 * 10**6, "240\u202fms"),
    (65 * 10**9, 5 * 10**9, 90 * 10**9, "1\u202fm 05\u202fs"),
    (2 * 3600 * 10**9, 1800 * 10**9, 3 * 3600 * 10**9, "2\u202fh 00"),
    (3_210_100_000, 100_000, 3_211_000_000, "3.2101\u202fs"), (1_500, 500, 2_000, "1.5\u202fµs"), (7, 1, 9, "7\u202fns"),
    (3 * 86_400 * 10**9, 6 * 3600 * 10**9, 4 * 86_400 * 10**9, "3\u202fd 00\u202fh"),
])
def test_tick_words(at: int, step: int, largest: int, text: str) -> None:
    assert tick_text(at, step, largest) == text


@settings(deadline=None)
@given(span=st.integers(2_000, 10 * YEAR_NS), width=st.integers(80, 2_000))
def test_ticks_stand_apart_inside_the_window_and_differ(span: int, width: int) -> None:
    scale = TimeScale(T0 + span // 3, float(span), float(width))
    found = ticks(scale, T0)
    places = [tick.x_px for tick in found]
    assert all(-1.0 <= x <= width + 1.0 for x in places)
    assert all(b - a >= 80.0 for a, b in pairwise(places))
    assert len({tick.text for tick in found}) == len(found)
