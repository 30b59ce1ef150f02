"""The spans of one trace as the engine wants them: breadth-first columns with repaired times.

Breadth-first means that a level of the tree is one stretch and the children of a span are one stretch, by start; so
"for all parents of a level at once" is a slice, and a parent's index is always smaller than its child's. A `Trace` is
in preorder; `of_trace` and `position` translate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracedesk.base.clock import format_duration
from tracedesk.model.forest import preorder
from tracedesk.model.kinds import Status
from tracedesk.model.span import Note
from tracedesk.model.trace import Trace
from tracedesk.whatif import skew
from tracedesk.whatif.tolerances import Tolerance, of_leaves

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TIMED_OUT = re.compile(r"time[d_ -]*out|deadline", re.IGNORECASE)
CANCELLED = re.compile(r"cancel", re.IGNORECASE)
VIRTUAL_NAME = "(trace)"
LONGEST_NS = 2**60
"""36 years: in a trace that lasts longer a time is saturated, which moved by any offset would leave 64 bits."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Something about the recorded times that was mended before reading them, in words. `span` is a Trace index."""

    kind: str
    span: int
    text: str


@dataclass(slots=True)
class Spans:
    """Columns in breadth-first order; times are ns from `t0_ns`. `level[d]:level[d + 1]` are the spans of depth d.

    `first_child` is -1 for a leaf. `of_trace` gives the Trace index (-1 for the virtual root that stands over several
    roots), `position` the way back. `failed` spans ended in error; `timed_out` and `cancelled` among them say so.
    Events and links are flat: `event_span` with `event_ns`, `link_from` with `link_to`.
    """

    trace: Trace
    of_trace: Ints
    position: Ints
    level: list[int]
    parent: Ints
    first_child: Ints
    child_count: Ints
    start: Ints
    end: Ints
    name: Ints
    names: list[str]
    failed: Flags
    timed_out: Flags
    cancelled: Flags
    event_span: Ints
    event_ns: Ints
    link_from: Ints
    link_to: Ints
    t0_ns: int
    virtual: bool
    tolerance: Tolerance
    clock_offset_ns: dict[str, int] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many spans, the virtual root included."""
        return len(self.start)

    @property
    def leaf(self) -> Flags:
        """Which spans have no children."""
        return self.child_count == 0

    @property
    def cut(self) -> Flags:
        """Spans ended by a time-out or a cancellation: how long they would really have taken was not seen (rule M)."""
        return self.timed_out | self.cancelled

    def children(self, index: int) -> range:
        """Indexes of the children of a span, by start."""
        first = int(self.first_child[index])
        return range(0) if first < 0 else range(first, first + int(self.child_count[index]))

    def name_of(self, index: int) -> str:
        """The name of a span."""
        return self.names[self.name[index]]

    def inside(self, chosen: Flags) -> Flags:
        """The chosen spans and everything under them."""
        found = chosen.copy()
        # deep trees: one pass in preorder, where subtrees are slices
        if len(self.level) - 2 > 64:
            return self._inside_by_slices(chosen)
        for lo, hi in zip(self.level[1:-1], self.level[2:], strict=True):
            found[lo:hi] |= found[self.parent[lo:hi]]
        return found

    def _inside_by_slices(self, chosen: Flags) -> Flags:
        trace = self.trace
        if self.virtual and chosen[0]:
            return np.ones(self.n, np.bool_)
        delta = np.zeros(trace.n + 1, np.int64)
        tops = self.of_trace[np.flatnonzero(chosen)]
        np.add.at(delta, tops, 1)
        np.add.at(delta, trace.subtree_end[tops], -1)
        covered = np.cumsum(delta[:-1]) > 0
        found = np.zeros(self.n, np.bool_)
        found[self.position[np.flatnonzero(covered)]] = True
        return found


def is_above(spans: Spans, a: int, b: int) -> bool:
    """Whether `a` is `b` or an ancestor of it."""
    while b > a:
        b = int(spans.parent[b])
    return a == b


def lay_out(trace: Trace, *, fix_skew: bool = True) -> Spans:
    """Breadth-first columns of a trace (at least one span), with clocks put right and one root.

    Unfinished spans, ends before starts, lost parents and parent cycles were already mended by `build_trace`; they are
    listed among the repairs all the same.
    """
    absurd = trace.t1_ns - trace.t0_ns > LONGEST_NS
    offsets = skew.clock_offsets(trace) if fix_skew and not absurd else {}
    shift = skew.shift_of_spans(trace, offsets)
    start, end = trace.start_ns + shift, trace.end_ns + shift
    order = _breadth_first(trace, start if offsets else None)
    virtual = len(trace.roots) != 1
    lead = int(virtual)
    n = trace.n + lead
    of_trace = np.concatenate((np.full(lead, -1, np.int64), order))
    position = np.empty(trace.n, np.int64)
    position[order] = np.arange(lead, n)
    above = trace.parent[order].astype(np.int64)
    parent = np.where(above >= 0, position[above], lead - 1)
    t0 = int(start.min())
    first, last = start[order] - t0, end[order] - t0
    name, names = trace.name.codes[order].astype(np.int64), trace.name.table
    depth = trace.depth[order].astype(np.int64) + lead
    if virtual:
        parent = np.concatenate(([-1], parent))
        first = np.concatenate(([first.min()], first))
        last = np.concatenate(([last.max()], last))
        name, names = np.concatenate(([len(names)], name)), [*names, VIRTUAL_NAME]
        depth = np.concatenate(([0], depth))
    child_count = np.bincount(parent[1:], minlength=n)
    # children of successive parents follow one another, so a running count finds the first child of each
    first_child = np.where(child_count > 0, 1 + np.concatenate(([0], np.cumsum(child_count)[:-1])), -1)
    level = np.searchsorted(depth, np.arange(int(depth[-1]) + 2)).tolist()
    failed = trace.status == Status.ERROR
    timed_out, cancelled = _cut_spans(trace, failed)
    event_shift = shift[trace.event_span]
    spans = Spans(
        trace=trace, of_trace=of_trace, position=position, level=level, parent=parent, first_child=first_child,
        child_count=child_count, start=first, end=last, name=name, names=names,
        failed=_lifted(failed, order, lead), timed_out=_lifted(timed_out, order, lead),
        cancelled=_lifted(cancelled, order, lead),
        event_span=position[trace.event_span], event_ns=trace.event_ns + event_shift - t0,
        link_from=position[trace.link_from], link_to=position[trace.link_to],
        t0_ns=t0, virtual=virtual, clock_offset_ns=offsets,
        tolerance=of_leaves((last - first)[child_count == 0], int(last.max() - first.min())),
    )
    spans.repairs = _repairs(trace, offsets, shift)
    return spans


def _breadth_first(trace: Trace, shifted_start: Ints | None) -> Ints:
    """Trace indexes by depth; within a level in preorder, which keeps children of one parent together and by start."""
    if shifted_start is None:
        return np.argsort(trace.depth, kind="stable")
    order, _, depth, _ = preorder(trace.parent.astype(np.int64), shifted_start, trace.span_ids)
    return order[np.argsort(depth, kind="stable")]


def _lifted(flags: Flags, order: Ints, lead: int) -> Flags:
    """A flag column in the new order, False for the virtual root."""
    return np.concatenate((np.zeros(lead, np.bool_), flags[order]))


def _cut_spans(trace: Trace, failed: Flags) -> tuple[Flags, Flags]:
    """(timed out, cancelled) spans: in error, with an error type (or, where there is none, a message) that says so."""
    timed_out, cancelled = np.zeros(trace.n, np.bool_), np.zeros(trace.n, np.bool_)
    if failed.any():
        has_type = trace.error_type.codes >= 0
        for column, considered in ((trace.error_type, failed & has_type), (trace.error_message, failed & ~has_type)):
            for code, text in enumerate(column.table):
                out, off = bool(TIMED_OUT.search(text)), bool(CANCELLED.search(text))
                if out or off:
                    which = considered & (column.codes == code)
                    (timed_out if out else cancelled)[which] = True
    return timed_out, cancelled


def _repairs(trace: Trace, offsets: dict[str, int], shift: Ints) -> list[Repair]:
    found = [
        Repair("unfinished", i, "did not end; counted up to the last thing seen in it, so its end is a lower bound")
        for i in np.flatnonzero(trace.unfinished).tolist()
    ]
    found += [Repair("end_before_start", i, "ended before it started; taken as lasting no time")
              for i in np.flatnonzero(trace.notes & int(Note.END_BEFORE_START)).tolist()]
    found += [Repair("orphan", i, "its parent did not arrive; taken as a root")
              for i in np.flatnonzero(trace.orphan).tolist()]
    for clock, offset in offsets.items():
        moved = np.flatnonzero(shift == offset)
        text = f"the clock of {clock} was off; its spans were moved by {format_duration(offset)}"
        found.append(Repair("clock_skew", int(moved[0]) if len(moved) else -1, text))
    return found
