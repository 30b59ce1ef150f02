"""From recorded times to a program: straight families at once, the others by the sweep, then what reaches across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tracedesk.whatif.family import Facts, Family
from tracedesk.whatif.program import Constraint, Point, Program, Rule, empty_program
from tracedesk.whatif.rules.asynchronous import asynchronous
from tracedesk.whatif.rules.counterexamples import Evidence, deadline_of_spans, learn
from tracedesk.whatif.rules.escaped import add_escaped
from tracedesk.whatif.rules.links import add_links
from tracedesk.whatif.rules.shared_pools import add_shared_pools
from tracedesk.whatif.rules.side_calls import is_side_call
from tracedesk.whatif.rules.streams import add_streams
from tracedesk.whatif.spans import Spans, is_above
from tracedesk.whatif.straight import straight_parents, write_straight
from tracedesk.whatif.sweep import Reading, codes_of, sweep


class Inference:
    """What every reading of one trace shares: its facts and the evidence. `program` reads it, fully or barely.

    `others` are further traces of the same program, for rule K; `pins` the user's word on single edges: (from, to) →
    whether `to` waits for `from`, as indexes of `spans`.
    """

    def __init__(self, spans: Spans, others: Sequence[Spans] = (), pins: Mapping[tuple[int, int], bool] | None = None,
                 ) -> None:
        self.spans = spans
        self.facts = Facts.of(spans)
        self.pins = dict(pins or {})
        self.asynchronous = asynchronous(spans)
        self.straight = straight_parents(spans, self.asynchronous)
        for effect in {to for _, to in self.pins}:           # a pinned family is read by the sweep
            self.straight[[effect, max(0, int(spans.parent[effect]))]] = False
        self.evidence = learn(self.facts, self.straight)
        for other in others:
            self.evidence.add(_evidence_of(other))
        self.deadline_ns = deadline_of_spans(spans, self.evidence)

    def program(self, *, bare: bool = False, structure_only: bool = False) -> Program:
        """The program as read with all rules, in the bare reading, or from order alone."""
        spans = self.spans
        program = empty_program(spans)
        program.deadline_ns = self.deadline_ns
        write_straight(program, self.straight)
        reading = Reading(
            asynchronous=self.asynchronous.tolist(), side_call=[is_side_call(name) for name in spans.names],
            not_waited=codes_of(self.evidence.not_waited, spans.names),
            waited=codes_of(self.evidence.waited, spans.names),
            pins=self.pins, bare=bare, structure_only=structure_only,
        )
        for parent in np.flatnonzero((spans.child_count > 0) & ~self.straight).tolist():
            sweep(Family.of(self.facts, parent), program, reading)
        if not structure_only:
            if len(spans.link_from):
                add_links(program)
            add_streams(program)
            add_shared_pools(program)
            add_escaped(program)
            _losers_have_no_length(program)
        _add_pins(program, self.pins)
        return program


def _evidence_of(spans: Spans) -> Evidence:
    return learn(Facts.of(spans), straight_parents(spans, asynchronous(spans)))


def _losers_have_no_length(program: Program) -> None:
    """Rule C: a race's loser lasts until the winner's end, whatever work of its own it had."""
    for constraint in program.constraints:
        if constraint.rule is Rule.RACE and program.spans.child_count[constraint.effect] == 0:
            program.tail[constraint.effect] = 0


def _add_pins(program: Program, pins: Mapping[tuple[int, int], bool]) -> None:
    """An edge the user pinned holds wherever its two ends lie: the effect does not start (or, for an ancestor of the
    cause, end) before the cause has ended."""
    spans = program.spans
    for (cause, effect), waits in pins.items():
        if not waits or cause == effect or is_above(spans, cause, effect):
            continue
        point = Point.END if is_above(spans, effect, cause) else Point.START
        moment = spans.end[effect] if point is Point.END else spans.start[effect]
        if moment >= spans.end[cause]:                       # what the trace contradicts cannot be pinned
            program.constraints.append(Constraint(Rule.PIN, cause, Point.END, effect, point))
