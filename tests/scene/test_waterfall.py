"""The scene of a waterfall against numbers: bars under points, labels, path, gaps, minimap, clocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.drawn import CELL_NS, T0_NS, at, drawn
from tests.helpers.random_traces import any_trace, span_row
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import build_trace
from tracedesk.scene import labels
from tracedesk.scene.gaps import gaps
from tracedesk.scene.hit import bar_at, fold_at
from tracedesk.scene.labels import Place, place
from tracedesk.scene.links import links_of
from tracedesk.scene.minimap import EMPTY, KINDS, minimap
from tracedesk.scene.palette import hollow
from tracedesk.scene.path import Path, on_path, stair
from tracedesk.scene.timescale import TimeScale
from tracedesk.scene.waterfall import Waterfall


@settings(deadline=None)
@given(st.integers(0, 300), st.floats(0.0, 1.0))
def test_what_is_drawn_is_hit(seed: int, share: float) -> None:
    scene = Waterfall(any_trace(seed), 700.0)
    for row in range(scene.rows.n):
        span = scene.span_at(row)
        if span is None:
            continue
        x0, x1 = scene.scale.x(int(scene.start_ns[span])), scene.scale.x(int(scene.end_ns[span]))
        assert bar_at(scene, row, x0 + (max(x1, x0 + 2.0) - x0) * share) == span
        assert bar_at(scene, row, x1 + 20.0) is None
    assert bar_at(scene, scene.rows.n, 10.0) is None


def test_a_spot_in_a_closed_row_says_what_it_holds() -> None:
    rows = [span_row(0, None, "night", 0, 10**9, kind=Kind.CHAIN)]
    rows += [span_row(1 + k, 0, "call", k * 1_000, k * 1_000 + 500, status=2 if k % 100 == 0 else 0) for k in range(1_000)]
    scene = Waterfall(build_trace(rows), 500.0)
    scene.set_closed({0})
    found = fold_at(scene, 0, 0.5)
    assert found is not None
    assert (found.spans, found.failed) == (1_000, 10)
    assert fold_at(scene, 0, 300.0) is None
    scene.set_closed(set())
    assert fold_at(scene, 0, 0.5) is None, "an open row hides nothing"


def test_many_closed_rows_at_once() -> None:
    trace = drawn("""
        root    |--------------------|
          one    |------|              kind=chain
            a    |--|
            b       |---|
          two            |------|      kind=chain
            c            |--|
    """)
    scene = Waterfall(trace, 500.0)
    closed = [at(trace, "one"), at(trace, "two")]
    scene.set_closed(set(closed))
    bars, lane = scene.insides(closed)
    assert [trace.name[span] for span in bars.span[np.argsort(bars.start_ns)]] == ["a", "b", "c"]
    assert sorted(lane.tolist()) == [0, 0, 1]


@pytest.mark.parametrize(("text", "x0", "x1", "parting", "after", "expected"), [
    (40, 100, 200, None, 0, Place(labels.INSIDE, 106)), (40, 100, 140, None, 0, Place(labels.RIGHT, 146)),
    (40, 460, 490, None, 0, Place(labels.LEFT, 414)), (480, 10, 490, None, 0, None),
    (40, 100, 200, 130, 0, Place(labels.INSIDE, 136)), (40, 100, 200, 170, 0, Place(labels.INSIDE_FIRST, 106)),
    (40, 100, 140, None, 60, Place(labels.RIGHT, 206)), (40, -900, 200, None, 0, Place(labels.INSIDE, 6)),
    (40, -900, -10, None, 0, None), (40, -900, 900, None, 0, Place(labels.INSIDE, 6)),
])
def test_where_a_label_goes(
    text: float, x0: float, x1: float, parting: float | None, after: float, expected: Place | None
) -> None:
    assert place(text, x0, x1, 500.0, parting, after) == expected


@settings(deadline=None)
@given(text=st.floats(1, 300), x0=st.floats(-2_000, 2_000), length=st.floats(2, 3_000), parting=st.none() | st.floats(0, 1))
def test_a_label_is_always_whole_in_the_window(text: float, x0: float, length: float, parting: float | None) -> None:
    found = place(text, x0, x0 + length, 800.0, None if parting is None else x0 + parting * length)
    assert found is None or (found.x_px >= 0.0 and found.x_px + text <= 800.0 + 1e-6)


DRAWN = """
    agent      |------------------------------|      kind=agent
      guard     |----|                                kind=guardrail
      load            |------|                        kind=db
      context         |---------------|               kind=chain
        rerank         |-------------|                kind=reranker
      chat                             |-----------|  kind=llm
"""


def pieces(trace, *parts: tuple[str, int, int]) -> list[tuple[int, int, int]]:
    return [(at(trace, name), T0_NS + begin * CELL_NS, T0_NS + end * CELL_NS) for name, begin, end in parts]


def test_the_stair_runs_along_bars_and_bridges_short_own_work() -> None:
    trace = drawn(DRAWN)
    path = Path.of(pieces(trace, ("agent", 15, 16), ("guard", 16, 21), ("agent", 21, 22), ("context", 22, 23),
                          ("rerank", 23, 37), ("context", 37, 38), ("agent", 38, 39), ("chat", 39, 46)))
    scene = Waterfall(trace, 3100.0)
    scene.scale = TimeScale(T0_NS + 15 * CELL_NS, 310.0 * CELL_NS, 3100.0)     # a cell is 10 px, all gaps are below 2 %
    xs, rows = stair(trace, path, scene.rows, scene.scale)
    names = [trace.name[scene.span_at(row)] for row in rows.tolist()]
    assert names == ["guard", "guard", "rerank", "rerank", "chat", "chat"]
    assert xs.tolist() == [10.0, 80.0, 80.0, 240.0, 240.0, 310.0]


def test_long_own_work_of_a_container_is_not_bridged() -> None:
    trace = drawn(DRAWN)
    path = Path.of(pieces(trace, ("guard", 16, 21), ("agent", 21, 39), ("chat", 39, 46)))
    scene = Waterfall(trace, 310.0)
    _, rows = stair(trace, path, scene.rows, scene.scale)
    assert [trace.name[scene.span_at(row)] for row in rows.tolist()] == ["guard", "guard", "agent", "agent", "chat", "chat"]


def test_closed_rows_stand_for_the_path_below_them() -> None:
    trace = drawn(DRAWN)
    scene = Waterfall(trace, 310.0)
    scene.set_closed({0})
    path = Path.of(pieces(trace, ("guard", 16, 21), ("rerank", 23, 37), ("chat", 39, 46)))
    _, rows = stair(trace, path, scene.rows, scene.scale)
    assert set(rows.tolist()) == {0}


def test_ancestors_of_the_path_are_on_it_and_siblings_are_not() -> None:
    trace = drawn(DRAWN)
    flags = on_path(trace, Path.of(pieces(trace, ("rerank", 23, 37))))
    assert {trace.name[i] for i in np.flatnonzero(flags)} == {"agent", "context", "rerank"}


def test_an_empty_path_draws_nothing() -> None:
    trace = drawn(DRAWN)
    scene = Waterfall(trace)
    scene.set_path([])
    assert scene.path is None
    assert scene.on_path is None


def test_containers_are_hollow_and_model_calls_are_work() -> None:
    trace = drawn("""
        agent   |-----------------|  kind=agent
          tool   |----|              kind=tool
            http  |--|               kind=http
          chat         |----|        kind=llm
            post        |--|         kind=http
          lone              |--|     kind=tool
    """)
    assert {trace.name[i] for i in np.flatnonzero(hollow(trace))} == {"agent", "tool"}


def test_gaps_are_where_no_child_ran() -> None:
    trace = drawn("""
        agent   |-----------------------------|
          one    |----|
          two       |-----|
          three                   |-----------|
    """)
    scene = Waterfall(trace, 300.0)
    scene.scale = TimeScale(T0_NS + 12 * CELL_NS, 30.0 * CELL_NS, 300.0)
    found = gaps(trace, 0, trace.start_ns, trace.end_ns, scene.scale)
    assert [(round(a), round(b)) for a, b in found] == [(60, 140)]


def test_the_minimap_shows_work_over_containers() -> None:
    trace = drawn(DRAWN)
    scene = Waterfall(trace)
    cells = minimap(trace, scene.rows, scene.hollow, scene.start_ns, scene.end_ns, 310, 13)
    chat_line = int(scene.rows.row_of[at(trace, "chat")])
    assert cells[chat_line, 250] == Kind.LLM
    assert cells[0, 250] == Kind.AGENT + KINDS
    assert cells[12, 5] == EMPTY
    scene.set_closed({0})
    folded = minimap(trace, scene.rows, scene.hollow, scene.start_ns, scene.end_ns, 310, 13)
    assert folded[0, 250] == Kind.AGENT + KINDS, "closed spans are drawn as themselves"


def test_links_of_a_span_go_both_ways() -> None:
    trace = drawn("""
        root   |----------|
          a     |--|
          b          |--|      link=a
    """)
    a, b = at(trace, "a"), at(trace, "b")
    assert links_of(trace, a) == links_of(trace, b) == [(b, a)]
    assert links_of(trace, 0) == []


def test_clocks_are_put_right_and_can_be_left_as_sent() -> None:
    second = 10**9
    trace = build_trace([span_row(0, None, "a", 0, 10 * second),
                         span_row(1, 0, "b", 60 * second, 61 * second)._replace(service="b"),
                         span_row(2, 0, "b", 62 * second, 63 * second)._replace(service="b")])
    scene = Waterfall(trace)
    assert scene.is_shifted(1)
    assert not scene.is_shifted(0)
    assert scene.t1_ns <= trace.start_ns[0] + 10 * second
    scene.corrected = False
    scene.use_recorded()
    assert scene.t1_ns == trace.t1_ns
    assert not scene.is_shifted(1)


def test_unfinished_spans_reach_up_to_now() -> None:
    trace = drawn("""
        root   |--------->
          a     |---|
    """)
    scene = Waterfall(trace)
    now = trace.t1_ns + 5_000_000_000
    scene.use_recorded(now)
    assert scene.end_ns[0] == now
    assert scene.end_ns[1] == trace.end_ns[1]


def test_the_next_error_goes_round() -> None:
    trace = drawn("""
        root  |----------|
          a    |--x
          b        |--x
    """)
    scene = Waterfall(trace)
    a, b = at(trace, "a"), at(trace, "b")
    assert [scene.next_error(None), scene.next_error(a), scene.next_error(b)] == [a, b, a]
    assert Waterfall(drawn("root |--|")).next_error(None) is None


def test_revealing_opens_only_what_hides() -> None:
    trace = drawn(DRAWN)
    scene = Waterfall(trace)
    scene.set_closed({0, at(trace, "context")})
    scene.reveal(at(trace, "chat"))
    assert scene.closed == {at(trace, "context")}
