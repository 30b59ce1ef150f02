"""Laws that hold for every trace, tidy or not."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.random_traces import MS, any_trace, waves
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Add, Change, Limit, Parallel, Remove, Retry, Scale, Serial, Timeout
from tracedesk.whatif.critical_path import critical_path
from tracedesk.whatif.program import AFTER_PARENT, Point
from tracedesk.whatif.selection import Selection
from tracedesk.whatif.slack import slack

QUIET = settings(max_examples=80, deadline=None)

seeds = st.integers(0, 100_000)
untidy = seeds.map(any_trace)
tidy = seeds.map(waves)
any_kind_of_trace = st.one_of(untidy, tidy)

selections = st.one_of(
    st.sampled_from(["plan", "search", "rerank", "answer", "tool", "level2.plan", "level3.tool", "root"]).map(
        lambda name: Selection(name=name)),
    st.sampled_from([Kind.LLM, Kind.TOOL, Kind.CHAIN]).map(lambda kind: Selection(kind=kind)),
    st.integers(0, 8).map(lambda nth: Selection(nth=nth)),
    st.just(Selection(status="error")), st.just(Selection(under="search")))

changes = st.one_of(
    st.builds(Scale, selections, st.sampled_from([0.0, 0.3, 0.9, 1.0, 1.7, 5.0])),
    st.builds(Add, selections, st.integers(-300, 300).map(lambda ms: ms * MS)),
    st.builds(Remove, selections, st.sampled_from([0, 3 * MS])),
    st.builds(Retry, selections, st.integers(0, 3), st.sampled_from([None, 0, 40 * MS])),
    st.builds(Timeout, selections, st.integers(0, 300).map(lambda ms: ms * MS),
              st.sampled_from(["continue", "retry", "fallback", "fail"]), hang=st.booleans()),
    st.builds(Parallel, selections, st.sampled_from([None, 2])), st.builds(Serial, selections),
    st.builds(Limit, selections, st.integers(1, 4)))


@QUIET
@given(any_kind_of_trace)
def test_no_change_gives_the_recorded_trace_back(trace: Trace) -> None:
    baseline = Baseline.of(trace)
    outcome = apply(baseline, [])
    assert (outcome.start_ns == outcome.base_start_ns).all()
    assert (outcome.end_ns == outcome.base_end_ns).all()
    assert (outcome.total_ns, outcome.low_ns, outcome.high_ns) == (baseline.total_ns,) * 3
    assert not outcome.added
    assert not outcome.removed.any()
    assert baseline.replay_error_ns <= max(3 * MS, baseline.total_ns // 1000)


@QUIET
@given(any_kind_of_trace, selections)
def test_neutral_settings_change_nothing(trace: Trace, select: Selection) -> None:
    neutral: list[Change] = [Scale(select, 1.0), Add(select, 0), Retry(select, 0, 0), Timeout(select, 10**15)]
    outcome = apply(Baseline.of(trace), neutral)
    assert np.abs(outcome.start_ns - outcome.base_start_ns).max() <= 1
    assert np.abs(outcome.end_ns - outcome.base_end_ns).max() <= 1
    assert abs(outcome.delta_ns) <= 1


@QUIET
@given(any_kind_of_trace, st.lists(changes, max_size=3))
def test_an_answer_for_every_trace_and_change(trace: Trace, asked: list[Change]) -> None:
    baseline = Baseline.of(trace)
    outcome = apply(baseline, asked)
    assert (outcome.end_ns >= outcome.start_ns).all()
    assert outcome.low_ns <= outcome.total_ns <= outcome.high_ns
    path = outcome.path
    assert sum(piece.end_ns - piece.start_ns for piece in path) == max(0, path[-1].end_ns - path[0].start_ns if path else 0)
    assert all(a.end_ns == b.start_ns for a, b in itertools.pairwise(path))


@QUIET
@given(any_kind_of_trace, st.lists(changes, max_size=3))
def test_the_baseline_is_never_touched_and_undo_restores(trace: Trace, asked: list[Change]) -> None:
    baseline = Baseline.of(trace)
    before = (trace.start_ns.copy(), trace.end_ns.copy(), baseline.spans.start.copy(), baseline.full.program.gap.copy(),
              baseline.full.program.source.copy(), baseline.full.program.target.copy())
    apply(baseline, asked)
    restored = apply(baseline, [])
    after = (trace.start_ns, trace.end_ns, baseline.spans.start, baseline.full.program.gap,
             baseline.full.program.source, baseline.full.program.target)
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
    assert (restored.start_ns == restored.base_start_ns).all()


@QUIET
@given(any_kind_of_trace, st.lists(changes, min_size=2, max_size=3))
def test_the_order_of_changes_does_not_matter(trace: Trace, asked: list[Change]) -> None:
    baseline = Baseline.of(trace)
    one, other = apply(baseline, asked), apply(baseline, asked[::-1])
    assert abs(one.total_ns - other.total_ns) <= 1


@QUIET
@given(any_kind_of_trace, st.lists(changes, max_size=2))
def test_nothing_starts_before_its_cause(trace: Trace, asked: list[Change]) -> None:
    baseline = Baseline.of(trace)
    found = apply(baseline, asked)._full
    program, timeline = found.program, found.timeline
    spans = program.spans
    slip = 2 + 2 * baseline.replay_error_ns
    for child in np.flatnonzero(found.alive).tolist()[1:]:
        parent = int(spans.parent[child])
        if not found.alive[parent]:
            continue
        assert timeline.start[child] >= timeline.start[parent] - slip
        if program.source[child] == AFTER_PARENT:
            continue
        for sibling in spans.children(parent):
            if program.target[sibling] == program.source[child] and found.alive[sibling]:
                assert timeline.start[child] >= timeline.end[sibling] - slip
    for constraint in program.constraints:
        if constraint.cause_point is Point.END and constraint.effect_point is Point.START and not asked:
            assert timeline.start[constraint.effect] >= timeline.end[constraint.cause] - slip


@QUIET
@given(tidy, selections, st.floats(1.0, 3.0))
def test_more_work_never_makes_a_plain_trace_faster(trace: Trace, select: Selection, factor: float) -> None:
    baseline = Baseline.of(trace)
    if baseline.full.evaluator.is_plain:
        assert apply(baseline, [Scale(select, factor)]).total_ns >= baseline.total_ns - 1


@settings(max_examples=40, deadline=None)
@given(tidy)
def test_slack_is_exactly_the_room_there_is_in_plain_traces(trace: Trace) -> None:
    baseline = Baseline.of(trace)
    if not baseline.full.evaluator.is_plain:
        return
    room = slack(baseline)
    for index in range(min(trace.n, 12)):
        only = Selection(span_ids=(trace.span_ids[index],))
        if room[index] >= 0:
            assert abs(apply(baseline, [Add(only, int(room[index]))]).delta_ns) <= 1
            assert apply(baseline, [Add(only, int(room[index]) + 7 * MS)]).delta_ns > 6 * MS
        else:
            assert abs(apply(baseline, [Add(only, 10**12)]).delta_ns) <= 1


@QUIET
@given(any_kind_of_trace)
def test_the_critical_path_tiles_the_recorded_total(trace: Trace) -> None:
    baseline = Baseline.of(trace)
    path = critical_path(baseline)
    assert sum(piece.end_ns - piece.start_ns for piece in path) == baseline.total_ns
    assert all(a.end_ns == b.start_ns for a, b in itertools.pairwise(path))
    assert all(0 <= piece.span < trace.n for piece in path)
