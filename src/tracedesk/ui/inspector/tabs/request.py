"""What was asked of a database or over HTTP, and what came back: the statement and its rows, the request and its status."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tracedesk.model.kinds import Kind
from tracedesk.ui import theme
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import short
from tracedesk.ui.inspector.pieces import Card
from tracedesk.ui.inspector.tab import NOT_SENT, InspectorTab, fact, section
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.text import label

STATEMENTS = ("db.query.text", "db.statement")
METHODS = ("http.request.method", "http.method")
URLS = ("url.full", "http.url", "url.path", "http.target", "http.route")
ANSWERS = (
    ("Status", ("http.response.status_code", "http.status_code", "db.response.status_code", "rpc.grpc.status_code")),
    ("Rows", ("db.response.returned_rows",)), ("Bytes", ("http.response.body.size", "http.response_content_length")),
    ("Sent again", ("http.request.resend_count",)),
)
PLACES = (
    ("System", ("db.system.name", "db.system")), ("Database", ("db.namespace", "db.name")),
    ("Collection", ("db.collection.name", "db.sql.table", "db.mongodb.collection")),
    ("Operation", ("db.operation.name", "db.operation")),
    ("Server", ("server.address", "net.peer.name", "net.peer.ip")), ("Port", ("server.port", "net.peer.port")),
)
"""Names of OpenTelemetry's conventions for HTTP and databases, the present ones before those they replaced."""


def value_of(detail: SpanDetail, names: tuple[str, ...]) -> object | None:
    """The first of these attributes that the span has."""
    return next((detail.span.attributes[name] for name in names if name in detail.span.attributes), None)


def asked(detail: SpanDetail) -> str | None:
    """The statement, or method and address; None where neither was sent."""
    statement = value_of(detail, STATEMENTS)
    if isinstance(statement, str):
        return statement
    said = [value for names in (METHODS, URLS) if isinstance(value := value_of(detail, names), str)]
    return " ".join(said) or None


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """What was asked, what came back, where."""
    text = asked(detail)
    section(column, "Statement" if detail.kind is Kind.DB else "Request")
    card = Card(edge=theme.current().kind(detail.kind).text)
    card.column.addWidget(label(NOT_SENT, "dense", "tertiary") if text is None else LongText(text, "code", lines=20))
    column.addWidget(card)
    for title, rows in (("Came back", ANSWERS), ("Where", PLACES)):
        found = [(name, value) for name, names in rows if (value := value_of(detail, names)) is not None]
        if found or rows is ANSWERS:
            section(column, title)
        for name, value in found:
            fact(column, name, short(value))
        if not found and rows is ANSWERS:
            column.addWidget(label(NOT_SENT, "dense", "tertiary"))


PART = InspectorTab("request", "Request", 9, applies=lambda detail: detail.kind in (Kind.HTTP, Kind.DB), fill=fill)
