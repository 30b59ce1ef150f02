"""A trace on its way to the screen: numpy columns, parents as indexes, no prompts. `model.trace` makes them.

Every column has one entry per span, in preorder (a parent before its children, siblings by start time), so that a
subtree is one contiguous stretch: rows of the waterfall are a mask over it and level sums are slices. Orphans stay and
become roots; parent cycles are cut at the span where they close; no recursion anywhere, so depth 100,000 is only slow
to scroll.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

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


@dataclass(eq=False)
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
