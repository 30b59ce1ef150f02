"""A trace that stands for the usual run of a program: each span from the median of its starts to the median of its ends.

Medians keep order: what ended before another began in every run does so in the medians, so who waited for whom can still be
read off. Medians of lengths would not keep it. Where a span is missing in some runs it may come to lie outside its parent,
which then is stretched over it.
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
    rows = {index: _row(of, index, seen[index], kept) for index in sorted(kept)}
    for index in sorted(kept, reverse=True):                 # children come after their parents
        row, above = rows[index], rows.get(int(of.parent[index]))
        if above is not None:
            rows[int(of.parent[index])] = above._replace(start_ns=min(above.start_ns, row.start_ns),
                                                         end_ns=max(above.end_ns or 0, row.end_ns or 0))
    return build_trace(list(rows.values())) if rows else None


def _row(of: Trace, index: int, found: Sequence[tuple[Trace, int]], kept: set[int]) -> SpanRow:
    start = of.t0_ns + median_low([int(trace.start_ns[at]) - trace.t0_ns for trace, at in found])
    end = of.t0_ns + median_low([int(trace.end_ns[at]) - trace.t0_ns for trace, at in found])
    parent = int(of.parent[index])
    costs = [int(trace.cost_status[at]) for trace, at in found]
    return SpanRow(
        of.trace_id, of.span_ids[index], of.span_ids[parent] if parent in kept else None, of.name[index] or "",
        of.service[index] or "", start, end, kind=int(of.kind[index]), model=of.model[index],
        label=of.label[index], input_tokens=_median(found, "input_tokens"),
        output_tokens=_median(found, "output_tokens"), cost_nusd=_median(found, "cost_nusd"),
        cost_status=max(set(costs), key=costs.count))


def _median(found: Sequence[tuple[Trace, int]], name: str) -> int | None:
    known = [value for trace, at in found if (value := int(getattr(trace, name)[at])) != UNKNOWN]
    return median_low(known) if 2 * len(known) >= len(found) and known else None
