"""The what-if engine: reading a trace at load, and one toggle (selection, all new times, the total), by size and shape."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median

from tests.helpers.random_traces import agent_steps, chains, deep, flat, one_pool, workers
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Scale
from tracedesk.whatif.critical_path import critical_path
from tracedesk.whatif.selection import Selection
from tracedesk.whatif.slack import slack

SHAPES: tuple[tuple[str, Callable[[int], Trace], Selection, tuple[tuple[int, str], ...]], ...] = (
    ("agent steps", agent_steps, Selection(kind=Kind.LLM), ((1_000, "2 ms"), (100_000, "50 ms"), (1_000_000, "1 s"))),
    ("one flat sequence", flat, Selection(name="call3"), ((1_000, "2 ms"), (100_000, "50 ms"))),
    ("flat, pool of 8", one_pool, Selection(name="call"), ((1_000, "2 ms"), (100_000, "56 ms (prototype)"))),
    ("chains as siblings", chains, Selection(name="stage3"), ((1_000, "2 ms"), (100_000, "51 ms (prototype)"))),
    ("workers, one pool", workers, Selection(kind=Kind.LLM), ((1_000, "2 ms"), (100_000, "326 ms (prototype)"))),
    ("one chain, this deep", deep, Selection(name="call3"), ((1_000, "8 ms (prototype)"), (10_000, "84 ms (prototype)"))),
)


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    rows = []
    for shape, make, selection, sizes in SHAPES:
        for size, budget in sizes:
            if quick and size > 100_000:
                continue
            trace = make(size)
            begin = time.perf_counter()
            baseline = Baseline.of(trace)
            total = baseline.full.replayed_total_ns
            loaded = time.perf_counter() - begin
            toggled = _median_s(partial(_toggle, baseline, selection), 5 if size < 500_000 else 3)
            rows.append((f"{shape}, {trace.n:,} spans: one toggle", _shown(toggled), budget))
            rows.append((f"{shape}, {trace.n:,} spans: read at load", _shown(loaded),
                         "0.4 s" if size == 100_000 else "4.2 s" if size > 100_000 else ""))
            if shape == "agent steps" and total:
                walked, slacked = _median_s(partial(critical_path, baseline), 1), _median_s(partial(slack, baseline), 1)
                rows.append((f"{shape}, {trace.n:,} spans: critical path", _shown(walked), ""))
                rows.append((f"{shape}, {trace.n:,} spans: slack", _shown(slacked), ""))
    return rows


def _toggle(baseline: Baseline, selection: Selection) -> int:
    outcome = apply(baseline, [Scale(selection, 1.5)])
    return int(outcome.start_ns[-1] + outcome.end_ns[-1] + outcome.total_ns)


def _median_s(act: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begin)
    return median(taken)


def _shown(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"
