"""What the compare page asks the store, each question one function that runs on a reader's thread. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tracedesk.base.errors import NotFound
from tracedesk.compare import text
from tracedesk.compare.align import Pair
from tracedesk.compare.differences import Comparison, compare
from tracedesk.compare.median import FEWEST, median_trace
from tracedesk.compare.spoken import INPUT, OUTPUT, SYSTEM, texts_of
from tracedesk.model.kinds import Kind
from tracedesk.model.signs import from_json
from tracedesk.model.summary import TraceSummary
from tracedesk.model.trace import Trace
from tracedesk.scene.text import second_name
from tracedesk.semconv.read import log_owners, read
from tracedesk.store import baselines, questions
from tracedesk.store.connect import Store
from tracedesk.store.peers import same_program
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.critical_path import critical_path

MEDIAN = b"median"
"""Stands for "the usual run" where the id of a trace is expected."""
RUNS, LISTED = 50, 12
PATH_SPANS = 200_000
"""Above this many spans the critical path, and so where the difference comes from, is left out."""


@dataclass(frozen=True)
class Retrieved:
    """Documents of the first search of a trace: how many were asked for (else found), and how many a reranker kept."""

    k: int | None
    kept: int | None


@dataclass
class Side:
    """One of the two. `summary` is None for the usual run of a program, which is no trace of the store; then nothing is known
    of its documents and scores. `judge` is the mean of the scores between 0 and 1."""

    trace: Trace
    summary: TraceSummary | None
    runs: int = 0
    retrieved: Retrieved | None = None
    judge: float | None = None


@dataclass
class Compared:
    """Two traces beside each other."""

    a: Side
    b: Side
    found: Comparison
    pinned: bytes | None = None


@dataclass(frozen=True)
class SaidOtherwise:
    """A text of a pair of spans that differs, or is shown because the pair is selected."""

    title: str
    about: str
    lines: list[text.Line]


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
        a = Side(usual, None, len(others))
    else:
        a = _side(store, first)
    assert b.summary is not None
    found = compare(a.trace, b.trace, _path(a.trace), _path(b.trace))
    return Compared(a, b, found, baselines.of(store, b.summary.name, b.summary.service))


def _side(store: Store, trace_id: bytes) -> Side:
    trace = questions.trace(store, trace_id)
    scores = [sign.value for row in questions.rows(store, trace_id) if row.signs for sign in from_json(row.signs)
              if sign.key == "score" and sign.value is not None and 0 <= sign.value <= 1]
    return Side(trace, questions.summary(store, trace_id), retrieved=_retrieved(store, trace),
                judge=sum(scores) / len(scores) if scores else None)


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


def texts(store: Store, compared: Compared, pair: Pair | None) -> list[SaidOtherwise]:
    """What a pair of spans was told and answered, side by side; without a pair, or for one that said nothing, what the last
    model call was told and answered otherwise."""
    mine = _texts(store, compared, pair) if pair is not None else []
    if mine:
        return mine
    calls = [row for row in compared.found.rows
             if row.a is not None and row.b is not None and compared.found.b.kind[row.b] == Kind.LLM]
    for row in reversed(calls):
        found = _texts(store, compared, row)
        if any(not text.is_equal(item.lines) for item in found):
            return found
    return _texts(store, compared, calls[-1]) if calls else []


def _texts(store: Store, compared: Compared, pair: Pair) -> list[SaidOtherwise]:
    before, after = _said(store, compared.a, pair.a), _said(store, compared.b, pair.b)
    index, trace = (pair.b, compared.b.trace) if pair.b is not None else (pair.a, compared.a.trace)
    name = trace.name[index or 0] or ""
    order = [title for title in (SYSTEM, INPUT, OUTPUT) if title in before or title in after]
    name = " ".join(filter(None, (name, second_name(trace, index or 0))))
    found = [SaidOtherwise(title, name, text.diff(before.get(title, ""), after.get(title, ""))) for title in order]
    told, answered = [item for item in found if item.title != OUTPUT], [item for item in found if item.title == OUTPUT]
    return sorted(told, key=lambda item: text.is_equal(item.lines))[:1] + answered


def _said(store: Store, side: Side, index: int | None) -> dict[str, str]:
    if index is None or side.summary is None:
        return {}
    span, logs = questions.span(store, side.trace.trace_id, side.trace.span_ids[index])
    owners = log_owners(span)
    if owners != (span.span_id,):
        by_span = questions.trace_logs(store, side.trace.trace_id)
        logs = sorted((log for owner in owners for log in by_span.get(owner, [])), key=lambda log: log.time_ns)
    return texts_of(read(span, logs).values)
