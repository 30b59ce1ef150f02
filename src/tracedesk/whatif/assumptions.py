"""The inferred order, edge by edge and rule by rule, so that it can be shown, drawn, pinned and doubted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tracedesk.base.clock import format_duration
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.program import AFTER_PARENT, NOBODY, Constraint, Pool, Program, Rule

EDGES_AT_MOST = 2_000
"""So many plain waits are listed; a trace of a million spans has a million of them, and nobody reads that list."""


class Assumption(NamedTuple):
    """One thing read off the trace. `cause` and `effect` are Trace indexes (None: it is not about one edge); `kind` is
    waits, retry, feeding, pool, paced, polling, link, stream, race, escaped, deadline, unwaited, pin, repair, order."""

    kind: str
    cause: int | None
    effect: int | None
    text: str


_KIND = {
    Rule.RETRY: "retry", Rule.FEEDING: "feeding", Rule.PACING: "paced", Rule.POLLING: "polling", Rule.LINK: "link",
    Rule.STREAM: "stream", Rule.RACE: "race", Rule.ESCAPED: "escaped", Rule.LEFTOVER: "waits", Rule.PIN: "pin",
}

_SAYS = {
    Rule.PACING: "{effect} is launched {lag} after {cause} was, by the clock",
    Rule.LINK: "{effect} starts after {cause}, which it links to",
    Rule.STREAM: "{effect} lives on what {cause} streams",
    Rule.RACE: "{effect} was cancelled because {cause} had answered",
    Rule.ESCAPED: "{effect} ends after {cause}, which outlived its parent",
    Rule.LEFTOVER: "{effect} ends no earlier than {cause}",
    Rule.PIN: "{effect} waits for {cause}: pinned by hand",
}


def assumptions(baseline: Baseline, *, edges_at_most: int = EDGES_AT_MOST) -> list[Assumption]:
    """What was mended and what was read, the weightier first and the plain waits last."""
    program = baseline.full.program
    found = [Assumption("repair", repair.span if repair.span >= 0 else None, None,
                        f"{_name(baseline, repair.span)} {repair.text}" if repair.span >= 0 else repair.text)
             for repair in baseline.spans.repairs]
    if baseline.warning:
        found.append(Assumption("order", None, None, baseline.warning))
    found += [_of_pool(baseline, pool) for pool in program.pools]
    found += [Assumption("polling", _index(baseline, loop.job), _index(baseline, loop.polls[0]),
                         f"{baseline.spans.name_of(loop.polls[0])} is repeated every "
                         f"{format_duration(round(loop.gap_ns))} until {baseline.spans.name_of(loop.job)} ends")
              for loop in program.polls]
    found += [_of_constraint(baseline, constraint) for constraint in program.constraints[:edges_at_most]]
    found += _deadlines(baseline)
    found += _unwaited(baseline)
    found += waits(baseline, edges_at_most=edges_at_most)
    return found


def waits(baseline: Baseline, *, edges_at_most: int = EDGES_AT_MOST) -> list[Assumption]:
    """Plain waits between siblings: for each span that waited, the one that let it start last."""
    program, spans = baseline.full.program, baseline.spans
    last = _last_members(program)
    effects = np.flatnonzero((program.source != AFTER_PARENT) & (last[np.maximum(program.source, 0)] >= 0))
    found = []
    for effect in effects[effects > 0][:edges_at_most].tolist():
        cause = int(last[program.source[effect]])
        rule = program.evidence.get(effect)
        text = f"{spans.name_of(effect)} starts after {spans.name_of(cause)} ended"
        if rule is Rule.RETRY:
            text = (f"{spans.name_of(effect)} retries the failed attempt before it, after "
                    f"{format_duration(int(program.gap[effect]))}")
        elif rule is Rule.FEEDING:
            text = f"{spans.name_of(effect)} works on what its {spans.name_of(cause)} made"
        found.append(Assumption(_KIND.get(rule, "waits") if rule else "waits", _index(baseline, cause),
                                _index(baseline, effect), text))
    return found


def causes_of(baseline: Baseline, span: int) -> list[Assumption]:
    """Everything that a span's start was read to wait for (Trace index): what to draw when it is selected."""
    program, spans = baseline.full.program, baseline.spans
    effect = int(spans.position[span])
    parent = int(spans.parent[effect])
    found = []
    if parent >= 0 and program.source[effect] != AFTER_PARENT:
        for sibling in spans.children(parent):
            if program.target[sibling] == program.source[effect]:
                text = f"{spans.name_of(effect)} starts after {spans.name_of(sibling)} ended"
                found.append(Assumption("waits", _index(baseline, sibling), span, text))
    found += [_of_constraint(baseline, constraint) for constraint in program.constraints if constraint.effect == effect]
    return found


def _last_members(program: Program) -> np.ndarray:
    """For each base the child whose end resolved it (-1: none)."""
    waited = np.flatnonzero(program.target >= 0)
    order = waited[np.argsort(program.spans.end[waited], kind="stable")]
    last = np.full(program.base_total, -1, np.int64)
    last[program.target[order]] = order
    return last


def _of_constraint(baseline: Baseline, constraint: Constraint) -> Assumption:
    spans = baseline.spans
    text = _SAYS[constraint.rule].format(cause=spans.name_of(constraint.cause), effect=spans.name_of(constraint.effect),
                                         lag=format_duration(constraint.lag_ns))
    return Assumption(_KIND[constraint.rule], _index(baseline, constraint.cause), _index(baseline, constraint.effect), text)


def _of_pool(baseline: Baseline, pool: Pool) -> Assumption:
    name = baseline.spans.name_of(pool.jobs[0])
    if pool.rule is Rule.FEEDING:
        text = f"the {len(pool.jobs)} calls of {name} have one worker: they run one at a time"
    else:
        across = "" if pool.rule is Rule.SIBLING_POOL else ", across parents"
        text = f"the {len(pool.jobs)} calls of {name} share {pool.places} places{across}"
    return Assumption("pool", _index(baseline, pool.jobs[0]), None, text)


def _deadlines(baseline: Baseline) -> list[Assumption]:
    return [Assumption("deadline", None, None, f"{own} under {above} is cut after {format_duration(deadline)}: no call of "
                                               f"it is taken to last longer")
            for (above, own), deadline in sorted(baseline.inference.evidence.deadlines.items())]


def _unwaited(baseline: Baseline) -> list[Assumption]:
    """Classes that nobody waits for, each once."""
    spans, program = baseline.spans, baseline.full.program
    found: dict[int, Assumption] = {}
    for span in np.flatnonzero((program.target == NOBODY) & (spans.parent >= 0)).tolist():
        name = int(spans.name[span])
        if name not in found:
            text = f"nobody waits for {spans.names[name]}"
            found[name] = Assumption("unwaited", _index(baseline, span), None, text)
    return list(found.values())


def _index(baseline: Baseline, span: int) -> int | None:
    found = int(baseline.spans.of_trace[span])
    return found if found >= 0 else None


def _name(baseline: Baseline, index: int) -> str:
    return baseline.trace.name[index] or ""
