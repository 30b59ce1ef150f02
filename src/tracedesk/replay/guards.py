"""Guards and judges as steps."""

from __future__ import annotations

from tracedesk.model.signs import BLOCKED
from tracedesk.replay.making import step_of
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.verdicts import reason, verdict
from tracedesk.replay.words import joined, line, opened, summary

INPUT, OUTPUT = "the input", "the output"


def guard_step(material: Material, span: int, first_model_ns: int | None) -> Step:
    """The step of one guard; what it looked at is in its name, or known from whether a model had run yet."""
    name = material.rows[span].name
    said = verdict(material, span)
    checked = looked_at(name, int(material.trace.start_ns[span]), first_model_ns)
    step = step_of(material, Act.CHECKED, span, f"Checked {checked}", f"{line(name)} {said or 'ran, verdict not sent'}",
                   complain=False)
    if said == BLOCKED:
        why = line(reason(material, span), 120)
        step.detail = f"{line(name)} blocked it" + (f": {why}" if why else "")
        step.problems.append("blocked" + (f": {why}" if why else ""))
    return step


def looked_at(name: str, start_ns: int, first_model_ns: int | None) -> str:
    """What a guard looks at: the input before any model ran, the output after."""
    lower = name.lower()
    if any(word in lower for word in ("input", "prompt", "request", "pre_", "pre-")):
        return INPUT
    if any(word in lower for word in ("output", "response", "answer", "post_", "post-")):
        return OUTPUT
    return INPUT if first_model_ns is None or start_ns <= first_model_ns else OUTPUT


def passed(step: Step) -> bool:
    """Whether a guard's step says that all was well."""
    return step.act is Act.CHECKED and not step.problems and step.detail.endswith(" passed")


def judge_step(material: Material, span: int) -> Step:
    """The step of one evaluator."""
    name = material.rows[span].name
    told = []
    for score in material.listed(span, "scores") or ():
        if isinstance(score, dict):
            value = score.get("value") if score.get("value") is not None else score.get("label")
            told.append(" ".join(str(part) for part in (score.get("name"), value) if part is not None))
    output = opened(material.value(span, "output.value"))
    if not told and output is not None:
        told = [f"{name} {summary(output)}"]
    return step_of(material, Act.JUDGED, span, "Judged the answer", joined(line(one, 40) for one in told[:3]) or name)
