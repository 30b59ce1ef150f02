"""What a span says of itself beyond its messages: input, output, parameters, times, ids."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration, iso_time
from tracedesk.model.kinds import Status
from tracedesk.model.span import Note
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import pretty, short
from tracedesk.ui.inspector.pieces import Card
from tracedesk.ui.inspector.tab import NONE, InspectorTab, always, fact, failure, section
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.text import label

NOTE_WORDS = {
    Note.REPAIRED_TEXT: "Text that was not valid UTF-8 was repaired",
    Note.SATURATED: "A number beyond 64 bits was cut",
    Note.END_BEFORE_START: "Ends before it starts; shown with no duration",
    Note.ODD_TIME: "Its clock is far off",
    Note.SELF_PARENT: "Names itself as its parent; shown as a root",
    Note.DROPPED: "The sender dropped attributes, events or links",
    Note.TRUNCATED: "A value was cut",
    Note.PENDING: "The sender says that it has not finished",
}


def facts_of(detail: SpanDetail) -> list[tuple[str, str]]:
    """(name, text) of what every span has."""
    span = detail.span
    return [
        ("Name", span.name or NONE), ("Service", span.resource.service),
        ("Kind", f"{detail.kind.label}, from {detail.fields.kind_from}"),
        ("Dialect", ", ".join(detail.fields.dialects) or NONE),
        ("Starts", iso_time(span.start_ns)),
        ("Ends", "still running" if span.end_ns is None else iso_time(span.end_ns)),
        ("Own time", format_duration(detail.self_ns)),
        ("Slack", NONE if detail.slack_ns is None else format_duration(detail.slack_ns)),
        ("Status", detail.status.label), ("Span id", span.span_id.hex()),
        ("Parent id", span.parent_id.hex() if span.parent_id else NONE), ("Trace id", detail.trace_id.hex()),
    ]


PARAMETERS = ("operation", "api.type", "provider", "provider.endpoint", "model.requested", "model.response", "service_tier",
          "response.id", "prompt.template", "embedding.dimensions")


def parameters_of(detail: SpanDetail) -> list[tuple[str, str]]:
    """(parameter, value) of a model call, the tools it was offered last."""
    values = detail.fields.values
    rows = [(name, short(values[name])) for name in PARAMETERS if name in values]
    rows += [(name.removeprefix("param."), short(values[name])) for name in sorted(values)
             if name.startswith("param.") and name != "param.all"]
    extra = values.get("param.all")
    if isinstance(extra, dict):
        named = {row[0] for row in rows}
        rows += [(str(key), short(value)) for key, value in extra.items() if key not in named]
    tools = values.get("tools")
    if isinstance(tools, list):
        for tool in tools:
            name = tool.get("name") if isinstance(tool, dict) else None
            rows.append((f"tool {name or '?'}", short(tool)))
    return rows


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """Notes, error, input and output, then the facts."""
    for note, words in NOTE_WORDS.items():
        if detail.span.notes & note:
            column.addWidget(label(words, "caption", "warn", wrap=True))
    if detail.status is Status.ERROR:
        column.addWidget(failure(detail))
    for name, title in (("input.value", "Input"), ("output.value", "Output")):
        if name in detail.fields.values:
            section(column, title)
            card = Card()
            card.column.addWidget(LongText(pretty(detail.fields.values[name]), "code"))
            column.addWidget(card)
    section(column, "Facts")
    for name, text in facts_of(detail):
        fact(column, name, text, mono=name.endswith("id"))
    parameters = parameters_of(detail)
    if parameters:
        section(column, "Parameters")
    for name, text in parameters:
        fact(column, name, text)


PART = InspectorTab("overview", "Overview", 15, applies=always, fill=fill, of_trace=True)
