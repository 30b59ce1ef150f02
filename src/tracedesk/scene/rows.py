"""Which spans have a row, and in which order: the open part of the tree, parents first, orphans in a group at the end.

Everything is a mask over the preorder of the Trace, so a million spans open and close in milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import Trace

HEADER = -1
"""Stands for a span in the row "no parent"."""

ADDED = -2
"""`ADDED - k` stands for the k-th span that only a simulation has."""

OPEN_AT_MOST = 5_000
"""A trace with more spans opens only as many levels as keep the rows below this."""

DEEPEST_INDENT = 12
"""Deeper rows are not indented further; a number says how deep they are (DESIGN section 5)."""

Indexes = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """`spans[row]` is an index of the Trace, `HEADER`, or `ADDED` and below; `row_of[span]` the row of a span, or of the
    nearest one above it that has a row. `header` is the row of the group of orphans, or None; below it every depth is one
    more. `added_below[k]` is the parent of the k-th added span."""

    spans: Indexes
    row_of: Indexes
    header: int | None
    orphans: int
    added_below: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.spans)

    def depth(self, trace: Trace, row: int) -> int:
        """How far the row is indented, before the limit."""
        span = int(self.spans[row])
        if span == HEADER:
            return 0
        in_group = self.header is not None and row > self.header
        if span <= ADDED:
            return int(trace.depth[self.added_below[ADDED - span]]) + 1 + in_group
        return int(trace.depth[span]) + in_group


class Block(NamedTuple):
    """Rows that come (`opens`) or go together, from row `first` on."""

    first: int
    rows: int
    opens: bool


def changed_block(before: Indexes, after: Indexes) -> Block | None:
    """What `after` has more or less than `before` if that is one stretch of rows; None where it is several or nothing."""
    shorter, longer = sorted((before, after), key=len)
    rows = len(longer) - len(shorter)
    differ = np.flatnonzero(shorter != longer[:len(shorter)])
    first = int(differ[0]) if len(differ) else len(shorter)
    if not rows or not np.array_equal(shorter[first:], longer[first + rows:]):
        return None
    return Block(first, rows, len(after) > len(before))


def rows_of(trace: Trace, closed: Collection[int]) -> Rows:
    """Rows where the spans of `closed` hide what is below them."""
    shown = _shown(trace, closed)
    if not trace.orphan.any():
        spans = np.flatnonzero(shown).astype(np.int32)
        return Rows(spans, (np.cumsum(shown) - 1).astype(np.int32), None, 0)
    root = np.cumsum(trace.parent < 0) - 1                   # which tree a span belongs to
    astray = trace.orphan[trace.roots][root]
    order = np.concatenate([np.flatnonzero(~astray), np.flatnonzero(astray)])
    shown_there = shown[order]
    header = int(np.count_nonzero(shown & ~astray))
    row_of = np.empty(trace.n, np.int32)
    row_of[order] = np.cumsum(shown_there) - 1
    row_of[astray] += 1
    spans = np.insert(order[shown_there].astype(np.int32), header, HEADER)
    return Rows(spans, row_of, header, int(np.count_nonzero(trace.orphan)))


def with_added(trace: Trace, rows: Rows, closed: Collection[int], parents: Sequence[int]) -> Rows:
    """The rows with one more per added span, after the last row below its parent; none where the parent is closed."""
    seen = [(k, parent) for k, parent in enumerate(parents)
            if parent not in closed and int(rows.spans[rows.row_of[parent]]) == parent]
    if not seen:
        return rows
    places = np.array([int(rows.row_of[int(trace.subtree_end[parent]) - 1]) + 1 for _, parent in seen])
    spans = np.insert(rows.spans, places, [ADDED - k for k, _ in seen]).astype(np.int32)
    before = np.searchsorted(np.sort(places), rows.row_of, side="right")
    header = rows.header
    if header is not None:
        header += int(np.count_nonzero(places <= header))
    return Rows(spans, (rows.row_of + before).astype(np.int32), header, rows.orphans, tuple(parents))


def _shown(trace: Trace, closed: Collection[int]) -> NDArray[np.bool_]:
    if not closed:
        return np.ones(trace.n, np.bool_)
    at = np.fromiter(closed, np.int64, len(closed))
    change = np.zeros(trace.n + 1, np.int32)
    np.add.at(change, at + 1, 1)
    np.add.at(change, trace.subtree_end[at], -1)
    return np.cumsum(change[:-1]) == 0


def closed_at_first(trace: Trace) -> set[int]:
    """What is closed when a trace opens: nothing, or in a huge one the deepest level that keeps the rows few."""
    if trace.n <= OPEN_AT_MOST:
        return set()
    levels = np.cumsum(np.bincount(trace.depth))
    deepest = max(1, int(np.searchsorted(levels, OPEN_AT_MOST, side="right")) - 1)
    return set(np.flatnonzero((trace.depth == deepest) & (trace.child_count > 0)).tolist())


def below(trace: Trace, index: int) -> list[int]:
    """The span and all spans below it that have children."""
    inside = np.arange(index, int(trace.subtree_end[index]))
    return inside[trace.child_count[inside] > 0].tolist()


def above(trace: Trace, index: int) -> list[int]:
    """The spans above one, nearest first."""
    found, at = [], int(trace.parent[index])
    while at >= 0:
        found.append(at)
        at = int(trace.parent[at])
    return found


def guides(trace: Trace, rows: Rows, first: int, last: int) -> list[list[bool]]:
    """For each row of `first..last`: per level whether the line of that level goes on below the row.

    Level k is the column under an ancestor of depth k; the last entry of a row is its own parent's column (True: it has
    a later sibling). Roots have an empty list. Only levels up to `DEEPEST_INDENT` are told.
    """
    if first >= last:
        return []
    last_orphan = int(np.flatnonzero(trace.orphan)[-1]) if rows.header is not None else -1

    more = set(rows.added_below)

    def goes_on(span: int) -> bool:
        parent = int(trace.parent[span])
        if parent in more:
            return True
        if parent < 0:
            return span < last_orphan
        return int(trace.subtree_end[span]) < int(trace.subtree_end[parent])

    def path(span: int, in_group: bool) -> list[bool]:
        chain = [span, *above(trace, span)][::-1]
        return [goes_on(member) for member in (chain if in_group else chain[1:])]

    found: list[list[bool]] = []
    state: list[bool] = []
    known = False
    for row in range(first, last):
        span = int(rows.spans[row])
        if span == HEADER:
            state, known = [], False
            found.append([])
            continue
        in_group = rows.header is not None and row > rows.header
        depth = rows.depth(trace, row)
        if span <= ADDED:
            parent = rows.added_below[ADDED - span]
            last = row + 1 >= rows.n or int(rows.spans[row + 1]) > ADDED
            found.append([*path(parent, in_group), not last][:DEEPEST_INDENT + 1])
            known = False
            continue
        if not known or depth > len(state) + 1:
            state, known = path(span, in_group), True
        else:
            state = [*state[:max(0, depth - 1)], goes_on(span)] if depth else []
        found.append(state[:DEEPEST_INDENT + 1])
    return found
