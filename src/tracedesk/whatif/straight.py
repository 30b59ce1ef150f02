"""Families that need no reading between the lines: children one after the other.

Most parents of real traces are like this, and a trace may have a million of them, so they are done all at once. Each
child waits for the one before, the parent's end for the last. Whatever could be read differently (overlap, calls so
short that they may be a launch loop, retries, classes known to run on their own, long series that may be paced) is left
to the sweep.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.program import Program
from tracedesk.whatif.rules.pacing import EVEN_AT_MOST
from tracedesk.whatif.spans import Spans

SERIES = 4
"""From this many children of one name on, a sequence may be paced (rule R)."""


def straight_parents(spans: Spans, asynchronous: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which parents have children strictly one after the other. `asynchronous`: children of classes under rule A."""
    straight = spans.child_count > 0
    parent = spans.parent[1:]
    start, end = spans.start[1:], spans.end[1:]
    odd = (end <= start) | (start < spans.start[parent]) | (end > spans.end[parent]) | asynchronous[1:]
    odd |= spans.failed[1:] & (spans.child_count[parent] > 1)
    follows = np.flatnonzero(parent[1:] == parent[:-1])      # pairs of neighbours in one family
    hurried = (start[follows + 1] < end[follows]) | (start[follows + 1] - start[follows] <= spans.tolerance.epsilon_ns)
    odd[follows[hurried]] = True
    straight[parent[odd]] = False
    straight[_maybe_paced(spans, np.flatnonzero(straight & (spans.child_count >= SERIES)))] = False
    return straight


def _maybe_paced(spans: Spans, parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of the parents with a series of one name at even intervals: the sweep looks closer."""
    among = np.zeros(spans.n, np.bool_)
    among[parents] = True
    child = 1 + np.flatnonzero(among[spans.parent[1:]])
    if len(child) < SERIES:
        return child[:0]
    key = spans.parent[child] * len(spans.names) + spans.name[child]
    order = np.argsort(key, kind="stable")                   # by class; within a class still by start
    child, key = child[order], key[order]
    pair = key[1:] == key[:-1]
    interval = (spans.start[child[1:]] - spans.start[child[:-1]])[pair].astype(np.float64)
    if not len(interval):
        return child[:0]
    classes, members = np.unique(key[1:][pair], return_inverse=True)
    count = np.bincount(members)
    mean = np.bincount(members, weights=interval) / count
    spread = np.sqrt(np.bincount(members, weights=(interval - mean[members]) ** 2) / count)
    even = (count >= SERIES - 1) & (spread <= EVEN_AT_MOST * mean)
    return np.unique(classes[even] // len(spans.names))


def write_straight(program: Program, straight: NDArray[np.bool_]) -> None:
    """Fill in the programs of those parents."""
    spans = program.spans
    child = 1 + np.flatnonzero(straight[spans.parent[1:]])
    if not len(child):
        return
    parent = spans.parent[child]
    nth = child - spans.first_child[parent]
    before = np.where(nth > 0, spans.end[child - 1], spans.start[parent])
    program.source[child] = program.first_base[parent] + nth
    program.target[child] = program.source[child] + 1
    program.gap[child] = spans.start[child] - before
    parents = np.flatnonzero(straight)
    count = spans.child_count[parents]
    program.base_count[parents] = count + 1
    program.end_source[parents] = program.first_base[parents] + count
    program.tail[parents] = spans.end[parents] - spans.end[spans.first_child[parents] + count - 1]
