"""Jaeger: what its UI and query service give (µs, hex ids), and the protobuf-JSON of its first storage API (base64, RFC 3339).

The parent is the first CHILD_OF of the same trace, else the first FOLLOWS_FROM, else the old `parentSpanID`; all other
references are links. Client and server may share one span id: the server then becomes a child with an id of its own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from tracedesk.base.clock import parse_duration
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, STATUS_OK, Making, Unreadable, hashed
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, duration_ns, integer, mapping, number, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link
from tracedesk.wire.json_reader import SPAN_KINDS
from tracedesk.wire.kept import END_NS, START_NS, TIME_NS

TAKEN = {"span.kind", "otel.status_code", "otel.status_description", "otel.scope.name", "otel.scope.version",
         "otel.library.name", "otel.library.version", "w3c.tracestate"}
"""Tags that become parts of the span; `error` stays, because it may hold words."""

VALUES = ("vStr", "vBool", "vInt64", "vFloat64", "vBinary")


def sniff(glance: Glance) -> Sniff:
    """Spans with `operationName`, in `data`, in a trace object, or with base64 ids."""
    document = glance.document
    data = at(document, "data")
    for spans in (at(data, 0, "spans"), at(data, "spans"), at(document, "spans"), at(document, 0, "spans")):
        first = at(spans, 0)
        if isinstance(first, dict) and "operationName" in first:
            return Sniff(0.95, "spans with operationName")
    if isinstance(data, list) and not data and "errors" in document:
        return Sniff(0.5, "an answer of Jaeger without a trace")
    return Sniff(0.9, "spans with operationName") if "operationName" in glance.first else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The spans of every trace."""
    making = Making(report, scope="jaeger")
    for value, where in records(source, report, each=("", "data"), keep=("spans", "data")):
        data = at(value, "data")
        for trace in data if isinstance(data, list) else [data if isinstance(data, dict) else value]:
            yield from _trace(trace, where, making)
    yield from making.rest()


def _trace(trace: Any, where: str, making: Making) -> Iterator[SpanBatch]:
    spans = sequence(at(trace, "spans")) if isinstance(trace, dict) and "spans" in trace else [trace]
    processes = mapping(at(trace, "processes"))
    for one in sequence(at(trace, "processMap")):
        processes.setdefault(text(at(one, "processId") or at(one, "process_id")) or "", at(one, "process"))
    for problem in sequence(at(trace, "warnings")):
        making.report.assume(f"Jaeger warned: {text(problem)}")
    seen: dict[tuple[Any, Any], Any] = {}
    for number_, span in enumerate(spans, 1):
        with making.record(f"{where} spans[{number_:,}]".strip()):
            _span(span, processes, seen, making)
        yield from making.full()


def _span(span: Any, processes: dict[str, Any], seen: dict[tuple[Any, Any], Any], making: Making) -> None:
    if not isinstance(span, dict) or "operationName" not in span:
        raise Unreadable("a record is not a span of Jaeger")
    trace = span.get("traceID") or span.get("traceId")
    own = span.get("spanID") or span.get("spanId")
    tags, repeated = _tags(span.get("tags"))
    start, length = _times(span)
    if (exact := integer(tags.pop(START_NS, None))) is not None:
        last = integer(tags.pop(END_NS, None))               # an export of ours, which kept the nanoseconds
        start, length = exact, None if last is None else last - exact
        if tags.get("error") is True and tags.get("otel.status_code") == "ERROR":
            del tags["error"]                                # which it added for the Jaeger UI
    parent, links = _references(span, trace, making)
    key = (making.trace_id(trace), making.span_id(own))
    extra: dict[str, Any] = {}
    if key in seen:
        making.report.assume("spans that share their id with another one got ids of their own, below it")
        extra["tracedesk.file.span_id"] = str(own)
        parent, own = own, hashed(f"{key} {start} {len(seen)}", 8).hex()
    seen[key if not extra else (key, own)] = True
    process = mapping(span.get("process")) or mapping(processes.get(text(span.get("processID") or span.get("processId")) or ""))
    code = (text(tags.get("otel.status_code")) or "").upper()
    failed = code == "ERROR" or (not code and tags.get("error") in (True, "true", "True"))
    scope = text(tags.get("otel.scope.name") or tags.get("otel.library.name"))
    warnings = [text(one) for one in sequence(span.get("warnings")) if text(one)]
    making.span(
        trace=trace, span=own, parent=parent, name=text(span.get("operationName")), start_ns=start,
        end_ns=None if start is None or length is None else start + length,
        attributes={**{name: value for name, value in tags.items() if name not in TAKEN}, **repeated, **extra,
                    "jaeger.warnings": warnings or None},
        resource=making.resource({"service.name": text(process.get("serviceName")), **_tags(process.get("tags"))[0]}),
        scope=making.scope_of(scope, text(tags.get("otel.scope.version") or tags.get("otel.library.version")) or ""),
        otel_kind=SPAN_KINDS.get((text(tags.get("span.kind")) or "").upper(), 0),
        status=STATUS_ERROR if failed else STATUS_OK if code == "OK" else 0,
        status_message=text(tags.get("otel.status_description")), trace_state=text(tags.get("w3c.tracestate")) or "",
        events=[event for log in map(mapping, sequence(span.get("logs"))) if (event := _event(log)) is not None], links=links)


def _times(span: dict[str, Any]) -> tuple[int | None, int | None]:
    """(start, duration) in ns: whole µs of the UI, or RFC 3339 and `5000ns` of the storage API."""
    start, length = span.get("startTime"), span.get("duration")
    if isinstance(length, str) and not length.strip().lstrip("-").isdigit():
        return time_ns(start), parse_duration(length)
    return time_ns(start, None if isinstance(start, str) and not start.isdigit() else "us"), duration_ns(length, "us")


def _references(span: dict[str, Any], trace: Any, making: Making) -> tuple[Any, list[Link]]:
    """(id of the parent, links)."""
    found = [one for one in map(mapping, sequence(span.get("references"))) if text(one.get("spanID") or one.get("spanId"))]
    same = [one for one in found if (one.get("traceID") or one.get("traceId") or trace) == trace]
    first = next((one for one in same if text(one.get("refType")) in (None, "CHILD_OF")), same[0] if same else None)
    links = [Link(making.trace_id(one.get("traceID") or one.get("traceId") or trace),
                  making.span_id(one.get("spanID") or one.get("spanId")),
                  {"opentracing.ref_type": (text(one.get("refType")) or "CHILD_OF").lower()})
             for one in found if one is not first]
    if first is None:
        return span.get("parentSpanID") or span.get("parentSpanId"), links
    return first.get("spanID") or first.get("spanId"), links


def _tags(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """(last value of each key, all values of the keys that are repeated under `key.all`)."""
    found: dict[str, Any] = {}
    several: dict[str, list[Any]] = {}
    for one in map(mapping, sequence(value)):
        key, tag = text(one.get("key")), _value(one)
        if key is None:
            continue
        if key in found and found[key] != tag:
            several.setdefault(f"{key}.all", [found[key]]).append(tag)
        found[key] = tag
    return found, dict(several)


def _value(tag: dict[str, Any]) -> Any:
    """The value of a tag in either form, by its type."""
    kind = (text(tag.get("type") or tag.get("vType")) or "string").lower()
    value = tag.get("value", next((tag[name] for name in VALUES if name in tag), ""))
    if kind == "int64":
        return integer(value) if integer(value) is not None else value
    if kind == "float64":
        return number(value) if number(value) is not None else value
    if kind == "bool" and isinstance(value, str):
        return value.lower() == "true"
    if kind == "binary" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return value
    return value


def _event(log: dict[str, Any]) -> Event | None:
    """A log of a span; its name is the field `event`, else `message`."""
    stamp = log.get("timestamp")
    moment = time_ns(stamp, None if isinstance(stamp, str) and not stamp.isdigit() else "us")
    if moment is None:
        return None
    fields, repeated = _tags(log.get("fields"))
    moment = integer(fields.pop(TIME_NS, None)) or moment
    name = next((found for key in ("event", "message") if (found := text(fields.get(key)))), "log")
    if fields.get("event") == name:
        del fields["event"]
    return Event(name, moment, {**fields, **repeated})


SAMPLE = b"""{"data":[{"traceID":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","spans":[{"traceID":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",
"spanID":"00000000000000a1","operationName":"answer","references":[],"startTime":1772359200000000,"duration":2400000,
"tags":[{"key":"span.kind","type":"string","value":"server"}],"logs":[],"processID":"p1","warnings":null},
{"traceID":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","spanID":"00000000000000a2","operationName":"chat","references":[
{"refType":"CHILD_OF","traceID":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","spanID":"00000000000000a1"}],"startTime":1772359200100000,
"duration":2200000,"tags":[{"key":"gen_ai.operation.name","type":"string","value":"chat"},
{"key":"gen_ai.usage.input_tokens","type":"int64","value":42}],"logs":[{"timestamp":1772359200200000,"fields":[
{"key":"event","type":"string","value":"first token"}]}],"processID":"p1","warnings":null}],
"processes":{"p1":{"serviceName":"bot","tags":[]}},"warnings":null}],"total":0,"limit":0,"offset":0,"errors":null}
"""

PART = Importer("jaeger", "Jaeger (UI, query service, storage)", (".json",), sniff, read, SAMPLE,
                leaves_out="Jaeger keeps microseconds, and its query service moves times where clocks of hosts disagree.")
