"""Flame graphs: children fit into parents, sums are whole; lanes in time order never overlap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.drawn import drawn
from tests.helpers.random_traces import any_trace, deep, span_row, waves
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import build_trace
from tracedesk.scene.flame import MOST_LEVELS, Frames, callers, merged, subtree_sum
from tracedesk.scene.heat import heat
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
    assert frames.whole_ns == int(subtree_sum(trace, trace.self_ns)[0])


def test_a_trace_without_time_is_drawn_by_counts() -> None:
    trace = build_trace([span_row(0, None, "root", 5, 5), span_row(1, 0, "a", 5, 5), span_row(2, 0, "b", 5, 5)])
    frames = merged(trace)
    check(frames)
    assert frames.x1[0] == pytest.approx(1.0)


def test_a_stretch_counts_only_what_starts_in_it() -> None:
    trace = drawn("""
        agent   |-----------------------------|
          early  |------|
            call  |---|
          late             |----------|
            call            |--------|
    """)
    late = int(trace.start_ns[np.flatnonzero(trace.name.codes == trace.name.code("late"))[0]])
    frames = merged(trace, (late, trace.t1_ns))
    check(frames)
    seen = {(trace.name.table[frames.name[i]], int(frames.count[i])) for i in range(frames.n)}
    assert seen == {("agent", 0), ("late", 1), ("call", 1)}
    assert merged(trace, (trace.t1_ns + 1, trace.t1_ns + 2)).n == 0


def test_two_steps_of_one_model_are_two_frames() -> None:
    call = {"kind": Kind.LLM, "model": "gpt-4o"}
    trace = build_trace([span_row(0, None, "agent", 0, 100), span_row(1, 0, "chat gpt-4o", 0, 20, label="plan", **call),
                         span_row(2, 0, "chat gpt-4o", 30, 60, label="reply", **call),
                         span_row(3, 0, "chat gpt-4o", 60, 90, label="reply", **call)])
    frames = merged(trace)
    assert sorted(frames.count[frames.level == 1].tolist()) == [1, 2]


def test_heat_adds_up_to_all_own_time_where_it_was_spent() -> None:
    trace = any_trace(11, 200)
    found = heat(trace, 50)
    for row, kind in enumerate(found.kinds):
        assert found.work_ns[row].sum() == pytest.approx(trace.self_ns[trace.kind == kind].sum(), rel=1e-6)
    one = heat(build_trace([span_row(0, None, "a", 0, 1_000), span_row(1, 0, "b", 250, 500, kind=Kind.LLM)]), 4)
    assert one.kinds == [Kind.TOOL, Kind.LLM]
    assert one.work_ns.round(6).tolist() == [[187.5] * 4, [0.0, 250.0, 0.0, 0.0]]


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


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 500))
def test_small_families_at_once_are_laid_out_as_one_by_one(seed: int) -> None:
    trace = any_trace(seed, 60)
    together = lanes(trace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tracedesk.scene.lanes.SMALL_FAMILY", 0)
        assert (lanes(trace) == together).all()
