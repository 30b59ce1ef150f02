"""Files that people take for traces, or that are traces in a form that is not read: what to say of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tracedesk.importers.glance import Glance
from tracedesk.importers.values import at

_PACKET_FIELDS = frozenset({8, 10, 11, 12, 6, 36, 42, 43, 59})
"""Fields of Perfetto's TracePacket that stand first in one."""


class Stranger(NamedTuple):
    """`is_it` looks at a file; `what` goes on after its name, `hint` says where to go."""

    is_it: Callable[[Glance], bool]
    what: str
    hint: str


def _starts(*starts: bytes) -> Callable[[Glance], bool]:
    return lambda glance: glance.head.startswith(starts)


def _is_perfetto(glance: Glance) -> bool:
    """Field 1 (packet) whose first field is one of a TracePacket."""
    head = glance.head
    if head[:1] != b"\x0a" or len(head) < 8:
        return False
    place = 1
    while place < 6 and head[place] & 0x80:
        place += 1
    first = head[place + 1]
    number = first >> 3
    if first & 0x80:
        number = (first & 0x7F) >> 3 | head[place + 2] << 4
    return number in _PACKET_FIELDS


def _has(*names: str) -> Callable[[Glance], bool]:
    return lambda glance: isinstance(glance.document, dict) and set(names) <= glance.document.keys()


STRANGERS = (
    Stranger(_starts(b"SQLite format 3\0"), "is a SQLite database that is not encrypted, so it is no store of TraceDesk",
             "Export the traces from the program that wrote it."),
    Stranger(_starts(b"ARROW1"), "is an Arrow file", "Save it as Parquet or CSV."),
    Stranger(_starts(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
             "is a Python pickle, which is never loaded: it could run anything", "Write it as JSON."),
    Stranger(_starts(b"\x04\x22\x4d\x18"), "is packed with LZ4", "Unpack it first."),
    Stranger(_starts(b"7z\xbc\xaf", b"Rar!"), "is an archive that is not opened here", "Unpack it first."),
    Stranger(_is_perfetto, "looks like a Perfetto trace", "Open it in ui.perfetto.dev, or make JSON of it: traceconv json."),
    Stranger(_has("errors", "scores"), "is an annotation of TRAIL, which belongs to a trace of the same name",
             "Open the trace."),
    Stranger(_has("nodes", "samples", "timeDeltas"), "is a CPU profile", "Open it in speedscope or DevTools."),
    Stranger(lambda glance: isinstance(at(glance.document, "log", "entries"), list), "is an HTTP archive (HAR)",
             "It has requests, no spans."),
    Stranger(lambda glance: "rootTraceName" in str(at(glance.document, "traces", 0))[:2000],
             "is the answer of a search in Tempo: summaries, no spans", "Download the trace itself."),
    Stranger(lambda glance: "traceIdLow" in glance.first or "startTimeMillis" in glance.first,
             "is Jaeger's Thrift or Elasticsearch form", "Export the trace from the Jaeger UI."),
    Stranger(lambda glance: b"traceId: '" in glance.head[:4096],
             "is the console output of JavaScript's exporter, which is no JSON",
             "Write JSON.stringify(span) instead, or send it over OTLP."),
    Stranger(lambda glance: at(glance.document, "data", "resultType") in ("matrix", "vector"),
             "is an answer of numbers (Loki or Prometheus), without log lines", "Ask for the lines themselves."),
)


def stranger(glance: Glance) -> Stranger | None:
    """What a file is that no format reads."""
    return next((one for one in STRANGERS if one.is_it(glance)), None)
