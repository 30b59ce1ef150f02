"""OTLP in files: JSON and protobuf, in every container and with every habit seen in the wild.

JSON: one object, an array, JSON lines (the collector's file exporter, all signals mixed), pretty objects one after
another, the envelopes of Tempo, Jaeger v3 and Phoenix. Protobuf: one message, the collector's 4-byte length frames, its
zstd frames, varint-delimited messages. Lines, frames and top-level fields are read one by one, never the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracedesk.importers.formats import _otlp_binary, _otlp_json
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.records import text_of
from tracedesk.importers.source import Source
from tracedesk.model.batch import SpanBatch

_SURE = re.compile(rb'(?<!\\)"(resource_?[sS]pans|resource_?[lL]ogs|resource_?[mM]etrics|scope_?[sS]pans'
                   rb'|instrumentation_?[lL]ibrary_?[sS]pans)"\s*:')
_LIKELY = re.compile(rb'(?<!\\)"(?:startTimeUnixNano|start_time_unix_nano)"\s*:')
_BATCHES = re.compile(rb'^\s*\{\s*"batches"\s*:')


def sniff(glance: Glance) -> Sniff:
    """How sure it is that this is OTLP."""
    if glance.is_json:
        if found := _SURE.search(glance.text):
            return Sniff(0.95, f"the member {found[1].decode()}")
        if _BATCHES.match(glance.text):
            return Sniff(0.9, "the member batches")
        return Sniff(0.8, "spans with startTimeUnixNano") if _LIKELY.search(glance.text) else NOT_MINE
    if (found := _SURE.search(glance.text)) and glance.text.isascii():
        return Sniff(0.6, f"the member {found[1].decode()} behind a damaged first line")
    kind = _otlp_binary.container(glance.head)
    return Sniff(0.9, f"the bytes of {kind} protobuf") if kind else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """Batches of an OTLP file."""
    if text_of(source.head)[:1] not in (b"{", b"[") and (kind := _otlp_binary.container(source.head)):
        yield from _otlp_binary.read(source, report, kind)
    else:
        yield from _otlp_json.read(source, report)


SAMPLE = b"""{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"bot"}}]},
"scopeSpans":[{"scope":{"name":"demo"},"spans":[
{"traceId":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","spanId":"00000000000000a1","name":"agent","kind":1,
 "startTimeUnixNano":"1772359200000000000","endTimeUnixNano":"1772359202400000000"},
{"traceId":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","spanId":"00000000000000a2","parentSpanId":"00000000000000a1",
 "name":"chat","kind":3,"startTimeUnixNano":"1772359200100000000","endTimeUnixNano":"1772359202300000000",
 "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
  {"key":"gen_ai.usage.input_tokens","value":{"intValue":"42"}}],"status":{"code":1}}]}]}]}
"""

PART = Importer("otlp", "OpenTelemetry (OTLP JSON or protobuf)", (".json", ".jsonl", ".pb", ".bin", ".binpb", ".log"),
                sniff, read, SAMPLE)
