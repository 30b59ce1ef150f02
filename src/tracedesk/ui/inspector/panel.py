"""The inspector: head, four facts, usage, tabs, and the tags at the foot. Shows one `SpanDetail` at a time.

A tab's page is built when it is first looked at, so that stepping through spans costs one page each. The tab a person
chose stays chosen from span to span while it applies.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QTabBar, QToolButton, QVBoxLayout, QWidget

from tracedesk.base.clock import NS_PER_S, format_duration
from tracedesk.base.money import format_cost_exact
from tracedesk.base.registry import parts
from tracedesk.model.kinds import COUNTED_KINDS, Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.ui import icons, theme
from tracedesk.ui.inspector import tabs
from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.pieces import Chip, Elided, Flow, copy_text, label
from tracedesk.ui.inspector.tab import NONE, NOT_SENT, Tab
from tracedesk.ui.inspector.tabs.raw import raw_text
from tracedesk.ui.inspector.tabs.tags import chips_of
from tracedesk.ui.inspector.usage import fill_usage

Fact = tuple[str, str, str]


def facts_of(detail: SpanDetail) -> list[Fact]:
    """(title, figure, second line) of the four facts at the top."""
    share = detail.share
    of_total = f"{share * 100:.1f} % of total" if share is not None else ""
    duration = format_duration(detail.duration_ns) + ("…" if detail.unfinished else "")
    facts: list[Fact] = [("Duration", duration, "still running" if detail.unfinished else of_total)]
    if detail.kind in COUNTED_KINDS:
        facts += [_first_token(detail), _tokens(detail), _cost(detail)]
    else:
        facts += [("Own time", format_duration(detail.self_ns), ""),
                  ("Slack", NONE if detail.slack_ns is None else format_duration(detail.slack_ns),
                   "on the critical path" if detail.on_critical_path else ""),
                  ("Status", detail.status.label, "")]
    return facts


def _first_token(detail: SpanDetail) -> Fact:
    wait_s = detail.value("ttft_s")
    if not isinstance(wait_s, int | float) or isinstance(wait_s, bool) or not 0 <= wait_s < 1e9:
        return "First token", NONE if detail.kind is not Kind.LLM else NOT_SENT, ""
    wait_ns = int(wait_s * NS_PER_S)
    made, rest_ns = detail.count("tokens.output"), detail.duration_ns - wait_ns
    rate = f"then {made * NS_PER_S / rest_ns:,.0f} tok/s" if made and rest_ns > 0 and not detail.unfinished else ""
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


class InspectorPanel(QWidget):
    """The inspector. `show_detail(None)` says that nothing is selected."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAccessibleName("Inspector")
        self._tabs: list[Tab] = sorted(parts(tabs, Tab), key=lambda tab: tab.order)
        self._shown: list[Tab] = []
        self._chosen = ""
        self._detail: SpanDetail | None = None
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._top = QWidget()
        column.addWidget(self._top)
        self._bar = QTabBar()
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setUsesScrollButtons(True)
        self._bar.setElideMode(Qt.TextElideMode.ElideNone)
        self._bar.setAccessibleName("Inspector pages")
        column.addWidget(self._bar)
        self._page = QScrollArea()
        self._page.setWidgetResizable(True)
        self._page.setFrameShape(QFrame.Shape.NoFrame)
        self._page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._page, 1)
        self._foot = QWidget()
        column.addWidget(self._foot)
        self._bar.currentChanged.connect(self._open)
        theme.changed.connect(self._again)
        self.show_detail(None)

    @property
    def detail(self) -> SpanDetail | None:
        """What is shown."""
        return self._detail

    def show_detail(self, detail: SpanDetail | None) -> None:
        """Show a span, keeping the chosen page where it applies."""
        self._detail = detail
        self._replace_top(detail)
        self._replace_foot(detail)
        self._bar.blockSignals(True)
        while self._bar.count():
            self._bar.removeTab(0)
        self._shown = [tab for tab in self._tabs if tab.applies(detail)] if detail else []
        for tab in self._shown:
            count = tab.count(detail) if detail else None
            self._bar.addTab(tab.title + (f"  {count:,}" if count is not None else ""))
        at = next((i for i, tab in enumerate(self._shown) if tab.key == self._chosen), 0)
        if self._shown:
            self._bar.setCurrentIndex(at)
        self._bar.blockSignals(False)
        self._bar.setVisible(bool(self._shown))
        self._fill_page(at)

    def choose(self, key: str) -> None:
        """Open the page of that key, now and for the next spans."""
        self._chosen = key
        for index, tab in enumerate(self._shown):
            if tab.key == key:
                self._bar.setCurrentIndex(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _again(self) -> None:
        self.show_detail(self._detail)

    def _open(self, index: int) -> None:
        if 0 <= index < len(self._shown):
            self._chosen = self._shown[index].key
            self._fill_page(index)

    def _fill_page(self, index: int) -> None:
        page = QWidget()
        page.setObjectName("inspectorPage")
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(8)
        if self._detail is None:
            column.addWidget(label("Select a span to see what it did.", color="text.tertiary", wrap=True))
            column.addStretch(1)
        else:
            self._shown[index].fill(self._detail, column, page)
            if not any(column.stretch(i) for i in range(column.count())):
                column.addStretch(1)
        old = self._page.takeWidget()
        self._page.setWidget(page)
        if old is not None:
            old.deleteLater()

    def _replace_top(self, detail: SpanDetail | None) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(16, 12, 12, 8)
        column.setSpacing(6)
        if detail is not None:
            column.addLayout(self._head(detail))
            row = QHBoxLayout()
            row.setSpacing(8)
            for title, figure, second in facts_of(detail):
                box = QVBoxLayout()
                box.setSpacing(0)
                box.addWidget(label(title, font="caption", color="text.tertiary"))
                value = label(figure, font="body_strong")
                if figure in ("unpriced", NOT_SENT, NONE):
                    value = label(figure, font="body", color="text.tertiary")
                box.addWidget(value)
                box.addWidget(label(second, font="caption", color="text.tertiary"))
                row.addLayout(box, 1)
            column.addLayout(row)
            column.addSpacing(4)
            fill_usage(detail, column)
        self._column.replaceWidget(self._top, top)
        self._top.deleteLater()
        self._top = top

    def _head(self, detail: SpanDetail) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        tile = KindTile()
        tile.set_kind(detail.kind)
        row.addWidget(tile, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(0)
        title = detail.text("display_name") or detail.span.name or detail.kind.label
        names.addWidget(Elided(title, font="title", color="status.error" if detail.status is Status.ERROR else "text.primary"))
        names.addWidget(Elided(subtitle_of(detail), font="caption", color="text.tertiary"))
        row.addLayout(names, 1)
        copy = QToolButton()
        copy.setIcon(icons.icon("copy"))
        copy.setAutoRaise(True)
        copy.setFixedSize(28, 28)
        copy.setToolTip("Copy the span as OTLP/JSON")
        copy.setAccessibleName("Copy the span as OTLP/JSON")
        copy.clicked.connect(lambda: copy_text(raw_text(detail)))
        row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _replace_foot(self, detail: SpanDetail | None) -> None:
        foot = QWidget()
        foot.setObjectName("inspectorFoot")
        chips = chips_of(detail) if detail else []
        flow = Flow(foot)
        flow.setContentsMargins(16, 10, 12, 10)
        for name, value in chips:
            flow.addWidget(Chip(name, value))
        foot.setVisible(bool(chips))
        self._column.replaceWidget(self._foot, foot)
        self._foot.deleteLater()
        self._foot = foot
