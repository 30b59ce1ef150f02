"""Preorder against plain recursion, and its two ways against each other."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracedesk.model import forest

FORESTS = st.lists(st.tuples(st.integers(-1, 30), st.integers(0, 5)), min_size=1, max_size=31)


def arrays(drawn: list[tuple[int, int]]):
    n = len(drawn)
    parent = np.array([above if above < n and above != i else -1 for i, (above, _) in enumerate(drawn)], np.int64)
    return parent, np.array([start for _, start in drawn], np.int64), np.arange(n, dtype=np.uint64)[::-1].copy()


@given(FORESTS)
def test_preorder_is_what_recursion_gives(drawn) -> None:
    parent, start, tie = arrays(drawn)
    order, moved, depth, subtree_end = forest.preorder(parent, start, tie)
    parent = forest.cut_cycles(parent, start)
    expected: list[tuple[int, int]] = []

    def visit(above: int, level: int) -> None:
        for child in sorted(np.flatnonzero(parent == above).tolist(), key=lambda i: (start[i], tie[i])):
            expected.append((child, level))
            visit(child, level + 1)

    visit(-1, 0)
    assert list(zip(order.tolist(), depth.tolist(), strict=True)) == expected
    for place, old in enumerate(order.tolist()):
        assert parent[old] == (order[moved[place]] if moved[place] >= 0 else -1)
        after = [level for _, level in expected[place + 1:]]
        inside = next((count for count, level in enumerate(after) if level <= depth[place]), len(after))
        assert subtree_end[place] == place + 1 + inside


@given(FORESTS)
def test_walking_and_levelling_agree(drawn) -> None:
    parent, start, tie = arrays(drawn)
    parent = forest.cut_cycles(parent, start)
    grouped = forest._by_parent(parent, start, tie)
    levels = forest._levels(parent, grouped)
    assert levels is not None
    for a, b in zip(forest._walked(parent, grouped), forest._leveled(parent, levels), strict=True):
        assert a.tolist() == b.tolist()


def test_a_chain_deeper_than_levels_is_walked() -> None:
    n = forest.LEVELS + 100
    order, _, depth, subtree_end = forest.preorder(np.arange(-1, n - 1), np.zeros(n, np.int64), np.arange(n, dtype=np.uint64))
    assert order.tolist() == depth.tolist() == list(range(n))
    assert set(subtree_end.tolist()) == {n}


def test_ids_of_any_length_break_ties() -> None:
    order, *_ = forest.preorder(np.full(3, -1), np.zeros(3, np.int64), [b"b", b"abc", b"a"])
    assert order.tolist() == [2, 1, 0]
