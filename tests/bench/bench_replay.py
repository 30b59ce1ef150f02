"""Telling a trace: all steps with causes, sums, problems and state, by shape; the fields are read beforehand. And opening the
replay page over a store: until the first step is shown, with the longest stretches in which the main thread did nothing else.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer

from tests.helpers.long_loop import LOOP, write_loop
from tests.helpers.random_traces import agent_steps, deep, flat, one_pool
from tests.helpers.stories import asks, bare, gives, user
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.replay.material import Material
from tracedesk.replay.script import tell

HISTORY = 16
"""Messages that each model call of the agent is given."""


def conversation(trace: Trace) -> dict[int, dict[str, Any]]:
    """Fields for `agent_steps`: each model call asks for three tools and is given what the last rounds brought."""
    values: dict[int, dict[str, Any]] = {}
    history: list[dict[str, Any]] = [user("fix the bug")]
    for span in range(trace.n):
        if trace.kind[span] == Kind.LLM:
            calls = asks(*((f"c{span}.{nth}", f"tool{nth}") for nth in range(3)), path=f"file_{span}")
            values[span] = {"input.messages": history[-HISTORY:], "output.messages": [calls], "finish_reasons": ["tool_calls"]}
            history += [calls, *(gives(f"c{span}.{nth}") for nth in range(3))]
        elif trace.kind[span] == Kind.TOOL:
            nth = (trace.name[span] or "tool0")[-1]
            asked = next((at for at in range(span, max(-1, span - 5), -1) if trace.kind[at] == Kind.LLM), span)
            values[span] = {"tool.name": f"tool{nth}", "tool.call_id": f"c{asked}.{nth}", "tool.args": {"n": span},
                            "tool.result": [1, 2]}
    return values


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    rows = []
    for size in (100, 1_000, 10_000) if not quick else (1_000,):
        trace = agent_steps(size)
        budget = "1 s" if size == 10_000 else ""
        rows.append((f"tell an agent loop, {size:,} spans", took(bare(trace, conversation(trace))), budget))
    for name, make in (("one flat sequence", flat), ("one chain, this deep", deep), ("flat, pool of 8", one_pool)):
        rows.append((f"tell {name}, 10,000 spans", took(bare(make(10_000))), "1 s"))
    return rows + opening(1_000 if quick else 10_000)


def opening(size: int) -> list[tuple[str, str, str]]:
    """The replay page of an agent loop, shown for the first time, and its last step; wall clock."""
    from tracedesk.ui.app import let_the_window_go_first, make_application
    from tracedesk.ui.main_window import MainWindow

    make_application()
    before = sys.getswitchinterval(), gc.get_threshold()
    let_the_window_go_first()
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(write_loop(Path(folder) / "store.db", size), read_only=True)
        window.resize(1600, 1000)
        window.show()
        window.state.open_trace(LOOP)
        _until(lambda: window.state.trace is not None and not window.tasks.busy)
        begin = time.perf_counter()
        window.state.go("replay")
        page: Any = window.page("replay")
        stretches = _until(lambda: page.player.step is not None and not window.tasks.busy)
        opened = time.perf_counter() - begin
        page.go(size)
        begin = time.perf_counter()
        page.go(size // 2)
        page.go(size // 2 + 1)
        stepped = time.perf_counter() - begin
        window.close()
    sys.setswitchinterval(before[0])
    gc.set_threshold(*before[1])
    busy = ", ".join(f"{stretch * 1000:.0f}" for stretch in stretches)
    return [(f"open the page, {size:,} spans", f"{opened:,.2f} s", "1.5 s" if size == 10_000 else ""),
            ("  its longest stretches of the main thread", f"{busy} ms", ""),
            ("  a step in the middle, its fold opened", f"{stepped * 1000:,.0f} ms", "")]


def _until(done: Any, limit_s: float = 60.0) -> list[float]:
    """Run events until it is so; the three longest times, in s, between two looks at the clock 1 ms apart."""
    loop, clock, ticks = QEventLoop(), QTimer(), [time.perf_counter()]

    def tick() -> None:
        ticks.append(time.perf_counter())
        if done() or ticks[-1] - ticks[0] > limit_s:
            loop.quit()

    clock.timeout.connect(tick)
    clock.start(1)
    loop.exec()
    clock.stop()
    return sorted((after - before for before, after in pairwise(ticks)), reverse=True)[:3]


def took(material: Material) -> str:
    """The best of three, in CPU time: the machine may be shared."""
    best = float("inf")
    for _ in range(3):
        fresh = Material(material.trace, material.rows, material.fields, material.spans, material.counted_on)
        begin = time.process_time()
        tell([fresh])
        best = min(best, time.process_time() - begin)
    return f"{best * 1000:,.1f} ms"
