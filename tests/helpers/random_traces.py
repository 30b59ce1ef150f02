"""Random traces for properties: any tree of intervals, tidy programs of waves, and shapes for measuring."""

from __future__ import annotations

import heapq
import random

import numpy as np

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import Trace, build_trace

T0_NS = 1_700_000_000_000_000_000
TRACE_ID = bytes(15) + b"\2"
MS = 1_000_000
NAMES = ("plan", "search", "rerank", "answer", "tool")


def span_row(number: int, parent: int | None, name: str, start_ns: int, end_ns: int | None, **fields: object) -> SpanRow:
    """One row; ids are the number, times relative to T0_NS."""
    defaults: dict[str, object] = {"kind": Kind.TOOL, "otel_kind": 1}
    return SpanRow(TRACE_ID, (number + 1).to_bytes(8, "big"), None if parent is None else (parent + 1).to_bytes(8, "big"),
                   name, "app", T0_NS + start_ns, None if end_ns is None else T0_NS + end_ns,
                   **{**defaults, **fields})  # type: ignore[arg-type]


def any_trace(seed: int, size: int = 30) -> Trace:
    """Intervals hung on one another at random: overlaps, escapes, errors, zero lengths and several roots included."""
    dice = random.Random(seed)
    rows = [span_row(0, None, "root", 0, 1_000 * MS)]
    for number in range(1, dice.randrange(2, size)):
        parent = dice.randrange(number) if dice.random() < 0.97 else None
        above = rows[parent] if parent is not None else rows[0]
        length = max(1, (above.end_ns or 0) - above.start_ns)
        start = above.start_ns - T0_NS + dice.randrange(length)
        end = start + (0 if dice.random() < 0.05 else dice.randrange(1, max(2, length)))
        failed = dice.random() < 0.1
        rows.append(span_row(
            number, parent, dice.choice(NAMES), start, end, kind=dice.choice([Kind.LLM, Kind.TOOL, Kind.CHAIN]),
            status=Status.ERROR if failed else Status.UNSET,
            error_type=dice.choice([None, "TimeoutError", "CancelledError", "ValueError"]) if failed else None))
    return build_trace(rows)


def waves(seed: int, depth: int = 3, width: int = 3) -> Trace:
    """A program as programs are: steps one after the other, some of them several calls at once, own work between."""
    dice = random.Random(seed)
    rows: list[SpanRow] = []

    def run(parent: int | None, at: int, level: int) -> int:
        number = len(rows)
        name = f"level{level}.{dice.choice(NAMES)}"
        rows.append(span_row(number, parent, name, at, at))
        now = at + dice.randrange(8, 15) * MS
        if level < depth and dice.random() < 0.8:
            for _ in range(dice.randrange(1, 4)):
                now = max(run(number, now + place * 100_000, level + 1)
                          for place in range(dice.randrange(1, width + 1)))
                now += dice.randrange(8, 15) * MS
        else:
            now += dice.randrange(40, 200) * MS
        rows[number] = rows[number]._replace(end_ns=T0_NS + now)
        return now

    run(None, 0, 0)
    return build_trace(rows)


def agent_steps(n: int) -> Trace:
    """About n spans: an agent whose steps are one model call and three tools at once."""
    rows = [span_row(0, None, "agent", 0, 0, kind=Kind.AGENT)]
    dice = np.random.default_rng(1)
    lengths = dice.integers(20, 400, size=(n // 5 + 1, 4)) * MS
    now = 0
    for step, (model, *tools) in enumerate(lengths.tolist()):
        at = len(rows)
        end = now + model + 6 * MS
        rows.append(span_row(at, 0, "step", now, end + max(tools) + 3 * MS, kind=Kind.CHAIN))
        rows.append(span_row(at + 1, at, "chat", now + 3 * MS, now + 3 * MS + model, kind=Kind.LLM, cost_nusd=1000,
                             cost_status=1, model=f"model-{step % 3}"))
        rows += [span_row(at + 2 + nth, at, f"tool{nth}", end + nth * 10_000, end + tool)
                 for nth, tool in enumerate(tools)]
        now = end + max(tools) + 6 * MS
    rows[0] = rows[0]._replace(end_ns=T0_NS + now)
    return build_trace(rows)


def flat(n: int) -> Trace:
    """One call after the other under one root."""
    lengths = (np.random.default_rng(2).integers(20, 400, size=n) * MS).tolist()
    rows, now = [span_row(0, None, "loop", 0, 0)], 2 * MS
    for number, length in enumerate(lengths, 1):
        rows.append(span_row(number, 0, f"call{number % 7}", now, now + length))
        now += length + 5 * MS
    rows[0] = rows[0]._replace(end_ns=T0_NS + now)
    return build_trace(rows)


def one_pool(n: int, places: int = 8) -> Trace:
    """n calls of one name launched together into a pool."""
    lengths = (np.random.default_rng(3).integers(20, 400, size=n) * MS).tolist()
    free = [3 * MS] * places
    rows = [span_row(0, None, "batch", 0, 0)]
    for number, length in enumerate(lengths, 1):
        start = free[0] + 50_000
        heapq.heapreplace(free, start + length)
        rows.append(span_row(number, 0, "call", start, start + length))
    rows[0] = rows[0]._replace(end_ns=T0_NS + max(free) + 5 * MS)
    return build_trace(rows)


def workers(n: int, places: int = 8, count: int = 20) -> Trace:
    """Workers that each make call after call, all sharing one pool that is always full: everything is general."""
    dice = np.random.default_rng(4)
    each = n // (2 * count)
    call = (dice.integers(60, 400, size=(count, each)) * MS).tolist()
    tool = (dice.integers(10, 60, size=(count, each)) * MS).tolist()
    rows = [span_row(0, None, "fleet", 0, 0), *(span_row(1 + w, 0, "worker", 1 * MS, 0) for w in range(count))]
    free = [0] * places
    arrivals = [(3 * MS + w * 10_000, w, 0) for w in range(count)]
    heapq.heapify(arrivals)
    end_of = [0] * count
    while arrivals:
        ready, worker, turn = heapq.heappop(arrivals)
        start = max(ready, free[0] + 40_000)
        end = start + call[worker][turn]
        heapq.heapreplace(free, end)
        rows.append(span_row(len(rows), 1 + worker, "gen", start, end, kind=Kind.LLM))
        done = end + 100_000 + tool[worker][turn]
        rows.append(span_row(len(rows), 1 + worker, "tool", end + 100_000, done))
        end_of[worker] = done + 2 * MS
        if turn + 1 < each:
            heapq.heappush(arrivals, (done + 3 * MS, worker, turn + 1))
    for worker, end in enumerate(end_of):
        rows[1 + worker] = rows[1 + worker]._replace(end_ns=T0_NS + end)
    rows[0] = rows[0]._replace(end_ns=T0_NS + max(end_of) + MS)
    return build_trace(rows)


def chains(n: int, length: int = 10) -> Trace:
    """Chains of calls side by side under one parent, item by item."""
    dice = np.random.default_rng(5)
    count = n // length
    rows, ends = [span_row(0, None, "crawl", 0, 0)], []
    for nth in range(count):
        now = 3 * MS + nth * 10_000
        for step in range(length):
            end = now + int(dice.integers(40, 200)) * MS
            rows.append(span_row(len(rows), 0, f"stage{step}", now, end))
            now = end + 100_000
        ends.append(now)
    rows[0] = rows[0]._replace(end_ns=T0_NS + max(ends) + MS)
    return build_trace(rows)


def deep(n: int) -> Trace:
    """One span in another, n deep."""
    return build_trace([span_row(number, number - 1 if number else None, f"call{number % 5}", number * 100_000,
                                 (3 * n - number) * 100_000) for number in range(n)])
