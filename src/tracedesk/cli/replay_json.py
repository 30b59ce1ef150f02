"""Targets of the command line told as a script, and the JSON of `tracedesk replay --json`: a contract, see CLI.md.

Beside the keys of the contract each step says its turn, trace and lane, how long it took, what made it run, what it led to,
every span that it tells, and what it set. Unknown is null, times are ns, money is nano-dollars.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracedesk.cli.target import Target
from tracedesk.replay.material import Material
from tracedesk.replay.script import Script, tell
from tracedesk.replay.steps import Step
from tracedesk.semconv.read import read


def script_of(targets: Sequence[Target]) -> Script:
    """The script of these traces, which must come with what was received."""
    return tell([Material.of(target.trace, target.rows, {key: (one.span, one.logs) for key, one in target.received.items()},
                             target.counted_on, read) for target in targets])


def replay_json(script: Script) -> dict[str, Any]:
    """The whole script; nothing is folded."""
    return {
        "turns": [{"turn": turn.number, "trace_id": turn.trace_id.hex(), "start_ns": turn.start_ns,
                   "duration_ns": turn.duration_ns, "pause_ns": script.pause_ns(turn), "cost_nano_usd": turn.figures.cost_nusd,
                   "unpriced_calls": turn.figures.unpriced, "tokens": turn.figures.tokens} for turn in script.turns],
        "steps": [_step(script, step) for step in script.steps],
    }


def _step(script: Script, step: Step) -> dict[str, Any]:
    so_far = script.so_far(step)
    span_id = script.span_id(step)
    span_ids = script.material_of(step).trace.span_ids
    return {
        "n": step.n, "time_ns": step.start_ns, "kind": step.kind.label, "title": step.title, "detail": step.detail,
        "span_id": span_id.hex() if span_id else None, "elapsed_ns": script.elapsed_ns(step), "cost_nano_usd": so_far.cost_nusd,
        "tokens": so_far.tokens, "problem": step.problem,
        "turn": step.turn, "trace_id": script.turn_of(step).trace_id.hex(), "act": step.act.value,
        "duration_ns": step.duration_ns, "unfinished": step.unfinished, "lane": step.lane,
        "attempt": step.attempt, "unpriced_calls": so_far.unpriced,
        "input_tokens": so_far.input_tokens, "output_tokens": so_far.output_tokens,
        "cause": step.cause.step if step.cause else None, "why": str(step.cause) if step.cause else None,
        "led_to": [link.step for link in step.led_to], "spans": [span_ids[member].hex() for member in step.members],
        "state": [{"name": change.name, "value": change.value, "was": change.was} for change in step.changes],
        "shown": step.shown,
    }
