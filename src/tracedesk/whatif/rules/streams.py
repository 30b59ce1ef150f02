"""Rule S, streams: a sibling that starts at a first token or a chunk of a running span hangs on that event.

The consumer of a stream overlaps its producer, so order alone would call them parallel. An event of the producer right
before the start, nearer than any local cause, tells otherwise. Under a change the event keeps its share of the
producer's progress. A consumer that ends soon after the stream cannot end before it and has no length of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_right

import numpy as np

from tracedesk.whatif.program import Constraint, Point, Program, Rule
from tracedesk.whatif.spans import Spans

STREAMING = re.compile(r"first[._ -]?(token|chunk|byte)|chunk|token|stream|delta", re.IGNORECASE)
SHARE_AFTER_END = 0.2


def add_streams(program: Program) -> None:
    """Hang the consumers of every stream in the trace on its events."""
    spans = program.spans
    for producer, events in _stream_events(spans).items():
        if spans.parent[producer] < 0:
            continue
        series: dict[int, list[int]] = {}
        for sibling in spans.children(int(spans.parent[producer])):
            if sibling != producer and spans.start[producer] < spans.start[sibling] < spans.end[producer]:
                series.setdefault(int(spans.name[sibling]), []).append(sibling)
        for consumers in series.values():
            _hang_consumers(program, producer, events, consumers)


def _stream_events(spans: Spans) -> dict[int, list[int]]:
    """Times of the events of each span that look like a stream's, sorted; where there are none, its first token."""
    trace = spans.trace
    streaming = np.array([bool(STREAMING.search(name)) for name in trace.event_name.table] + [False])
    found: dict[int, list[int]] = {}
    for at in np.flatnonzero(streaming[trace.event_name.codes]).tolist():
        span, moment = int(spans.event_span[at]), int(spans.event_ns[at])
        if spans.start[span] <= moment <= spans.end[span]:
            found.setdefault(span, []).append(moment)
    for index in np.flatnonzero(trace.ttft_ns > 0).tolist():
        span = int(spans.position[index])
        moment = int(spans.start[span] + trace.ttft_ns[index])
        if span not in found and moment < spans.end[span]:
            found[span] = [moment]
    return {span: sorted(times) for span, times in found.items()}


def _hang_consumers(program: Program, producer: int, events: list[int], consumers: list[int]) -> None:
    """Hang one class of siblings that start inside the producer on its events, if the first of them follows one."""
    spans, tolerance = program.spans, program.spans.tolerance
    first = consumers[0]
    event = _event_before(events, int(spans.start[first]), tolerance.epsilon_ns)
    if event is None or spans.start[first] - event > program.gap[first]:
        return
    done = -1
    for consumer in consumers:
        start = int(spans.start[consumer])
        event = _event_before(events, start, tolerance.epsilon_ns)
        # one that follows the end of the one before at once, and no event, only waited for that
        for_the_stream = consumer == first or event is not None or start - done > tolerance.epsilon_ns
        program.constraints = [c for c in program.constraints
                               if not (c.rule is Rule.PACING and c.effect == consumer)]
        if for_the_stream:
            moment = start if event is None else event
            program.constraints.append(Constraint(Rule.STREAM, producer, Point.WITHIN, consumer, Point.START,
                                                  start - moment, moment - int(spans.start[producer])))
            program.gap[consumer] = min(0, int(program.gap[consumer]))
        done = int(spans.end[consumer])
    if len(consumers) == 1:
        _end_with_stream(program, producer, first)


def _end_with_stream(program: Program, producer: int, consumer: int) -> None:
    spans = program.spans
    delay = int(spans.end[consumer] - spans.end[producer])
    length = int(spans.end[consumer] - spans.start[consumer])
    if spans.child_count[consumer] == 0 and 0 <= delay <= max(3 * spans.tolerance.unit_ns, SHARE_AFTER_END * length):
        program.constraints.append(Constraint(Rule.STREAM, producer, Point.END, consumer, Point.END, delay))
        program.tail[consumer] = min(int(program.tail[consumer]), delay)


def _event_before(events: list[int], moment: int, epsilon: int) -> int | None:
    """The last event at most ε before a moment."""
    at = bisect_right(events, moment)
    return events[at - 1] if at and moment - events[at - 1] <= epsilon else None
