"""A trace on its way to the screen: numpy columns, parents as indexes, no prompts.

Every column has one entry per span, in preorder (a parent before its children, siblings by start time), so that a
subtree is one contiguous stretch: rows of the waterfall are a mask over it and level sums are slices. Orphans stay and
become roots; parent cycles are cut at the span where they close; no recursion anywhere, so depth 100,000 is only slow
to scroll.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.row import SpanRow

UNKNOWN = -1
"""Stands for None in the integer columns `ttft_ns`, `*_tokens` and `cost_nusd`."""

Ints = NDArray[np.int64]


@dataclass(slots=True)
class Strings:
    """A text column as codes into a table of distinct texts; code -1 is None."""

    codes: NDArray[np.int32]
    table: list[str]

    def __getitem__(self, index: int) -> str | None:
        code = self.codes[index]
        return None if code < 0 else self.table[code]

    def code(self, text: str) -> int:
        """The code of a text, or -2 (which no row has) where it does not occur."""
        try:
            return self.table.index(text)
        except ValueError:
            return -2


@dataclass
class Trace:
    """Columns of one trace in preorder. All times are ns since 1970; `t0_ns` is the first start.

    `end_ns` of an unfinished span is the latest time seen in its subtree (a lower bound) and `unfinished` is True.
    `parent` is an index into the columns or -1; `orphan` marks a root whose parent id did not come; `subtree_end` is the
    index one past the last descendant. Marks (events and links) are flat arrays with the span's index.
    """

    trace_id: bytes
    span_ids: list[bytes]
    parent: NDArray[np.int32]
    depth: NDArray[np.int32]
    subtree_end: NDArray[np.int32]
    start_ns: Ints
    end_ns: Ints
    unfinished: NDArray[np.bool_]
    orphan: NDArray[np.bool_]
    kind: NDArray[np.uint8]
    otel_kind: NDArray[np.uint8]
    status: NDArray[np.uint8]
    notes: NDArray[np.int32]
    name: Strings
    service: Strings
    host: Strings
    model: Strings
    label: Strings
    error_type: Strings
    error_message: Strings
    input_tokens: Ints
    output_tokens: Ints
    ttft_ns: Ints
    cost_nusd: Ints
    cost_status: NDArray[np.uint8]
    event_span: NDArray[np.int32]
    event_ns: Ints
    event_name: Strings
    link_from: NDArray[np.int32]
    link_to: NDArray[np.int32]
    tags: list[str | None] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many spans."""
        return len(self.span_ids)

    @property
    def t0_ns(self) -> int:
        """The first start of all spans (0 for an empty trace)."""
        return int(self.start_ns.min()) if self.n else 0

    @property
    def t1_ns(self) -> int:
        """The last end of all spans (0 for an empty trace)."""
        return int(self.end_ns.max()) if self.n else 0

    @cached_property
    def index_of(self) -> dict[bytes, int]:
        """Column index of a span id."""
        return {span_id: index for index, span_id in enumerate(self.span_ids)}

    @cached_property
    def roots(self) -> NDArray[np.int32]:
        """Indexes of the spans without a parent here, in order."""
        return np.flatnonzero(self.parent < 0).astype(np.int32)

    @cached_property
    def child_count(self) -> NDArray[np.int32]:
        """How many children each span has."""
        inside = self.parent[self.parent >= 0]
        return np.bincount(inside, minlength=self.n).astype(np.int32)

    @cached_property
    def self_ns(self) -> Ints:
        """Own time: duration minus the union of the children's intervals, clipped to the span."""
        return _self_time(self)

    def children(self, index: int) -> list[int]:
        """Indexes of the direct children, by start."""
        found, at, stop = [], index + 1, int(self.subtree_end[index])
        while at < stop:
            found.append(at)
            at = int(self.subtree_end[at])
        return found


def build_trace(rows: Sequence[SpanRow]) -> Trace:
    """Columns of the spans of one trace, given in any order (at least one row; ids distinct)."""
    n = len(rows)
    position = {row.span_id: i for i, row in enumerate(rows)}
    parent = np.fromiter(
        (position.get(row.parent_id, -1) if row.parent_id and row.parent_id != row.span_id else -1 for row in rows),
        np.int64, n)
    start = np.fromiter((row.start_ns for row in rows), np.int64, n)
    unfinished = np.fromiter((row.end_ns is None for row in rows), np.bool_, n)
    end = np.fromiter((row.start_ns if row.end_ns is None else row.end_ns for row in rows), np.int64, n)
    end = np.maximum(end, start)
    order, parent, depth, subtree_end = preorder(parent, start, [row.span_id for row in rows])
    picked = [rows[i] for i in order.tolist()]
    start, end, unfinished = start[order], end[order], unfinished[order]
    event_span, event_ns, event_names, links = _marks(picked)
    if unfinished.any():
        _extend_unfinished(parent, end, unfinished, event_span, event_ns)
    index_of = {row.span_id: i for i, row in enumerate(picked)}
    pairs = [(a, index_of[to]) for a, trace_id, to in links if trace_id == picked[a].trace_id and to in index_of]
    trace = Trace(
        trace_id=rows[0].trace_id,
        span_ids=[row.span_id for row in picked],
        parent=parent.astype(np.int32), depth=depth, subtree_end=subtree_end,
        start_ns=start, end_ns=end, unfinished=unfinished,
        orphan=np.fromiter((bool(row.parent_id) for row in picked), np.bool_, n) & (parent < 0),
        kind=np.fromiter((row.kind for row in picked), np.uint8, n),
        otel_kind=np.fromiter((row.otel_kind & 255 for row in picked), np.uint8, n),
        status=np.fromiter((row.status for row in picked), np.uint8, n),
        notes=np.fromiter((row.notes for row in picked), np.int32, n),
        name=_strings(row.name for row in picked), service=_strings(row.service for row in picked),
        host=_strings(row.host for row in picked), model=_strings(row.model for row in picked),
        label=_strings(row.label for row in picked), error_type=_strings(row.error_type for row in picked),
        error_message=_strings(row.error_message for row in picked),
        input_tokens=_ints(row.input_tokens for row in picked), output_tokens=_ints(row.output_tokens for row in picked),
        ttft_ns=_ints(row.ttft_ns for row in picked), cost_nusd=_ints(row.cost_nusd for row in picked),
        cost_status=np.fromiter((row.cost_status for row in picked), np.uint8, n),
        event_span=event_span, event_ns=event_ns, event_name=event_names,
        link_from=np.array([a for a, _ in pairs], np.int32), link_to=np.array([b for _, b in pairs], np.int32),
        tags=[row.tags for row in picked],
    )
    trace.__dict__["index_of"] = index_of
    return trace


def preorder(
    parent: Ints, start: Ints, tie: Sequence[bytes]
) -> tuple[Ints, Ints, NDArray[np.int32], NDArray[np.int32]]:
    """(order, parent, depth, subtree_end) of a forest: parents first, siblings by start, then by id.

    `order` maps a new position to the old one; the other three are in the new order. Cycles are cut at the span that
    starts first among those on the cycle.
    """
    n = len(parent)
    parent = cut_cycles(parent, start)
    by_start = np.array(sorted(range(n), key=lambda i: (start[i], tie[i])), np.int64) if n else np.zeros(0, np.int64)
    rank = np.empty(n, np.int64)
    rank[by_start] = np.arange(n)
    grouped = np.lexsort((rank, parent))                     # by parent, siblings by start
    first = np.searchsorted(parent[grouped], np.arange(-1, n + 1))
    order = np.empty(n, np.int64)
    depth = np.empty(n, np.int32)
    subtree_end = np.empty(n, np.int32)
    position = np.empty(n, np.int64)
    members, cuts = grouped.tolist(), first.tolist()
    stack: list[tuple[int, int, int]] = []                   # (next member, stop, position of the parent)
    at, stop, owner, level = cuts[0], cuts[1], -1, 0
    count = 0
    while True:
        if at < stop:
            node = members[at]
            order[count] = node
            position[node] = count
            depth[count] = level
            stack.append((at + 1, stop, owner))
            owner, at, stop = count, cuts[node + 1], cuts[node + 2]
            count += 1
            level += 1
            continue
        if not stack:
            break
        subtree_end[owner] = count
        at, stop, owner = stack.pop()
        level -= 1
    moved = parent[order]
    return order, np.where(moved >= 0, position[moved], -1), depth, subtree_end


def cut_cycles(parent: Ints, start: Ints) -> Ints:
    """Parents with every cycle cut: the member of a cycle that starts first becomes a root."""
    n = len(parent)
    if not n or not (parent >= 0).any():
        return parent
    jump = parent.copy()
    for _ in range(n.bit_length() + 1):                      # pointer doubling: only members of cycles never reach -1
        live = jump >= 0
        if not live.any():
            return parent
        jump[live] = jump[jump[live]]
    parent = parent.copy()
    state = np.zeros(n, np.int8)
    for node in np.flatnonzero(jump >= 0).tolist():
        path = []
        while node >= 0 and state[node] == 0:
            state[node] = 1
            path.append(node)
            node = int(parent[node])
        if node >= 0 and state[node] == 1:
            cycle = path[path.index(node):]
            parent[min(cycle, key=lambda i: (start[i], i))] = -1
        state[path] = 2
    return parent


def _extend_unfinished(
    parent: Ints, end: Ints, unfinished: NDArray[np.bool_], event_span: NDArray[np.int32], event_ns: Ints
) -> None:
    """An unfinished span lasts at least until the latest of its events and descendants (MODEL.md, section 2.1)."""
    open_events = unfinished[event_span]
    np.maximum.at(end, event_span[open_events], event_ns[open_events])
    for index in range(len(parent) - 1, 0, -1):
        above = parent[index]
        if above >= 0 and unfinished[above] and end[index] > end[above]:
            end[above] = end[index]


def _marks(rows: Sequence[SpanRow]) -> tuple[NDArray[np.int32], Ints, Strings, list[tuple[int, bytes, bytes]]]:
    spans: list[int] = []
    times: list[int] = []
    names: list[str] = []
    links: list[tuple[int, bytes, bytes]] = []
    for index, row in enumerate(rows):
        if not row.marks:
            continue
        marks = json.loads(row.marks)
        for time_ns, name in marks.get("e", ()):
            spans.append(index)
            times.append(time_ns)
            names.append(name)
        links.extend((index, bytes.fromhex(a), bytes.fromhex(b)) for a, b in marks.get("l", ()))
    return np.array(spans, np.int32), np.array(times, np.int64), _strings(names), links


def _strings(values: Iterable[str | None]) -> Strings:
    table: dict[str, int] = {}
    codes = [-1 if value is None else table.setdefault(value, len(table)) for value in values]
    return Strings(np.array(codes, np.int32), list(table))


def _ints(values: Iterable[int | None]) -> Ints:
    return np.array([UNKNOWN if value is None else value for value in values], np.int64)


def _self_time(trace: Trace) -> Ints:
    """Duration minus covered time; one sweep over the children of all parents, sorted by (parent, start)."""
    n = trace.n
    own = trace.end_ns - trace.start_ns
    child = np.flatnonzero(trace.parent >= 0)
    if not len(child):
        return own
    above = trace.parent[child]
    a = np.clip(trace.start_ns[child], trace.start_ns[above], trace.end_ns[above]) - trace.t0_ns
    b = np.clip(trace.end_ns[child], trace.start_ns[above], trace.end_ns[above]) - trace.t0_ns
    order = np.lexsort((a, above))
    above, a, b = above[order], a[order], b[order]
    # A running maximum of ends that restarts at each parent: lift each parent's stretch above the one before.
    lift = (trace.t1_ns - trace.t0_ns) + 1
    group = np.cumsum(np.r_[0, above[1:] != above[:-1]])
    if lift * (int(group[-1]) + 1) < 2**62:
        reach = np.maximum.accumulate(b + group * lift) - group * lift
        before = np.r_[0, reach[:-1]]
        before[np.r_[True, above[1:] != above[:-1]]] = 0
        covered = np.maximum(0, b - np.maximum(a, before))
        return own - np.bincount(above, weights=covered.astype(np.float64), minlength=n).astype(np.int64)
    covered_by: dict[int, list[int]] = {}                    # absurd time spans (years × many parents): plain loop
    for parent, x, y in zip(above.tolist(), a.tolist(), b.tolist(), strict=True):
        state = covered_by.setdefault(parent, [0, 0])
        state[1] += max(0, y - max(x, state[0]))
        state[0] = max(state[0], y)
    for parent, (_, total) in covered_by.items():
        own[parent] -= total
    return own
