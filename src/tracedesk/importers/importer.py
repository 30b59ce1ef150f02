"""What an import format is, and the report that every import gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from tracedesk.importers.source import Source
from tracedesk.model.batch import SpanBatch

if TYPE_CHECKING:
    from tracedesk.importers.glance import Glance


@dataclass(slots=True)
class Skipped:
    """Records that could not be kept: why, how many, and the first of them in words (a line number, a name)."""

    reason: str
    count: int = 1
    first: str = ""


@dataclass(slots=True)
class Report:
    """What became of one file. `read` counts spans, log records and skipped records; counts grow while reading.

    `why` says by what the format was recognised, `leaves_out` what the program that wrote the file is known to leave out.
    `dropped_fields` names members that have no place in a trace; `assumed` says in words what was taken for granted.
    """

    file: str
    format: str = ""
    confidence: float = 0.0
    why: str = ""
    leaves_out: str = ""
    spans: int = 0
    logs: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    dropped_fields: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    trace_ids: set[bytes] = field(default_factory=set)

    @property
    def traces(self) -> int:
        """How many traces have a span or log record in this file."""
        return len(self.trace_ids)

    @property
    def read(self) -> int:
        """How many records were seen, kept or not."""
        return self.spans + self.logs + sum(item.count for item in self.skipped)

    def skip(self, reason: str, *, first: str = "", count: int = 1) -> None:
        """Note records that are not kept; equal reasons are counted together."""
        for item in self.skipped:
            if item.reason == reason:
                item.count += count
                return
        self.skipped.append(Skipped(reason, count, first))

    def assume(self, text: str) -> None:
        """Note once what was taken for granted."""
        if text not in self.assumed:
            self.assumed.append(text)

    def drop_field(self, name: str) -> None:
        """Note once a member that has no place in a trace."""
        if name not in self.dropped_fields:
            self.dropped_fields.append(name)

    def take(self, batch: SpanBatch) -> SpanBatch:
        """Count a batch that goes on to the store, and what was refused in it."""
        self.spans += len(batch.spans)
        self.logs += len(batch.logs)
        self.trace_ids.update(span.trace_id for span in batch.spans)
        self.trace_ids.update(log.trace_id for log in batch.logs if log.trace_id)
        for item in batch.rejected:
            self.skip(item.reason, first=item.first, count=item.count)
        if batch.metric_points:
            self.skip("metric points are counted, not kept", count=batch.metric_points)
        return batch

    def as_json(self) -> dict[str, Any]:
        """The object of `import --json` (see CLI.md)."""
        return {
            "file": self.file, "format": self.format or None, "confidence": self.confidence, "traces": self.traces,
            "spans": self.spans, "logs": self.logs, "read": self.read,
            "skipped": [{"reason": item.reason, "count": item.count, "first": item.first} for item in self.skipped],
            "dropped_fields": list(self.dropped_fields), "assumed": list(self.assumed),
            "recognised_by": self.why or None, "leaves_out": self.leaves_out or None,
        }


class Sniff(NamedTuple):
    """How sure a format is of a file, between 0 and 1, and by what it knows it: words that go on after "recognised by"."""

    confidence: float
    why: str = ""


NOT_MINE = Sniff(0.0)


@dataclass(frozen=True, slots=True)
class Importer:
    """One file format.

    `sniff(glance)` says how sure it is. `read(source, report)` yields batches while it reads and notes in the report what
    it passed over; it raises DecodeError only where nothing of the file can be read. `sample` is a small file of this
    format. `leaves_out` says what the program that writes such files is known to leave out, in a whole sentence.
    """

    key: str
    title: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Glance], Sniff]
    read: Callable[[Source, Report], Iterator[SpanBatch]]
    sample: bytes
    leaves_out: str = ""
