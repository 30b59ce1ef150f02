"""OTLP/JSON → SpanBatch. Not plain protobuf JSON: hex ids, integer enums, 64-bit integers as text or number.

`lenient=False` is the receiver's reading, as the specification says. `lenient=True`, or one lenient `Reader` for all
pieces of a file, is for files (see `json_reader`). Whatever is wrong with one span refuses that span and says why; only a
body that is no OTLP object at all raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracedesk.base.errors import DecodeError
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import LogRecord, Note, Resource, Scope, Span
from tracedesk.wire.checks import Refused
from tracedesk.wire.json_reader import Reader
from tracedesk.wire.json_text import VALUES, has_too_many_values, parse
from tracedesk.wire.otlp_proto import refuse
from tracedesk.wire.pieces import BORDERS, TOO_MANY

__all__ = ["Reader", "count_metrics", "decode_logs", "decode_traces", "parse"]

REPLACED = "\N{REPLACEMENT CHARACTER}".encode()
Build = Callable[[dict[str, Any], Resource, Scope], Span | LogRecord]


def decode_traces(document: Any, *, origin: str = "", lenient: bool | Reader = False, mended: bool = False) -> SpanBatch:
    """The spans of an OTLP/JSON traces object, given as bytes or already parsed (`mended`: its text was repaired).

    Raises:
        DecodeError: it is no JSON, or no object with `resourceSpans`.
    """
    reader = lenient if isinstance(lenient, Reader) else Reader(lenient)
    names = ("resourceSpans", ("scopeSpans", "instrumentationLibrarySpans"), "spans")
    return _decode(document, names, reader, reader.span, origin, mended)


def decode_logs(document: Any, *, origin: str = "", lenient: bool | Reader = False, mended: bool = False) -> SpanBatch:
    """The log records of an OTLP/JSON logs object, given as bytes or already parsed (`mended`: its text was repaired).

    Raises:
        DecodeError: it is no JSON, or no object with `resourceLogs`.
    """
    reader = lenient if isinstance(lenient, Reader) else Reader(lenient)
    names = ("resourceLogs", ("scopeLogs", "instrumentationLibraryLogs"), "logRecords")
    return _decode(document, names, reader, reader.log, origin, mended)


def count_metrics(document: Any, *, origin: str = "", lenient: bool | Reader = False) -> SpanBatch:
    """How many data points an OTLP/JSON metrics object holds.

    Raises:
        DecodeError: it is no JSON, or no object with `resourceMetrics`.
    """
    reader = lenient if isinstance(lenient, Reader) else Reader(lenient)
    root, size, _ = _root(document, reader)
    batch = SpanBatch(origin=origin, size_bytes=size)
    for block in _top(reader, root, "resourceMetrics"):
        try:
            for group in reader.items(block, "scopeMetrics"):
                for metric in reader.items(group, "metrics"):
                    for data in metric.values():
                        if isinstance(data, dict):
                            batch.metric_points += len(reader.items(data, "dataPoints"))
        except Refused as error:
            refuse(batch, str(error), "metric")
    return batch


def _root(document: Any, reader: Reader) -> tuple[dict[str, Any], int, bool]:
    """(object, size in bytes where known, whether its text was repaired)."""
    size, mended = 0, False
    if isinstance(document, bytes | bytearray | memoryview):
        document = bytes(document)
        size = len(document)
        if not reader.lenient and has_too_many_values(document):
            raise DecodeError(f"A request may have at most {VALUES:,} values.", hint="Send smaller batches.")
        document, mended = parse(document, lenient=reader.lenient)
    if not isinstance(document, dict):
        raise DecodeError("The body is JSON, but not an OTLP object.", hint='OTLP/JSON looks like {"resourceSpans": […]}.')
    return document, size, mended


def _top(reader: Reader, root: dict[str, Any], name: str) -> list[dict[str, Any]]:
    try:
        return reader.items(root, name)
    except Refused as error:
        raise DecodeError(f"The body is not OTLP/JSON: {error}.", hint="Each entry is one resource with its scopes.") from error


def _decode(
    document: Any, names: tuple[str, tuple[str, ...], str], reader: Reader, build: Build, origin: str,
    mended: bool,
) -> SpanBatch:
    root, size, repaired = _root(document, reader)
    mended = mended or repaired
    batch = SpanBatch(origin=origin, size_bytes=size)
    into: list[Any] = batch.spans if names[2] == "spans" else batch.logs
    blocks = _top(reader, root, names[0])
    if not reader.lenient and _has_too_many(blocks, names):
        raise DecodeError(TOO_MANY, hint="Send smaller batches.")
    for block in blocks:
        resource, notes = reader.resource(block)
        for name in names[1]:
            for group in _inner(reader, batch, block, name):
                scope, scope_notes = reader.scope(group)
                for item in _inner(reader, batch, group, names[2]):
                    try:
                        made = build(item, resource, scope)
                    except Refused as error:
                        refuse(batch, str(error), reader.soft_text(item, "name") or reader.soft_text(item, "eventName"))
                        continue
                    made.notes |= notes | scope_notes
                    if mended and REPLACED in made.raw:
                        made.notes |= Note.REPAIRED_TEXT
                    into.append(made)
    return batch


def _has_too_many(blocks: list[dict[str, Any]], names: tuple[str, tuple[str, ...], str]) -> bool:
    """Whether a request has more resources, scopes and items than it may."""
    left = BORDERS - len(blocks)
    for block in blocks:
        for name in names[1]:
            groups = block.get(name)
            if isinstance(groups, list):
                left -= len(groups) + sum(len(items) for group in groups if isinstance(group, dict)
                                          and isinstance(items := group.get(names[2]), list))
        if left < 0:
            return True
    return left < 0


def _inner(reader: Reader, batch: SpanBatch, item: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list inside the document; entries that are no objects are refused one by one, their neighbours stay."""
    value = reader.get(item, name)
    if value is None:
        return []
    if not isinstance(value, list):
        refuse(batch, f"{name} must be a list", "")
        return []
    for entry in value:
        if entry is not None and not isinstance(entry, dict):
            refuse(batch, f"{name} must be a list of objects", str(entry)[:80])
    return [entry for entry in value if isinstance(entry, dict)]
