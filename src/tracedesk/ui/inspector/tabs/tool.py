"""A tool call: what was sent, what came back, how it failed."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tracedesk.model.kinds import Kind, Status
from tracedesk.ui import theme
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import call_text, pretty
from tracedesk.ui.inspector.pieces import Card
from tracedesk.ui.inspector.tab import NOT_SENT, InspectorTab, failure, section
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.text import label, visible


def applies(detail: SpanDetail) -> bool:
    """Tools, and whatever carries a tool's name, arguments or result."""
    return detail.kind in (Kind.TOOL, Kind.MCP) or any(
        name in detail.fields.values for name in ("tool.args", "tool.result"))


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """Sent, came back, and the error where there is one."""
    values = detail.fields.values
    name = detail.text("tool.name") or detail.span.name
    edge = theme.current().kind(Kind.TOOL).text
    section(column, "Sent")
    arguments = values.get("tool.args", values.get("input.value"))
    sent = Card(edge=edge)
    sent.column.addWidget(LongText(call_text(name, arguments), "code", lines=20))
    if arguments is None:
        sent.column.addWidget(label(f"arguments {NOT_SENT}", "caption", "tertiary"))
    column.addWidget(sent)
    section(column, "Came back")
    back = Card(edge=edge)
    result = values.get("tool.result", values.get("output.value"))
    failed = detail.status is Status.ERROR or detail.value("tool.is_error") is True
    if failed:
        back.column.addWidget(failure(detail))
    if result is None and not failed:
        back.column.addWidget(label(NOT_SENT, "dense", "tertiary"))
    elif result is not None:
        back.column.addWidget(LongText(pretty(result), "code"))
    column.addWidget(back)
    for key, title in (("tool.call_id", "Call id"), ("tool.type", "Type"), ("tool.description", "Description"),
                       ("mcp.method", "MCP method"), ("mcp.resource_uri", "MCP resource")):
        text = detail.text(key)
        if text:
            section(column, title)
            column.addWidget(label(visible(text), "dense", wrap=True, selectable=True))


PART = InspectorTab("tool", "Tool", 12, applies=applies, fill=fill)
