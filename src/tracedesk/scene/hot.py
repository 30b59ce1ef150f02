"""Spans of one name, kind and step as a group: how often, how long, how dear; and the groups that a trace spends its time in.

Every figure is a sum or a nearest rank over the spans themselves. `selection` is the spans that start in a stretch of time,
or all. The time of a group is the own time of its spans and of everything below them, each counted once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import UNKNOWN, Trace
from tracedesk.scene.flame import looks

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
HOTTEST = 7


class Hot(NamedTuple):
    """A group by its longest span: own time, number of spans, nearest ranks of the durations of those that ended, or None."""

    span: int
    self_ns: int
    spans: int
    p50_ns: int | None
    p95_ns: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """What is known of a group in the selection. `whole_ns` is all span time of the selection; `run_ns` and `run_whole_ns` are
    the same of the whole trace, `run_count` how many it has there. `durations_ns` are of the spans that ended, sorted.
    Tokens are None where no call says them; `silent` calls say none and should, `partial`: a count leaves some out;
    `unpriced` calls have no known cost. `kinds` are (kind, own ns) of the group's time, most first."""

    span: int
    count: int
    run_count: int
    failed: int
    total_ns: int
    self_ns: int
    whole_ns: int
    run_ns: int
    run_whole_ns: int
    durations_ns: Ints
    calls: int
    silent: int
    partial: bool
    input_tokens: int | None
    output_tokens: int | None
    cost_nusd: int | None
    unpriced: int
    kinds: tuple[tuple[int, int], ...]


class Groups:
    """The groups of a trace, in the selection of `stretch` (begin, end; None: everything), which has `whole_ns` of span time.
    `elsewhere` flags calls whose figures another span has as well."""

    def __init__(self, trace: Trace, stretch: tuple[int, int] | None = None, elsewhere: Flags | None = None) -> None:
        self._trace = trace
        self._look = looks(trace)
        self.selective = stretch is not None
        self._counted = np.ones(trace.n, np.bool_) if stretch is None else \
            (trace.start_ns >= stretch[0]) & (trace.start_ns < stretch[1])
        self._own_ns = np.where(self._counted, trace.self_ns, 0)
        self.whole_ns = int(self._own_ns.sum())
        self._calls = self._counted & (trace.cost_status != CostStatus.NONE)
        if elsewhere is not None:
            self._calls &= ~elsewhere

    def hottest(self, most: int = HOTTEST) -> list[Hot]:
        """The groups with most own time, most first; none without any."""
        about_ns = np.bincount(self._look, weights=self._own_ns)       # floats: good enough to choose by
        found = []
        for look in np.argsort(-about_ns, kind="stable")[:most].tolist():
            if about_ns[look] > 0:
                members = np.flatnonzero((self._look == look) & self._counted)
                durations = self._durations(members)
                found.append(Hot(self._longest(members), int(self._own_ns[members].sum()), len(members),
                                 ranked(durations, 50), ranked(durations, 95)))
        return sorted(found, key=lambda hot: -hot.self_ns)

    def alike(self, one: int, other: int) -> bool:
        """Whether two spans are of one group."""
        return bool(self._look[one] == self._look[other])

    def group(self, span: int) -> Group:
        """The group of a span."""
        trace, every = self._trace, np.flatnonzero(self._look == self._look[span])
        members = every[self._counted[every]]
        inside = _covered(trace, every)
        times = np.where(inside, self._own_ns, 0)
        calls = members[self._calls[members]]
        given, made = (column[calls] for column in (trace.input_tokens, trace.output_tokens))
        tells, known = _tells_tokens(trace, calls), trace.cost_nusd[calls] >= 0
        kinds = [(kind, int(times[trace.kind == kind].sum())) for kind in np.unique(trace.kind[inside]).tolist()]
        return Group(
            span=self._longest(members) if len(members) else span, count=len(members), run_count=len(every),
            failed=int(np.count_nonzero(trace.status[members] == Status.ERROR)),
            total_ns=int(times.sum()), self_ns=int(self._own_ns[members].sum()), whole_ns=self.whole_ns,
            run_ns=int(trace.self_ns[inside].sum()), run_whole_ns=int(trace.self_ns.sum()),
            durations_ns=self._durations(members), calls=len(calls),
            silent=int(np.count_nonzero((given == UNKNOWN) & (made == UNKNOWN) & tells)),
            partial=any((count != UNKNOWN).any() and bool(((count == UNKNOWN) & tells).any()) for count in (given, made)),
            input_tokens=_sum(given), output_tokens=_sum(made),
            cost_nusd=int(trace.cost_nusd[calls][known].sum()) if known.any() else None,
            unpriced=int(np.count_nonzero(~known)),
            kinds=tuple(sorted(((kind, ns) for kind, ns in kinds if ns > 0), key=lambda item: (-item[1], item[0]))))

    def _durations(self, members: Ints) -> Ints:
        ended = members[~self._trace.unfinished[members]]
        return np.sort(self._trace.end_ns[ended] - self._trace.start_ns[ended])

    def _longest(self, members: Ints) -> int:
        return int(members[np.argmax(self._trace.end_ns[members] - self._trace.start_ns[members])])


def ranked(ordered: Ints, percent: int) -> int | None:
    """The nearest rank of sorted values; None where there are none."""
    return int(ordered[max(0, -(-percent * len(ordered) // 100) - 1)]) if len(ordered) else None


def histogram(durations_ns: Ints, bins: int) -> Ints:
    """How many durations lie in each of equal bins from 0 to the longest; one that lies on an edge belongs to the next."""
    longest = max(1, int(durations_ns[-1])) if len(durations_ns) else 1
    return np.bincount(np.minimum(durations_ns * bins // longest, bins - 1), minlength=bins).astype(np.int64)


def _covered(trace: Trace, spans: Ints) -> Flags:
    """The spans, in preorder, and everything below them."""
    ends = np.maximum.accumulate(trace.subtree_end[spans])
    top = np.concatenate([[True], spans[1:] >= ends[:-1]]) if len(spans) else np.zeros(0, np.bool_)
    change = np.zeros(trace.n + 1, np.int8)
    change[ends[top]] -= 1
    change[spans[top]] += 1
    return np.cumsum(change[:-1], dtype=np.int8).view(np.bool_)


def _tells_tokens(trace: Trace, calls: Ints) -> Flags:
    """Which calls should say how many tokens they took: not one that was priced without, like a rerank."""
    found: Flags = (trace.kind[calls] == Kind.LLM) | (trace.cost_status[calls] == CostStatus.NO_USAGE)
    return found


def _sum(counts: Ints) -> int | None:
    known = counts[counts != UNKNOWN]
    return int(known.sum()) if len(known) else None
