"""How a step looks: its icon, its colours, its kind in words."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QColor

from tracedesk.base.clock import NS_PER_S, format_duration
from tracedesk.model.kinds import Kind
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Act, Step
from tracedesk.ui import theme

_ICONS = {Act.USER: "user", Act.ROUTED: "decision", Act.WAITED: "wait", Act.FAILED: "error", Act.ANSWERED: "agent"}
_WORDS = {Act.USER: "what the user said", Act.ROUTED: "decision", Act.WAITED: "nothing ran",
          Act.ANSWERED: "answer of the program", Act.RETRIEVED: "retrieval",
          Act.CALLED: "tool call", Act.CHECKED: "guardrail", Act.JUDGED: "evaluation"}


class StepColors(NamedTuple):
    """Glyph, tint behind it, outline, and the bar of the scrubber."""

    text: QColor
    soft: QColor
    line: QColor
    solid: QColor


def icon_of(step: Step) -> str:
    """Our name of the step's icon."""
    if step.act is Act.FAILED and step.kind is Kind.LLM:
        return "llm"
    return _ICONS.get(step.act) or step.kind.label


def colors_of(step: Step) -> StepColors:
    """The colours of the step's kind; the user and what is no kind are grey."""
    now = theme.current()
    if step.act in (Act.USER, Act.WAITED):
        line = now.color("border.strong")
        return StepColors(now.color("text.primary"), now.color("bg.raised"), line, line)
    kind = now.kind(step.kind)
    return StepColors(kind.text, kind.soft, kind.line, kind.solid)


def kind_words(step: Step) -> str:
    """`tool call`, `LLM call`, `retrieval`."""
    return _WORDS.get(step.act) or theme.current().kind_label(step.kind)


def place_words(script: Script, step: Step) -> str:
    """`Step 6 of 11, tool call, 2.72 s to 2.96 s`."""
    start = script.turn_of(step).start_ns
    begun, ended = (format_duration(max(0, at - start)) for at in (step.start_ns, step.end_ns))
    when = f"at {begun}" if step.start_ns == step.end_ns else f"{begun} to {ended}"
    return f"Step {step.n} of {len(script.steps)}, {kind_words(step)}, {when}"


def pause_words(pause_ns: int) -> str:
    """A pause between turns: whole seconds from ten on."""
    return f"{round(pause_ns / NS_PER_S)}\u202fs" if 10 * NS_PER_S <= pause_ns < 60 * NS_PER_S else format_duration(pause_ns)


def short_time(script: Script, step: Step) -> str:
    """What stands at the right of a step: how long it took, when it was, or how much later."""
    if step.act is Act.USER:
        turn = script.turn_of(step)
        pause = script.pause_ns(turn) if step.n == turn.first else 0
        return f"{pause_words(pause)} later" if pause else f"{max(0, step.start_ns - turn.start_ns) / 1e9:.2f}\u202fs"
    if step.unfinished:
        return "running"
    return format_duration(step.duration_ns) if step.duration_ns else "event"
