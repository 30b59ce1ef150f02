"""Groups of spans of one name: sums that count nothing twice, nearest ranks, and what is not known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.drawn import CELL_NS, at, drawn
from tests.helpers.random_traces import any_trace, span_row
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import Trace, build_trace
from tracedesk.scene.hot import Groups, histogram, ranked

STORY = """
    agent     |----------------------------------------|  kind=agent
      step     |-----------|                              kind=chain
        call    |---------|                               kind=llm in=100 out=10 cost=5000
          step   |---|                                    kind=chain
      step                  |------------------------|    kind=chain
        call                 |---------|                  kind=llm in=50 cost=2000
        tool                             |-----------x    kind=tool error=Timeout
"""


def plain(ns: int) -> float:
    return ns / CELL_NS


def test_a_group_counts_spans_inside_spans_of_its_own_once() -> None:
    trace = drawn(STORY)
    found = Groups(trace).group(at(trace, "step"))
    assert (found.count, found.run_count, found.failed) == (3, 3, 0)
    assert plain(found.total_ns) == 12 + 25
    assert plain(found.self_ns) == (12 - 10) + 4 + (25 - 10 - 12)
    assert found.whole_ns == int(trace.self_ns.sum())
    assert found.span == at(trace, "step", 2), "the longest stands for all"
    assert [plain(ns) for ns in found.durations_ns.tolist()] == [4, 12, 25]
    assert dict(found.kinds)[Kind.CHAIN] == found.self_ns
    assert sum(ns for _, ns in found.kinds) == found.total_ns
    assert (found.calls, found.cost_nusd, found.input_tokens) == (0, None, None)


def test_calls_are_summed_as_far_as_they_are_known() -> None:
    trace = build_trace([
        span_row(0, None, "agent", 0, 100, kind=Kind.AGENT),
        span_row(1, 0, "call", 0, 10, kind=Kind.LLM, input_tokens=5, output_tokens=2, cost_nusd=7,
                 cost_status=CostStatus.PRICED),
        span_row(2, 0, "call", 10, 30, kind=Kind.LLM, cost_status=CostStatus.NO_USAGE),
        span_row(3, 0, "call", 30, None, kind=Kind.LLM, input_tokens=1, output_tokens=1, cost_nusd=3,
                 cost_status=CostStatus.PRICED)])
    found = Groups(trace).group(1)
    assert (found.calls, found.silent, found.partial, found.unpriced) == (3, 1, True, 1)
    assert (found.input_tokens, found.output_tokens, found.cost_nusd) == (6, 3, 10)
    assert found.durations_ns.tolist() == [10, 20], "one has not ended"
    again = Groups(trace, elsewhere=np.array([False, True, False, False])).group(1)
    assert (again.calls, again.input_tokens, again.cost_nusd) == (2, 1, 3)


def test_a_selection_beside_the_whole_run() -> None:
    trace = drawn(STORY)
    begin = int(trace.start_ns[at(trace, "step", 2)])
    groups = Groups(trace, (begin, int(trace.t1_ns)))
    found = groups.group(at(trace, "step"))
    assert (found.count, found.run_count) == (1, 3)
    assert plain(found.total_ns) == 25
    assert plain(found.run_ns) == 37
    assert found.run_whole_ns > found.whole_ns == found.total_ns
    nothing = Groups(trace, (begin, begin)).group(at(trace, "tool"))
    assert (nothing.count, nothing.total_ns, nothing.whole_ns, len(nothing.durations_ns)) == (0, 0, 0, 0)


def test_the_hottest_groups_by_own_time() -> None:
    trace = drawn(STORY)
    groups = Groups(trace)
    hot = groups.hottest()
    assert [trace.name[entry.span] for entry in hot] == ["call", "tool", "step", "agent"]
    assert [entry.spans for entry in hot] == [2, 1, 3, 1]
    assert sum(entry.self_ns for entry in hot) == int(trace.self_ns.sum())
    assert [plain(hot[2].p50_ns or 0), plain(hot[2].p95_ns or 0)] == [12, 25]
    assert len(groups.hottest(2)) == 2
    assert groups.alike(at(trace, "call"), at(trace, "call", 1))
    assert not groups.alike(at(trace, "call"), at(trace, "tool"))


@pytest.mark.parametrize(("percent", "rank"), [(1, 1), (50, 5), (51, 6), (95, 10), (100, 10)])
def test_nearest_ranks(percent: int, rank: int) -> None:
    assert ranked(np.arange(1, 11), percent) == rank
    assert ranked(np.array([], np.int64), percent) is None


def test_every_duration_is_in_one_bin() -> None:
    assert histogram(np.array([0, 1, 5, 10]), 2).tolist() == [2, 2]
    assert histogram(np.array([0, 0]), 3).tolist() == [2, 0, 0]
    assert histogram(np.array([], np.int64), 4).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("seed", range(12))
def test_any_trace_adds_up(seed: int) -> None:
    trace: Trace = any_trace(seed)
    groups = Groups(trace)
    hot = groups.hottest(10_000)
    assert sum(entry.self_ns for entry in hot) == int(trace.self_ns.sum())
    for entry in hot[:20]:
        found = groups.group(entry.span)
        assert (found.count, found.self_ns, found.span) == (entry.spans, entry.self_ns, entry.span)
        assert found.self_ns <= found.total_ns <= found.whole_ns
        assert sum(ns for _, ns in found.kinds) == found.total_ns
        assert int(histogram(found.durations_ns, 12).sum()) == len(found.durations_ns)
