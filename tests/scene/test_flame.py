"""Flame graphs: children fit into parents, sums are whole; lanes in time order never overlap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.drawn import drawn
from tests.helpers.random_traces import any_trace, deep, span_row, waves
from tracedesk.model.trace import build_trace
from tracedesk.scene.flame import MOST_LEVELS, Frames, callers, merged, subtree_ns
from tracedesk.scene.lanes import DEEPEST, lanes


def check(frames: Frames) -> None:
    """Frames of a level do not overlap, and lie inside their parents."""
    for level in np.unique(frames.level):
        at = np.flatnonzero(frames.level == level)
        order = at[np.argsort(frames.x0[at], kind="stable")]
        assert (frames.x0[order][1:] >= frames.x1[order][:-1] - 1e-9).all()
        if level == 0:
            continue
        parent = frames.parent[at]
        assert (np.abs(frames.level[parent]) == abs(level) - 1).all()
        assert (frames.x0[at] >= frames.x0[parent] - 1e-9).all()
        assert (frames.x1[at] <= frames.x1[parent] + 1e-9).all()


@settings(deadline=None)
@given(st.integers(0, 500))
def test_merged_frames_nest_and_count_every_span(seed: int) -> None:
    trace = any_trace(seed)
    frames = merged(trace)
    check(frames)
    assert frames.count.sum() == trace.n
    assert frames.total_ns[frames.level == 0].sum() == pytest.approx(trace.self_ns.sum(), abs=64)
    assert frames.self_ns.sum() == pytest.approx(trace.self_ns.sum(), abs=64)


@settings(deadline=None)
@given(st.integers(0, 300))
def test_callers_nest_both_ways(seed: int) -> None:
    trace = waves(seed)
    for code in range(len(trace.name.table)):
        frames = callers(trace, code)
        check(frames)
        top = frames.level == 0
        assert top.sum() >= 1
        assert set(frames.name[top].tolist()) == {code}
        if (frames.level == -1).any():
            assert frames.count[frames.level == -1].sum() <= frames.count[top].sum()


def test_equal_names_under_equal_callers_are_one_frame() -> None:
    trace = drawn("""
        agent   |-----------------------------|
          step   |------|
            call  |---|
          step           |----------|
            call          |--------|
          call                       |-----|
    """)
    frames = merged(trace)
    seen = {(int(frames.level[i]), trace.name.table[frames.name[i]], int(frames.count[i])) for i in range(frames.n)}
    assert seen == {(0, "agent", 1), (1, "step", 2), (1, "call", 1), (2, "call", 2)}
    call = callers(trace, trace.name.code("call"))
    around = {(int(call.level[i]), trace.name.table[call.name[i]], int(call.count[i])) for i in range(call.n)}
    assert around == {(0, "call", 3), (-1, "step", 2), (-1, "agent", 1), (-2, "agent", 2)}


def test_calls_inside_calls_of_the_name_count_once() -> None:
    trace = drawn("""
        fib       |------------------|
          fib      |-------|
            fib     |---|
    """)
    frames = callers(trace, trace.name.code("fib"))
    assert frames.count[frames.level == 0].tolist() == [1]
    assert frames.whole_ns == int(subtree_ns(trace)[0])


def test_a_trace_without_time_is_drawn_by_counts() -> None:
    trace = build_trace([span_row(0, None, "root", 5, 5), span_row(1, 0, "a", 5, 5), span_row(2, 0, "b", 5, 5)])
    frames = merged(trace)
    check(frames)
    assert frames.x1[0] == pytest.approx(1.0)


def test_a_name_that_does_not_occur() -> None:
    assert callers(drawn("root |--|"), 99).n == 0


def test_depth_is_limited_not_fatal() -> None:
    frames = merged(deep(MOST_LEVELS + 300))
    assert frames.level.max() == MOST_LEVELS


@settings(deadline=None)
@given(st.integers(0, 500))
def test_no_two_spans_of_a_line_overlap(seed: int) -> None:
    trace = any_trace(seed)
    line = lanes(trace)
    inside = trace.parent >= 0
    assert (line[inside] > line[trace.parent[inside]]).all()
    for parent in {-1, *trace.parent.tolist()}:
        family = np.flatnonzero(trace.parent == parent)
        for number in np.unique(line[family]).tolist():
            members = family[line[family] == number]
            assert (trace.start_ns[members][1:] >= trace.end_ns[members][:-1]).all()


def test_siblings_in_turn_share_a_line_and_parallel_ones_do_not() -> None:
    trace = drawn("""
        root   |-----------------|
          a     |---|
          b          |---|
          c         |-------|
            d        |--|
    """)
    line = {trace.name[i]: int(number) for i, number in enumerate(lanes(trace))}
    assert line["a"] == 1
    assert {line["b"], line["c"]} == {1, 2} or line["b"] != line["c"]
    assert line["d"] == line["c"] + 1


def test_a_very_deep_trace_has_a_line_per_level() -> None:
    trace = deep(DEEPEST + 100)
    assert (lanes(trace) == trace.depth).all()
