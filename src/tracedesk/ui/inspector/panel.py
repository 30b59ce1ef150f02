"""The inspector: head, four facts, usage, tabs, and the tags at the foot. Shows one `SpanDetail` at a time.

A tab's page is built when it is first looked at, so that stepping through spans costs one page each, and nothing while the
panel is hidden. The head comes first, page and foot in the next turn of the loop: together they would hold it for too long.
The tab a person chose stays chosen from span to span while it applies.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from tracedesk.base.clock import NS_PER_S, format_duration
from tracedesk.base.money import format_cost_exact
from tracedesk.base.registry import parts
from tracedesk.model.kinds import COUNTED_KINDS, Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.ui import icons, theme
from tracedesk.ui.clipboard import copy_text
from tracedesk.ui.inspector import tabs
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.pieces import LINE_PX, Chip, sent_line
from tracedesk.ui.inspector.tab import NONE, NOT_SENT, InspectorTab
from tracedesk.ui.inspector.table import SearchTable
from tracedesk.ui.inspector.tabs.raw import raw_text
from tracedesk.ui.inspector.tabs.tags import chips_of
from tracedesk.ui.inspector.usage import usage_widget
from tracedesk.ui.widgets.buttons import IconButton
from tracedesk.ui.widgets.flow import Flow
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.tabs import Tab, TabStrip
from tracedesk.ui.widgets.text import Elided, label, plain_tip
from tracedesk.ui.widgets.timer import single_shot

Fact = tuple[str, str, str]
MISSING = {"unpriced": "It cost something, but no price is known.", NOT_SENT: "It should be there; the SDK left it out."}
"""Words in the place of a figure, and what they mean."""


def facts_of(detail: SpanDetail, *, short: bool = False) -> list[Fact]:
    """(title, figure, second line) of the four facts at the top; `short` second lines for a narrow panel."""
    share = detail.share
    of_total = f"{share * 100:.1f} %" + ("" if short else " of total") if share is not None else ""
    duration = format_duration(detail.duration_ns) + ("…" if detail.unfinished else "")
    facts: list[Fact] = [("Duration", duration, "still running" if detail.unfinished else of_total)]
    if detail.kind in COUNTED_KINDS:
        facts += [_first_token(detail, short=short), _tokens(detail), _cost(detail)]
    else:
        facts += [("Own time", format_duration(detail.self_ns), ""),
                  ("Slack", NONE if detail.slack_ns is None else format_duration(detail.slack_ns),
                   "critical path" if detail.on_critical_path else ""),
                  ("Status", detail.status.label, "")]
    return facts


def _first_token(detail: SpanDetail, *, short: bool) -> Fact:
    wait_s = detail.value("ttft_s")
    if not isinstance(wait_s, int | float) or isinstance(wait_s, bool) or not 0 <= wait_s < 1e9:
        return "First token", NONE if detail.kind is not Kind.LLM else NOT_SENT, ""
    wait_ns = int(wait_s * NS_PER_S)
    made, rest_ns = detail.count("tokens.output"), detail.duration_ns - wait_ns
    then = "" if short else "then "
    rate = f"{then}{made * NS_PER_S / rest_ns:,.0f} tok/s" if made and rest_ns > 0 and not detail.unfinished else ""
    return "First token", format_duration(wait_ns), rate


def _tokens(detail: SpanDetail) -> Fact:
    given, made = detail.count("tokens.input"), detail.count("tokens.output")
    if given is None and made is None:
        return "Tokens", NOT_SENT, ""
    both = f"{given:,} → {made:,}" if given is not None and made is not None else (
        f"{given:,} in" if given is not None else f"{made:,} out")
    return "Tokens", f"{(given or 0) + (made or 0):,}", both


def _cost(detail: SpanDetail) -> Fact:
    cost = detail.cost
    if cost.nusd is None:
        return "Cost", NONE if cost.status is CostStatus.NONE else "unpriced", ""
    words = {CostStatus.REPORTED: "reported", CostStatus.FREE: "free"}.get(cost.status, "exact")
    return "Cost", format_cost_exact(cost.nusd), "approximate" if cost.approximate else words


def subtitle_of(detail: SpanDetail) -> str:
    """Exact model and the main parameters, or the service."""
    model = detail.text("model.response") or detail.text("model.requested")
    words = [model or detail.span.resource.service]
    for name, word in (("param.temperature", "temp"), ("param.top_p", "top_p"), ("param.max_tokens", "max")):
        value = detail.value(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            words.append(f"{word} {value:g}")
    return " · ".join(words)


class KindTile(QWidget):
    """The 28 px square with the glyph of the span's kind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(28, 28)
        self._kind = Kind.OTHER

    def set_kind(self, kind: Kind) -> None:
        """Show another kind."""
        self._kind = kind
        self.setAccessibleName(kind.label)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current().kind(self._kind)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.soft)
        painter.drawRoundedRect(self.rect(), 6, 6)
        painter.drawPixmap(6, 6, icons.pixmap(self._kind.label, colors.text, 16, self.devicePixelRatioF()))
        painter.end()


class InspectorPanel(QFrame):
    """The inspector. `show_detail(None)` says that nothing is selected; `price_wanted()` when an unpriced call is to get a
    price."""

    price_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("pane", "panel")
        self.setAccessibleName("Inspector")
        self._all: list[InspectorTab] = sorted(parts(tabs, InspectorTab), key=lambda tab: tab.order)
        self._shown: list[InspectorTab] = []
        self._chosen = ""
        self._compact = False
        self._detail: SpanDetail | None = None
        self._filled: tuple[str, SpanDetail | None] = ("", None)
        self._stale = False
        self._later = single_shot(self, 0, self._fill_rest)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._top = QWidget()
        self.tabs = TabStrip([], "Inspector pages", height=38, gap=16, shrink=True)
        self.tabs.picked.connect(self._open)
        self._strip = QFrame()
        self._strip.setProperty("edge", "bottom")
        row = QHBoxLayout(self._strip)
        row.setContentsMargins(14, 0, 8, 1)
        row.addWidget(self.tabs)
        self._page = QScrollArea()
        self._page.setWidgetResizable(True)
        self._page.setFrameShape(QFrame.Shape.NoFrame)
        self._page.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page.viewport().setAutoFillBackground(False)
        self._foot = QFrame()
        for widget in (self._top, self._strip, self._page, self._foot):
            self._column.addWidget(widget, 1 if widget is self._page else 0)
        theme.changed.connect(self._again)
        self.show_detail(None)

    @property
    def detail(self) -> SpanDetail | None:
        """What is shown."""
        return self._detail

    def show_detail(self, detail: SpanDetail | None) -> None:
        """Show a span, keeping the chosen page where it applies."""
        before, self._detail = self._detail, detail
        if detail is not None and detail == before and not self._stale and self._filled[1] is not None:
            return
        self._shown = [tab for tab in self._all if tab.applies(detail)] if detail else []
        self.tabs.set_tabs([Tab(tab.key, tab.title, count=tab.count(detail) if detail else None,
                                warn=tab.key == "events" and detail is not None and detail.status is Status.ERROR)
                            for tab in self._shown], self._chosen or (self._shown[0].key if self._shown else ""))
        self._strip.setVisible(bool(self._shown))
        self._stale = not self.isVisible()
        if not self._stale:
            self._replace_top(detail)
            self._later.start()

    def _fill_rest(self) -> None:
        self._later.stop()
        self._replace_foot(self._detail)
        if not self._is_filled(self.tabs.current):
            self._fill_page(self.tabs.current)

    def _is_filled(self, key: str) -> bool:
        """Whether the page shows all there is to say: while a trace grows, whoever reads a span keeps place and folds."""
        (filled, shown), detail = self._filled, self._detail
        if filled != key or shown is None or detail is None:
            return False
        if any(tab.of_trace for tab in self._shown if tab.key == key):
            return shown == detail
        return (shown.trace_id, shown.own) == (detail.trace_id, detail.own)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self._replace_top(self._detail)
            self._fill_rest()

    def choose(self, key: str) -> None:
        """Open the page of that key, now and for the next spans."""
        self._chosen = key
        self.tabs.show_tab(key)

    def show_place(self, text: str, place: str) -> None:
        """Show the page where a text was found (`messages` or `attributes`), with the text sought there."""
        if self._later.isActive():
            self._fill_rest()
        self.choose(place if place in self.tabs.keys() else "attributes")  # noqa: SIM118 - a method, not a dict
        for table in self._page.findChildren(SearchTable):
            table.field.setText(text)

    def fold(self, compact: bool) -> None:
        """Narrow windows: usage as one table, no tags at the foot."""
        if compact != self._compact:
            self._compact = compact
            self._again()

    def _again(self) -> None:
        self._filled = ("", None)
        self.show_detail(self._detail)

    def _open(self, key: str) -> None:
        self._chosen = key
        if not (self._later.isActive() or self._stale):
            self._fill_page(key)

    def _fill_page(self, key: str) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 14, 12, 12)
        column.setSpacing(8)
        if self._detail is None:
            empty = Empty()
            empty.say("No span is selected", "Click one in the waterfall, or press J.")
            column.setContentsMargins(8, 8, 8, 8)
            column.addWidget(empty, 1)
        else:
            next(tab for tab in self._shown if tab.key == key).fill(self._detail, column, page)
            if not any(column.stretch(i) for i in range(column.count())):
                column.addStretch(1)
        old = self._page.takeWidget()
        self._page.setWidget(page)
        page.setAutoFillBackground(False)
        self._filled = (key, self._detail)
        if old is not None:
            old.deleteLater()

    def _replace_top(self, detail: SpanDetail | None) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if detail is not None:
            facts = QFrame()
            facts.setProperty("edge", "bottom")
            inside = QVBoxLayout(facts)
            inside.setContentsMargins(16, 12, 8, 11)
            inside.setSpacing(11)
            inside.addLayout(self._head(detail))
            inside.addLayout(self._facts(detail))
            column.addWidget(facts)
            usage = usage_widget(detail, compact=self._compact, on_price=self.price_wanted.emit)
            if usage is not None:
                column.addWidget(usage)
        self._column.replaceWidget(self._top, top)
        self._top.hide()
        self._top.deleteLater()
        self._top = top

    def _facts(self, detail: SpanDetail) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for title, figure, second in facts_of(detail, short=self._compact):
            quiet = figure in (*MISSING, NONE)
            box = QVBoxLayout()
            box.setSpacing(1)
            box.addWidget(label(title, "caption", "tertiary"))
            value = label(figure, "body" if quiet else "body_strong", "tertiary" if quiet else "primary",
                          missing=figure in MISSING)
            value.setToolTip(plain_tip(MISSING.get(figure, "")))
            value.setAccessibleName(f"{title} {figure} {second}".strip())
            box.addWidget(value)
            box.addWidget(Elided(second, "caption", "text.tertiary", least_px=LINE_PX))
            row.addLayout(box, 1)
        return row

    def _head(self, detail: SpanDetail) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        tile = KindTile()
        tile.set_kind(detail.kind)
        row.addWidget(tile)
        names = QVBoxLayout()
        names.setSpacing(0)
        title = detail.text("display_name") or detail.span.name or detail.kind.label
        names.addWidget(sent_line(title, "title", "status.error" if detail.status is Status.ERROR else "text.primary"))
        names.addWidget(sent_line(subtitle_of(detail), "caption", "text.tertiary"))
        row.addLayout(names, 1)
        row.addWidget(IconButton("copy", "Copy the span as OTLP/JSON", lambda: copy_text(raw_text(detail)), size=15))
        more = IconButton("more", "More about this span", size=16)
        more.clicked.connect(lambda: self._menu(detail, more))
        row.addWidget(more)
        return row

    def _menu(self, detail: SpanDetail, below: QWidget) -> None:
        menu = Menu(self)
        menu.addAction("Copy the span id", lambda: copy_text(detail.span.span_id.hex()))
        menu.addAction("Copy the trace id", lambda: copy_text(detail.trace_id.hex()))
        menu.addAction("Copy the name", lambda: copy_text(detail.span.name))
        menu.addAction("Copy the span as OTLP/JSON", lambda: copy_text(raw_text(detail)))
        menu.open_below(below)

    def _replace_foot(self, detail: SpanDetail | None) -> None:
        foot = QFrame()
        foot.setProperty("edge", "top")
        chips = chips_of(detail) if detail and not self._compact else []
        flow = Flow(foot)
        flow.setContentsMargins(16, 10, 12, 10)
        for name, value in chips:
            flow.addWidget(Chip(name, value))
        self._column.replaceWidget(self._foot, foot)
        foot.setVisible(bool(chips))                  # not before: a widget without a parent would be a window
        self._foot.hide()
        self._foot.deleteLater()
        self._foot = foot
