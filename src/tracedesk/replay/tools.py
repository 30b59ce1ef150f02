"""A tool call as a step: what went in, in a word, and what came back."""

from __future__ import annotations

import re

from tracedesk.replay.calls import tool_name
from tracedesk.replay.making import step_of
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.words import came_back, first_argument, joined, line

_HANDOFF = re.compile(r"^(transfer|hand(ed)?[_ ]?off|handover|delegate|route)[_ ]?(control[_ ])?(to[_ ]?)?(?P<to>.*)$",
                      re.IGNORECASE)


def tool_step(material: Material, span: int, twins: list[int]) -> Step:
    """The step of one tool call; its `twins` are spans of the same call."""
    name = tool_name(material, span)
    step = step_of(material, Act.CALLED, span, f"Called {line(name)}", actor=name, complain=False)
    step.members += twins
    error = next((found for one in step.members if (found := material.error(one))), None)
    if error is None and any(material.value(one, "tool.is_error") is True for one in step.members):
        error = line(str(result(material, step.members)), 200) or "the tool said that it failed"
    if error is not None:
        back = line(error)
        step.problems.append(error)
    elif step.unfinished:
        back = "has not come back"
    else:
        gave = result(material, step.members)
        back = came_back(name, gave) if gave is not None else "result not sent"
    step.detail = joined([first_argument(arguments(material, step.members)), back])
    handed = _HANDOFF.match(name)
    if handed and error is None:
        to = handed["to"].replace("_", " ").strip() or first_argument(arguments(material, step.members))
        step.title, step.detail = f"Handed over to {line(to)}" if to else "Handed over", f"called {line(name)}"
    return step


def arguments(material: Material, spans: list[int]) -> object:
    """What the tool was given, from the first of its spans that says so."""
    return next((value for one in spans for field in ("tool.args", "input.value")
                 if (value := material.value(one, field)) is not None), None)


def result(material: Material, spans: list[int]) -> object:
    """What the tool gave back, from the first of its spans that says so."""
    return next((value for one in spans for field in ("tool.result", "output.value")
                 if (value := material.value(one, field)) is not None), None)
