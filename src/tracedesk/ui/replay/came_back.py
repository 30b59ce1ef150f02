"""A tool call: what was sent beside what came back, rows as a table where they are rows."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind
from tracedesk.replay.calls import tool_name
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Step
from tracedesk.replay.tools import arguments, result
from tracedesk.replay.words import content, noun, opened
from tracedesk.ui.clipboard import copy_text
from tracedesk.ui.inspector.format import pretty, short
from tracedesk.ui.replay.code_view import CodeView
from tracedesk.ui.widgets.buttons import IconButton
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.text import Elided, Glyph, label, visible

_STATUS = ("http.response.status_code", "http.status_code")
ROWS_AT_MOST, COLUMNS_AT_MOST = 500, 7


class ToolBody(QWidget):
    """One tool step."""

    def __init__(self, told: Material, step: Step) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        given = opened(arguments(told, step.members))
        sent = CodeView("Sent")
        sent.show_value({"name": tool_name(told, step.span), "arguments": given if given is not None else "not sent"})
        row.addWidget(_titled("Sent", sent.raw, sent), 2)
        back = result(told, step.members)
        row.addWidget(self._back(told, step, back), 3)

    def _back(self, told: Material, step: Step, back: object) -> QWidget:
        value = content(back)
        rows = _rows(value)
        inside: QWidget
        if step.problems and value is None:
            inside = CodeView("Came back")
            inside.show_value(told.rows[step.span].error_message or step.problem or "failed")
            title = "Failed"
        elif rows:
            inside = _well(_table(rows))
            name = noun(step.actor)
            title = f"Came back: {counted(len(rows), *((name[:-1], name) if name.endswith('s') else ('row',)))}, {_size(back)}"
        else:
            inside = CodeView("Came back")
            inside.show_value(value if value is not None else "not sent")
            title = f"Came back: {_size(back)}" if value is not None else "Came back"
        return _titled(title, pretty(back) if back is not None else "", inside, _under(told, step))


def _titled(title: str, raw: str, inside: QWidget, foot: QWidget | None = None) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    head = QHBoxLayout()
    head.addWidget(label(title, "label", "tertiary"))
    head.addStretch(1)
    copy = IconButton("copy", f"Copy what stands under “{title}”", lambda: copy_text(raw), size=13, hit=24)
    copy.setEnabled(bool(raw))
    head.addWidget(copy)
    column.addLayout(head)
    column.addWidget(inside, 1)
    if foot is not None:
        column.addWidget(foot)
    return made


def _rows(value: Any) -> list[dict[str, Any]]:
    """The maps of a list, alone or as the only list of a map."""
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list)]
        value = lists[0] if len(lists) == 1 else None
    return value if isinstance(value, list) and value and all(isinstance(item, dict) for item in value) else []


def _table(rows: list[dict[str, Any]]) -> Table:
    names = list(dict.fromkeys(key for row in rows[:50] for key in row))[:COLUMNS_AT_MOST]
    numeric = {name for name in names if all(isinstance(row.get(name), int | float | None) for row in rows[:50])}
    table = Table([Column(visible(str(name)), 0, name in numeric) for name in names], "Came back")
    table.show_rows([([Cell(visible(_cell(row.get(name))), mono=str(name).lower().endswith("id")) for name in names], row)
                     for row in rows[:ROWS_AT_MOST]])
    return table


def _well(table: Table) -> QFrame:
    made = QFrame()
    made.setProperty("pane", "well")
    column = QVBoxLayout(made)
    column.setContentsMargins(6, 2, 6, 6)
    column.addWidget(table)
    table.setStyleSheet("background: transparent;")
    return made


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 1e15 else f"{value:g}"
    return "—" if value is None else short(value, 120)


def _size(value: object) -> str:
    count = len((value if isinstance(value, str) else pretty(value)).encode("utf-8", "replace"))
    return f"{count:,} B" if count < 1000 else f"{count / 1000:.1f} kB"


def _under(told: Material, step: Step) -> QWidget | None:
    """What the tool called, and how long the tool itself took: `GET /v1/orders in 216 ms, 22 ms spent in the tool itself`."""
    trace = told.trace
    inner = [span for span in trace.children(step.span) if trace.kind[span] in (Kind.HTTP, Kind.DB, Kind.MCP)]
    if not inner:
        return None
    first = inner[0]
    status = next((value for key, value in told.attributes(first).items() if key in _STATUS), None)
    said = f"{trace.name[first]}{f', HTTP {status}' if status is not None else ''} in " + format_duration(
        int(trace.end_ns[first] - trace.start_ns[first]))
    more = f", and {len(inner) - 1} more calls" if len(inner) > 1 else ""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(2, 2, 0, 0)
    row.setSpacing(6)
    row.addWidget(Glyph(Kind(int(trace.kind[first])).label, f"kind.{Kind(int(trace.kind[first])).label}", 13))
    words = Elided(f"{said}{more}, {format_duration(int(trace.self_ns[step.span]))} spent in the tool itself", "dense",
                   "text.tertiary")
    words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    row.addWidget(words)
    return made


class Bodies(QStackedWidget):
    """The readable and the JSON side of a step; the old side is dropped when another step comes."""

    def show_pair(self, readable: QWidget, code: QWidget, index: int) -> None:
        """Two widgets, of which one is shown."""
        while (old := self.widget(0)) is not None:
            self.removeWidget(old)
            old.deleteLater()
        self.addWidget(readable)
        self.addWidget(code)
        self.setCurrentIndex(index)
