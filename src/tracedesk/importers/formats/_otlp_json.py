"""OTLP/JSON text in files: JSON lines read one by one, whole documents, documents one after another, cut documents.

The first line decides: a complete JSON value alone on it means JSON lines, else it is a document of several lines.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from tracedesk.base.errors import DecodeError
from tracedesk.importers import json_scan
from tracedesk.importers.importer import Report
from tracedesk.importers.records import DOCUMENT_LIMIT, as_utf8, first_line
from tracedesk.importers.source import Source
from tracedesk.model.batch import SpanBatch
from tracedesk.wire import otlp_json
from tracedesk.wire.json_reader import Reader
from tracedesk.wire.json_text import parse

MAX_ENVELOPES = 4
LISTS = {"spans", "logRecords", "log_records", "scopeSpans", "scope_spans", "scopeLogs", "scope_logs", "resourceSpans",
         "resource_spans", "resourceLogs", "resource_logs", "batches", "data", ""}
"""Members whose entries are kept one by one where a document is cut off; `""` is an array at the top."""


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """Batches of a text file.

    Raises:
        DecodeError: nothing in it is JSON.
    """
    reader = Reader(lenient=True)
    with source.open() as stream:
        yield from _texts(as_utf8(stream, source.head), reader, report)
    for text in reader.assumed:
        report.assume(text)
    for name in reader.dropped:
        report.drop_field(name)


def _texts(stream: BinaryIO, reader: Reader, report: Report) -> Iterator[SpanBatch]:
    number, line = first_line(stream)
    first = line.strip()
    try:
        value, mended = parse(first, lenient=True)
    except DecodeError:
        yield from _document(first + b"\n" + stream.read(DOCUMENT_LIMIT), reader, report, number)
        return
    yield from batches_of(value, reader, report, f"line {number:,}", mended)
    yield from _lines(stream, reader, report, number)


def _lines(stream: BinaryIO, reader: Reader, report: Report, number: int) -> Iterator[SpanBatch]:
    """JSON lines after line `number`; a line that is no JSON is skipped and counted."""
    while line := stream.readline(DOCUMENT_LIMIT):
        number += 1
        text = line.strip()
        if text:
            whole = line.endswith(b"\n") or not _is_cut(text)
            yield from batches_of_text(text, reader, report, f"line {number:,}", cut=not whole)


def _is_cut(text: bytes) -> bool:
    return not text.endswith((b"}", b"]"))


def _document(data: bytes, reader: Reader, report: Report, number: int) -> Iterator[SpanBatch]:
    """One document of several lines, several of them, or lines of which the first is damaged."""
    try:
        value, mended = parse(data, lenient=True)
    except DecodeError as error:
        lines = data.split(b"\n", 6)
        if any(_is_object(line.strip()) for line in lines[1:6]):
            report.skip("a line is not JSON", first=f"line {number:,}: {error.message}")
            yield from _lines(io.BytesIO(data[len(lines[0]) + 1:]), reader, report, number)
            return
        yield from _several(data, reader, report, error)
        return
    yield from batches_of(value, reader, report, "the document", mended)


def _is_object(line: bytes) -> bool:
    if line[:1] != b"{" or line[-1:] != b"}":
        return False
    try:
        parse(line)
    except DecodeError:
        return False
    return True


def _several(data: bytes, reader: Reader, report: Report, error: DecodeError) -> Iterator[SpanBatch]:
    """Documents one after another; of a last one that is cut off, every whole span is kept."""
    found = False
    for number, (text, whole) in enumerate(json_scan.documents(data), 1):
        piece = text if whole else json_scan.closed(text, LISTS)
        if not whole:
            report.skip("the document is cut off or damaged; its whole items were kept", first=error.message)
        if piece:
            found = True
            yield from batches_of_text(piece, reader, report, f"document {number:,}")
    if not found:
        raise error


def batches_of_text(text: bytes, reader: Reader, report: Report, where: str, *, cut: bool = False) -> Iterator[SpanBatch]:
    """Batches of the JSON text of one line, frame or document; what is no JSON is skipped and counted."""
    try:
        value, mended = parse(text, lenient=True)
    except DecodeError as error:
        report.skip("the last line is cut off" if cut else "a piece is not JSON", first=f"{where}: {error.message}")
        return
    yield from batches_of(value, reader, report, where, mended)


def batches_of(value: Any, reader: Reader, report: Report, where: str, mended: bool, depth: int = 0) -> Iterator[SpanBatch]:
    """Batches of one JSON value: a request of any signal, one of the envelopes, an array of them, or bare spans."""
    if isinstance(value, list) and depth < MAX_ENVELOPES:
        if any(isinstance(item, dict) and _is_span(item) for item in value):
            yield _decoded({"resourceSpans": [{"scopeSpans": [{"spans": value}]}]}, reader, mended)
            return
        for number, item in enumerate(value, 1):
            yield from batches_of(item, reader, report, f"{where}, item {number:,}", mended, depth + 1)
        return
    if not isinstance(value, dict) or depth >= MAX_ENVELOPES:
        report.skip("a record is not OTLP", first=where)
        return
    signals = [name for name in ("resourceSpans", "resourceLogs", "resourceMetrics") if reader.get(value, name) is not None]
    if signals:
        try:
            yield _decoded(value, reader, mended)
        except DecodeError as error:
            report.skip("a record is not OTLP", first=f"{where}: {error.message}")
    elif any(reader.get(value, name) is not None for name in ("scopeSpans", "instrumentationLibrarySpans")):
        yield _decoded({"resourceSpans": [value]}, reader, mended)
    elif reader.get(value, "scopeLogs") is not None:
        yield _decoded({"resourceLogs": [value]}, reader, mended)
    elif _is_span(value):
        yield _decoded({"resourceSpans": [{"scopeSpans": [{"spans": [value]}]}]}, reader, mended)
    elif isinstance(value.get("batches"), list):
        yield _decoded({"resourceSpans": value["batches"]}, reader, mended)
    else:
        for name in ("trace", "result", "data"):
            if isinstance(value.get(name), dict | list):
                if value.get("status") == "PARTIAL":
                    report.assume("Tempo said that the trace is not complete")
                yield from batches_of(value[name], reader, report, where, mended, depth + 1)
                return
        if value:
            report.skip("a record is not OTLP", first=f"{where}: its members are {', '.join(sorted(value)[:5])[:120]}")


def _is_span(value: dict[str, Any]) -> bool:
    return ("spanId" in value or "span_id" in value) and ("startTimeUnixNano" in value or "start_time_unix_nano" in value)


def _decoded(value: dict[str, Any], reader: Reader, mended: bool) -> SpanBatch:
    """One batch of all signals of a request."""
    batch = otlp_json.decode_traces(value, origin="file", lenient=reader, mended=mended)
    logs = otlp_json.decode_logs(value, origin="file", lenient=reader, mended=mended)
    batch.logs = logs.logs
    batch.metric_points = otlp_json.count_metrics(value, lenient=reader).metric_points
    batch.rejected += logs.rejected
    return batch
