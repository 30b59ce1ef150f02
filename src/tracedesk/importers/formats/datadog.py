"""Datadog APM traces: JSON (agent API, test-agent snapshots, the download of the UI) and the agent's MessagePack v0.4 and v0.5.

Ids are unsigned decimals of 64 bits; the high half of a trace id is `_dd.p.tid` on the first span of a trace. Snapshots
count their ids from 0 in every file, so these are kept apart by the file. `meta` and `metrics` become attributes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, TRACE_ID, Making, Unreadable, hashed
from tracedesk.importers.records import DOCUMENT_LIMIT, records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, duration_ns, integer, mapping, sequence, text
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link
from tracedesk.semconv.msgpack import elements
from tracedesk.wire.json_reader import SPAN_KINDS

SNAPSHOT_IDS = 1 << 20
"""Trace ids below are counters of a snapshot; real ones are random."""
FIELDS_V05 = ("service", "name", "resource", "trace_id", "span_id", "parent_id", "start", "duration", "error", "meta",
              "metrics", "type")
_ARRAYS = frozenset(range(0x91, 0xA0)) | {0xDC, 0xDD}
_KNOWN = frozenset({*FIELDS_V05, "span_links", "span_events", "meta_struct"})


def sniff(glance: Glance) -> Sniff:
    """Spans with `resource`, `meta` or `metrics` and a whole number as `start`, or MessagePack of such."""
    if glance.is_json:
        first = at(glance.document, 0, 0) or glance.first
        if not _is_span(first):
            first = next(iter(mapping(at(glance.document, "trace", "spans")).values()), None)
        return Sniff(0.9, "spans with trace_id, resource and start") if _is_span(first) else NOT_MINE
    if _inside(glance.head, 0) and (b"trace_id" in glance.head[:300] or _is_v05(glance.head)):
        return Sniff(0.9, "MessagePack of Datadog's agent")
    return NOT_MINE


def _is_span(value: Any) -> bool:
    return isinstance(value, dict) and "span_id" in value and "start" in value and "service" in value and (
        "resource" in value or "meta" in value)


def _is_v05(head: bytes) -> bool:
    """An array of two, of which the first is an array that begins with the empty text."""
    inner = _inside(head, 0)
    texts = _inside(head, inner) if inner else 0
    return bool(texts) and head[texts:texts + 1] in (b"\xa0", b"\xd9")


def _inside(head: bytes, place: int) -> int:
    """Where the first element of the array stands that begins at `place`; 0 where there is none."""
    first = head[place] if place < len(head) else 0
    return 0 if first not in _ARRAYS else place + {0xDC: 3, 0xDD: 5}.get(first, 1)


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The spans of all traces."""
    making = Making(report, scope="datadog")
    tids: dict[int, str] = {}
    for chunk, where in _chunks(source, report):
        for span in chunk:
            tid, low = text(at(span, "meta", "_dd.p.tid")), integer(at(span, "trace_id"))
            if tid and low is not None:
                tids.setdefault(low, tid)
        for number, span in enumerate(chunk, 1):
            with making.record(f"{where}, span {number:,}"):
                _span(span, making, tids, source.fingerprint)
        yield from making.full()
    yield from making.rest()


def _chunks(source: Source, report: Report) -> Iterator[tuple[list[Any], str]]:
    """Lists of spans that were sent together."""
    if not Glance(source).is_json:
        yield from _packed(source, report)
        return
    for value, where in records(source, report, each=("",), keep=("",)):
        spans = mapping(at(value, "trace", "spans"))
        if spans:
            yield list(spans.values()), where or "the trace"
            yield sequence(at(value, "orphaned")), "orphaned"
        else:
            yield value if isinstance(value, list) else [value], where


def _packed(source: Source, report: Report) -> Iterator[tuple[list[Any], str]]:
    with source.open() as stream:
        found = elements(stream.read(DOCUMENT_LIMIT))
    number = 0
    try:
        first = next(found, None)
        if isinstance(first, list) and first and isinstance(first[0], str):
            for number, trace in enumerate(sequence(next(found, None)), 1):
                yield [_unfolded(span, first) for span in sequence(trace)], f"trace {number:,}"
            return
        yield sequence(first), "trace 1"
        for number, trace in enumerate(found, 2):
            yield sequence(trace), f"trace {number:,}"
    except ValueError as error:
        report.skip("the MessagePack data is damaged or ends early", first=str(error))


def _unfolded(span: Any, texts: list[Any]) -> Any:
    """A span of v0.5, an array with places in the table of texts, as that of v0.4."""
    if not isinstance(span, list) or len(span) < len(FIELDS_V05):
        return span

    def said(place: Any) -> str | None:
        number = integer(place)
        return text(texts[number]) if number is not None and 0 <= number < len(texts) else None

    found = dict(zip(FIELDS_V05, span, strict=False))
    for name in ("service", "name", "resource", "type"):
        found[name] = said(found[name])
    found["meta"] = {said(key) or str(key): said(value) for key, value in mapping(found["meta"]).items()}
    found["metrics"] = {said(key) or str(key): value for key, value in mapping(found["metrics"]).items()}
    return found


def _span(span: Any, making: Making, tids: dict[int, str], own: str) -> None:
    low = integer(at(span, "trace_id"))
    if low is None or integer(span.get("span_id")) is None:
        raise Unreadable("a record has no trace_id or span_id")
    meta, metrics = mapping(span.get("meta")), mapping(span.get("metrics"))
    start, end = _times(span)
    failed = integer(span.get("error")) or 0
    for name in span.keys() - _KNOWN - {"end", "children_ids"}:
        making.report.drop_field(str(name))
    trace, extra = _trace_id(low, tids, own, making.report)
    making.span(
        trace=trace, span=_hex(span.get("span_id")), parent=_hex(span.get("parent_id")), name=text(span.get("name")),
        start_ns=start, end_ns=end,
        attributes={**meta, **metrics, "resource.name": text(span.get("resource")), "span.type": text(span.get("type")),
                    **_structs(span), **extra},
        resource=making.resource({"service.name": text(span.get("service")), "telemetry.sdk.name": "datadog"}),
        otel_kind=SPAN_KINDS.get((text(meta.get("span.kind")) or "").upper(), 0), status=STATUS_ERROR if failed else 0,
        status_message=text(meta.get("error.message") or meta.get("error.msg")) if failed else None,
        events=[Event(text(at(one, "name")) or "event", duration_ns(at(one, "time_unix_nano"), "ns") or 0,
                      dict(mapping(at(one, "attributes")))) for one in sequence(span.get("span_events"))],
        links=[link for one in sequence(span.get("span_links")) if (link := _link(one)) is not None])


def _times(span: dict[str, Any]) -> tuple[int | None, int | None]:
    """(start, end) in ns; the download of the UI has seconds with a fraction."""
    unit = "s" if isinstance(span.get("start"), float) else "ns"
    start, length = duration_ns(span.get("start"), unit), duration_ns(span.get("duration"), unit)
    return start, None if start is None or length is None else start + length


def _trace_id(low: int, tids: dict[int, str], own: str, report: Report) -> tuple[str, dict[str, Any]]:
    """(hex, attributes that keep the number of a snapshot)."""
    if low < SNAPSHOT_IDS:
        report.assume("trace ids are counters of a snapshot; they were made unique for this file")
        return hashed(f"{own} {low}", 16).hex(), {TRACE_ID: str(low)}
    high = tids.get(low, "")
    return f"{high if len(high) == 16 else ''}{low & 0xFFFF_FFFF_FFFF_FFFF:016x}".zfill(32), {}


def _hex(value: Any) -> str | None:
    number = integer(value)
    return f"{number & 0xFFFF_FFFF_FFFF_FFFF:016x}" if number else None


def _structs(span: dict[str, Any]) -> dict[str, Any]:
    """The values of `meta_struct`, each under its name."""
    return {str(key): value for key, value in mapping(span.get("meta_struct")).items()}


def _link(value: Any) -> Link | None:
    low, other = integer(at(value, "trace_id")), _hex(at(value, "span_id"))
    if low is None or other is None:
        return None
    high = integer(at(value, "trace_id_high")) or 0
    return Link(bytes.fromhex(f"{high & 0xFFFF_FFFF_FFFF_FFFF:016x}{low & 0xFFFF_FFFF_FFFF_FFFF:016x}"), bytes.fromhex(other),
                dict(mapping(at(value, "attributes"))), text(at(value, "tracestate")) or "")


SAMPLE = b"""[[{"service":"bot","name":"agent.run","resource":"answer","trace_id":6541115841726775865,
"span_id":12314677971718296202,"start":1772359200000000000,"duration":2400000000,"meta":{"_dd.p.tid":"69a40f2000000000","env":"test"},
"metrics":{"process_id":7}},
{"service":"bot","name":"openai.request","resource":"createChatCompletion","trace_id":6541115841726775865,
"span_id":12539509795287851196,"parent_id":12314677971718296202,"start":1772359200100000000,"duration":1200000000,"type":"llm",
"meta":{"_dd.llmobs.span_kind":"llm","openai.request.model":"gpt-4o-mini"},"metrics":{"_dd.llmobs.input_tokens":42}}]]
"""

PART = Importer("datadog", "Datadog APM traces (JSON, MessagePack)", (".json", ".msgpack"), sniff, read, SAMPLE,
                leaves_out="Datadog's APM spans hold the model's name and counts, but mostly not what was said.")
