"""What looks wrong only beside other steps: a call repeated, a result that no model was given, a tool that never ran."""

from __future__ import annotations

from collections.abc import Sequence

from tracedesk.model.kinds import Kind
from tracedesk.replay.material import Material
from tracedesk.replay.speech import latest, results
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.tools import arguments
from tracedesk.replay.words import line, same_text

_SHOW = 120


def compare(material: Material, steps: Sequence[Step]) -> None:
    """Add the problems that show only when a step is seen beside the others of its turn."""
    _repeated(material, steps)
    _lost(material, steps)


def _repeated(material: Material, steps: Sequence[Step]) -> None:
    """The same tool with the same arguments, though the first call did not fail."""
    seen: dict[tuple[str, str], Step] = {}
    for step in steps:
        if step.act is not Act.CALLED or step.attempt > 1:
            continue
        given = arguments(material, step.members)
        if given is None:
            continue
        key = (step.actor, same_text(given))
        before = seen.get(key)
        if before is None:
            seen[key] = step
        elif not material.failed(before.span):
            step.problems.append(f"the same call as in step {before.n}")


def _lost(material: Material, steps: Sequence[Step]) -> None:
    """Results that no later model call was given, and tools that were asked for and never answered.

    Said only where a later model call beside the one that asked is known with its messages: else nobody can tell.
    """
    readers: dict[int, list[Step]] = {}
    asked_by: dict[str, Step] = {}
    given: set[tuple[int, str]] = set()                  # (step around, call id) of the results that models were given
    for step in steps:
        if step.kind is Kind.LLM and step.span >= 0 and step.act is not Act.USER:
            messages = material.messages(step.span, "input.messages")
            if messages:
                readers.setdefault(step.parent, []).append(step)
                given.update((step.parent, call_id) for call_id, _ in results(latest(messages)) if call_id)
            asked_by.update((tool.call_id, step) for tool in material.tools_asked(step.span) if tool.call_id)
    whole = {parent: {call_id for call_id, _ in results(material.messages(listed[-1].span, "input.messages"))}
             for parent, listed in readers.items()}

    def ignored(asker: Step, done: Step, call_id: str) -> bool:
        """Whether models that ran later, beside the one that asked, were given no result of this call."""
        later = readers.get(asker.parent)
        if later is None or later[-1].start_ns < done.end_ns or later[-1] is asker:
            return False
        return (asker.parent, call_id) not in given and call_id not in whole[asker.parent]

    ran: set[str] = set()
    for step in steps:
        call_id = material.text(step.span, "tool.call_id") if step.act is Act.CALLED else None
        if not call_id:
            continue
        ran.add(call_id)
        asker = asked_by.get(call_id)
        if asker is not None and not step.problems and ignored(asker, step, call_id):
            step.problems.append("no later model call was given this result")
    for call_id, asker in asked_by.items():
        if ran and call_id not in ran and ignored(asker, asker, call_id):
            names = [tool.name for tool in material.tools_asked(asker.span) if tool.call_id == call_id]
            asker.problems.append(f"no result for {line(', '.join(names), _SHOW)}")
