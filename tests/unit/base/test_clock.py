"""Durations and dates in words (DESIGN section 14)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracedesk.base.clock import NARROW, format_duration, iso_time, parse_duration


@pytest.mark.parametrize(("ns", "text"), [
    (840_000, "840 µs"), (4_100_000, "4.1 ms"), (238_000_000, "238 ms"), (4_200_000_000, "4.20 s"),
    (64_000_000_000, "1 m 04 s"), (13_980_000_000_000, "3 h 53 m"), (999_600_000, "1.00 s"), (9_960_000, "10 ms"),
    (0, "0 ns"), (999, "999 ns"), (999_500, "1.0 ms"), (59_995_000_000, "1 m 00 s"), (-238_000_000, "−238 ms"),
])
def test_duration_in_words(ns: int, text: str) -> None:
    assert format_duration(ns).replace(NARROW, " ") == text


@pytest.mark.parametrize(("text", "ns"), [
    ("300ms", 300_000_000), ("2 s", 2_000_000_000), ("1.5h", 5_400_000_000_000), ("15m", 900_000_000_000),
    ("0.1us", 100), ("2d", 172_800_000_000_000), ("fast", None), ("5", None), ("-1s", None), ("1e3s", None),
])
def test_duration_is_read(text: str, ns: int | None) -> None:
    assert parse_duration(text) == ns


@given(st.integers(-(2**63), 2**63 - 1))
def test_no_time_raises(ns: int) -> None:
    assert len(iso_time(ns)) == 30
    assert format_duration(ns)


def test_known_dates() -> None:
    assert iso_time(0) == "1970-01-01T00:00:00.000000000Z"
    assert iso_time(951_782_400_000_000_001) == "2000-02-29T00:00:00.000000001Z"
    assert iso_time(2**63 - 1) == "2262-04-11T23:47:16.854775807Z"
