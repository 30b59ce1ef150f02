"""Beside or below the flame graph: the selected frame in figures, and the names that the selection spends its time in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.model.kinds import Kind
from tracedesk.model.trace import Trace
from tracedesk.scene.hot import HOTTEST, Flags, Groups, Hot
from tracedesk.scene.text import second_name, span_name
from tracedesk.ui import theme
from tracedesk.ui.flame.card import FrameCard
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.text import label

BESIDE_PX, CARD_PX, BELOW_PX = 396, 276, 232
NAME_PX, GIVE_WAY = 132, (3, 2)
"""Room that names need, and the columns that go, as a whole, where they have less."""
FREE_PX = 16_777_215
"""Qt's size of a widget without a limit."""
COLUMNS = (Column("Span"), Column("Own", 60, right=True), Column("Count", 68, right=True), Column("p50", 62, right=True),
           Column("p95", 62, right=True))


class FlameSide(QFrame):
    """`picked(index of a span)` when a row of the hot spans is chosen."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._trace: Trace | None = None
        self._groups: Groups | None = None
        self._hot: list[Hot] = []
        self._wanted: tuple[Trace | None, tuple[int, int] | None, Flags | None] = (None, None, None)
        self.card = FrameCard()
        self.hot = Table(COLUMNS, "Hot spans, by own time")
        self.hot.picked.connect(self.picked)
        self._words = label("", "caption", "tertiary")
        head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setContentsMargins(3, 8, 3, 2)
        head.addWidget(label("Hot spans", "label", "secondary"), 1)
        head.addWidget(self._words)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(11, 0, 11, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.hot, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._row.setContentsMargins(1, 1, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.card, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(below, 1)
        self.place(beside=True)

    def place(self, *, beside: bool) -> None:
        """A column at the right of the graph, or a row below it."""
        self.setProperty("edge", "left" if beside else "top")
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if beside else QBoxLayout.Direction.LeftToRight)
        self._row.setAlignment(self.card, Qt.AlignmentFlag(0) if beside else Qt.AlignmentFlag.AlignTop)
        wide, high, card = theme.grown(BESIDE_PX), theme.grown(BELOW_PX), theme.grown(CARD_PX)
        self.setMinimumSize(*((wide, 0) if beside else (0, high)))
        self.setMaximumSize(*((wide, FREE_PX) if beside else (FREE_PX, high)))
        self.card.setMinimumWidth(0 if beside else card)
        self.card.setMaximumWidth(FREE_PX if beside else card)
        self.card.set_plots(beside)
        self.style().unpolish(self)
        self.style().polish(self)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        room = self.width() - (0 if self.card.maximumWidth() == FREE_PX else self.card.width())
        room -= theme.grown(NAME_PX + sum(column.width_px for column in COLUMNS))
        for number in GIVE_WAY:
            self.hot.setColumnHidden(number, room < 0)
            room += theme.grown(COLUMNS[number].width_px)

    def show_trace(self, trace: Trace | None, stretch: tuple[int, int] | None, elsewhere: Flags | None) -> None:
        """What is selected of a trace: everything, or what starts in a stretch. Nothing is worked out while it is hidden."""
        self._wanted = (trace, stretch, elsewhere)
        self._groups = None
        if self.isVisible():
            self._work_out()

    def show_span(self, span: int) -> None:
        """The group of a span; -1: none."""
        if not self.isVisible():
            return
        if self._groups is None:
            self._work_out()
        groups, trace = self._groups, self._trace
        if groups is None or trace is None or not 0 <= span < trace.n:
            self.card.show_group(None, None)
            return
        self.card.show_group(trace, groups.group(span), selective=groups.selective)
        row = next((number for number, hot in enumerate(self._hot) if groups.alike(hot.span, span)), -1)
        self.hot.blockSignals(True)
        if row < 0:
            self.hot.clearSelection()
        else:
            self.hot.selectRow(row)
        self.hot.blockSignals(False)

    def _work_out(self) -> None:
        trace, stretch, elsewhere = self._wanted
        self._trace, self._groups, self._hot = trace, None, []
        if trace is not None and trace.n:
            self._groups = Groups(trace, stretch, elsewhere)
            self._hot = self._groups.hottest(HOTTEST)
        self._words.setText("by own time in the selection" if stretch is not None else "by own time")
        groups = self._groups
        self.hot.show_rows([(_cells(trace, hot, groups.whole_ns), hot.span) for hot in self._hot]
                           if trace is not None and groups is not None else [])


def _cells(trace: Trace, hot: Hot, whole_ns: int) -> list[Cell]:
    name = " ".join(filter(None, (span_name(trace, hot.span), second_name(trace, hot.span))))
    kind = int(trace.kind[hot.span])
    times = ["—" if ns is None else format_duration(ns) for ns in (hot.p50_ns, hot.p95_ns)]
    return [Cell(name, icon=Kind(kind).label, icon_tone=f"kind.{Kind(kind).label}"),
            Cell(f"{100 * hot.self_ns / whole_ns:.1f} %", tip=f"{hot.self_ns:,} ns"),
            Cell(f"{hot.spans:,}", "text.secondary"), *(Cell(text, "text.secondary") for text in times)]
