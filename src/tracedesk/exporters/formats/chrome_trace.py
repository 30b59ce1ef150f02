"""Chrome trace events, for ui.perfetto.dev and chrome://tracing: a process per service, lanes on which slices nest.

Times are µs with three decimals, so nanoseconds stay. Spans that overlap without one containing the other stand on lanes of
their own; the ids go along in `args`, so that the import finds the tree again. Links are flow arrows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import orjson

from tracedesk.exporters.exporter import Exporter, Spans
from tracedesk.exporters.plain import finite
from tracedesk.exporters.told import tell
from tracedesk.ingest.stages import Prices
from tracedesk.model.span import Span
from tracedesk.wire.kept import END_NS, PARENT, SPAN, START_NS, TIME_NS, TRACE


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write the events of all traces as one document."""
    file.write(b'{"displayTimeUnit":"ns","traceEvents":[')
    before = b"\n"
    pids: dict[str, int] = {}
    lanes: dict[int, list[list[int]]] = {}
    for trace in traces:
        for event in _events(trace, book, pids, lanes):
            file.write(before + orjson.dumps(event))
            before = b",\n"
    file.write(b"\n]}\n")


def _events(trace: Spans, book: Prices, pids: dict[str, int], lanes: dict[int, list[list[int]]]) -> Iterator[dict[str, Any]]:
    last = max((span.end_ns or span.start_ns for span, _ in trace), default=0)
    places: dict[bytes, tuple[int, int, int]] = {}
    for one in tell(trace, book):
        span, service = one.span, one.span.resource.service
        if service not in pids:
            pids[service] = len(pids) + 1
            yield {"ph": "M", "pid": pids[service], "name": "process_name", "args": {"name": finite(service)}}
        pid, end = pids[service], max(span.start_ns, span.end_ns if span.end_ns is not None else last)
        tid = _lane(lanes.setdefault(pid, []), span.start_ns, end)
        places[span.span_id] = (pid, tid, span.start_ns)
        yield {"ph": "X", "pid": pid, "tid": tid, "ts": _us(span.start_ns), "dur": _us(end - span.start_ns),
               "name": finite(span.name), "cat": one.kind, "args": _args(span)}
        for event in span.events:
            yield {"ph": "i", "s": "t", "pid": pid, "tid": tid, "ts": _us(event.time_ns), "name": finite(event.name),
                   "args": {**finite(event.attributes), SPAN: span.span_id.hex(), TIME_NS: str(event.time_ns)}}
    for span, _ in trace:
        for number, link in enumerate(span.links):
            if link.trace_id == span.trace_id and link.span_id in places:
                own = f"{span.span_id.hex()}.{number}"
                for ph, (pid, tid, moment) in (("s", places[link.span_id]), ("f", places[span.span_id])):
                    yield {"ph": ph, "bp": "e", "id": own, "pid": pid, "tid": tid, "ts": _us(moment), "name": "link",
                           "cat": "link"}


def _lane(lanes: list[list[int]], start: int, end: int) -> int:
    """The first lane on which a slice nests; each lane is the stack of ends that are open on it."""
    for number, ends in enumerate(lanes, 1):
        while ends and ends[-1] <= start:
            ends.pop()
        if not ends or end <= ends[-1]:
            ends.append(end)
            return number
    lanes.append([end])
    return len(lanes)


def _us(ns: int) -> float | int:
    """Microseconds, with the nanoseconds as decimals where a float still holds them; `args` has them exactly."""
    whole, rest = divmod(ns, 1000)
    return whole if not rest else ns / 1000


def _args(span: Span) -> dict[str, Any]:
    found = dict(finite(span.attributes))
    found |= {TRACE: span.trace_id.hex(), SPAN: span.span_id.hex(), START_NS: str(span.start_ns)}
    if span.parent_id:
        found[PARENT] = span.parent_id.hex()
    if span.end_ns is not None:
        found[END_NS] = str(span.end_ns)
    if span.status:
        found["otel.status_code"] = ("", "OK", "ERROR")[span.status] if span.status < 3 else str(span.status)
    if span.status_message:
        found["otel.status_description"] = finite(span.status_message)
    return found


PART = Exporter("chrome", "Chrome trace events, for ui.perfetto.dev", ".chrome.json", write)
