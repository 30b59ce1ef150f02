"""Simulations: what grew, arrows, words; and pairs of traces."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.drawn import CELL_NS, T0_NS, at, drawn
from tracedesk.model.trace import Trace
from tracedesk.scene.paired import CLOCK, NONE, SHARE, SHARE_NS, Bar, Paired
from tracedesk.scene.simulation import (
    BETTER,
    SAME,
    WORSE,
    Simulation,
    budget_text,
    difference,
    grown,
    growth_text,
    shift_of,
)
from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.waterfall import Waterfall

MEASURED = """
    agent      |--------------------|        kind=agent
      context   |--------|                   kind=chain
        rerank   |----|                      kind=reranker
      chat                |---------|        kind=llm
"""
SLOWER = """
    agent      |------------------------------|        kind=agent
      context   |------------------|                   kind=chain
        rerank   |--------------|                      kind=reranker
      chat                          |---------|        kind=llm
"""


def stretches(name: str) -> list[tuple[int, int]]:
    trace, slow = drawn(MEASURED), drawn(SLOWER)
    found = grown(trace, Waterfall(trace).hollow, (trace.start_ns, trace.end_ns), (slow.start_ns, slow.end_ns), at(trace, name))
    return [((begin - T0_NS) // CELL_NS, (end - T0_NS) // CELL_NS) for begin, end in found]


def test_work_grows_at_its_end_and_containers_where_work_inside_grew() -> None:
    assert stretches("rerank") == [(18, 28)]
    assert stretches("context") == [(18, 28)]
    assert stretches("agent") == [(18, 28)]
    assert stretches("chat") == [], "it moved, it did not grow"


def test_a_container_that_grew_by_itself_grows_at_its_end() -> None:
    trace = drawn(MEASURED)
    end = trace.end_ns.copy()
    end[0] += 5 * CELL_NS
    found = grown(trace, Waterfall(trace).hollow, (trace.start_ns, trace.end_ns), (trace.start_ns, end), 0)
    assert found == [(int(trace.end_ns[0]), int(end[0]))]


@pytest.mark.parametrize(("before", "after", "expected"), [
    (1_000_000, 1_000_000, SAME), (1_000_000, 1_001_000, SAME), (1_000_000, 1_100_000, WORSE), (1_000_000, 900_000, BETTER),
    (0, 0, SAME), (0, 5, WORSE),
])
def test_rounding_is_no_difference(before: int, after: int, expected: str) -> None:
    assert difference(before, after) == expected


def test_arrows_point_from_the_ghost_to_the_bar() -> None:
    scale = TimeScale(0, 1_000.0, 1_000.0)
    later = shift_of(scale, (100, 200), (500, 600))
    assert later is not None
    assert (later.x0, later.x1, later.tone) == (204.0, 496.0, WORSE)
    earlier = shift_of(scale, (500, 600), (100, 200))
    assert earlier is not None
    assert (earlier.x0, earlier.x1, earlier.tone) == (496.0, 204.0, BETTER)
    assert earlier.text.startswith("−")
    assert shift_of(scale, (100, 200), (150, 250)) is None, "they overlap: there is no room for an arrow"


def test_words() -> None:
    trace = drawn(MEASURED)
    second = 10**9
    rerank = at(trace, "rerank")
    assert growth_text(trace, rerank, 9 * second // 10, 36 * second // 10) == "rerank ×4 · 0.90\u202fs → 3.60\u202fs"
    assert growth_text(trace, rerank, second, 3 * second // 2) == "rerank +50\u202f% · 1.00\u202fs → 1.50\u202fs"
    assert growth_text(trace, rerank, 0, 5_000_000) == "rerank · 0\u202fns → 5.0\u202fms"
    assert budget_text(5 * second) == "SLO 5.0\u202fs"
    assert budget_text(250_000_000) == "SLO 250\u202fms"


def test_the_window_takes_in_the_run_it_is_compared_with() -> None:
    trace = drawn(MEASURED)
    scene = Waterfall(trace)
    again = ("again", -1, T0_NS, T0_NS + 90 * CELL_NS, 1)
    scene.set_simulation(Simulation(trace.start_ns, trace.end_ns - CELL_NS, added=[again]))
    scene.use_times(trace.start_ns, trace.end_ns - CELL_NS)
    assert scene.t1_ns == T0_NS + 90 * CELL_NS
    assert scene.rows.n == trace.n + 1
    assert scene.span_at(scene.rows.n - 1) is None, "an added span is no span of the trace"
    scene.set_simulation(None)
    assert scene.rows.n == trace.n


def pair(matches: list[tuple[int | None, int | None]] | None = None, axis: str = "same_start") -> tuple[Trace, Paired]:
    first, second = drawn(MEASURED), drawn(SLOWER)
    return second, Paired(first, second, matches or [(i, i) for i in range(first.n)], axis)


def test_pairs_follow_b_and_what_is_gone_stands_where_it_was() -> None:
    _, paired = pair([(3, 3), (0, 0), (2, None), (None, 2), (1, 1)])
    assert list(zip(paired.a.tolist(), paired.b.tolist(), strict=True)) == [(0, 0), (1, 1), (2, NONE), (NONE, 2), (3, 3)]
    assert paired.depth.tolist() == [0, 1, 2, 2, 1]
    assert paired.opens.tolist() == [True, True, False, False, False]
    assert paired.guides == [[], [True], [True, True], [True, False], [False]]
    assert [paired.verdict(row) for row in range(5)] == [WORSE, WORSE, BETTER, WORSE, SAME]


def test_closing_and_only_what_changed() -> None:
    _, paired = pair()
    assert paired.shown(set()).tolist() == [0, 1, 2, 3]
    assert paired.shown({1}).tolist() == [0, 1, 3]
    assert paired.shown(set(), only_changed=True).tolist() == [0, 1, 2]


def test_axes() -> None:
    second, paired = pair()
    assert paired.bar_b(0) == Bar(0, int(second.end_ns[0] - second.start_ns[0]))
    assert paired.whole_ns == int(second.end_ns[0] - second.start_ns[0])
    paired.axis = SHARE
    assert paired.bar_a(0) == paired.bar_b(0) == Bar(0, SHARE_NS)
    paired.axis = CLOCK
    first = paired.first
    assert paired.bar_a(3) == Bar(int(first.start_ns[3]) - first.t0_ns, int(first.end_ns[3]) - first.t0_ns)


def test_changes_of_columns_are_unknown_where_either_side_is() -> None:
    _, paired = pair()
    paired.first.input_tokens[3], paired.second.input_tokens[3] = 100, 160
    assert paired.change(3, "input_tokens") == 60
    assert paired.change(2, "input_tokens") is None
    _, lone = pair([(None, 0)])
    assert lone.change(0, "input_tokens") is None
    assert lone.durations(0)[0] is None


def test_removed_spans_are_known() -> None:
    trace = drawn(MEASURED)
    removed = np.zeros(trace.n, np.bool_)
    removed[2] = True
    simulation = Simulation(trace.start_ns, trace.end_ns, removed)
    assert [simulation.is_removed(i) for i in range(4)] == [False, False, True, False]
    assert not Simulation(trace.start_ns, trace.end_ns).is_removed(2)
