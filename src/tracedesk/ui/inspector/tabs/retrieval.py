"""Retrieval and reranking: the query, k, and the documents with their scores; which ones the reranker kept."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.model.kinds import Kind
from tracedesk.ui import theme
from tracedesk.ui.inspector.around import documents, score
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import pretty, short
from tracedesk.ui.inspector.pieces import Card, StackBar, sent_line
from tracedesk.ui.inspector.tab import NOT_SENT, InspectorTab, section
from tracedesk.ui.widgets.long_text import LongText
from tracedesk.ui.widgets.text import label, visible

DOCUMENTS_SHOWN = 100


def applies(detail: SpanDetail) -> bool:
    """Retrievers, rerankers, and spans that carry documents."""
    return detail.kind in (Kind.RETRIEVER, Kind.RERANKER) or any(
        name in detail.fields.values
        for name in ("retrieval.documents", "rerank.input_documents", "rerank.output_documents"))


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """Query and k, then the documents in their order; after a reranker the order before and after."""
    query = detail.value("rerank.query") or detail.value("retrieval.query")
    section(column, "Query")
    column.addWidget(LongText(pretty(query)) if query is not None else label(NOT_SENT, tone="tertiary"))
    before, after = documents(detail.value("rerank.input_documents")), documents(detail.value("rerank.output_documents"))
    found = documents(detail.value("retrieval.documents"))
    if after or before:
        ranks = {_identity(doc): rank for rank, doc in enumerate(before, 1)}
        kept = {_identity(doc) for doc in after}
        section(column, f"After: {len(after)} of {len(before)} kept" if before else f"After: {len(after)}")
        list_documents(column, after, detail.kind, came_from=ranks)
        if before:
            section(column, "Before")
            list_documents(column, before, detail.kind, kept=kept if after else None)
    elif found:
        k = detail.count("retrieval.k")
        section(column, f"Documents: {len(found)}" + (f" of k = {k}" if k is not None else ""))
        list_documents(column, found, detail.kind)
    else:
        section(column, "Documents")
        column.addWidget(label(NOT_SENT, tone="tertiary"))


def _identity(doc: dict[str, Any]) -> str:
    return str(doc.get("id")) if doc.get("id") not in (None, "") else short(doc.get("content"), 400)


def list_documents(column: QVBoxLayout, docs: list[dict[str, Any]], kind: Kind, *,
                   came_from: dict[str, int] | None = None, kept: set[str] | None = None) -> None:
    """A card for each document, in this order, with a bar for how well it fits."""
    colors = theme.current().kind(kind if kind in (Kind.RETRIEVER, Kind.RERANKER) else Kind.RETRIEVER)
    top = max(filter(None, map(score, docs)), default=0.0)
    for rank, doc in enumerate(docs[:DOCUMENTS_SHOWN], 1):
        identity = _identity(doc)
        dropped = kept is not None and identity not in kept
        card = Card(edge=None if dropped else colors.text)
        head = QHBoxLayout()
        head.addWidget(label(f"{rank}", "label", "tertiary"))
        head.addWidget(sent_line(str(doc.get("id") or short(doc.get("content"), 80)), "dense_strong",
                                 "text.tertiary" if dropped else "text.primary"), 1)
        if came_from is not None and identity in came_from:
            head.addWidget(label(f"was {came_from[identity]}", "caption", "tertiary"))
        if dropped:
            head.addWidget(label("not kept", "caption", "tertiary"))
        fit = score(doc)
        if fit is not None:
            head.addWidget(label(f"{fit:.3g}", "dense", "secondary"), 0, Qt.AlignmentFlag.AlignRight)
        card.column.addLayout(head)
        if fit is not None and top > 0 and fit >= 0:
            rest = theme.current().color("bg.inset")
            bar = StackBar([(fit / top, colors.solid), (1 - fit / top, rest)])
            bar.setFixedHeight(4)
            card.column.addWidget(bar)
        if doc.get("content") not in (None, ""):
            card.column.addWidget(LongText(pretty(doc["content"]), "dense", "secondary", lines=4))
        if doc.get("metadata"):
            card.column.addWidget(sent_line(short(doc["metadata"]), "caption", "text.tertiary"))
        column.addWidget(card)
    if len(docs) > DOCUMENTS_SHOWN:
        column.addWidget(label(f"{len(docs) - DOCUMENTS_SHOWN:,} more are in Raw", "caption", "tertiary"))
    if not docs:
        column.addWidget(label(visible("none"), tone="tertiary"))


PART = InspectorTab("retrieval", "Documents", 11, applies=applies, fill=fill,
           count=lambda detail: len(documents(detail.value("retrieval.documents"))
                                    or documents(detail.value("rerank.output_documents"))) or None)
