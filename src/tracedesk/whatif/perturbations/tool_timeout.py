"""Tool timeout: what if tools did not answer and were given up after `at`?

The call hangs: every selected span lasts until the limit, also one that was quicker. With `calls=slow` the limit alone is
new, and only calls that were slower are cut. What the program does after a time-out it never had cannot be read off a
trace, so the user says it with `then`.
"""

from __future__ import annotations

from collections.abc import Mapping

from tracedesk.base.clock import NS_PER_MS, NS_PER_S
from tracedesk.model.kinds import Kind
from tracedesk.whatif.changes import AFTER_TIMEOUT, CONTINUE, Change, Timeout
from tracedesk.whatif.perturbation import Knob, Perturbation, Unit, Value
from tracedesk.whatif.selection import Selection

ALL, ONLY_SLOW = "all", "slow"


def _changes(select: Selection, knobs: Mapping[str, Value]) -> list[Change]:
    if not knobs["at"]:
        return []
    return [Timeout(
        select, int(knobs["at"]), str(knobs["then"]), retries=int(knobs["retries"]), backoff_ns=int(knobs["backoff"]),
        fallback_ns=int(knobs["fallback"]), up_to=str(knobs["up_to"]) or None, hang=knobs["calls"] == ALL,
    )]


PART = Perturbation(
    "tool_timeout", "Tool timeout",
    question="If the tools hang until they are given up, how long does the whole take?",
    looks_for="tool call",
    select=Selection(kind=Kind.TOOL), make=_changes, order=3, glyph="tool",
    knobs=(
        Knob("at", "given up after", Unit.DURATION, default=5 * NS_PER_S, neutral=0, low=0, high=3600 * NS_PER_S),
        Knob("then", "and then", Unit.CHOICE, default=CONTINUE, choices=AFTER_TIMEOUT),
        Knob("calls", "which calls", Unit.CHOICE, default=ALL, choices=(ALL, ONLY_SLOW)),
        Knob("retries", "retries", Unit.COUNT, default=1, low=0, high=20),
        Knob("backoff", "pause before a retry", Unit.DURATION, default=0, low=0, high=600 * NS_PER_S),
        Knob("fallback", "time of the fallback", Unit.DURATION, default=100 * NS_PER_MS, low=0, high=600 * NS_PER_S),
        Knob("up_to", "fails up to", Unit.TEXT, default=""),
    ),
)
