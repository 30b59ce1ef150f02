"""What the traces page asks the store, each question one function that runs on a reader's thread. No Qt.

What it takes to answer (dialects, prices, the what-if engine) is imported there, at the first question that needs it, so
that the window need not wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from tracedesk.base.clock import NS_PER_S, iso_time
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.query import TraceQuery
from tracedesk.model.span import LogRecord
from tracedesk.model.summary import TraceSummary
from tracedesk.model.trace import Trace
from tracedesk.store import questions
from tracedesk.store.connect import Store
from tracedesk.store.questions import Density, Peers
from tracedesk.ui.inspector.around import around as around_call
from tracedesk.ui.inspector.detail import SpanDetail, place_in
from tracedesk.ui.traces.critical_bar import Stretch, shares, stretches

if TYPE_CHECKING:
    from tracedesk.pricing.book import PriceBook
    from tracedesk.store.prices import CurrentBook

_own = threading.local()
PAGE = 200
RAW_SPANS = 200
COLUMNS, ROWS = 48, 7
AT_ONCE_SPANS = 2_000
"""Up to so many spans the critical path comes with the trace; of larger ones it follows, some seconds later at worst."""
PATH_SPANS = 200_000
"""Above this many spans the critical path is not computed by itself."""


@dataclass
class ListAnswer:
    """A page of the list and what stands around it."""

    rows: list[TraceSummary]
    total: int
    more: bool


@dataclass
class Around:
    """Facets and density of a result."""

    facets: dict[str, list[tuple[str, int]]]
    total: int
    density: Density


@dataclass
class OpenedTrace:
    """One trace, ready to be drawn. `path` are (span index, start, end); `slack_ns` per span, or None if not computed;
    `elsewhere` flags the spans whose figures are counted on another one, None where there are none."""

    summary: TraceSummary
    trace: Trace
    path: list[tuple[int, int, int]] = field(default_factory=list)
    bar: list[Stretch] = field(default_factory=list)
    slack_ns: Any = None
    elsewhere: NDArray[np.bool_] | None = None


def since(query: TraceQuery, range_ns: int | None) -> TraceQuery:
    """The query, narrowed to what began in the last `range_ns`, unless it names a beginning of its own."""
    if range_ns is None or any(term.key == "since" for term in query.terms):
        return query
    return query.plus(f"since {range_ns // NS_PER_S}s")


def brushed(start_ns: int, end_ns: int, low_ns: int | None, high_ns: int | None) -> str:
    """The terms of a stretch of the density strip."""
    words = [f"since {iso_time(start_ns)}", f"before {iso_time(end_ns)}"]
    words += [f"duration {op} {ns}ns" for op, ns in ((">=", low_ns), ("<=", high_ns)) if ns is not None]
    return " ".join(words)


def best_drop(store: Store, query: TraceQuery, range_ns: int | None) -> tuple[int, int] | None:
    """(index of the term whose removal brings most back, how many), or None where no single removal helps."""
    found = [(questions.count(store, since(query.without(index), range_ns)), index) for index in range(len(query.terms))]
    count, index = max(found, default=(0, 0))
    return (index, count) if count else None


def list_page(store: Store, query: TraceQuery) -> ListAnswer:
    """The newest page and how many there are in all."""
    rows = questions.traces(store, query, limit=PAGE)
    return ListAnswer(rows, questions.count(store, query), len(rows) == PAGE)


def older(store: Store, query: TraceQuery, last: TraceSummary) -> ListAnswer:
    """The page after a row."""
    rows = questions.traces(store, query, limit=PAGE, before=(last.start_ns, last.trace_id))
    return ListAnswer(rows, -1, len(rows) == PAGE)


def around(store: Store, query: TraceQuery) -> Around:
    """Facets and density of all traces that match."""
    return Around(questions.facets(store, query), questions.count(store, query), questions.density(store, query, COLUMNS, ROWS))


def opened(store: Store, trace_id: bytes) -> OpenedTrace:
    """A trace; of a small one with its critical path and slack, which `with_path` adds to a large one."""
    summary, trace = questions.summary(store, trace_id), questions.trace(store, trace_id)
    trace.index_of, trace.roots  # noqa: B018 - made here, where nobody waits for a frame
    found = OpenedTrace(summary, trace, elsewhere=_elsewhere(store, trace))
    return with_path(found) if found.trace.n <= AT_ONCE_SPANS else found


def _elsewhere(store: Store, trace: Trace) -> NDArray[np.bool_] | None:
    owners = questions.counted_on(store, trace.trace_id)
    if not owners:
        return None
    flags = np.zeros(trace.n, np.bool_)
    flags[[trace.index_of[span_id] for span_id in owners if span_id in trace.index_of]] = True
    return flags


def lacks_path(opened: OpenedTrace) -> bool:
    """Whether the critical path of this trace is still to be computed."""
    return opened.slack_ns is None and 0 < opened.trace.n <= PATH_SPANS


def with_path(opened: OpenedTrace) -> OpenedTrace:
    """The trace with its critical path and slack."""
    from tracedesk.whatif.baseline import Baseline
    from tracedesk.whatif.critical_path import critical_path
    from tracedesk.whatif.slack import slack

    baseline = Baseline.of(opened.trace)
    path = [(piece.span, piece.start_ns, piece.end_ns) for piece in critical_path(baseline)]
    return replace(opened, path=path, bar=stretches(opened.trace, path), slack_ns=slack(baseline))


def grown(store: Store, trace_id: bytes, changed: int) -> OpenedTrace | None:
    """The trace again if it changed since change number `changed`, else None."""
    return opened(store, trace_id) if questions.summary(store, trace_id).changed != changed else None


PEERS_WINDOW_NS = 30 * 86_400 * NS_PER_S
PEER_SPANS = 3


def peers(store: Store, opened: OpenedTrace) -> Peers | None:
    """How the trace and the spans that hold it up most compare with the other runs of its program in the 30 days before."""
    trace = opened.trace
    spans = [trace.span_ids[share.span] for share in shares(opened.bar)[:PEER_SPANS]]
    return questions.peers(store, trace.trace_id, spans, since_ns=opened.summary.start_ns - PEERS_WINDOW_NS)


def first_look(trace: Trace) -> bytes | None:
    """The span to select when a trace opens: the first failed one without failed children, else the last model call."""
    failed = np.flatnonzero(trace.status == Status.ERROR)
    if len(failed):
        inner = [index for index in failed.tolist()
                 if not (trace.status[index + 1:trace.subtree_end[index]] == Status.ERROR).any()]
        return trace.span_ids[inner[0]]
    calls = np.flatnonzero(trace.kind == Kind.LLM)
    if len(calls):
        return trace.span_ids[int(calls[np.argmax(trace.start_ns[calls])])]
    return trace.span_ids[0] if trace.n else None


def price_book(store: Store) -> PriceBook:
    """The prices of this moment, the user's included; each thread has a book of its own."""
    from tracedesk.store.prices import CurrentBook

    if not hasattr(_own, "book"):
        _own.book = CurrentBook()
    current: CurrentBook = _own.book
    return current.of(store)


def detail(store: Store, opened: OpenedTrace, span_id: bytes) -> SpanDetail:
    """Everything about one span."""
    from tracedesk.pricing.arithmetic import explain
    from tracedesk.semconv.read import read

    span, logs = questions.span(store, opened.trace.trace_id, span_id)
    fields = read(span, logs)
    index = opened.trace.index_of[span_id]
    on_path = any(piece[0] == index for piece in opened.path)
    slack_ns = None if opened.slack_ns is None or opened.slack_ns[index] < 0 else int(opened.slack_ns[index])
    elsewhere = questions.counted_on(store, opened.trace.trace_id)
    summary = opened.summary
    tags = {"user": summary.user_id, "session": summary.session_id, **summary.tags}
    book = price_book(store)
    cost = book.price(fields, span.start_ns)
    sent = span.attributes.get(fields.sources.get("tokens.input", ""))
    arithmetic = explain(fields, span.start_ns, book, reported_input=sent if type(sent) is int else None)
    return place_in(opened.trace, index, span, logs, fields, cost, on_critical_path=on_path,
                    slack_ns=slack_ns, counted=span_id not in elsewhere, counted_on=elsewhere.get(span_id),
                    arithmetic=arithmetic, window_tokens=book.context_window(fields),
                    around=around_call(store, opened.trace, index, fields), trace_tags=tags)


def logs(store: Store, trace_id: bytes) -> list[LogRecord]:
    """All log records of a trace, in time."""
    found = questions.trace_logs(store, trace_id)
    return sorted((log for group in found.values() for log in group), key=lambda log: log.time_ns)


def raw(store: Store, trace_id: bytes, span_id: bytes | None, span_count: int) -> str:
    """The selected span, else the whole trace, as OTLP/JSON; of a large trace only a sentence."""
    from tracedesk.wire.encode import traces_json

    if span_id is not None:
        spans: Sequence[Any] = [questions.span(store, trace_id, span_id)[0]]
    elif span_count <= RAW_SPANS:
        spans = [span for span, _ in questions.spans(store, trace_id)]
    else:
        return f"This trace has {span_count:,} spans. Select one to see what was received."
    return orjson.dumps(traces_json(spans), option=orjson.OPT_INDENT_2).decode("utf-8")
