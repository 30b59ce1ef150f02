"""Chrome trace events → slices: begin and end paired, slices nested by containment, instants and flows put where they belong.

Rules of the Trace Event Format: `ts` and `dur` are µs with a fraction; B/E pair on the stack of one thread; async events pair
by category and id; a flow binds to the slice that encloses it on its thread.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tracedesk.importers.importer import Report
from tracedesk.importers.values import duration_ns, mapping, text
from tracedesk.wire.kept import SPAN

COUNTED = {"C": "counter samples have no place in a trace", "N": "an object event has no place in a trace",
           "O": "an object event has no place in a trace", "D": "an object event has no place in a trace",
           "P": "a CPU sample has no place in a trace", "V": "a memory dump has no place in a trace",
           "v": "a memory dump has no place in a trace", "c": "a clock event has no place in a trace"}
INSTANTS, ASYNC, OLD_ASYNC, FLOWS = frozenset("iIR"), frozenset("bne"), frozenset("STpF"), frozenset("stf")
SPEAKING = frozenset("XBE") | INSTANTS | ASYNC | OLD_ASYNC | FLOWS


class Event(NamedTuple):
    """One event as it is needed here; `order` is its place in the file."""

    ph: str
    ts_ns: int
    order: int
    track: tuple[str, str]
    name: str
    cat: str
    args: dict[str, Any]
    dur_ns: int | None
    key: str


@dataclass(slots=True, eq=False)
class Slice:
    """A span to be: `parent` is set by `nest`, `events` are (time, name, args), `links` the slices a flow came from."""

    begin: Event
    end_ns: int | None
    parent: Slice | None = None
    unclosed: bool = False
    args: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    links: list[Slice] = field(default_factory=list)

    @property
    def start_ns(self) -> int:
        """Its start."""
        return self.begin.ts_ns


class Tracks:
    """All events of one file."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.events: list[Event] = []
        self.processes: dict[str, str] = {}
        self.threads: dict[tuple[str, str], str] = {}

    def take(self, value: Any, where: str) -> None:
        """Take in one record of the file."""
        if not isinstance(value, dict) or not isinstance(ph := value.get("ph"), str):
            self.report.skip("a record is not a trace event", first=where)
            return
        track = text(value.get("pid")) or "0", text(value.get("tid")) or "0"
        args = mapping(value.get("args"))
        name = text(value.get("name")) or ""
        if ph == "M":
            self._metadata(name, track, args)
        elif ph in COUNTED:
            self.report.skip(COUNTED[ph], first=f"{where}: {name}")
        elif ph not in SPEAKING:
            self.report.skip("an event has an unknown phase", first=f"{where}: {ph[:20]}")
        else:
            ts = duration_ns(value.get("ts"), "us")
            if ts is None:
                self.report.skip("an event has no time", first=f"{where}: {name}")
                return
            self.events.append(Event(ph, ts, len(self.events), track, name, text(value.get("cat")) or "", args,
                                     duration_ns(value.get("dur"), "us"), _key(value, track)))

    def _metadata(self, name: str, track: tuple[str, str], args: dict[str, Any]) -> None:
        said = text(args.get("name"))
        if name == "process_name" and said:
            self.processes[track[0]] = said
        elif name == "thread_name" and said:
            self.threads[track] = said

    def slices(self) -> tuple[list[Slice], list[Event]]:
        """(slices in the order of the file, instants that no slice encloses)."""
        by_track: dict[tuple[str, str], list[Event]] = defaultdict(list)
        by_key: dict[tuple[str, ...], list[Event]] = defaultdict(list)
        flows: dict[tuple[str, ...], list[Event]] = defaultdict(list)
        instants: list[Event] = []
        for event in sorted(self.events, key=lambda event: (event.ts_ns, event.order)):
            if event.ph in "XBE":
                by_track[event.track].append(event)
            elif event.ph in INSTANTS:
                instants.append(event)
            elif event.ph in FLOWS:
                flows[event.cat, event.name, event.key].append(event)
            elif event.ph in ASYNC:
                by_key["b", event.cat, event.key].append(event)
            else:
                by_key["S", event.cat, event.name, event.key].append(event)
        last = max((event.ts_ns + (event.dur_ns or 0) for event in self.events), default=0)
        lanes = {track: self._paired(events, last) for track, events in by_track.items()}
        for lane in lanes.values():
            nest(lane)
        found = [one for lane in lanes.values() for one in lane]
        for events in by_key.values():
            found += self._async(events, last)
        finders = {track: Finder(lane) for track, lane in lanes.items()}
        exported = {own: one for one in found if (own := text(one.args.get(SPAN)))}
        loose = [event for event in instants if not _belongs(event, finders, exported)]
        for events in flows.values():
            self._flow(events, finders)
        return sorted(found, key=lambda one: one.begin.order), loose

    def _paired(self, events: Iterable[Event], last: int) -> list[Slice]:
        """The slices of one thread: X as they are, B with the E of the same name that comes next, or of none."""
        found: list[Slice] = []
        open_ = _Open()
        early: list[tuple[str, int]] = []                    # ends without a begin: it may follow at the same moment
        for event in events:
            if event.ph == "X":
                found.append(Slice(event, event.ts_ns + max(0, event.dur_ns or 0), args=event.args))
            elif event.ph == "B":
                found.append(Slice(event, None, args=event.args))
                if (event.name, event.ts_ns) in early[-8:]:
                    early.remove((event.name, event.ts_ns))
                    found[-1].end_ns = event.ts_ns
                else:
                    open_.add(found[-1])
            elif (closes := open_.last(event.name)) is None:
                early.append((event.name, event.ts_ns))
            else:
                closes.end_ns = max(event.ts_ns, closes.start_ns)
                closes.args = {**closes.args, **event.args}
        for name, _ in early:
            self.report.skip("an end event ends nothing", first=name or "without a name")
        self._close(open_, last)
        return found

    def _close(self, left: _Open, last: int) -> None:
        for one in left.all():
            one.end_ns, one.unclosed = max(last, one.start_ns), True
            self.report.assume("slices that began and never ended are taken to end with the recording")

    def _async(self, events: Iterable[Event], last: int) -> Iterator[Slice]:
        """The slices of one async id, each inside the one that was open when it began."""
        open_ = _Open()
        for event in events:
            if event.ph in "bS":
                one = Slice(event, None, open_.last(""), args=event.args)
                open_.add(one)
                yield one
            elif event.ph in "eF":
                closes = open_.last(event.name)
                if closes is None:
                    self.report.skip("an end event ends nothing", first=event.name)
                    continue
                closes.end_ns = event.ts_ns
                closes.args = {**closes.args, **event.args}
            elif (around := open_.last("")) is not None:
                around.events.append(event)
            else:
                self.report.skip("a step belongs to nothing that is open", first=event.name)
        self._close(open_, last)

    def _flow(self, events: list[Event], finders: dict[tuple[str, str], Finder]) -> None:
        """Arrows: each later end of a flow is linked to the slice before."""
        before: Slice | None = None
        for event in events:
            finder = finders.get(event.track)
            here = finder.around(event.ts_ns) if finder else None
            if here is None:
                self.report.skip("a flow arrow touches no slice", first=event.name)
                continue
            if before is not None and here is not before and before not in here.links:
                here.links.append(before)
            before = here


def _key(value: dict[str, Any], track: tuple[str, str]) -> str:
    """What async and flow events are matched by: the id and its scope; a local one belongs to its process."""
    second = mapping(value.get("id2"))
    local = text(second.get("local"))
    own = f"{track[0]} {local}" if local else text(second.get("global")) or text(value.get("id")) or ""
    return f"{text(value.get('scope')) or ''} {own}"


class _Open:
    """Slices that have not ended: those that have are dropped when they come to the top."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Slice]] = defaultdict(list)

    def add(self, one: Slice) -> None:
        """One that begins."""
        self._by_name[one.begin.name].append(one)
        self._by_name[""].append(one)

    def last(self, name: str) -> Slice | None:
        """The innermost of that name; of any where there is no name."""
        stack = self._by_name[name]
        while stack and stack[-1].end_ns is not None:
            stack.pop()
        return stack[-1] if stack else None

    def all(self) -> list[Slice]:
        """Every one."""
        return [one for one in self._by_name[""] if one.end_ns is None]


MOST_ROWS = 64
"""So many slices of one thread may overlap side by side; more find their parent only among these."""


def nest(lane: list[Slice]) -> None:
    """Give each slice of a thread its parent: the innermost that contains it. Those that overlap without one containing
    the other stand side by side."""
    rows: list[list[Slice]] = []                             # each a stack of open slices that nest
    for one in sorted(lane, key=lambda one: (one.start_ns, -(one.end_ns or 0), one.begin.order)):
        around: Slice | None = None
        place: list[Slice] | None = None
        for row in rows:
            while row and not _contains(row[-1], one) and (row[-1].end_ns or 0) <= one.start_ns:
                row.pop()
            outer = next((outer for outer in reversed(row) if _contains(outer, one)), None)
            if outer is not None and (around is None or outer.start_ns >= around.start_ns):
                around = outer
                place = row if row[-1] is outer else place
            elif not row and place is None:
                place = row
        one.parent = around
        if place is not None:
            place.append(one)
        elif len(rows) < MOST_ROWS:
            rows.append([one])


def _contains(outer: Slice, inner: Slice) -> bool:
    start, end = outer.start_ns, outer.end_ns or 0
    return start <= inner.start_ns and (inner.end_ns or 0) <= end and (inner.start_ns < end or start == end == inner.start_ns)


class Finder:
    """The innermost slice of a thread around a moment."""

    def __init__(self, lane: list[Slice]) -> None:
        self._lane = sorted(lane, key=lambda one: (one.start_ns, -(one.end_ns or 0)))
        self._starts = [one.start_ns for one in self._lane]

    def around(self, ts_ns: int) -> Slice | None:
        """The last slice that began before and had not ended, else one of those it lies in."""
        at = bisect_right(self._starts, ts_ns) - 1
        one = self._lane[at] if at >= 0 else None
        while one is not None and (one.end_ns or 0) < ts_ns:
            one = one.parent
        return one


def _belongs(event: Event, finders: dict[tuple[str, str], Finder], exported: dict[str, Slice]) -> bool:
    """Put an instant to the slice that it names (an export of ours), else to the one around it."""
    finder = finders.get(event.track)
    one = exported.get(text(event.args.get(SPAN)) or "") or (finder.around(event.ts_ns) if finder else None)
    if one is not None:
        one.events.append(event)
    return one is not None
