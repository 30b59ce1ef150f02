"""What TARGET means on the command line: a trace id in the store, a unique prefix of one, or a file that importers know.

A file is only looked at, nothing of it is stored. Several files are read as one, because an application may write its
log records beside its spans. The store is opened for reading, and only when a target asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tracedesk.base.errors import DataError, NotFound
from tracedesk.base.paths import default_store
from tracedesk.model.query import TraceQuery
from tracedesk.model.row import SpanRow
from tracedesk.model.span import LogRecord, Note, Span
from tracedesk.model.trace import Trace, build_trace
from tracedesk.semconv.across import counted_across
from tracedesk.semconv.counting import not_counted
from tracedesk.semconv.read import log_owners
from tracedesk.store import questions
from tracedesk.store.connect import Store, open_store
from tracedesk.store.peers import same_program

if TYPE_CHECKING:
    from tracedesk.pricing.book import PriceBook

OTHERS_AT_MOST = 8
"""So many further traces of the same program are asked for counterexamples."""


@dataclass(frozen=True, slots=True)
class Received:
    """A span as received, and the log records that may speak of it (see `semconv.read.log_owners`), in time order."""

    span: Span
    logs: Sequence[LogRecord] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One trace on the command line: its columns, its rows, and the spans whose costs are counted elsewhere.

    `counted_on` maps such a span to the one that has its figures, or to None where they are the sum of several.
    `received` has every span by id, and `loose` the log records that name no span of the trace: both are empty for a
    trace of the store unless they were asked for.
    """

    trace: Trace
    rows: Sequence[SpanRow]
    counted_on: Mapping[bytes, bytes | None]
    others: tuple[Trace, ...] = ()
    received: Mapping[bytes, Received] = field(default_factory=dict)
    loose: Sequence[LogRecord] = ()

    @property
    def counted(self) -> list[bool]:
        """Per Trace index, whether the span's cost counts."""
        return [span_id not in self.counted_on for span_id in self.trace.span_ids]


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
    if is_file(target):
        return from_files([Path(target)])
    with reading_store(store) as opened:
        return [from_store(opened, questions.resolve(opened, target))]


def load_whole(targets: Sequence[str], store: Path | None) -> list[Target]:
    """The traces of these targets with everything that was received of them; all files among them are read as one.

    Raises:
        NotFound, DataError, WorldError: see `load_target`.
    """
    files = [Path(target) for target in targets if is_file(target)]
    ids = [target for target in targets if not is_file(target)]
    found = from_files(files) if files else []
    if ids:
        with reading_store(store) as opened:
            found += [whole_from_store(opened, questions.resolve(opened, target)) for target in ids]
    return found


def price_book(target: str | None, store: Path | None) -> PriceBook:
    """The price book for a target: with the user's prices for what is in the store (None: a query), the table alone for a
    file, which was priced by it."""
    from tracedesk.pricing.book import PriceBook
    from tracedesk.store import prices

    if target is not None and is_file(target):
        return PriceBook()
    with reading_store(store) as opened:
        return prices.book(opened)


def is_file(target: str) -> bool:
    """Whether a target is a file, and not an id.

    Raises:
        NotFound: it can only be the name of a file, and there is none.
    """
    if Path(target).is_file():
        return True
    if any(mark in target for mark in ("/", "\\", ".")):
        raise NotFound(f"There is no file {target}.", hint="A target is a file, or the id of a trace in the store.")
    return False


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


def from_files(paths: Sequence[Path]) -> list[Target]:
    """The traces of some files, read as one.

    Raises:
        DataError: there is no span in them.
    """
    from tracedesk.importers.detect import load  # formats and prices are loaded only when a file is read

    spans: list[Span] = []
    logs: list[LogRecord] = []
    for path in paths:
        more_spans, more_logs, _ = load(path)
        spans += more_spans
        logs += more_logs
    if not spans:
        raise DataError(f"{', '.join(map(str, paths))}: log records, but no span.",
                        hint="Name the file of their spans too: tracedesk show SPANS LOGS.")
    return targets_of(spans, logs)


def targets_of(spans: Sequence[Span], logs: Sequence[LogRecord]) -> list[Target]:
    """Spans, normalised and priced, as targets; of several spans with one id the most finished counts."""
    from tracedesk.ingest.stages import prepare_all
    from tracedesk.pricing.book import PriceBook

    book = PriceBook()
    traces: dict[bytes, dict[bytes, Span]] = {}
    for span in spans:
        mine = traces.setdefault(span.trace_id, {})
        known = mine.get(span.span_id)
        if known is None or _finished(span) > _finished(known):
            mine[span.span_id] = span
    by_trace: dict[bytes, list[LogRecord]] = {}
    for log in logs:
        if log.trace_id:
            by_trace.setdefault(log.trace_id, []).append(log)
    found: list[Target] = []
    for trace_id, mine in traces.items():
        own = by_trace.get(trace_id, [])
        received = join_logs(mine.values(), own)
        rows = [made.row for made in prepare_all([(one.span, one.logs) for one in received.values()], book)]
        loose = [log for log in own if log.span_id not in mine]
        found.append(Target(build_trace(rows), rows, not_counted(rows), received=received, loose=loose))
    found.sort(key=lambda target: target.trace.t0_ns)
    across = counted_across([(target.rows, target.counted_on) for target in found])
    return [Target(target.trace, target.rows, {**target.counted_on, **more}, (), target.received, target.loose)
            for target, more in zip(found, across, strict=True)]


def join_logs(spans: Iterable[Span], logs: Iterable[LogRecord]) -> dict[bytes, Received]:
    """The spans of a trace by id, each with the log records of the trace that may speak of it."""
    by_span: dict[bytes, list[LogRecord]] = {}
    for log in sorted(logs, key=lambda log: log.time_ns):
        if log.span_id:
            by_span.setdefault(log.span_id, []).append(log)
    found: dict[bytes, Received] = {}
    for span in spans:
        owners = [by_span[owner] for owner in log_owners(span) if owner in by_span]
        joined = owners[0] if len(owners) == 1 else sorted((log for own in owners for log in own), key=lambda log: log.time_ns)
        found[span.span_id] = Received(span, joined)
    return found


def _finished(span: Span) -> tuple[bool, int, int]:
    """Of several messages for one span the largest counts, as in the store."""
    return span.end_ns is not None and not span.notes & Note.PENDING, span.end_ns or 0, len(span.raw)


def from_store(store: Store, trace_id: bytes) -> Target:
    """A trace of the store, with others of the same program beside it."""
    rows = questions.rows(store, trace_id)
    others = same_program(store, trace_id, limit=OTHERS_AT_MOST)
    return Target(build_trace(rows), rows, questions.counted_on(store, trace_id),
                  tuple(questions.trace(store, other) for other in others))


def whole_from_store(store: Store, trace_id: bytes) -> Target:
    """A trace of the store, with everything that was received of it."""
    rows = questions.rows(store, trace_id)
    spans = [span for span, _ in questions.spans(store, trace_id)]
    logs = questions.trace_logs(store, trace_id)
    known = {row.span_id for row in rows}
    received = join_logs(spans, (log for listed in logs.values() for log in listed))
    loose = [log for span_id, listed in logs.items() if span_id not in known for log in listed]
    return Target(build_trace(rows), rows, questions.counted_on(store, trace_id), received=received, loose=loose)


def matching(store: Store, query: TraceQuery, limit: int) -> Iterator[Target]:
    """The latest traces of a filter, one after the other."""
    for summary in questions.traces(store, query, limit=limit):
        rows = questions.rows(store, summary.trace_id)
        yield Target(build_trace(rows), rows, questions.counted_on(store, summary.trace_id))


def _listed(targets: Sequence[Target]) -> str:
    return ", ".join(target.trace.trace_id.hex() for target in targets[:8])
