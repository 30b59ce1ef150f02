"""What the user asked and what the user was answered: the two ends of a turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.replay.material import Material
from tracedesk.replay.models import answer_text
from tracedesk.replay.speech import continued, last_user
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.words import opened, quoted

_SPEAK = frozenset({Kind.AGENT, Kind.CHAIN, Kind.LLM, Kind.OTHER, Kind.PROMPT, Kind.HTTP})
_ASKED = ("question", "query", "input", "user_input", "user_message", "prompt", "message", "task", "text", "content")
_HEAD = 120
"""So many characters of two texts are compared to see whether they are one."""


def user_step(material: Material, told: Sequence[Step]) -> Step | None:
    """The step of the user's words that the trace begins with, or None where nobody is recorded to have spoken."""
    trace = material.trace
    text = asked(material)
    if not text:
        return None
    root = int(trace.roots[0])
    at = min(trace.t0_ns, *(step.start_ns for step in told)) if told else trace.t0_ns
    own = root if all(step.span != root or not step.encloses for step in told) else -1
    return Step(Act.USER, Kind.OTHER, own, at, at, "User", quoted(text), actor="the user", shown=text)


def asked(material: Material) -> str:
    """The words of the user: from the first span that has some."""
    for span in range(material.trace.n):
        if material.kind(span) not in _SPEAK:
            continue
        text = last_user(material.messages(span, "input.messages")) or _question(material.value(span, "input.value"))
        if text:
            return text
    return next((row.title for row in material.rows if row.title), "")


def _question(value: Any, depth: int = 0) -> str:
    """The question in an input of any shape: plain text, a map with a telling key, the arguments of a function."""
    value = opened(value)
    if isinstance(value, str):
        return value.strip()
    if depth > 3:
        return ""
    if isinstance(value, list):
        return next((text for item in reversed(value) if (text := _question(item, depth + 1))), "")
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("messages"), list):
        spoken = [item for item in value["messages"] if isinstance(item, dict) and (item.get("role") or item.get("type")) in
                  ("user", "human", None)]
        return next((text for item in reversed(spoken) if (text := _question(item.get("content"), depth + 1))), "")
    if isinstance(value.get("args"), list) and isinstance(value.get("kwargs"), dict):
        return _question(value["kwargs"], depth + 1) or next((item for item in value["args"] if isinstance(item, str)), "")
    return next((text for key in _ASKED if key in value and (text := _question(value[key], depth + 1))), "")


def later_words(material: Material, models: Sequence[Step]) -> list[Step]:
    """The user's words in the middle of a trace: a model is given the answer of an earlier step and new words after it."""
    answers: dict[str, Step] = {}
    found: list[Step] = []
    for step in models:
        turn = continued(material.messages(step.span, "input.messages"))
        if turn is not None and (replied := answers.pop(_head(turn[0]), None)) is not None:
            replied.act = Act.REPLIED
            found.append(Step(Act.USER, Kind.OTHER, -1, step.start_ns, step.start_ns, "User", quoted(turn[1]), actor="the user",
                              shown=turn[1]))
        if step.act is Act.WROTE and (text := answer_text(material, step.span)):
            answers[_head(text)] = step
    return found


def reply(material: Material, models: Sequence[Step], inner: set[int]) -> Step | None:
    """Mark the model step whose answer went to the user; give a step of its own where the program answered by itself.

    `inner` has the spans of model calls inside a tool, a guard or an evaluator: nobody but the program reads those.
    """
    spoken = [step for step in models
              if step.act in (Act.WROTE, Act.REPLIED) and step.span not in inner and not step.unfinished]
    root = int(material.trace.roots[0])
    final = "" if any(step.span == root for step in models) else answer_text(material, root)
    last = max(spoken, key=lambda step: step.end_ns, default=None)
    if final:
        head = _head(final)
        same = next((step for step in sorted(spoken, key=lambda step: -step.end_ns)
                     if _alike(head, _head(answer_text(material, step.span)))), None)
        if same is not None:
            last = same
        elif last is None or answer_text(material, last.span):
            text = None if opened(final) is not final else final
            if text and (last is None or not _program_output(final)):
                return Step(Act.ANSWERED, Kind.AGENT, root, int(material.trace.end_ns[root]), int(material.trace.end_ns[root]),
                            "Answered", quoted(text), actor=material.rows[root].name, shown=text)
    if last is not None:
        last.act = Act.REPLIED
        last.shown = final if final and not answer_text(material, last.span) else None
    for step in spoken:
        if step.act is Act.REPLIED:
            step.title = "Model replied"
            step.shown = step.shown or answer_text(material, step.span) or None
    return None


def _program_output(text: str) -> bool:
    """A word such as `done` is what a function gives back, not what somebody is told."""
    return len(text.split()) < 2


def _head(text: str) -> str:
    return " ".join(text[: _HEAD * 4].split())[:_HEAD].casefold()


def _alike(a: str, b: str) -> bool:
    return bool(a and b) and (a in b or b in a)
