"""Chrome trace events (JSON): what chrome://tracing, DevTools and many profilers write, and ui.perfetto.dev reads.

The file knows no traces and no span ids: it is one trace, its slices nested by time on each thread. The events are held in
memory, because they may stand in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.formats._chrome_events import Event as ChromeEvent
from tracedesk.importers.formats._chrome_events import Slice, Tracks
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import Making, hashed
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, integer, text
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event, Link
from tracedesk.wire.json_reader import STATUS_CODES
from tracedesk.wire.kept import END_NS, PARENT, SPAN, START_NS, TIME_NS, TRACE

YEAR_2001_NS = 978_307_200_000_000_000
PHASES = frozenset("XBEbneSTpFiIRCstfMNODPVvc")


def sniff(glance: Glance) -> Sniff:
    """`traceEvents`, or an array of objects with `ph` and `ts` or `name`."""
    if isinstance(at(glance.document, "traceEvents"), list):
        return Sniff(0.95, "the member traceEvents")
    objects = glance.objects or ([item for item in at(glance.document, "traceEvents") or () if isinstance(item, dict)])
    if objects and all(one.get("ph") in PHASES and ("ts" in one or "name" in one) for one in objects[:3]):
        return Sniff(0.9, "events with ph and ts")
    return NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """One trace of all slices."""
    tracks = Tracks(report)
    for value, where in records(source, report, each=("traceEvents", "")):
        if isinstance(value, dict) and "ph" not in value and "traceEvents" in value:
            continue                                         # the document itself, where its list is damaged
        tracks.take(value, where)
    slices, loose = tracks.slices()
    making = Making(report, scope="chrome")
    trace = source.fingerprint
    shift = _shift(slices, loose, report)
    ids = {id(one): hashed(f"{trace} {one.begin.order}", 8).hex() for one in slices}
    report.assume("the file is one trace; ids are made up, and slices are nested by their times on each thread")
    for one in slices:
        with making.record(f"event {one.begin.order + 1:,}"):
            _span(one, making, tracks, trace, ids, shift)
        yield from making.full()
    for event in loose:
        with making.record(f"event {event.order + 1:,}"):
            making.log(trace=trace, time_ns=event.ts_ns + shift, body=event.name, event_name=event.name,
                       attributes=_own(event, event.args, tracks), resource=_resource(event, making, tracks))
        yield from making.full()
    yield from making.rest()


def _shift(slices: list[Slice], loose: list[ChromeEvent], report: Report) -> int:
    """How far times are moved so that none lies before 1970; mostly not at all."""
    first = min([one.start_ns for one in slices] + [event.ts_ns for event in loose], default=0)
    if first < YEAR_2001_NS:
        report.assume("times count from the start of the recording, not from 1970")
    nothing = any(one.end_ns == 0 for one in slices)
    return 1_000 - first if first < 0 or nothing else 0


def _own(event: ChromeEvent, args: dict[str, Any], tracks: Tracks) -> dict[str, Any]:
    """The attributes of an event: its args under their names, its thread."""
    return {**args, "chrome.cat": event.cat or None, "thread.id": event.track[1],
            "thread.name": tracks.threads.get(event.track)}


def _resource(event: ChromeEvent, making: Making, tracks: Tracks) -> Any:
    pid = event.track[0]
    return making.resource({"service.name": tracks.processes.get(pid) or f"process {pid}", "process.pid": pid})


def _span(one: Slice, making: Making, tracks: Tracks, trace: str, ids: dict[int, str], shift: int) -> None:
    begin = one.begin
    if text(one.args.get(START_NS)):
        _exported(one, making, tracks)
        return
    own = _own(begin, one.args, tracks)
    if one.unclosed:
        own["chrome.unclosed"] = True
    making.span(
        trace=trace, span=ids[id(one)], parent=ids[id(one.parent)] if one.parent is not None else None, name=begin.name,
        start_ns=begin.ts_ns + shift, end_ns=None if one.end_ns is None else one.end_ns + shift, attributes=own,
        resource=_resource(begin, making, tracks),
        events=[Event(event.name, event.ts_ns + shift, dict(event.args)) for event in one.events],
        links=[Link(bytes.fromhex(trace), bytes.fromhex(ids[id(other)]), {"chrome.flow": True}) for other in one.links])


def _exported(one: Slice, making: Making, tracks: Tracks) -> None:
    """A slice of an export of ours, which kept ids, times and status."""
    args = dict(one.args)
    trace, span, parent = (args.pop(name, None) for name in (TRACE, SPAN, PARENT))
    start, end = integer(args.pop(START_NS)), integer(args.pop(END_NS, None))
    code, said = text(args.pop("otel.status_code", None)), text(args.pop("otel.status_description", None))
    making.span(trace=trace, span=span, parent=parent, name=one.begin.name, start_ns=start, end_ns=end, attributes=args,
                resource=making.resource({"service.name": tracks.processes.get(one.begin.track[0])}),
                status=STATUS_CODES.get(code or "", 0), status_message=said,
                events=[_event(event) for event in one.events])


def _event(event: ChromeEvent) -> Event:
    args = {key: value for key, value in event.args.items() if key not in (SPAN, TIME_NS)}
    return Event(event.name, integer(event.args.get(TIME_NS)) or event.ts_ns, args)


SAMPLE = b"""{"traceEvents":[
{"ph":"M","pid":7,"name":"process_name","args":{"name":"bot"}},
{"ph":"X","pid":7,"tid":1,"ts":1772359200000000,"dur":2400.5,"cat":"agent","name":"answer","args":{"gen_ai.operation.name":"invoke_agent"}},
{"ph":"B","pid":7,"tid":1,"ts":1772359200000100,"name":"chat","args":{"gen_ai.operation.name":"chat"}},
{"ph":"E","pid":7,"tid":1,"ts":1772359200002300,"name":"chat","args":{"gen_ai.usage.input_tokens":42}}
],"displayTimeUnit":"ms"}
"""

PART = Importer("chrome", "Chrome trace events (JSON)", (".json", ".json.gz"), sniff, read, SAMPLE)
