"""Google Cloud Trace v1: `projectId`, `traceId` and spans with labels; span ids are decimals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, Making, Unreadable
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, integer, mapping, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch

KINDS = {"RPC_SERVER": 2, "RPC_CLIENT": 3}


def sniff(glance: Glance) -> Sniff:
    """`projectId`, `traceId` and `spans`."""
    first = at(glance.document, "traces", 0) or glance.first
    return Sniff(0.95, "the members projectId, traceId and spans") if isinstance(first, dict) and {
        "projectId", "traceId", "spans"} <= first.keys() else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The spans of every trace."""
    making = Making(report, scope="google.cloud.trace")
    for trace, where in records(source, report, each=("", "traces"), keep=("spans", "traces")):
        for number, span in enumerate(sequence(at(trace, "spans")), 1):
            with making.record(f"{where} spans[{number:,}]".strip()):
                _span(span, mapping(trace), making)
            yield from making.full()
    yield from making.rest()


def _hex(value: Any) -> str | None:
    number = integer(value)
    return f"{number & 0xFFFF_FFFF_FFFF_FFFF:016x}" if number else None


def _span(span: Any, trace: dict[str, Any], making: Making) -> None:
    if not isinstance(span, dict) or _hex(span.get("spanId")) is None:
        raise Unreadable("a record is not a span of Cloud Trace")
    labels = mapping(span.get("labels"))
    status = integer(labels.get("/http/status_code"))
    making.span(
        trace=trace.get("traceId"), span=_hex(span["spanId"]), parent=_hex(span.get("parentSpanId")),
        name=text(span.get("name")), start_ns=time_ns(span.get("startTime")), end_ns=time_ns(span.get("endTime")),
        attributes=labels,
        resource=making.resource({"cloud.provider": "gcp", "cloud.account.id": text(trace.get("projectId"))}),
        otel_kind=KINDS.get(text(span.get("kind")) or "", 0),
        status=STATUS_ERROR if "/error/message" in labels or (status is not None and status >= 500) else 0,
        status_message=text(labels.get("/error/message")))


SAMPLE = b"""{"projectId":"shop","traceId":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","spans":[
{"spanId":"161","kind":"RPC_SERVER","name":"/answer","startTime":"2026-03-01T10:00:00.000000001Z",
"endTime":"2026-03-01T10:00:02.400000001Z","labels":{"/http/status_code":"200"}},
{"spanId":"162","parentSpanId":"161","kind":"RPC_CLIENT","name":"/chat","startTime":"2026-03-01T10:00:00.100Z",
"endTime":"2026-03-01T10:00:02.300Z","labels":{}}]}
"""

PART = Importer("google-trace", "Google Cloud Trace", (".json",), sniff, read, SAMPLE)
