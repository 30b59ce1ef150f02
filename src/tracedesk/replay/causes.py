"""Why a step ran and what it led to.

Sure causes come from the data: a tool call names the call id that a model asked for, a model is given the results of calls,
a span lies inside another. Where the data is silent, the step that ended last before this one is taken, and the words for
it are plain: “after”.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind
from tracedesk.replay.material import Material
from tracedesk.replay.models import NOT_SENT, finish_reasons
from tracedesk.replay.speech import latest, results
from tracedesk.replay.steps import Act, Link, Step
from tracedesk.replay.words import content, joined, line, noun, rows, tally

_MODELS = (Act.CHOSE, Act.WROTE, Act.REPLIED)


def told_around(material: Material, steps: Sequence[Step]) -> None:
    """Give each step the span of the told step around it."""
    told = {step.span for step in steps if step.encloses}
    nearest: list[int] = []
    for above in material.trace.parent.tolist():
        nearest.append(-1 if above < 0 else above if above in told else nearest[above])
    for step in steps:
        if step.span >= 0:
            step.parent = nearest[step.span]


class Sure(NamedTuple):
    """Causes that the data names, as positions in a list of steps: the one of each step, and all results a model was given."""

    cause: dict[int, int]
    given: dict[int, list[int]]


def sure_causes(material: Material, steps: Sequence[Step]) -> Sure:
    """The causes that the data names; `steps` are ordered by start. Ids that were used twice mean their latest use before."""
    asked: dict[str, list[int]] = {}
    by_name: dict[str, list[int]] = {}
    answered: dict[str, list[int]] = {}
    untold: dict[int, int] = {}                           # told step around → model step that did not say which tool it chose
    found = Sure({}, {})
    for at, step in enumerate(steps):
        if step.act is Act.CHOSE:
            for tool in material.tools_asked(step.span):
                if tool.call_id:
                    asked.setdefault(tool.call_id, []).append(at)
                by_name.setdefault(tool.name.lower(), []).append(at)
        elif step.act is Act.CALLED and (call_id := _call_id(material, step)):
            answered.setdefault(call_id, []).append(at)
    for at, step in enumerate(steps):
        if step.act is Act.CALLED:
            call_id = _call_id(material, step)
            cause = _latest(asked[call_id], at, asked[call_id][0]) if call_id in asked else _latest(
                by_name.get(step.actor.lower(), []), at, untold.get(step.parent))
            if cause is not None:
                found.cause[at] = cause
        elif step.act in _MODELS or (step.act is Act.FAILED and step.kind is Kind.LLM):
            known = (_latest(answered[call_id], at, None) for call_id, _ in results(latest(
                material.messages(step.span, "input.messages"))) if call_id in answered)
            given = sorted({place for place in known if place is not None})
            if given:
                found.cause[at], found.given[at] = given[-1], given
            untold.pop(step.parent, None)
            if step.act is Act.CHOSE and not material.tools_asked(step.span):
                untold[step.parent] = at
    return found


def _call_id(material: Material, step: Step) -> str | None:
    return next((call_id for one in step.members if (call_id := material.text(one, "tool.call_id"))), None)


def _latest(positions: Sequence[int], at: int, otherwise: int | None) -> int | None:
    """The latest of these positions before a step."""
    place = bisect_left(positions, at)
    return positions[place - 1] if place else otherwise


def give_reasons(material: Material, steps: Sequence[Step], again: Mapping[int, int]) -> None:
    """Fill in `cause` and `led_to` of numbered steps in their final order; `again` has the positions of second attempts."""
    known = sure_causes(material, steps)
    sure = {**known.cause, **again}
    by_span = {step.span: at for at, step in enumerate(steps) if step.encloses}
    last: dict[int, list[int]] = {}                       # told step around → positions of the steps inside, so far
    for at, step in enumerate(steps):
        siblings = last.setdefault(step.parent, [])
        cause = sure.get(at)
        if cause is None:
            cause = _before(steps, siblings, step)
        if cause is None and step.parent >= 0:
            cause = by_span.get(step.parent)
        if cause is None and step.act is not Act.USER and siblings:
            cause = siblings[0] if steps[siblings[0]].act is Act.USER else None
        siblings.append(at)
        if cause is not None and cause != at:
            _link(material, steps[cause], step)
        for place in known.given.get(at, ()):
            if place != cause:
                steps[place].led_to.append(Link(step.n, *_led_to(material, steps[place], step)))
    for step in steps:
        if step.act is Act.CHOSE and step.detail.endswith(NOT_SENT):
            called = tally([link.actor for link in step.led_to if link.text.startswith("ran")])
            step.detail = joined([step.actor, f"calls {called}"]) if called else step.detail


_LOOK_BACK = 64
"""Branches side by side that are looked through for the one that ended last."""


def _before(steps: Sequence[Step], siblings: list[int], step: Step) -> int | None:
    """The step beside this one that ended last before it began."""
    if step.act is Act.USER:
        return None
    ended = [at for at in siblings[-_LOOK_BACK:] if steps[at].end_ns <= step.start_ns]
    return max(ended, key=lambda at: (steps[at].end_ns, at), default=None)


def _link(material: Material, cause: Step, step: Step) -> None:
    actor, text = _why(material, cause, step)
    step.cause = Link(cause.n, actor, text)
    cause.led_to.append(Link(step.n, *_led_to(material, cause, step)))


def _why(material: Material, cause: Step, step: Step) -> tuple[str, str]:
    actor = line(cause.actor, 40)
    if step.parent >= 0 and step.parent == cause.span and cause.act is not Act.CHOSE:
        return actor, "was running and started it"
    if cause.act is Act.CHOSE and step.act is Act.CALLED:
        reasons = finish_reasons(material, cause.span)
        return actor, f"finished with {reasons[0]} and asked for it" if reasons else "asked for it"
    if step.attempt > 1:
        return actor, "had failed before it was tried again"
    match cause.act:
        case Act.USER:
            return "", "the user asked"
        case Act.CHECKED:
            return actor, "let it pass" if not cause.problems else "blocked the input"
        case Act.ROUTED:
            return "", f"{actor} was chosen"
        case Act.RETRIEVED:
            return actor, f"had found what it needs: {cause.detail}"
        case Act.CALLED:
            return actor, "failed" if cause.problems else f"came back{_with(material, cause)}"
        case Act.WAITED:
            return "", "the wait was over"
        case Act.FAILED:
            return actor, "failed"
    return actor, "was done"


def _with(material: Material, tool: Step) -> str:
    said = _result(material, tool)
    return f" with {said}" if said else ""


def _result(material: Material, tool: Step) -> str:
    """What a tool gave back, as a noun: `5 orders`."""
    value = content(next((found for one in tool.members if (found := material.value(one, "tool.result")) is not None), None))
    count = rows(value)
    name = noun(tool.actor)
    if count is None:
        return f"the {name}" if name and value is not None else ""
    return counted(count, *((name.removesuffix("s"), name) if name.endswith("s") else ("row",)))


def _led_to(material: Material, cause: Step, step: Step) -> tuple[str, str]:
    actor = line(step.actor, 40)
    read = ""
    if cause.act is Act.CALLED and step.act in _MODELS:
        said = _result(material, cause)
        read = f"reads {said if said.startswith('the ') else 'the ' + (said or 'result')} and "
    elif cause.act is Act.RETRIEVED and step.act in _MODELS:
        read = "reads the documents and "
    match step.act:
        case Act.CHOSE:
            return actor, read + f"calls {line(', '.join(tool.name for tool in material.tools_asked(step.span)) or 'a tool')}"
        case Act.REPLIED:
            return actor, read + "replies"
        case Act.WROTE:
            return actor, read + "writes an answer"
        case Act.CALLED:
            return actor, "ran" + (" and failed" if step.problems else "")
        case Act.CHECKED:
            return actor, "checked it" if not step.problems else "blocked it"
        case Act.ROUTED:
            return "", f"{actor} was chosen"
        case Act.RETRIEVED:
            return "", f"context was looked up: {step.detail}"
        case Act.FAILED:
            return actor, "failed"
    return "", step.title[0].lower() + step.title[1:] if step.title else "it went on"
