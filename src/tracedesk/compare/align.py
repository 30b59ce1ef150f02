"""Which span of one trace stands where a span of another stands: same name, place and order in the tree.

From the roots down: of a matched pair the children are laid beside each other. A sequence alignment keeps their order and
prefers equal names, then alike subtrees and lengths, so that of five equal calls the one that is missing is found missing.
What changed places (parallel calls start in any order) is then matched by name across; what stands alone between two
matched neighbours, on both sides and of one kind, is the same step under another name. Copies that kept their span ids are
matched by them. No recursion; families too wide for the alignment are matched by name and count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tracedesk.model.trace import Trace

CELLS_AT_MOST = 40_000
"""Width × width of a family up to which it is aligned: 200 × 200 takes about 50 ms."""

NAME, SHAPE, LENGTH = 4.0, 1.0, 1.0
"""What equal names, equal subtrees and equal lengths are worth; no match is worth 0."""


class Pair(NamedTuple):
    """One row of a comparison: indexes in A and B, one of them None where the span stands alone."""

    a: int | None
    b: int | None
    renamed: bool = False


def align(a: Trace, b: Trace) -> list[Pair]:
    """Every span of both traces, each once; in the order of B, spans that only A has after what came before them in A."""
    partner: dict[int, int] = {}
    renamed: set[int] = set()
    signature_a, signature_b = _signatures(a), _signatures(b)
    todo = [(a.roots.tolist(), b.roots.tolist())]
    while todo:
        ours, theirs = todo.pop()
        for i, j, other_name in _family(a, b, ours, theirs, signature_a, signature_b):
            partner[i] = j
            if other_name:
                renamed.add(i)
            inner = a.children(i), b.children(j)
            if inner[0] and inner[1]:
                todo.append(inner)
    return _in_order(a, b, partner, renamed)


def _signatures(trace: Trace) -> list[int]:
    """A number per span for the names in its subtree: equal for equal trees, whatever their times."""
    names = [hash((trace.name[index], int(trace.kind[index]))) for index in range(trace.n)]
    found = list(names)
    for index in range(trace.n - 1, 0, -1):                  # children come after their parent
        parent = int(trace.parent[index])
        if parent >= 0:
            found[parent] = (found[parent] * 31 + found[index]) & 0xFFFFFFFFFFFF
    return found


def _family(
    a: Trace, b: Trace, ours: Sequence[int], theirs: Sequence[int], signature_a: list[int], signature_b: list[int]
) -> list[tuple[int, int, bool]]:
    """(index in A, index in B, under another name) of the members of two families that belong together."""
    ours, theirs = _by_time(a, ours, signature_a), _by_time(b, theirs, signature_b)
    by_id = [(i, b.index_of[a.span_ids[i]]) for i in ours if a.span_ids[i] in b.index_of]
    there = set(theirs)
    known = {j: i for i, j in by_id if j in there}
    found = [(i, j, a.name[i] != b.name[j]) for j, i in known.items()]
    taken = set(known.values())
    left = [i for i in ours if i not in taken]
    right = [j for j in theirs if j not in known]
    if not left or not right:
        return found
    if len(left) * len(right) <= CELLS_AT_MOST:
        pairs = _aligned(a, b, left, right, signature_a, signature_b)
    else:
        pairs = _by_count(a, b, left, right)
    pairs += _crossed(a, b, left, right, pairs)
    pairs += _renamed(a, b, left, right, pairs)
    return found + [(i, j, _key(a, i) != _key(b, j)) for i, j in pairs]


def _by_time(trace: Trace, members: Sequence[int], signatures: list[int]) -> list[int]:
    """Siblings by start. Those that start together go by what they are, not by their ids, which differ in each run."""
    starts, ends, statuses = trace.start_ns, trace.end_ns, trace.status
    return sorted(members, key=lambda index: (int(starts[index]), int(ends[index]), trace.name[index] or "", signatures[index],
                                              int(statuses[index]), trace.model[index] or ""))


def _key(trace: Trace, index: int) -> tuple[str | None, int]:
    return trace.name[index], int(trace.kind[index])


def _aligned(
    a: Trace, b: Trace, left: Sequence[int], right: Sequence[int], signature_a: list[int], signature_b: list[int]
) -> list[tuple[int, int]]:
    """Needleman and Wunsch's alignment of two sequences of siblings; only equal names are matched."""
    n, m = len(left), len(right)
    score = np.zeros((n + 1, m + 1))
    worth = [[_worth(a, b, i, j, signature_a, signature_b) for j in right] for i in left]
    for x in range(1, n + 1):
        above, row, worths = score[x - 1], score[x], worth[x - 1]
        for y in range(1, m + 1):
            best = max(above[y], row[y - 1])
            row[y] = max(best, above[y - 1] + worths[y - 1]) if worths[y - 1] > 0 else best
    pairs, x, y = [], n, m
    while x and y:
        here = worth[x - 1][y - 1]
        if here > 0 and score[x, y] == score[x - 1, y - 1] + here:
            pairs.append((left[x - 1], right[y - 1]))
            x, y = x - 1, y - 1
        elif score[x, y] == score[x - 1, y]:
            x -= 1
        else:
            y -= 1
    return pairs[::-1]


def _worth(a: Trace, b: Trace, i: int, j: int, signature_a: list[int], signature_b: list[int]) -> float:
    if _key(a, i) != _key(b, j):
        return 0.0
    before, after = _length(a, i), _length(b, j)
    alike = 1.0 / (1.0 + abs(math.log((after + 1) / (before + 1))))
    return NAME + SHAPE * (signature_a[i] == signature_b[j]) + LENGTH * alike


def _length(trace: Trace, index: int) -> int:
    return int(trace.end_ns[index] - trace.start_ns[index])


def _by_count(a: Trace, b: Trace, left: Sequence[int], right: Sequence[int]) -> list[tuple[int, int]]:
    """The k-th of a name beside the k-th of that name."""
    waiting: dict[tuple[str | None, int], list[int]] = {}
    for j in reversed(right):
        waiting.setdefault(_key(b, j), []).append(j)
    return [(i, stack.pop()) for i in left if (stack := waiting.get(_key(a, i)))]


def _crossed(
    a: Trace, b: Trace, left: Sequence[int], right: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Equal names among what is left over: they changed places."""
    taken_a, taken_b = {i for i, _ in pairs}, {j for _, j in pairs}
    return _by_count(a, b, [i for i in left if i not in taken_a], [j for j in right if j not in taken_b])


def _renamed(
    a: Trace, b: Trace, left: Sequence[int], right: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Spans of one kind that stand alone between the same neighbours on both sides."""
    of_a, of_b = dict(pairs), {j: i for i, j in pairs}
    gaps_a, gaps_b = _gaps(left, of_a, lambda i: of_a[i]), _gaps(right, of_b, lambda j: j)
    found = []
    for place, alone in gaps_a.items():
        others = list(gaps_b.get(place, []))
        for i in alone:
            same = next((j for j in others if a.kind[i] == b.kind[j]), None)
            if same is not None:
                others.remove(same)
                found.append((i, same))
    return found


def _gaps(members: Sequence[int], matched: dict[int, int], place_of) -> dict[int, list[int]]:
    """Unmatched members by the matched one before them (as an index in B; -1 at the beginning)."""
    found: dict[int, list[int]] = {}
    place = -1
    for member in members:
        if member in matched:
            place = place_of(member)
        else:
            found.setdefault(place, []).append(member)
    return found


def _in_order(a: Trace, b: Trace, partner: dict[int, int], renamed: set[int]) -> list[Pair]:
    after: dict[int, list[int]] = {}
    last = -1
    for i in range(a.n):
        if i in partner:
            last = partner[i]
        else:
            after.setdefault(last, []).append(i)
    of_b = {j: i for i, j in partner.items()}
    rows = [Pair(i, None) for i in after.get(-1, [])]
    for j in range(b.n):
        partner_in_a = of_b.get(j)
        rows.append(Pair(partner_in_a, j, partner_in_a in renamed))
        rows += [Pair(alone, None) for alone in after.get(j, [])]
    return rows
