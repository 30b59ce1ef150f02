"""Which spans have a row: closing, orphans, added spans, guides; a million spans and chains 500 deep included."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.drawn import at, drawn
from tests.helpers.random_traces import any_trace, deep, flat, span_row
from tracedesk.model.trace import Trace, build_trace
from tracedesk.scene.rows import (
    ADDED,
    DEEPEST_INDENT,
    HEADER,
    OPEN_AT_MOST,
    below,
    closed_at_first,
    guides,
    rows_of,
    with_added,
)

TREE = """
    agent      |--------------------|
      context   |--------|
        embed   |--|
        search     |-----|
      reply               |---------|
"""


def names(trace: Trace, spans: list[int]) -> list[str]:
    return [trace.name[span] or "" if span >= 0 else "no parent" for span in spans]


def test_all_open() -> None:
    trace = drawn(TREE)
    rows = rows_of(trace, ())
    assert names(trace, rows.spans.tolist()) == ["agent", "context", "embed", "search", "reply"]
    assert rows.row_of.tolist() == [0, 1, 2, 3, 4]


def test_a_closed_span_hides_what_is_below_and_stands_for_it() -> None:
    trace = drawn(TREE)
    rows = rows_of(trace, {at(trace, "context")})
    assert names(trace, rows.spans.tolist()) == ["agent", "context", "reply"]
    assert rows.row_of[at(trace, "search")] == 1
    assert rows.row_of[at(trace, "reply")] == 2


@settings(deadline=None)
@given(st.integers(0, 400), st.data())
def test_rows_and_row_of_agree(seed: int, data: st.DataObject) -> None:
    trace = any_trace(seed)
    parents = np.flatnonzero(trace.child_count).tolist()
    closed = set(data.draw(st.lists(st.sampled_from(parents)))) if parents else set()
    rows = rows_of(trace, closed)
    for row, span in enumerate(rows.spans.tolist()):
        if span >= 0:
            assert rows.row_of[span] == row
    for span in range(trace.n):
        shown = int(rows.spans[rows.row_of[span]])
        assert shown == span or shown in closed
        assert shown <= span < int(trace.subtree_end[shown])


def test_orphans_stand_in_a_group_at_the_end() -> None:
    trace = build_trace([span_row(0, None, "root", 0, 100), span_row(1, 77, "lost", 10, 20), span_row(2, 1, "child", 12, 15),
                         span_row(3, 0, "work", 30, 40), span_row(4, 78, "lost too", 50, 60)])
    rows = rows_of(trace, ())
    assert names(trace, rows.spans.tolist()) == ["root", "work", "no parent", "lost", "child", "lost too"]
    assert rows.orphans == 2
    assert [rows.depth(trace, row) for row in range(rows.n)] == [0, 1, 0, 1, 2, 1]
    assert guides(trace, rows, 0, rows.n) == [[], [False], [], [True], [True, False], [False]]
    hidden = rows_of(trace, {at(trace, "lost")})
    assert names(trace, hidden.spans.tolist()) == ["root", "work", "no parent", "lost", "lost too"]
    assert hidden.row_of[at(trace, "child")] == 3


def test_guides_go_on_while_siblings_follow() -> None:
    trace = drawn(TREE)
    rows = rows_of(trace, ())
    assert guides(trace, rows, 0, 5) == [[], [True], [True, True], [True, False], [False]]
    assert guides(trace, rows, 3, 5) == [[True, False], [False]], "a window in the middle finds its ancestors"


def test_guides_of_a_chain_500_deep_stop_at_the_deepest_indent() -> None:
    trace = deep(500)
    rows = rows_of(trace, ())
    found = guides(trace, rows, 480, 500)
    assert all(len(levels) == DEEPEST_INDENT + 1 for levels in found)


def test_added_spans_stand_below_the_last_row_of_their_parent() -> None:
    trace = drawn(TREE)
    context = at(trace, "context")
    rows = with_added(trace, rows_of(trace, ()), (), [context, 0, context])
    assert rows.spans.tolist() == [0, 1, 2, 3, ADDED, ADDED - 2, 4, ADDED - 1]
    assert rows.row_of[at(trace, "reply")] == 6
    assert [rows.depth(trace, row) for row in (4, 5, 7)] == [2, 2, 1]
    assert guides(trace, rows, 0, rows.n)[3] == [True, True], "the last real child has a sibling now"
    closed = with_added(trace, rows_of(trace, {context}), {context}, [context])
    assert closed.spans.tolist() == [0, 1, 4]


def test_a_huge_trace_opens_only_so_far() -> None:
    assert closed_at_first(flat(2_000)) == set()
    big = flat(OPEN_AT_MOST + 10)
    assert 0 not in closed_at_first(big), "the root itself is always open"
    chain = deep(OPEN_AT_MOST + 50)
    assert rows_of(chain, closed_at_first(chain)).n <= OPEN_AT_MOST


def test_below_names_the_spans_with_children() -> None:
    trace = drawn(TREE)
    assert names(trace, below(trace, 0)) == ["agent", "context"]


def test_header_is_not_a_span() -> None:
    trace = build_trace([span_row(1, 77, "lost", 10, 20)])
    assert rows_of(trace, ()).spans.tolist() == [HEADER, 0]
