"""Which format is this? Every format is asked; the surest wins; a file that nobody knows is said to be so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tracedesk.base.errors import DataError, DecodeError, UnknownFormat
from tracedesk.base.registry import parts
from tracedesk.importers import formats
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import Importer, Report, Sniff
from tracedesk.importers.source import HEAD_BYTES, Refused, Source, sources
from tracedesk.importers.strangers import stranger
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import LogRecord, Span

SURE_ENOUGH = 0.3
SECOND_LOOK_BYTES = 4 << 20
"""So much of a file is looked at where its first 64 KiB say nothing."""
_MEMBER = re.compile(rb'"([^"\\\x00-\x1f]{1,40})"\s*:')


@cache
def importers() -> tuple[Importer, ...]:
    """All import formats."""
    return tuple(parts(formats, Importer))


def recognise(source: Source) -> tuple[Importer, Sniff]:
    """The format of a file, and how sure it is.

    Raises:
        UnknownFormat: the file is empty, no format knows it, or a library that it needs is not installed.
        DecodeError: it is a damaged Parquet file.
    """
    if not source.head:
        raise UnknownFormat(f"{source.name} is empty." if not source.problem else f"{source.name}: {source.problem}.",
                            hint="Was it written to the end?")
    glance = Glance(source)
    sniff, best = _surest(glance)
    if sniff.confidence < SURE_ENOUGH and len(source.head) == HEAD_BYTES:
        with source.open() as stream:                        # what tells may stand behind a long prompt
            glance = Glance(source, stream.read(SECOND_LOOK_BYTES))
        sniff, best = _surest(glance)
    if sniff.confidence < SURE_ENOUGH:
        known_not = stranger(glance)
        if known_not is not None:
            raise UnknownFormat(f"{source.name} {known_not.what}.", hint=known_not.hint)
        known = ", ".join(importer.title for importer in importers())
        raise UnknownFormat(f"{source.name} is in no format that TraceDesk knows. {_looks_like(source.head)}",
                            hint=f"Known formats: {known}.")
    return best, sniff


def _surest(glance: Glance) -> tuple[Sniff, Importer]:
    asked = [(importer.sniff(glance), importer) for importer in importers()]
    return max(asked, key=lambda pair: pair[0].confidence)


def _looks_like(head: bytes) -> str:
    """A word on what the file seems to be."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        names = dict.fromkeys(found[1].decode("utf-8", "replace") for found in _MEMBER.finditer(start[:4096]))
        return f"It is JSON with the members {', '.join(list(names)[:6])}." if names else "It is JSON without members."
    line = start[:60].splitlines()[0] if start else b""
    if line.isascii() and line.decode("ascii").isprintable():
        return f"It is text that starts with: {line[:40].decode('ascii')}"
    return f"It starts with the bytes {head[:8].hex(' ')}."


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """Batches of one file; the report fills while they are taken.

    Raises:
        UnknownFormat: no format knows the file.
        DecodeError: nothing of it can be read.
    """
    importer, sniff = recognise(source)
    report.format, report.confidence, report.why, report.leaves_out = importer.key, *sniff, importer.leaves_out
    for batch in importer.read(source, report):
        if batch.spans or batch.logs or batch.rejected or batch.metric_points:
            yield report.take(batch)
    if source.problem:
        report.skip(source.problem, first="the end of the file")


def read_path(path: Path, mapping: Mapping[str, str] | None = None) -> Iterator[tuple[Report, Iterator[SpanBatch]]]:
    """For each file at a path (several in a zip archive) its report and its batches; take the batches before the next.
    `mapping` says which column of a table is what.

    Raises:
        NotFound, UnknownFormat, DecodeError, WorldError: the file is not there, not known, not readable.
    """
    for source in sources(path, mapping):
        report = Report(source.name)
        if isinstance(source, Refused):
            report.skip(f"{source.name} was refused: {source.why}")
            yield report, iter(())
        else:
            yield report, read(source, report)


def load(path: Path) -> tuple[list[Span], list[LogRecord], list[Report]]:
    """Everything in a file, for looking at it without storing it.

    Raises:
        DataError: nothing in it is a trace.
    """
    spans: list[Span] = []
    logs: list[LogRecord] = []
    reports: list[Report] = []
    for report, batches in read_path(path):
        reports.append(report)
        try:
            for batch in batches:
                spans += batch.spans
                logs += batch.logs
        except (UnknownFormat, DecodeError) as error:
            if report.file == str(path):
                raise
            report.skip(error.message)
    if not spans and not logs:
        first = next((item for report in reports for item in report.skipped), None)
        raise DataError(f"{path} holds no span.", hint=f"Skipped: {first.reason}. {first.first}".strip() if first else "")
    return spans, logs, reports
