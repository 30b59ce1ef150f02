"""A trace that stands for the usual run of a program: each span at the median of where other runs have it.

Medians of starts and lengths are taken span by span, so a child may come to end after its parent; it is then moved into it,
because the path of a trace leaves out what its parent did not wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

from tracedesk.compare.align import align
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import UNKNOWN, Trace, build_trace

FEWEST = 3
"""Of fewer runs there is no usual one."""


def median_trace(of: Trace, others: Sequence[Trace]) -> Trace | None:
    """The usual run, in the shape of `of`: spans that at least half of the others have too. None where there are too few."""
    if len(others) < FEWEST:
        return None
    seen: dict[int, list[tuple[Trace, int]]] = {}
    for other in others:
        for pair in align(other, of):
            if pair.a is not None and pair.b is not None:
                seen.setdefault(pair.b, []).append((other, pair.a))
    kept = {index for index, found in seen.items() if 2 * len(found) >= len(others)}
    rows: dict[int, SpanRow] = {}
    for index in sorted(kept):                               # parents come before their children
        rows[index] = _row(of, index, seen[index], rows)
    return build_trace(list(rows.values())) if rows else None


def _row(of: Trace, index: int, found: Sequence[tuple[Trace, int]], made: dict[int, SpanRow]) -> SpanRow:
    start = of.t0_ns + median_low([int(trace.start_ns[at]) - trace.t0_ns for trace, at in found])
    length = median_low([int(trace.end_ns[at] - trace.start_ns[at]) for trace, at in found])
    parent = made.get(int(of.parent[index]))
    if parent is not None and parent.end_ns is not None:
        length = min(length, parent.end_ns - parent.start_ns)
        start = max(parent.start_ns, min(start, parent.end_ns - length))
    costs = [int(trace.cost_status[at]) for trace, at in found]
    return SpanRow(
        of.trace_id, of.span_ids[index], None if parent is None else parent.span_id, of.name[index] or "",
        of.service[index] or "", start, start + length, kind=int(of.kind[index]), model=of.model[index],
        label=of.label[index], input_tokens=_median(found, "input_tokens"),
        output_tokens=_median(found, "output_tokens"), cost_nusd=_median(found, "cost_nusd"),
        cost_status=max(set(costs), key=costs.count))


def _median(found: Sequence[tuple[Trace, int]], name: str) -> int | None:
    known = [value for trace, at in found if (value := int(getattr(trace, name)[at])) != UNKNOWN]
    return median_low(known) if 2 * len(known) >= len(found) and known else None
