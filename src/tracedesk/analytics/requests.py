"""The requests of a store as columns in memory, kept up to date, and those of them that a panel is asked about.

A request is a trace of which a span has come, with a root or without one. The measures of all requests since the earliest
moment that was asked about are read once per open store (104 bytes a request; steps and calls when a panel first wants them),
and then only what changed is read, so that the panels of a page share them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from tracedesk.analytics.panel import Asked
from tracedesk.base.clock import NS_PER_S
from tracedesk.model.llm import CostStatus
from tracedesk.model.query import TraceQuery
from tracedesk.model.query_keys import TIMES
from tracedesk.store import changes
from tracedesk.store import requests as stored
from tracedesk.store.connect import Store
from tracedesk.store.requests import UNKNOWN, Labels, Numbers, Parts, Records

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Table = Literal["steps", "calls"]

MOST_BUCKETS = 20_000
"""A chart has no more buckets than this: of more, each is made wider."""

KNOWN_COSTS = [int(status) for status in CostStatus if status.known]
"""Codes of calls with an amount."""

_DAY_NS = 86_400 * NS_PER_S
_NOBODY = -1
"""In place of a trace_no: these records were replaced."""
_RELABELLED = 1_000
"""Changed traces whose labels are looked up one by one; of more, all labels are read again."""
_REMEMBERED = 8
"""Selections kept per store: those of one page in two ranges."""


class Requests:
    """All requests that start at `since_ns` or later, by trace_no."""

    def __init__(self, since_ns: int, change: int, numbers: Numbers) -> None:
        self.since_ns = since_ns
        self.change = change
        self.trace_no = numbers.trace_no
        self.records = numbers.records
        self.parts: dict[Table, Parts] = {}
        self.selections: dict[tuple[object, ...], Selection] = {}
        self.labels: dict[str, Labels] = {}
        self._columns: dict[str, Ints] = {}
        starts = self["start_ns"]
        self.by_start = np.argsort(starts, kind="stable")
        self.starts = starts[self.by_start]

    def __getitem__(self, name: str) -> Ints:
        """A field of `store.measures.NUMBERS`; `score_sum` is one of floats."""
        found = self._columns.get(name)
        if found is None:
            column = self.records[name]
            found = self._columns[name] = column if column.dtype.kind == "f" else column.astype(np.int64)
        return found

    def between(self, start_ns: int, end_ns: int) -> Ints:
        """Positions of the requests that start in [start_ns, end_ns), by start."""
        first, last = np.searchsorted(self.starts, (start_ns, end_ns))
        return self.by_start[first:last]


class Own:
    """Steps or calls of the requests of a period. `place` is that of the request among them; a field of `store.measures.STEP`
    or `CALL` is taken from all records when it is first asked for."""

    def __init__(self, place: Ints, records: Records, which: Ints) -> None:
        self.place = place
        self.which = which
        self._records = records
        self._columns: dict[str, Ints] = {}

    def __getitem__(self, name: str) -> Ints:
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self._records[name][self.which].astype(np.int64)
        return found

    def sorted_by(self, order: Ints) -> Own:
        """Some of them, in this order."""
        return Own(self.place[order], self._records, self.which[order])


@dataclass(eq=False)
class Selection:
    """The requests that a panel is asked about: positions into `requests`, by start.

    `before` holds those of the period before, None where it is not compared. Bucket k begins at `first_ns` + k × `step_ns`.
    """

    store: Store
    requests: Requests
    asked: Asked
    now: Ints
    before: Ints | None
    first_ns: int
    step_ns: int
    buckets: int
    _own: dict[Table, Own] = field(default_factory=dict)

    @cached_property
    def quickest_first(self) -> Own:
        """The finished steps of the requests asked about, by duration."""
        steps = self.own("steps")
        took = steps["duration_ns"]
        ended = np.flatnonzero(took != UNKNOWN)
        order = ended[np.argsort(took[ended])]
        return steps.sorted_by(order)

    def labelled(self, key: str, period: Ints | None = None) -> tuple[Ints, Ints, list[str]]:
        """(place of a request, code of the value) for every value of a label in a period, and the values."""
        requests = self.requests
        found = requests.labels.get(key)
        if found is None:
            first, last = (int(requests.trace_no[0]), int(requests.trace_no[-1])) if len(requests.trace_no) else (0, -1)
            found = requests.labels[key] = stored.labels(self.store, key, first, last)
        place, here = self.among(found.trace_no, period)
        return place[here], found.code[here], found.values

    def own(self, table: Table, period: Ints | None = None) -> Own:
        """The steps or calls of the requests of a period (default: the one asked about)."""
        if period is None or period is self.now:
            if table not in self._own:
                self._own[table] = self._own_of(table, self.now)
            return self._own[table]
        return self._own_of(table, period)

    def _own_of(self, table: Table, wanted: Ints) -> Own:
        parts = _parts(self.store, self.requests, table)
        place, _ = self.among(parts.trace_no, wanted)
        of_record = np.repeat(place, parts.counts)
        which = np.flatnonzero(of_record >= 0)
        return Own(of_record[which], parts.records, which)

    def column(self, name: str, period: Ints | None = None) -> Ints:
        """A column of the requests of a period (default: the one asked about)."""
        return self.requests[name][self.now if period is None else period]

    @cached_property
    def bucket(self) -> Ints:
        """The bucket of each request."""
        return (self.column("start_ns") - self.first_ns) // self.step_ns

    @cached_property
    def counts(self) -> Ints:
        """Requests per bucket."""
        return np.bincount(self.bucket, minlength=self.buckets)

    @cached_property
    def unpriced_models(self) -> list[str]:
        """The models of which calls have no price, in order; "" for calls that name none."""
        calls = self.own("calls")
        status = calls["cost_status"]
        left = (status != CostStatus.NONE) & (~np.isin(status, KNOWN_COSTS) | (calls["cost_nusd"] == UNKNOWN))
        names = stored.models(self.store)
        return sorted({names.get(number, ("", ""))[0] for number in np.unique(calls["model_no"][left]).tolist()})

    def among(self, numbers: Ints, period: Ints | None = None) -> tuple[Ints, Mask]:
        """Where requests with these trace_no stand in a period: (place in it or -1, whether it is there)."""
        wanted = self.now if period is None else period
        everyone = self.requests.trace_no
        if not len(everyone):
            return np.full(len(numbers), -1, np.int64), np.zeros(len(numbers), np.bool_)
        place = np.full(len(everyone), -1, np.int64)
        place[wanted] = np.arange(len(wanted))
        at = np.minimum(np.searchsorted(everyone, numbers), len(everyone) - 1)
        found = np.where(everyone[at] == numbers, place[at], -1)
        return found, found >= 0


_known: WeakKeyDictionary[Store, Requests] = WeakKeyDictionary()


def requests_since(store: Store, since_ns: int) -> Requests:
    """The requests that start at `since_ns` or later (and maybe earlier ones), as they are in the store now."""
    with store.reading(stored.LIMIT_S):                                   # all of it is of one moment
        known = _known.get(store)
        change = changes.number(store)
        if known is not None and known.since_ns <= since_ns:
            if known.change == change:
                return known
            fresh = _brought_up_to_date(store, known, change)
            if len(fresh.trace_no) == stored.count_since(store, known.since_ns):
                _known[store] = fresh
                return fresh
        if known is not None:
            since_ns = min(since_ns, known.since_ns)
        _known[store] = Requests(since_ns, change, stored.since(store, since_ns))
        return _known[store]


def _brought_up_to_date(store: Store, known: Requests, change: int) -> Requests:
    """The requests with what changed in its place. Records are written where the known ones lie: `known` is no more."""
    newer = stored.newer(store, known.change)
    meant = newer.records["start_ns"] >= known.since_ns
    numbers, records = newer.trace_no[meant], newer.records[meant]
    at = np.searchsorted(known.trace_no, numbers)
    there = at < len(known.trace_no)
    there[there] = known.trace_no[at[there]] == numbers[there]
    gone = np.isin(known.trace_no, newer.trace_no[~meant])              # they start earlier now than anybody asked about
    if gone.any() or (len(known.trace_no) and (numbers[~there] < known.trace_no[-1]).any()):
        return Requests(known.since_ns, change, stored.since(store, known.since_ns))
    whole = _grown(known.records, records[~there])
    whole[at[there]] = records[there]
    fresh = Requests(known.since_ns, change, Numbers(np.concatenate((known.trace_no, numbers[~there])), whole))
    for table, parts in known.parts.items():
        joined = _joined(parts, stored.newer_parts(store, table, known.change))
        if joined is not None:
            fresh.parts[table] = joined
    if known.labels and len(newer.trace_no) <= _RELABELLED:
        labels = stored.labels_of(store, newer.trace_no.tolist())
        for key, before in known.labels.items():
            fresh.labels[key] = _relabelled(before, labels.get(key, []), newer.trace_no)
    return fresh


def _grown(known: Records, more: Records) -> Records:
    """The known records and more behind them: in the room that lies behind them already, if there is enough."""
    size = len(known) + len(more)
    room = known.base
    if not (isinstance(room, np.ndarray) and room.dtype == known.dtype and room.flags.writeable and len(room) >= size):
        room = np.empty(size + size // 8 + 1_000, known.dtype)
        room.view(np.uint8)[:len(known) * known.dtype.itemsize] = known.view(np.uint8)
    room[len(known):size] = more
    return room[:size]


def _joined(known: Parts, newer: Parts) -> Parts | None:
    """Parts with the newer ones behind; the old ones of the same traces belong to nobody from now on. None where these
    have become too many."""
    stale = np.isin(known.trace_no, newer.trace_no)
    numbers = np.where(stale, _NOBODY, known.trace_no)
    if known.counts[numbers == _NOBODY].sum() > len(known.records) // 4 + 1_000:
        return None
    return Parts(np.concatenate((numbers, newer.trace_no)), np.concatenate((known.counts, newer.counts)),
                 _grown(known.records, newer.records))


def _relabelled(known: Labels, newer: list[tuple[int, str]], changed: Ints) -> Labels:
    """A label with the values of the changed traces in place of theirs."""
    kept = ~np.isin(known.trace_no, changed)
    codes = {value: code for code, value in enumerate(known.values)}
    more = [codes.setdefault(value, len(codes)) for _, value in newer]
    return Labels(np.concatenate((known.trace_no[kept], np.array([number for number, _ in newer], np.int64))),
                  np.concatenate((known.code[kept], np.array(more, np.int64))), list(codes))


def _parts(store: Store, requests: Requests, table: Table) -> Parts:
    """The steps or calls of all requests, read when they are first wanted."""
    if table not in requests.parts:
        numbers = requests.trace_no
        first, last = (int(numbers[0]), int(numbers[-1])) if len(numbers) else (0, -1)
        requests.parts[table] = stored.parts(store, table, first, last)
    return requests.parts[table]


def select(store: Store, asked: Asked) -> Selection:
    """The requests that match what was asked; panels of the same question share one selection."""
    start, end = asked.start_ns, max(asked.start_ns, asked.end_ns)
    earliest = start - (end - start) if asked.before else start
    requests = requests_since(store, earliest)
    fixed = not any(term.key in TIMES for term in asked.query.terms)          # `since 1h` moves with the clock
    key = (str(asked.query), start, end, asked.step_ns, asked.before, asked.offset_ns)
    if fixed and key in requests.selections:
        return requests.selections[key]
    first_ns, step_ns, buckets = grid(asked)
    now = requests.between(start, end)
    before = requests.between(earliest, start) if asked.before else None
    if asked.query:
        chosen = stored.matching(store, asked.query, earliest, end)
        now = now[_holds(chosen, requests.trace_no[now])]
        before = None if before is None else before[_holds(chosen, requests.trace_no[before])]
    made = Selection(store, requests, asked, now, before, first_ns, step_ns, buckets)
    if fixed:
        while len(requests.selections) >= _REMEMBERED:
            requests.selections.pop(next(iter(requests.selections)))
        requests.selections[key] = made
    return made


def _holds(chosen: Ints, numbers: Ints) -> Mask:
    """Which of these numbers are among the chosen (sorted) ones."""
    if not len(chosen):
        return np.zeros(len(numbers), np.bool_)
    at = np.minimum(np.searchsorted(chosen, numbers), len(chosen) - 1)
    return chosen[at] == numbers


def grid(asked: Asked) -> tuple[int, int, int]:
    """(start of the first bucket, length of a bucket, how many) for a question.

    The first bucket begins at the last whole step since local midnight that is not after the start. Steps stay equal
    over a change of the clocks, as `offset_ns` is that of the start: a day's bucket after it begins an hour off midnight.
    """
    step = max(1, asked.step_ns)
    local = asked.start_ns + asked.offset_ns
    midnight = local - local % _DAY_NS - asked.offset_ns
    start, end = asked.start_ns, max(asked.start_ns, asked.end_ns)
    if (end - start) // step >= MOST_BUCKETS:
        step = -(-(end - start) // (MOST_BUCKETS - 1))
    first = start - (start - midnight) % step
    return first, step, max(1, -(-(end - first) // step))


def known(values: Ints) -> Ints:
    """The values that are not UNKNOWN."""
    return values[values != UNKNOWN]


def total(values: Ints) -> int:
    """The exact sum of whole numbers, also beyond 64 bits."""
    if not len(values):
        return 0
    if max(abs(int(values.max())), abs(int(values.min()))) * len(values) < 2**63:
        return int(values.sum())
    return sum(values.tolist())


def narrowed(query: TraceQuery, more: str) -> str:
    """The text of a filter and one more term."""
    return str(query.plus(more)) if more else str(query)
