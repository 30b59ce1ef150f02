"""Clocks that disagree: one offset per service (and host), never one per span.

Each parent and child on two clocks allow the offsets that put the child inside its parent. Only when most pairs of
two services exclude 0 are the clocks judged to differ. Centring every span in its parent by itself (as some viewers do)
would lose the order of events inside a service, and that order is what the engine reads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracedesk.model.trace import Trace

PRODUCER, CONSUMER = 4, 5
"""OTLP span kinds whose child may start long after its parent ended: they say nothing about clocks."""

Ints = NDArray[np.int64]


def clock_offsets(trace: Trace) -> dict[str, int]:
    """Nanoseconds to add to the times of each clock (named `service` or `service @ host`), relative to the root's."""
    clock, names = _clocks(trace)
    child = np.flatnonzero(trace.parent >= 0)
    above = trace.parent[child]
    length = trace.end_ns - trace.start_ns
    usable = ((clock[child] != clock[above]) & (length[child] <= length[above])
              & (trace.otel_kind[child] != PRODUCER) & (trace.otel_kind[child] != CONSUMER))
    child, above = child[usable], above[usable]
    if not len(child):
        return {}
    pair = clock[above] * len(names) + clock[child]
    least, most = trace.start_ns[above] - trace.start_ns[child], trace.end_ns[above] - trace.end_ns[child]
    relative = {}
    for code in dict.fromkeys(pair.tolist()):
        chosen = pair == code
        relative[divmod(code, len(names))] = _offset(least[chosen], most[chosen])
    return {names[code]: offset for code, offset in _from_root(trace, clock, relative).items() if offset}


def _offset(least: Ints, most: Ints) -> int:
    """The offset between two clocks from the interval of each pair of spans; 0 where most of them allow 0."""
    excluded = int(((least > 0) | (most < 0)).sum())
    if excluded * 2 <= len(least):
        return 0
    low, high = int(least.max()), int(most.min())
    if low <= high:
        return (low + high) // 2
    return int(np.sort((least + most) // 2)[len(least) // 2])


def _from_root(trace: Trace, clock: Ints, relative: dict[tuple[int, int], int]) -> dict[int, int]:
    """Offsets added up along the calls, starting from the clocks of the roots."""
    total = dict.fromkeys(clock[trace.roots].tolist(), 0)
    waiting = list(total)
    while waiting:
        caller = waiting.pop(0)
        for (above, below), offset in relative.items():
            if above == caller and below not in total:
                total[below] = total[caller] + offset
                waiting.append(below)
    return total


def shift_of_spans(trace: Trace, offsets: dict[str, int]) -> Ints:
    """Nanoseconds to add to each span of the trace."""
    if not offsets:
        return np.zeros(trace.n, np.int64)
    clock, names = _clocks(trace)
    by_clock = np.array([offsets.get(name, 0) for name in names], np.int64)
    return by_clock[clock]


def _clocks(trace: Trace) -> tuple[Ints, list[str]]:
    """A code per span and the name of each clock: the service, and the host where it is known."""
    service, host = trace.service.codes.astype(np.int64), trace.host.codes.astype(np.int64)
    hosts = len(trace.host.table) + 1
    combined, clock = np.unique((service + 1) * hosts + host + 1, return_inverse=True)
    names = []
    for code in combined.tolist():
        service_code, host_code = divmod(code, hosts)
        name = trace.service.table[service_code - 1] if service_code else "unknown_service"
        names.append(f"{name} @ {trace.host.table[host_code - 1]}" if host_code else name)
    return clock.astype(np.int64), names
