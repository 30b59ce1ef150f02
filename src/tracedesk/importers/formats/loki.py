"""Grafana Loki: push bodies, query answers, `logcli -o jsonl`. Log lines only; they join a trace by the ids that they carry.

Ids are looked for in the structured metadata, in the labels, and in the line itself as JSON or logfmt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import Making, Unreadable
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, mapping, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch

TRACES = ("trace_id", "traceID", "traceid", "traceId", "trace.id", "TraceId")
SPANS = ("span_id", "spanID", "spanid", "spanId", "span.id", "SpanId")
_IN_LINE = r'\b(?:{names})"?\s*[=:]\s*"?([0-9a-fA-F]{{{size}}})\b'
TRACE_IN_LINE = re.compile(_IN_LINE.format(names="|".join(map(re.escape, TRACES)), size="16,32"))
SPAN_IN_LINE = re.compile(_IN_LINE.format(names="|".join(map(re.escape, SPANS)), size="16"))
LEVELS = ("level", "detected_level", "severity")


def sniff(glance: Glance) -> Sniff:
    """`streams`, an answer of streams, or lines with labels."""
    document = glance.document
    if isinstance(at(document, "streams", 0, "stream"), dict):
        return Sniff(0.95, "the member streams")
    if at(document, "data", "resultType") == "streams":
        return Sniff(0.95, "an answer of resultType streams")
    found = {"labels", "line", "timestamp"} <= glance.first.keys()
    return Sniff(0.9, "lines with labels and timestamp") if found else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A log record a line."""
    making = Making(report, scope="loki")
    for value, where in records(source, report, each=("", "streams"), keep=("result", "values", "streams")):
        streams = sequence(at(value, "data", "result")) or ([value] if isinstance(at(value, "values"), list) else [])
        for stream in streams:
            for number, entry in enumerate(sequence(at(stream, "values")), 1):
                with making.record(f"{where} values[{number:,}]".strip()):
                    extra = mapping(at(entry, 2))
                    _log(mapping(at(stream, "stream")), at(entry, 0), at(entry, 1),
                         mapping(extra.get("structuredMetadata")) or extra, making)
                yield from making.full()
        if not streams:
            with making.record(where):
                _log(mapping(at(value, "labels")), at(value, "timestamp"), at(value, "line"), {}, making)
            yield from making.full()
    yield from making.rest()


def _log(labels: dict[str, Any], moment: Any, line: Any, extra: dict[str, Any], making: Making) -> None:
    if not isinstance(line, str):
        raise Unreadable("a record is not a log line")
    trace = next((found for place in (extra, labels) for name in TRACES if (found := text(place.get(name)))), None)
    span = next((found for place in (extra, labels) for name in SPANS if (found := text(place.get(name)))), None)
    if trace is None and (match := TRACE_IN_LINE.search(line)):
        trace = match[1]
    if span is None and (match := SPAN_IN_LINE.search(line)):
        span = match[1]
    service = text(labels.get("service_name") or labels.get("app") or labels.get("job"))
    making.log(
        trace=trace, span=span, time_ns=time_ns(moment), body=line, attributes={**labels, **extra},
        resource=making.resource({"service.name": service}),
        severity_text=next((found for name in LEVELS if (found := text(labels.get(name)))), ""))


SAMPLE = b"""{"streams":[{"stream":{"service_name":"bot","level":"error"},"values":[
["1772359202390000000","orders db timed out",{"trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","span_id":"00000000000000a2"}],
["1772359200000000000","route=refund"]]}]}
"""

PART = Importer("loki", "Grafana Loki logs", (".json", ".jsonl"), sniff, read, SAMPLE,
                leaves_out="Loki keeps log lines; the spans of their traces are elsewhere.")
