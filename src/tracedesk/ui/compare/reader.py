"""What the compare page asks the store, each question one function that runs on a reader's thread. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

import numpy as np

from tracedesk.base.errors import NotFound
from tracedesk.compare.align import Pair
from tracedesk.compare.differences import Comparison, compare
from tracedesk.compare.groups import Group, by_tag, typical
from tracedesk.compare.median import FEWEST, median_trace
from tracedesk.model.kinds import Kind
from tracedesk.model.signs import from_json
from tracedesk.model.summary import TraceSummary
from tracedesk.model.trace import Trace
from tracedesk.semconv.read import read
from tracedesk.store import baselines, questions
from tracedesk.store.connect import Store
from tracedesk.store.peers import same_program
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.critical_path import critical_path

MEDIAN = b"median"
"""Stands for "the usual run" where the id of a trace is expected."""
RUNS, LISTED = 50, 12
RUNS_LOOKED_AT = 500
"""The latest so many runs of a program are sorted into groups."""
SPANS_AT_MOST = 200_000
"""The runs of a group are read until they have so many spans together."""
PATH_SPANS = 200_000
"""Above this many spans the critical path, and so where the difference comes from, is left out."""


@dataclass(frozen=True)
class Retrieved:
    """Documents of the first search of a trace: how many were asked for (else found), and how many a reranker kept."""

    k: int | None
    kept: int | None


@dataclass(frozen=True)
class Usual:
    """The figures of a usual run: medians of those of its runs, None where less than half of them know. `unpriced` calls of
    most runs are left out of the cost."""

    input_tokens: int | None
    output_tokens: int | None
    cost_nusd: int | None
    unpriced: int

    @classmethod
    def of(cls, runs: Sequence[TraceSummary]) -> Usual:
        """Of these runs, at least one."""
        return cls(_median(runs, lambda run: run.input_tokens), _median(runs, lambda run: run.output_tokens),
                   _median(runs, lambda run: run.cost_nusd), median_low(run.unpriced_calls for run in runs))


@dataclass
class Side:
    """One of the two. `summary` is None for the usual run of a program or of a `group`, which is no trace of the store; then
    `usual` has its figures. `judge` is the mean of the scores between 0 and 1. What a group said is what its typical run said;
    the usual run of a program says nothing."""

    trace: Trace
    summary: TraceSummary | None
    runs: int = 0
    retrieved: Retrieved | None = None
    judge: float | None = None
    usual: Usual | None = None
    group: Group | None = None


@dataclass
class Compared:
    """Two traces beside each other."""

    a: Side
    b: Side
    found: Comparison
    pinned: bytes | None = None


def partner_of(store: Store, trace_id: bytes) -> bytes:
    """With what a trace is compared unless the user says otherwise: the pinned baseline, else the run before it, else the
    usual run.

    Raises:
        NotFound: there is no other run of this program.
    """
    this = questions.summary(store, trace_id)
    pinned = baselines.of(store, this.name, this.service)
    if pinned is not None and pinned != trace_id:
        return pinned
    others = questions.summaries_of(store, same_program(store, trace_id, limit=RUNS))
    before = [other for other in others if other.start_ns < this.start_ns] or others
    if not before:
        raise NotFound("There is no other run of this program to compare with.", hint="Pick any trace with Ctrl click.")
    return before[0].trace_id


def compared(store: Store, first: bytes, second: bytes) -> Compared:
    """A beside B; A may be `MEDIAN`.

    Raises:
        NotFound: a trace is not there, or there are too few runs for a median.
    """
    b = _side(store, second)
    if first == MEDIAN:
        others = [questions.trace(store, other) for other in same_program(store, second, limit=RUNS)]
        usual = median_trace(b.trace, others)
        if usual is None:
            raise NotFound(f"There are only {len(others)} other runs of this program.",
                           hint=f"A median needs at least {FEWEST}.")
        a = Side(usual, None, len(others), usual=Usual.of(questions.summaries_of(store, [one.trace_id for one in others])))
    else:
        a = _side(store, first)
    assert b.summary is not None
    found = compare(a.trace, b.trace, _path(a.trace), _path(b.trace))
    return Compared(a, b, found, baselines.of(store, b.summary.name, b.summary.service))


def groups(store: Store, trace_id: bytes) -> dict[str, list[Group]]:
    """The groups of the runs of this trace's program by tag; see `by_tag`."""
    others = questions.summaries_of(store, same_program(store, trace_id, limit=RUNS_LOOKED_AT))
    runs = [questions.summary(store, trace_id), *others]
    return by_tag(sorted(runs, key=lambda run: run.start_ns, reverse=True))


def compared_groups(store: Store, first: Group, second: Group) -> Compared:
    """The usual run of one group beside the usual run of another.

    Raises:
        NotFound: runs were deleted, and too few are left for a median.
    """
    a, b = _group_side(store, first), _group_side(store, second)
    return Compared(a, b, compare(a.trace, b.trace, _path(a.trace), _path(b.trace)))


def _group_side(store: Store, group: Group) -> Side:
    runs = questions.summaries_of(store, list(group.trace_ids[:RUNS]))
    kept: list[TraceSummary] = []
    spans = 0
    for run in runs:
        if len(kept) < FEWEST or spans + run.span_count <= SPANS_AT_MOST:
            kept.append(run)
            spans += run.span_count
    traces = [questions.trace(store, run.trace_id) for run in kept]
    shape = typical(traces)
    usual = median_trace(shape, traces) if shape is not None else None
    if usual is None:
        raise NotFound(f"There are only {len(kept)} runs with {group.key} {group.value}.",
                       hint=f"A median needs at least {FEWEST}.")
    retrieved = [found for trace in traces if (found := _retrieved(store, trace)) is not None]
    known = Retrieved(_median(retrieved, lambda one: one.k), _median(retrieved, lambda one: one.kept)) if retrieved else None
    scores = [score for run in kept for score in _scores(store, run.trace_id)]
    return Side(usual, None, len(kept), known, sum(scores) / len(scores) if scores else None, Usual.of(kept), group)


def _median(runs: Sequence[Any], of: Callable[[Any], int | None]) -> int | None:
    """The lower median of what is known, None where less than half of them know."""
    known = [value for run in runs if (value := of(run)) is not None]
    return median_low(known) if known and 2 * len(known) >= len(runs) else None


def _side(store: Store, trace_id: bytes) -> Side:
    trace = questions.trace(store, trace_id)
    scores = _scores(store, trace_id)
    return Side(trace, questions.summary(store, trace_id), retrieved=_retrieved(store, trace),
                judge=sum(scores) / len(scores) if scores else None)


def _scores(store: Store, trace_id: bytes) -> list[float]:
    return [sign.value for row in questions.rows(store, trace_id) if row.signs for sign in from_json(row.signs)
            if sign.key == "score" and sign.value is not None and 0 <= sign.value <= 1]


def _retrieved(store: Store, trace: Trace) -> Retrieved | None:
    """What the first search asked for and the first reranker kept; None where nothing was searched."""
    found: dict[int, dict[str, Any]] = {}
    for kind in (Kind.RETRIEVER, Kind.RERANKER):
        spans = np.flatnonzero(trace.kind == kind)
        if len(spans):
            span, logs = questions.span(store, trace.trace_id, trace.span_ids[int(spans[0])])
            found[kind] = read(span, logs).values
    if not found:
        return None
    search, ranked = found.get(Kind.RETRIEVER, {}), found.get(Kind.RERANKER, {})
    k = search.get("retrieval.k")
    if k is None and isinstance(search.get("retrieval.documents"), list):
        k = len(search["retrieval.documents"])
    kept = len(ranked["rerank.output_documents"]) if isinstance(ranked.get("rerank.output_documents"), list) else ranked.get(
        "rerank.top_k")
    return Retrieved(k if isinstance(k, int) else None, kept if isinstance(kept, int) else None)


def _path(trace: Trace) -> list[tuple[int, int, int]]:
    if not 0 < trace.n <= PATH_SPANS:
        return []
    return [(piece.span, piece.start_ns, piece.end_ns) for piece in critical_path(Baseline.of(trace))]


def candidates(store: Store, trace_id: bytes) -> list[TraceSummary]:
    """Latest other runs of the same program."""
    return questions.summaries_of(store, same_program(store, trace_id, limit=LISTED))


def first_pair(found: Comparison) -> Pair | None:
    """The pair to look at first: the largest part of the difference, else the first model call."""
    if found.parts:
        return next((part.pair for part in found.parts if part.pair.a is not None and part.pair.b is not None), None)
    return next((row for row in found.rows if row.b is not None and found.b.kind[row.b] == Kind.LLM), None)
