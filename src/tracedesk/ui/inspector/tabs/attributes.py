"""Every attribute as received, canonical fields first with the attribute each was read from."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import pretty
from tracedesk.ui.inspector.tab import InspectorTab, always
from tracedesk.ui.inspector.table import SearchTable


def rows_of(detail: SpanDetail) -> list[tuple[str, str, str]]:
    """(name, whole value, where it comes from): canonical fields, then raw attributes, resource and scope."""
    rows = [(name, pretty(value), detail.fields.sources.get(name, ""))
            for name, value in sorted(detail.fields.values.items())]
    rows += [(name, pretty(value), "span") for name, value in sorted(detail.span.attributes.items())]
    rows += [(name, pretty(value), "resource") for name, value in sorted(detail.span.resource.attributes.items())]
    scope = detail.span.scope
    rows += [("scope.name", scope.name, "scope")] if scope.name else []
    rows += [("scope.version", scope.version, "scope")] if scope.version else []
    rows += [(name, pretty(value), "scope") for name, value in sorted(scope.attributes.items())]
    return rows


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """One searchable table."""
    column.addWidget(SearchTable(("Name", "Value", "Read from"), rows_of(detail), search="Search names and values"), 1)


PART = InspectorTab("attributes", "Attributes", 40, applies=always, fill=fill, count=lambda detail: len(detail.span.attributes))
