"""Telling a trace: all steps with causes, sums, problems and state, by shape; the fields are read beforehand."""

from __future__ import annotations

import time
from typing import Any

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
    return rows


def took(material: Material) -> str:
    """The best of three, in CPU time: the machine may be shared."""
    best = float("inf")
    for _ in range(3):
        fresh = Material(material.trace, material.rows, material.fields, material.spans, material.counted_on)
        begin = time.process_time()
        tell([fresh])
        best = min(best, time.process_time() - begin)
    return f"{best * 1000:,.1f} ms"
