"""One trace as a turn: which of its spans are steps, in true order, each with what made it run."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Sequence
from heapq import nlargest
from typing import NamedTuple

from tracedesk.model.kinds import Kind
from tracedesk.replay import order, people, problems, state
from tracedesk.replay.calls import twins
from tracedesk.replay.causes import give_reasons, told_around
from tracedesk.replay.failures import failures, last_resort
from tracedesk.replay.guards import OUTPUT, guard_step, judge_step, passed
from tracedesk.replay.lookups import lookups
from tracedesk.replay.material import Material
from tracedesk.replay.models import model_step
from tracedesk.replay.routes import routes
from tracedesk.replay.steps import Act, Aside, Figures, Step
from tracedesk.replay.sums import give_figures
from tracedesk.replay.tools import tool_step
from tracedesk.replay.waits import retries, waits


class Turn(NamedTuple):
    """One trace of a script: times in ns since 1970, `figures` those of the whole trace."""

    number: int
    trace_id: bytes
    start_ns: int
    end_ns: int
    figures: Figures
    first: int
    last: int

    @property
    def duration_ns(self) -> int:
        """From the first start to the last end."""
        return self.end_ns - self.start_ns


def tell_turn(
    material: Material, number: int, first: int, told_spans: Container[bytes], routine: set[str]
) -> tuple[Turn, list[Step]]:
    """The steps of one trace, numbered from `first`. `routine` has the guards that passed in earlier turns, and takes more."""
    steps = _steps(material, told_spans)
    opening = people.user_step(material, steps)
    if opening is not None:
        steps.append(opening)
    _fold_checks(steps, opening, routine)
    told_around(material, steps)
    steps += waits(material, steps)
    steps = order.in_true_order(material, steps)
    again = retries(material, steps)
    for n, step in enumerate(steps, first):
        step.n, step.turn = n, number
    give_reasons(material, steps, again)
    order.give_lanes(steps)
    problems.compare(material, steps)
    figures = give_figures(material, steps)
    state.give_changes(material, steps)
    trace = material.trace
    turn = Turn(number, trace.trace_id, trace.t0_ns, trace.t1_ns, figures, first, first + len(steps) - 1)
    return turn, steps


def _steps(material: Material, told_spans: Container[bytes]) -> list[Step]:
    """Everything that spans tell by themselves, in no order yet."""
    trace = material.trace
    copies = twins(material, told_spans)
    same: dict[int, list[int]] = {}
    for copy in copies:
        original = copies[copy]
        while original in copies:
            original = copies[original]
        if original >= 0:
            same.setdefault(original, []).append(copy)
    kinds = trace.kind.tolist()
    models = [model_step(material, span) for span, kind in enumerate(kinds) if kind == Kind.LLM and span not in copies]
    for step in models:
        step.members += same.get(step.span, [])
    tools = [tool_step(material, span, same.get(span, [])) for span, kind in enumerate(kinds)
             if kind == Kind.TOOL and span not in copies]
    first_model_ns = min((step.start_ns for step in models), default=None)
    guards = [guard_step(material, span, first_model_ns) for span, kind in enumerate(kinds) if kind == Kind.GUARDRAIL]
    judges = [judge_step(material, span) for span, kind in enumerate(kinds) if kind == Kind.EVALUATOR]
    steps = [*models, *tools, *guards, *judges, *lookups(material, copies)]
    steps += routes(material, {step.span for step in steps})
    steps += failures(material, steps)
    inner = _inside(material, [step.span for step in (*tools, *guards, *judges)])
    steps += people.later_words(material, models)
    answer = people.reply(material, models, inner & {step.span for step in models})
    if answer is not None:
        steps.append(answer)
    return steps or last_resort(material)


def _inside(material: Material, tops: list[int]) -> set[int]:
    """Every span below these."""
    found: set[int] = set()
    reach = 0
    for top in sorted(tops):
        stop = int(material.trace.subtree_end[top])
        found.update(range(max(top + 1, reach), stop))
        reach = max(reach, stop)
    return found


def _fold_checks(steps: list[Step], opening: Step | None, routine: set[str]) -> None:
    """A check that passed is no step of its own where it passed in an earlier turn, or where it only waved a reply through."""
    seen: set[str] = set()
    folded: set[int] = set()
    last = _LastReply.of(steps)
    for step in steps:
        if not passed(step):
            continue
        seen.add(step.actor)
        home = last.waved_through_by(step) or (opening if step.actor in routine else None)
        if home is not None:
            home.asides.append(Aside(step.span, step.detail))
            home.members += step.members
            folded.add(id(step))
    steps[:] = [step for step in steps if id(step) not in folded]
    routine |= seen


class _LastReply(NamedTuple):
    """The replies of a turn by their ends, and the two steps begun last that are no checks which passed."""

    ends: list[int]
    replies: list[Step]
    latest: list[Step]

    @classmethod
    def of(cls, steps: Sequence[Step]) -> _LastReply:
        replies = sorted((step for step in steps if step.act in (Act.REPLIED, Act.ANSWERED)), key=lambda step: step.end_ns)
        others = (step for step in steps if not passed(step))
        return cls([reply.end_ns for reply in replies], replies, nlargest(2, others, key=lambda step: step.start_ns))

    def waved_through_by(self, check: Step) -> Step | None:
        """The reply that a check of the output let pass, where nothing but such checks came after it."""
        before = bisect_right(self.ends, check.start_ns)
        if not before or not check.title.endswith(OUTPUT):
            return None
        reply = self.replies[bisect_left(self.ends, self.ends[before - 1])]
        return None if any(step is not reply and step.start_ns >= reply.end_ns for step in self.latest) else reply
