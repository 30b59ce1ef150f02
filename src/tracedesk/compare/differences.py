"""What differs between two aligned traces, span by span, and where the difference of the totals comes from.

A span is slower by its own work: a parent that grew no more than what is inside it did is not named. The difference of the
totals is added up from the critical paths: every ns of a total lies on its path exactly once, so the parts add up to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracedesk.base.clock import NS_PER_MS
from tracedesk.compare.align import Pair, align
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.trace import UNKNOWN, Trace

NOTICED_SHARE, NOTICED_NS = 0.15, 60 * NS_PER_MS
NOTICED_OF_TOTAL = 0.005
"""Slower or faster counts from more than 15 % and more than 60 ms on, in short traces from half a percent of the total."""

ADDED, REMOVED, RENAMED, SLOWER, FASTER, CHANGED, SAME = "added", "removed", "renamed", "slower", "faster", "changed", "same"

PathPiece = tuple[int, int, int]
"""(span index, start ns, end ns) of a critical path."""


class Change(NamedTuple):
    """One span that differs. `kind` is one of the words above; `total_ns` is B's length minus A's, `own_ns` the part of it
    that the children do not explain; token and cost differences are None where either side is not known. `noticed`: large
    enough to be shown in colour. `what` says in words what else differs (status, model, kind)."""

    pair: Pair
    kind: str
    own_ns: int
    total_ns: int
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_nusd: int | None = None
    noticed: bool = True
    what: tuple[str, ...] = ()


class Part(NamedTuple):
    """A span's part in the difference of the totals: ns more (or less) on B's critical path than on A's."""

    pair: Pair
    ns: int


@dataclass(frozen=True)
class Comparison:
    """Two traces beside each other. `rows` hold every span of both once."""

    a: Trace
    b: Trace
    rows: list[Pair]
    changes: list[Change]
    parts: list[Part]

    @property
    def total_a_ns(self) -> int:
        """Length of A."""
        return self.a.t1_ns - self.a.t0_ns

    @property
    def total_b_ns(self) -> int:
        """Length of B."""
        return self.b.t1_ns - self.b.t0_ns

    def count(self, kind: str) -> int:
        """How many changes of a kind."""
        return sum(change.kind == kind for change in self.changes)

    @property
    def matched(self) -> int:
        """How many spans both have."""
        return sum(row.a is not None and row.b is not None for row in self.rows)


def compare(a: Trace, b: Trace, path_a: Sequence[PathPiece] = (), path_b: Sequence[PathPiece] = ()) -> Comparison:
    """Lay two traces beside each other; with their critical paths also say where the difference comes from."""
    rows = align(a, b)
    least = min(NOTICED_NS, int(NOTICED_OF_TOTAL * max(1, a.t1_ns - a.t0_ns)))
    inside = _inside(a, b, rows)
    changes = [change for row in rows if (change := _change(a, b, row, inside.get(row.b, (0, 0)), least)) is not None]
    return Comparison(a, b, rows, changes, _parts(rows, path_a, path_b))


def _inside(a: Trace, b: Trace, rows: Sequence[Pair]) -> dict[int | None, tuple[int, int]]:
    """By index in B: how much the children shrank in all (0 or less) and grew in all; new and missing ones count whole."""
    partner = {row.a: row.b for row in rows}
    found: dict[int | None, tuple[int, int]] = {}
    for row in rows:
        above = int(b.parent[row.b]) if row.b is not None else partner.get(int(a.parent[row.a or 0]), -1)
        if above is None or above < 0:
            continue
        grown = (_length(b, row.b) if row.b is not None else 0) - (_length(a, row.a) if row.a is not None else 0)
        less, more = found.get(above, (0, 0))
        found[above] = (less + min(0, grown), more + max(0, grown))
    return found


def _length(trace: Trace, index: int) -> int:
    return int(trace.end_ns[index] - trace.start_ns[index])


def _change(a: Trace, b: Trace, row: Pair, inside: tuple[int, int], least_ns: int) -> Change | None:
    if row.a is None or row.b is None:
        trace, index = (b, row.b) if row.a is None else (a, row.a)
        assert index is not None
        sign = 1 if row.a is None else -1
        return Change(row, ADDED if row.a is None else REMOVED, sign * int(trace.self_ns[index]), sign * _length(trace, index))
    i, j = row.a, row.b
    total = _length(b, j) - _length(a, i)
    own = total - min(max(total, inside[0]), inside[1])
    figures = {name: _minus(a, b, i, j, name) for name in ("input_tokens", "output_tokens", "cost_nusd")}
    what = _words(a, b, i, j)
    if not (own or what or row.renamed or any(figures.values())):
        return None
    noticed = abs(own) > least_ns and abs(own) > NOTICED_SHARE * _length(a, i)
    kind = RENAMED if row.renamed else (SLOWER if own > 0 else FASTER) if own else CHANGED
    return Change(row, kind, own, total, **figures, noticed=noticed or row.renamed or bool(what), what=what)


def _minus(a: Trace, b: Trace, i: int, j: int, name: str) -> int | None:
    before, after = int(getattr(a, name)[i]), int(getattr(b, name)[j])
    return None if UNKNOWN in (before, after) else after - before


def _words(a: Trace, b: Trace, i: int, j: int) -> tuple[str, ...]:
    found = []
    if a.status[i] != b.status[j] and Status.ERROR in (a.status[i], b.status[j]):
        found.append(f"status {Status(int(a.status[i])).label} → {Status(int(b.status[j])).label}")
    if a.kind[i] != b.kind[j]:
        found.append(f"kind {Kind(int(a.kind[i])).label} → {Kind(int(b.kind[j])).label}")
    if a.model[i] != b.model[j]:
        found.append(f"model {a.model[i] or '—'} → {b.model[j] or '—'}")
    return tuple(found)


def _parts(rows: Sequence[Pair], path_a: Sequence[PathPiece], path_b: Sequence[PathPiece]) -> list[Part]:
    """Time on path B minus time on path A, by row; what does not differ is left out, the largest first."""
    on_a, on_b = _on_path(path_a), _on_path(path_b)
    found = []
    for row in rows:
        ns = on_b.get(row.b, 0) - on_a.get(row.a, 0)
        if ns:
            found.append(Part(row, ns))
    return sorted(found, key=lambda part: -abs(part.ns))


def _on_path(path: Sequence[PathPiece]) -> dict[int | None, int]:
    found: dict[int | None, int] = {}
    for span, start, end in path:
        found[span] = found.get(span, 0) + end - start
    return found
