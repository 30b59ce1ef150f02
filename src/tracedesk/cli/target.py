"""What TARGET means on the command line: a trace id in the store, a unique prefix of one, or a file that importers know.

A file is only looked at, nothing of it is stored. The store is opened for reading, and only when a target asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracedesk.base.errors import DataError, NotFound
from tracedesk.base.paths import default_store
from tracedesk.model.query import TraceQuery
from tracedesk.model.row import SpanRow
from tracedesk.model.span import LogRecord, Span
from tracedesk.model.trace import Trace, build_trace
from tracedesk.semconv.counting import not_counted
from tracedesk.store import questions
from tracedesk.store.connect import Store, open_store

OTHERS_AT_MOST = 8
"""So many further traces of the same program are asked for counterexamples."""


@dataclass(frozen=True, slots=True)
class Target:
    """One trace on the command line: its columns, its rows, and the spans whose costs are counted elsewhere."""

    trace: Trace
    rows: Sequence[SpanRow]
    uncounted: frozenset[bytes]
    others: tuple[Trace, ...] = ()

    @property
    def counted(self) -> list[bool]:
        """Per Trace index, whether the span's cost counts."""
        return [span_id not in self.uncounted for span_id in self.trace.span_ids]


@contextmanager
def reading_store(store: Path | None) -> Iterator[Store]:
    """The store of `--store`, open for reading."""
    opened = open_store(store or default_store(), role="read")
    try:
        yield opened
    finally:
        opened.close()


def load_target(target: str, store: Path | None) -> list[Target]:
    """The traces that TARGET stands for, by start; several only where a file holds several.

    Raises:
        NotFound, DataError, WorldError: nothing by that name, several by that prefix, or an unreadable file.
    """
    path = Path(target)
    if path.is_file():
        return from_file(path)
    if any(mark in target for mark in ("/", "\\", ".")):
        raise NotFound(f"There is no file {target}.", hint="A target is a file, or the id of a trace in the store.")
    with reading_store(store) as opened:
        return [from_store(opened, questions.resolve(opened, target))]


def one_of(targets: Sequence[Target], trace_id: str | None) -> Target:
    """The only trace, or the one whose id begins with `trace_id`.

    Raises:
        DataError: several, and none or more than one is named.
        NotFound: none is called so.
    """
    chosen = [target for target in targets if target.trace.trace_id.hex().startswith((trace_id or "").lower())]
    if not chosen:
        raise NotFound(f"No trace of this file begins with {trace_id}.", hint=_listed(targets))
    if len(chosen) > 1:
        raise DataError(f"This file holds {len(chosen)} traces.", hint="Pick one with --trace: " + _listed(chosen))
    return chosen[0]


def from_file(path: Path) -> list[Target]:
    """The traces of a file."""
    from tracedesk.importers.detect import load  # formats and prices are loaded only when a file is read

    spans, logs, _ = load(path)
    return targets_of(spans, logs)


def targets_of(spans: Sequence[Span], logs: Sequence[LogRecord]) -> list[Target]:
    """Spans, normalised and priced, as targets; of two spans with one id the later one counts."""
    from tracedesk.ingest.stages import prepare
    from tracedesk.pricing.book import PriceBook

    by_span: dict[tuple[bytes, bytes], list[LogRecord]] = {}
    for log in logs:
        if log.trace_id and log.span_id:
            by_span.setdefault((log.trace_id, log.span_id), []).append(log)
    book = PriceBook()
    traces: dict[bytes, dict[bytes, SpanRow]] = {}
    for span in spans:
        row = prepare(span, by_span.get((span.trace_id, span.span_id), ()), book).row
        traces.setdefault(span.trace_id, {})[span.span_id] = row
    found = [_target(list(rows.values())) for rows in traces.values()]
    return sorted(found, key=lambda target: target.trace.t0_ns)


def from_store(store: Store, trace_id: bytes) -> Target:
    """A trace of the store, with others of the same program beside it."""
    rows = questions.rows(store, trace_id)
    return Target(build_trace(rows), rows, frozenset(questions.counted_on(store, trace_id)),
                  tuple(_same_program(store, trace_id)))


def matching(store: Store, query: TraceQuery, limit: int) -> Iterator[Target]:
    """The latest traces of a filter, one after the other."""
    for summary in questions.traces(store, query, limit=limit):
        rows = questions.rows(store, summary.trace_id)
        yield Target(build_trace(rows), rows, frozenset(questions.counted_on(store, summary.trace_id)))


def _same_program(store: Store, trace_id: bytes) -> Iterator[Trace]:
    """Other traces with the same root name and service, the latest first."""
    this = questions.summary(store, trace_id)
    found = 0
    for summary in questions.traces(store, limit=50 * OTHERS_AT_MOST):
        if summary.trace_id != trace_id and (summary.name, summary.service) == (this.name, this.service):
            yield questions.trace(store, summary.trace_id)
            found += 1
            if found == OTHERS_AT_MOST:
                return


def _target(rows: list[SpanRow]) -> Target:
    return Target(build_trace(rows), rows, frozenset(not_counted(rows)))


def _listed(targets: Sequence[Target]) -> str:
    return ", ".join(target.trace.trace_id.hex() for target in targets[:8])
