"""Folding keeps counts, never hides an error, and a lane answers every window as if it had folded all its bars."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tracedesk.scene.folding import Bars, Lane, cell_of, fold, fold_lanes

ROWS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 400), st.booleans()), max_size=120)


def bars(rows: list[tuple[int, int, bool]]) -> Bars:
    rows = sorted(rows)
    start = np.array([row[0] for row in rows], np.int64)
    return Bars(start, start + np.array([row[1] for row in rows], np.int64), np.arange(len(rows), dtype=np.int32),
                np.ones(len(rows), np.int32), np.array([row[2] for row in rows], np.bool_))


@settings(deadline=None)
@given(ROWS, st.integers(1, 900), st.integers(-1_000, 1_000))
def test_counts_stay_and_errors_stay_errors(rows: list[tuple[int, int, bool]], cell: int, origin: int) -> None:
    before = bars(rows)
    after = fold(before, cell, origin)
    assert after.held.sum() == before.held.sum()
    assert after.held[after.error].sum() == before.error.sum()
    assert (np.diff(after.start_ns) >= 0).all()
    assert (after.end_ns >= after.start_ns).all()


@settings(deadline=None)
@given(ROWS, st.integers(1, 900))
def test_every_bar_is_covered_by_one_of_its_kind(rows: list[tuple[int, int, bool]], cell: int) -> None:
    before = bars(rows)
    after = fold(before, cell, 0)
    for start, end, _, _, error in zip(*before, strict=True):
        covering = (after.start_ns <= start) & (after.end_ns >= end) & (after.error == error)
        assert covering.any()


@settings(deadline=None)
@given(ROWS, st.integers(1, 900))
def test_what_is_wide_enough_is_left_alone(rows: list[tuple[int, int, bool]], cell: int) -> None:
    before = bars(rows)
    wide = before.end_ns - before.start_ns >= cell
    after = fold(before, cell, 0)
    kept = {(int(span), int(held)) for span, held in zip(after.span, after.held, strict=True)}
    assert {(int(span), 1) for span in before.span[wide]} <= kept


def test_a_fold_is_led_by_its_longest_span() -> None:
    after = fold(bars([(0, 5, False), (10, 30, False), (50, 8, False)]), 100, 0)
    assert after.span.tolist() == [1]
    assert after.held.tolist() == [3]
    assert (after.start_ns.tolist(), after.end_ns.tolist()) == ([0], [58])


def test_errors_do_not_fold_into_others() -> None:
    after = fold(bars([(0, 5, False), (10, 5, True), (20, 5, False), (30, 5, True)]), 100, 0)
    assert sorted(zip(after.held.tolist(), after.error.tolist(), strict=True)) == [(2, False), (2, True)]


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=5), st.integers(1, 900))
def test_many_lanes_at_once_are_each_lane_by_itself(lanes: list[list[tuple[int, int, bool]]], cell: int) -> None:
    made = [bars(rows) for rows in lanes]
    together, lane = fold_lanes(made, cell, 0)
    for number, one in enumerate(made):
        alone = fold(one, cell, 0)
        part = together.pick(lane == number)
        part = part.pick(np.argsort(part.start_ns, kind="stable"))
        assert sorted(zip(*(column.tolist() for column in part), strict=True)) \
            == sorted(zip(*(column.tolist() for column in alone), strict=True))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.0, 1.0), st.floats(1e-4, 1.0))
def test_a_lane_of_many_bars_loses_none_in_any_window(seed: int, at: float, share: float) -> None:
    dice = np.random.default_rng(seed)
    start = np.sort(dice.integers(0, 10**9, 20_000))
    lane = Lane(Bars(start, start + dice.integers(0, 200_000, 20_000), np.arange(20_000, dtype=np.int32),
                     np.ones(20_000, np.int32), dice.random(20_000) < 0.01), 0)
    whole = int(lane.bars.end_ns.max())
    left = int(at * whole)
    right = min(whole, left + max(1, int(share * whole)))
    ns_per_px = max(1, right - left) / 800
    found = lane.window(left, right, ns_per_px)
    inside = (lane.bars.end_ns >= left) & (lane.bars.start_ns <= right)
    assert found.held.sum() >= inside.sum(), "folds at the edges may hold a few more"
    assert found.held[found.error].sum() >= (inside & lane.bars.error).sum()
    # no more than two folds (good and failed) begin in a cell, besides the bars too wide to fold
    wide = (found.end_ns - found.start_ns >= cell_of(ns_per_px)).sum()
    assert len(found.span) - wide <= 2 * (800 / 3 + 3)


def test_a_grid_that_stands_still_while_panning() -> None:
    lane = Lane(bars([(k * 10, 4, False) for k in range(500)]), 0)
    one, two = lane.window(1_000, 3_000, 10.0), lane.window(1_200, 3_200, 10.0)
    common = set(zip(one.start_ns.tolist(), one.end_ns.tolist(), strict=True)) \
        & set(zip(two.start_ns.tolist(), two.end_ns.tolist(), strict=True))
    assert len(common) >= len(one.start_ns) - 9


def test_an_empty_lane() -> None:
    assert len(Lane(bars([]), 0).window(0, 100, 1.0).span) == 0
