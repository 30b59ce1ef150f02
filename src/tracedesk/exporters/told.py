"""The spans of a trace in the order of the tree, each with what it means: kind, fields, counts, cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tracedesk.exporters.exporter import Spans
from tracedesk.ingest.stages import Prices, prepare_all
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.model.span import LogRecord, Span
from tracedesk.semconv.counting import not_counted
from tracedesk.semconv.read import read

MOST_LEVELS = 10_000


class Told(NamedTuple):
    """One span. `fields` are canonical names; `counted` is False where its tokens and cost are counted on another span."""

    span: Span
    logs: Sequence[LogRecord]
    row: SpanRow
    fields: dict[str, Any]
    depth: int
    counted: bool

    @property
    def kind(self) -> str:
        """The label of its kind."""
        return Kind(self.row.kind).label

    @property
    def cost_nusd(self) -> int | None:
        """Its own cost where that is known and counted."""
        return self.row.cost_nusd if self.counted and CostStatus(self.row.cost_status).known else None

    @property
    def is_unpriced(self) -> bool:
        """Whether it costs something that is not known."""
        return self.counted and bool(self.row.cost_status) and not CostStatus(self.row.cost_status).known


class Sums(NamedTuple):
    """Of one trace: times in ns, tokens and cost of the calls that count; None is unknown."""

    start_ns: int
    end_ns: int
    input_tokens: int | None
    output_tokens: int | None
    cost_nusd: int | None
    unpriced_calls: int
    errors: int


def tell(trace: Spans, book: Prices) -> list[Told]:
    """The spans from the roots down, by start; those whose parent is not there are roots. Every span comes once."""
    rows = [one.row for one in prepare_all(trace, book)]
    apart = not_counted(rows)
    below: dict[bytes | None, list[int]] = {}
    known = {span.span_id for span, _ in trace}
    for place, (span, _) in enumerate(trace):
        parent = span.parent_id if span.parent_id in known and span.parent_id != span.span_id else None
        below.setdefault(parent, []).append(place)
    for places in below.values():
        places.sort(key=lambda place: (trace[place][0].start_ns, trace[place][0].span_id))
    found: list[Told] = []
    seen: set[int] = set()
    waiting = [(place, 0) for place in reversed(below.get(None, []))]
    left = iter(range(len(trace)))
    while True:
        while waiting:
            place, depth = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            span, logs = trace[place]
            found.append(Told(span, logs, rows[place], read(span, logs).values, depth, span.span_id not in apart))
            waiting += [(child, min(depth + 1, MOST_LEVELS)) for child in reversed(below.get(span.span_id, []))]
        place = next((place for place in left if place not in seen), -1)
        if place < 0:
            return found
        waiting = [(place, 0)]                               # spans that are their own ancestors


def sums(told: Sequence[Told]) -> Sums:
    """What the trace comes to."""
    def total(name: str) -> int | None:
        known = [value for one in told if one.counted and (value := getattr(one.row, name)) is not None]
        return sum(known) if known else None

    costs = [one.cost_nusd for one in told if one.cost_nusd is not None]
    return Sums(min(one.span.start_ns for one in told), max(one.span.end_ns or one.span.start_ns for one in told),
                total("input_tokens"), total("output_tokens"), sum(costs) if costs else None,
                sum(one.is_unpriced for one in told), sum(one.span.status == 2 for one in told))
