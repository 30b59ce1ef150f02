"""A model call as a step: it chose tools, replied, wrote something for the program, or failed."""

from __future__ import annotations

from tracedesk.base.words import counted
from tracedesk.model.signs import refuses
from tracedesk.replay.calls import model_name
from tracedesk.replay.making import step_of
from tracedesk.replay.material import Material
from tracedesk.replay.speech import refused, written
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.words import joined, line, quoted, summary, tally

NAME_AT_MOST = 80
NOT_SENT = "which one was not sent"

_CUT, _FILTERED = "length", "content_filter"


def model_step(material: Material, span: int) -> Step:
    """The step of one model call; `act` is WROTE where it answered, for `replies` to decide who read the answer."""
    whole = model_name(material, span)
    step = step_of(material, Act.WROTE, span, "Model wrote", actor=whole)
    name = line(whole, NAME_AT_MOST)
    outputs = material.messages(span, "output.messages")
    tools, text = material.tools_asked(span), written(outputs)
    if error := material.error(span):
        step.act, step.title, step.detail = Act.FAILED, "Model call failed", f"{name}, {line(error)}"
        return step
    reasons = finish_reasons(material, span)
    if tools or (not text and "tool_calls" in reasons):
        step.act = Act.CHOSE
        step.title = f"Model chose {counted(len(tools), 'tool')}" if len(tools) > 1 else "Model chose a tool"
        step.detail = joined([name, f"calls {tally([tool.name for tool in tools])}" if tools else NOT_SENT])
    elif step.unfinished:
        step.title, step.detail = "Model has not answered yet", name
    elif text:
        step.detail = quoted(text)
    else:
        output = material.value(span, "output.value")
        told = quoted(output) if isinstance(output, str) and output.strip() else _unsaid(material, span, output)
        step.detail = joined([name, told])
    _complain(step, material, span, text, reasons, answered=bool(text or tools or refused(outputs)), empty=bool(outputs))
    return step


def answer_text(material: Material, span: int) -> str:
    """What a model wrote, or "" where the span does not say."""
    text = written(material.messages(span, "output.messages"))
    output = material.value(span, "output.value")
    return text or (output.strip() if isinstance(output, str) else "")


def finish_reasons(material: Material, span: int) -> list[str]:
    """Why the model stopped: from the field, else from its messages."""
    listed = [reason for reason in material.listed(span, "finish_reasons") or () if isinstance(reason, str)]
    told = [message.get("finish_reason") for message in material.messages(span, "output.messages")]
    return listed or [reason for reason in told if isinstance(reason, str)]


def _unsaid(material: Material, span: int, output: object) -> str:
    if output not in (None, "", [], {}):
        return summary(output)
    row = material.rows[span]
    if row.output_tokens is not None:
        return f"{counted(row.output_tokens, 'token')}, text not sent"
    return "text not sent"


def _complain(step: Step, material: Material, span: int, text: str, reasons: list[str], *, answered: bool, empty: bool) -> None:
    if _CUT in reasons:
        limit = material.value(span, "param.max_tokens")
        step.problems.append(f"cut off at {limit:,} tokens" if isinstance(limit, int) else "cut off at the token limit")
    if _FILTERED in reasons:
        step.problems.append("stopped by the provider's content filter")
    elif refused(material.messages(span, "output.messages")) or refuses(text):
        step.problems.append("the model refused")
    if empty and not answered and not step.unfinished and step.act is Act.WROTE:
        step.problems.append("the answer is empty")
