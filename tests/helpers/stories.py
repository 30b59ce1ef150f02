"""Material for replay from drawings: the picture gives the times, a map by name gives what the spans say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.helpers.drawn import CELL_NS, drawn_rows
from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields
from tracedesk.model.span import Event, Resource, Scope, Span
from tracedesk.model.trace import Trace, build_trace
from tracedesk.replay.material import Material
from tracedesk.replay.script import Script, tell

Fields = Mapping[str, Any]


def told(text: str, *, cell_ns: int = CELL_NS, **said: Fields) -> Script:
    """The script of one drawn trace; see `material`."""
    return tell([material(text, cell_ns=cell_ns, **said)])


def material(text: str, *, cell_ns: int = CELL_NS, **said: Fields) -> Material:
    """A drawing and, by the name of a line (`-` as `_`), the canonical fields of its span. Beside those a span may have
    `attributes`, `event` = (name, attributes) at its start, and `message`, the message of its error.
    """
    rows = drawn_rows(text, cell_ns=cell_ns)
    facts = {row.span_id: said.get(row.name.replace("-", "_").replace(".", "_"), {}) for row in rows}
    rows = [row._replace(error_message=facts[row.span_id].get("message", row.error_message)) for row in rows]
    trace = build_trace(rows)
    received = {}
    fields = {}
    for row in rows:
        about = dict(facts[row.span_id])
        event = about.pop("event", None)
        attributes = about.pop("attributes", {})
        span = Span(row.trace_id, row.span_id, row.parent_id, row.name, row.start_ns, row.end_ns, attributes, Resource(),
                    Scope(), events=[Event(event[0], row.start_ns, event[1])] if event else [])
        received[row.span_id] = (span, ())
        about.pop("message", None)
        fields[row.span_id] = LlmFields(kind=Kind(row.kind), values=about)
    return Material.of(trace, rows, received, {}, lambda span, logs: fields[span.span_id])


def bare(trace: Trace, values: Mapping[int, Fields] | None = None) -> Material:
    """A trace of columns alone, with the fields of some of its spans by index."""
    from tracedesk.model.row import SpanRow

    rows = []
    for index, span_id in enumerate(trace.span_ids):
        above = int(trace.parent[index])
        rows.append(SpanRow(
            trace.trace_id, span_id, trace.span_ids[above] if above >= 0 else None, trace.name[index] or "",
            trace.service[index] or "", int(trace.start_ns[index]), int(trace.end_ns[index]), kind=int(trace.kind[index]),
            status=int(trace.status[index]), error_type=trace.error_type[index]))
    fields = [LlmFields(kind=Kind(row.kind), values=dict((values or {}).get(index, {}))) for index, row in enumerate(rows)]
    return Material(trace, rows, fields, [None] * trace.n, {})


def user(text: str) -> dict[str, Any]:
    """What the user says."""
    return {"role": "user", "parts": [{"type": "text", "content": text}]}


def says(text: str, **more: Any) -> dict[str, Any]:
    """What the model says."""
    return {"role": "assistant", "parts": [{"type": "text", "content": text}], **more}


def asks(*calls: tuple[str, str], **arguments: Any) -> dict[str, Any]:
    """A model that asks for tools: (call id, name), all with the same arguments."""
    return {"role": "assistant", "parts": [{"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}
                                           for call_id, name in calls]}


def gives(call_id: str, response: Any = "ok") -> dict[str, Any]:
    """The result of a tool as the model gets it."""
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": call_id, "response": response}]}


def lines(script: Script) -> list[str]:
    """`title / detail` of every step."""
    return [f"{step.title} / {step.detail}" if step.detail else step.title for step in script.steps]
