"""Trees as arrays of parents: preorder, cycles, without recursion and for any depth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Small = NDArray[np.int32]

LEVELS = 2_000
"""Trees deeper than this are walked span by span (1 µs each): a level costs some 10 µs, however few spans are on it."""


def preorder(parent: Ints, start: Ints, tie: Sequence[bytes] | NDArray[np.uint64]) -> tuple[Ints, Ints, Small, Small]:
    """(order, parent, depth, subtree_end) of a forest: parents first, siblings by start, then by id.

    `order` maps a new position to the old one; the other three are in the new order. Cycles are cut at the span that
    starts first among those on the cycle. `tie` are the ids, as bytes of equal length or as numbers.
    """
    parent = cut_cycles(parent, start)
    grouped = _by_parent(parent, start, tie)
    levels = _levels(parent, grouped)
    if levels is None:
        order, depth, subtree_end = _walked(parent, grouped)
    else:
        order, depth, subtree_end = _leveled(parent, levels)
    position = np.empty(len(parent), np.int64)
    position[order] = np.arange(len(parent))
    moved = parent[order]
    return order, np.where(moved >= 0, position[moved], -1), depth, subtree_end


def _by_parent(parent: Ints, start: Ints, tie: Sequence[bytes] | NDArray[np.uint64]) -> Ints:
    """All spans by parent (roots first), siblings by start, then by id."""
    if not isinstance(tie, np.ndarray):
        tie = as_numbers(tie) if all(len(one) == 8 for one in tie) else np.array(_ranks(tie), np.uint64)
    return np.lexsort((tie, start, parent))


def as_numbers(ids: Sequence[bytes]) -> NDArray[np.uint64]:
    """Ids of 8 bytes as numbers, in the same order as their bytes."""
    return np.frombuffer(b"".join(ids), ">u8").astype(np.uint64)


def _ranks(ids: Sequence[bytes]) -> list[int]:
    rank = {one: place for place, one in enumerate(sorted(ids))}
    return [rank[one] for one in ids]


def _levels(parent: Ints, grouped: Ints) -> list[Ints] | None:
    """The spans of each depth, siblings together and in order; None where there are more than `LEVELS`."""
    n = len(parent)
    first = np.searchsorted(parent[grouped], np.arange(-1, n + 1))
    found: list[Ints] = []
    level = grouped[:first[1]]
    while len(level):
        if len(found) == LEVELS:
            return None
        found.append(level)
        counts = first[level + 2] - first[level + 1]
        parents = level[counts > 0]
        level = grouped[_stretches(first[parents + 1], counts[counts > 0])]
    return found


def _stretches(begins: Ints, lengths: Ints) -> Ints:
    """The numbers of all stretches [begin, begin + length), one after another."""
    if not len(begins):
        return np.zeros(0, np.int64)
    stops = np.cumsum(lengths)
    return np.arange(stops[-1]) + np.repeat(begins - (stops - lengths), lengths)


def _leveled(parent: Ints, levels: list[Ints]) -> tuple[Ints, Small, Small]:
    """Sizes from the deepest level up, then places from the roots down."""
    n = len(parent)
    size = np.ones(n, np.int64)
    depth, place = np.empty(n, np.int32), np.empty(n, np.int64)
    for level in levels[:0:-1]:
        np.add.at(size, parent[level], size[level])
    for number, level in enumerate(levels):
        depth[level] = number
        sizes, above = size[level], parent[level]
        before = np.cumsum(sizes) - sizes                 # of all spans of this level that stand before
        if number == 0:
            place[level] = before
            continue
        new = np.r_[True, above[1:] != above[:-1]]
        place[level] = place[above] + 1 + before - np.repeat(before[new], np.diff(np.r_[np.flatnonzero(new), len(level)]))
    order = np.empty(n, np.int64)
    order[place] = np.arange(n)
    return order, depth[order], (np.arange(n) + size[order]).astype(np.int32)


def _walked(parent: Ints, grouped: Ints) -> tuple[Ints, Small, Small]:
    """The same span by span, with a stack."""
    n = len(parent)
    order = np.empty(n, np.int64)
    depth, subtree_end = np.empty(n, np.int32), np.empty(n, np.int32)
    members, cuts = grouped.tolist(), np.searchsorted(parent[grouped], np.arange(-1, n + 1)).tolist()
    stack: list[tuple[int, int, int]] = []                   # (next member, stop, position of the parent)
    at, stop, owner, level = cuts[0], cuts[1], -1, 0
    count = 0
    while True:
        if at < stop:
            node = members[at]
            order[count] = node
            depth[count] = level
            stack.append((at + 1, stop, owner))
            owner, at, stop = count, cuts[node + 1], cuts[node + 2]
            count += 1
            level += 1
            continue
        if not stack:
            return order, depth, subtree_end
        subtree_end[owner] = count
        at, stop, owner = stack.pop()
        level -= 1


def cut_cycles(parent: Ints, start: Ints) -> Ints:
    """Parents with every cycle cut: the member of a cycle that starts first becomes a root."""
    n = len(parent)
    if not n or not (parent >= 0).any():
        return parent
    jump = parent.copy()
    for _ in range(n.bit_length() + 1):                      # pointer doubling: only members of cycles never reach -1
        live = jump >= 0
        if not live.any():
            return parent
        jump[live] = jump[jump[live]]
    parent = parent.copy()
    state = np.zeros(n, np.int8)
    for member in np.flatnonzero(jump >= 0).tolist():
        path = []
        node = member
        while node >= 0 and state[node] == 0:
            state[node] = 1
            path.append(node)
            node = int(parent[node])
        if node >= 0 and state[node] == 1:
            cycle = path[path.index(node):]
            parent[min(cycle, key=lambda i: (start[i], i))] = -1
        state[path] = 2
    return parent
