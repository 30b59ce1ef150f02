"""The usual way to make a step of a span."""

from __future__ import annotations

from tracedesk.model.kinds import Kind
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step


def step_of(material: Material, act: Act, span: int, title: str, detail: str = "", *, actor: str = "", kind: Kind | None = None,
            complain: bool = True) -> Step:
    """A step that tells one span, from its start to its end; with `complain` an error of the span is a problem of the step."""
    trace, error = material.trace, material.error(span) if complain else None
    return Step(act, material.kind(span) if kind is None else kind, span, int(trace.start_ns[span]), int(trace.end_ns[span]),
                title, detail, actor or material.rows[span].name, members=[span], unfinished=bool(trace.unfinished[span]),
                problems=[error] if error else [])
