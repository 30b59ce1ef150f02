"""InspectorTab: what one page of the inspector is. A file in `tabs/` declares one; the panel finds it by listing the folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.pieces import sent_line
from tracedesk.ui.widgets.text import label, visible

NOT_SENT = "not sent"
NONE = "—"


@dataclass(frozen=True)
class InspectorTab:
    """One page about a span.

    `applies` says whether the page has anything to say about a span, `count` the figure behind its title (None: no
    figure), `fill` puts its widgets into an empty column. `order` sorts the pages from left to right. `of_trace` is for
    pages that also say something about the trace around the span: they are filled anew while it grows, others keep their place.
    """

    key: str
    title: str
    order: int
    applies: Callable[[SpanDetail], bool]
    fill: Callable[[SpanDetail, QVBoxLayout, QWidget], None]
    count: Callable[[SpanDetail], int | None] = lambda detail: None
    of_trace: bool = False


def always(detail: SpanDetail) -> bool:
    """A page that every span has."""
    return True


def section(column: QVBoxLayout, title: str) -> None:
    """A section head inside a page."""
    head = label(title, "label", "secondary")
    head.setContentsMargins(0, 8, 0, 2)
    column.addWidget(head)


def fact(column: QVBoxLayout, name: str, text: str, *, mono: bool = False) -> None:
    """A name and what was sent under it, on one line."""
    row = QHBoxLayout()
    head = sent_line(name, "dense", "text.tertiary")
    head.setFixedWidth(theme.grown(116))
    row.addWidget(head)
    row.addWidget(sent_line(text, "code" if mono else "dense"), 1)
    column.addLayout(row)


def failure(detail: SpanDetail) -> QWidget:
    """How a span failed, in its own words."""
    said = detail.text("error.message") or detail.span.status_message or detail.text("error.type")
    return label(visible(said or "failed, message not sent")[:600], tone="error", wrap=True, selectable=True)
