"""Card: one panel of the page: title, what it counts, its chart or table, and a menu with export and the table behind it.

What is inside follows the shape of the answer, so that a new panel needs nothing here. A card keeps its size while its
content changes; an answer that says the same as the one shown is not drawn again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tracedesk.analytics.panel import Histogram, Line, Panel, Result, Stat, Table
from tracedesk.base.errors import TraceDeskError
from tracedesk.base.money import format_cost
from tracedesk.base.words import counted
from tracedesk.ui import theme
from tracedesk.ui.charts.bars import BarChart
from tracedesk.ui.charts.chart import Chart
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.charts.histogram import HistogramChart
from tracedesk.ui.charts.line import LineChart
from tracedesk.ui.charts.over_time import OverTime
from tracedesk.ui.charts.words import figure_text, step_text
from tracedesk.ui.metrics.legend import Legend
from tracedesk.ui.metrics.reader import same
from tracedesk.ui.metrics.table import FigureTable
from tracedesk.ui.metrics.tabled import tabled
from tracedesk.ui.widgets.buttons import Button, IconButton
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.text import Elided, Glyph, label, plain_tip

HEAD_PX = 37
ROWS_BEHIND = 7
"""Rows that are seen at once of the table behind a chart, and of those below the page's own."""


class QuietButton(IconButton):
    """The menu of a card: seen while the pointer is on the card or the focus in it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        card = self.parentWidget()
        if self.hasFocus() or (card is not None and card.underMouse()):
            super().paintEvent(event)


class Card(QFrame):
    """The card of a panel. `opened(Behind)`, `zoomed(start, end)`, `region(start, end)`, `back()`, `linked(link)`: what was
    asked of its content; `export_wanted(format)`: csv, png, svg or copy."""

    opened = Signal(object)
    zoomed = Signal(object, object)
    region = Signal(object, object)
    back = Signal()
    linked = Signal(object)
    export_wanted = Signal(str)
    resized = Signal()

    def __init__(self, panel: Panel, *, heads: bool = True) -> None:
        super().__init__()
        self.panel = panel
        self.result: Result | TraceDeskError | None = None
        self._heads = heads
        self.content: QWidget | None = None
        self._legend: Legend | None = None
        self._as_table = False
        self.setAccessibleName(panel.title)
        title = label(panel.title, "dense_strong")
        title.setToolTip(plain_tip(panel.about))
        self._subtitle = Elided(panel.subtitle, "dense", "text.tertiary")
        self._notice_icon = Glyph("warn", "status.warn", 14)
        self._notice = Elided("", "dense", "status.warn")
        self.menu_button = QuietButton("more", f"More of {panel.title}", self.open_menu, hit=24)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(12, 0, 0, 0)
        self.head.setSpacing(8)
        self.head.addWidget(title)
        self.head.addWidget(self._subtitle, 1)
        self._pair: tuple[str, str] | None = None
        self._chip = Button("", self._flip_pair, size="small", face="caption")
        self._chip.hide()
        self.head.addWidget(self._chip)
        self.head.addWidget(self._notice_icon)
        self.head.addWidget(self._notice)
        self.head.addWidget(self.menu_button)
        self._notice_icon.hide()
        self._notice.hide()
        top = QWidget()
        top.setLayout(self.head)
        theme.hold(top, HEAD_PX)
        self.head.setContentsMargins(12, 2, 8, 0)
        self._count = label("", "dense", "tertiary")
        self.head.insertWidget(self.head.count() - 1, self._count)
        self._says = label("", "dense", "tertiary", wrap=True)
        self._says.setContentsMargins(12, 0, 12, 10)
        self._says.hide()
        self._more = Button("", self._open_more, role="link")
        self._more.hide()
        self._more_behind = Behind()
        self._beside = Elided("", "dense", "text.tertiary")
        self._beside.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, 6)
        self.column.setSpacing(0)
        self.column.addWidget(top)
        self.column.addStretch(0)
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 0, 12, 0)
        foot.setSpacing(12)
        foot.addWidget(self._more)
        foot.addWidget(self._beside, 100)
        foot.addStretch(1)
        self.column.addLayout(foot)
        self.column.addWidget(self._says)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.current().color("border.subtle"), 1))
        painter.setBrush(theme.current().color("bg.panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def enterEvent(self, event: Any) -> None:
        self.menu_button.update()

    def leaveEvent(self, event: Any) -> None:
        self.menu_button.update()

    def offer_pair(self, pair: tuple[str, str] | None) -> None:
        """Two groups of which a finding speaks: a histogram shows them alone until the user wants all."""
        chart = self.content
        if not isinstance(chart, HistogramChart) or pair == self._pair:
            return
        self._pair = pair if pair is not None and chart.can_pair(pair) else None
        self._chip.setVisible(self._pair is not None)
        self._show_pair(self._pair)

    def _show_pair(self, pair: tuple[str, str] | None) -> None:
        chart = self.content
        if isinstance(chart, HistogramChart):
            chart.show_pair(pair)
            self._chip.set_text(f"All {chart.groups()}" if pair is not None else "Change")

    def _flip_pair(self) -> None:
        chart = self.content
        if isinstance(chart, HistogramChart):
            self._show_pair(self._pair if chart.pair is None else None)

    def put_into_head(self, *widgets: QWidget) -> None:
        """Widgets behind the title."""
        for number, widget in enumerate(widgets):
            self.head.insertWidget(1 + number, widget)

    # answers

    def show_result(self, result: Result | TraceDeskError) -> None:
        """Another answer."""
        if self.result is not None and same(self.result, result):
            return
        self.result = result
        if isinstance(result, TraceDeskError):
            self._say(f"{result.message} {result.hint}".strip())
            return
        shown = tabled(result) if self._as_table and not isinstance(result, Table) else result
        self._say(shown.left_out if isinstance(shown, Table) else "")
        wanted = _widget_of(shown)
        if type(self.content) is not wanted:
            self._put(wanted)
        self._fill(shown)

    def _put(self, kind: Any) -> None:
        for old in (self.content, self._legend):
            if old is not None:
                self.column.removeWidget(old)
                old.hide()
                old.deleteLater()
        self._legend = None
        made: Any
        if kind is FigureTable:
            few = self._as_table or self.panel.place == "more"
            made = FigureTable(self.panel.title, heads=self._heads or self._as_table, most_rows=ROWS_BEHIND if few else 0)
        else:
            made = kind(self.panel.title)
        self.content = made
        made.opened.connect(self.opened)
        if isinstance(made, Chart):
            made.zoomed.connect(self.zoomed)
            made.region.connect(self.region)
            made.back.connect(self.back)
            made.menu_wanted.connect(self.open_menu)
        else:
            made.linked.connect(self.linked)
        self.column.insertWidget(1, made, 20)
        made.show()                                      # now, not when the event loop comes to it
        if isinstance(made, BarChart):
            self._legend = Legend()
            self._legend.opened.connect(self.opened)
            self._legend.setContentsMargins(12, 0, 12, 0)
            self.column.insertWidget(2, self._legend)
            theme.changed.connect(self._fill_legend)

    def _fill(self, shown: Result) -> None:
        content: Any = self.content
        if isinstance(shown, Table):
            content.show_table(shown)
            self._fill_table(shown)
            if isinstance(self.result, Line):
                self._say_step(step_text(self.result.step_ns))
            return
        content.show_result(shown)
        if isinstance(content, OverTime) and not isinstance(shown, Stat):
            self._say_step(content.step_words())
            self._fill_legend()

    def _say_step(self, words: str) -> None:
        self._subtitle.setText(", ".join(word for word in (self.panel.subtitle, words) if word))

    def _fill_legend(self) -> None:
        chart = self.content
        if self._legend is not None and isinstance(chart, BarChart) and chart.result is not None:
            self._legend.show_line(chart.result, chart.colors())

    def _fill_table(self, table: Table) -> None:
        groups = sum(not row.total for row in table.rows)
        nothing = groups == 0
        if nothing:
            self._say(table.left_out or "Nothing in this time")
        bare = nothing and not self._heads
        assert self.content is not None
        self.content.setVisible(not bare)
        self._says.setAlignment(Qt.AlignmentFlag.AlignCenter if bare else Qt.AlignmentFlag.AlignLeft)
        self._says.setSizePolicy(QSizePolicy.Policy.Preferred,
                                 QSizePolicy.Policy.Expanding if bare else QSizePolicy.Policy.Preferred)
        self._count.setText(_counted(table, groups) if self._heads else "")
        told = [row.finding for row in table.rows if row.finding and not row.link and not row.total]
        notice = "" if self._heads or not told else f"{len(told):,} {told[0] if len(set(told)) == 1 else 'findings'}"
        self._notice.setText(notice)
        for widget in (self._notice, self._notice_icon):
            widget.setVisible(bool(notice))
        self._offer_more(table)
        self.resized.emit()

    def _offer_more(self, table: Table) -> None:
        """Below the dearest requests: all that cost as much as the last that is shown."""
        costs = [at for at, column in enumerate(table.columns) if column.unit == "nusd"]
        if self._heads or not costs or not table.rows or table.columns[0].unit != "id":
            self._more.hide()
            self._beside.hide()
            return
        self._say("")
        self._beside.setText(table.left_out)
        self._beside.setVisible(bool(table.left_out))
        least = table.rows[min(self.rows_shown(), len(table.rows)) - 1].cells[costs[0]].value
        amount = f"${int(least) / 1e9:.9f}".rstrip("0")
        amount = f"{amount}0" if amount.endswith(".") else amount
        self._more.set_text(f"Open all from {format_cost(int(least))}")
        self._more_behind = Behind(f"cost >= {amount}")
        self._more.show()

    def rows_shown(self) -> int:
        """Rows of a table without heads: what a card of its height has room for."""
        return 5

    def _open_more(self) -> None:
        self.opened.emit(self._more_behind)

    def _say(self, words: str) -> None:
        self._says.setText(words)
        self._says.setVisible(bool(words))

    def says(self) -> str:
        """What stands under the content."""
        return self._says.text()

    def says_px(self) -> int:
        """How high that is."""
        return self._says.sizeHint().height() + 6 if self.says() else 0

    # menu

    @property
    def chart(self) -> Chart | None:
        """The chart, where it is one."""
        return self.content if isinstance(self.content, Chart) else None

    def toggle_table(self) -> None:
        """Show the table behind the chart, or the chart again."""
        if self.result is None or isinstance(self.result, Table | TraceDeskError):
            return
        self._as_table = not self._as_table
        result, self.result = self.result, None
        self.show_result(result)

    def entries(self) -> list[tuple[str, Callable[[], object]]]:
        """What can be done with it: (words, action); ("", …) is a line between groups."""
        found: list[tuple[str, Callable[[], object]]] = []
        chart = self.chart
        chosen = chart.chosen() if chart is not None else None
        if chart is not None and chosen is not None:
            found += [("Open these traces", chart.open_here),
                      ("What is different about these?", lambda: self.region.emit(*chosen)),
                      ("Zoom to this time", lambda: self.zoomed.emit(*chosen)), ("", lambda: None)]
        if not isinstance(self.result, Table | TraceDeskError | None):
            found += [("Show the chart" if self._as_table else "Show as a table", self.toggle_table), ("", lambda: None)]
        return [*found, ("Copy as CSV", lambda: self.export_wanted.emit("copy")),
                ("Save CSV…", lambda: self.export_wanted.emit("csv")), ("Save PNG…", lambda: self.export_wanted.emit("png")),
                ("Save SVG…", lambda: self.export_wanted.emit("svg"))]

    def open_menu(self, at: QPoint | None = None) -> None:
        """The menu of the card."""
        menu = Menu(self)
        for words, action in self.entries():
            if words:
                menu.addAction(words, action)
            else:
                menu.addSeparator()
        menu.popup(at or self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))

    def contextMenuEvent(self, event: Any) -> None:
        self.open_menu(event.globalPos())


def _widget_of(result: Result) -> type[QWidget]:
    if isinstance(result, Table | Stat):
        return FigureTable
    if isinstance(result, Histogram):
        return HistogramChart
    return BarChart if isinstance(result, Line) and result.stacked else LineChart


def _counted(table: Table, groups: int) -> str:
    """`5 groups, 12,840 requests`, where a table has a total."""
    at = next((at for at, column in enumerate(table.columns) if column.key == "requests"), None)
    total = next((row for row in table.rows if row.total), None)
    if at is None or total is None or not groups:
        return ""
    return f"{counted(groups, 'group')}, {figure_text(total.cells[at])} requests"
