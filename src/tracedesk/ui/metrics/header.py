"""The header of the page, 52 px: the filter as chips (the one of the trace list), comparison, time range, export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from tracedesk.model.query import TraceQuery
from tracedesk.ui import theme
from tracedesk.ui.metrics.popup import TIME_PX, FilterPopup, TimePopup
from tracedesk.ui.metrics.span_of_time import CUSTOM, RANGES, USUAL, TimeSpan
from tracedesk.ui.traces.filter_bar import Chip, fill_chip_menu
from tracedesk.ui.widgets.buttons import Button, Segments, Switch, of_command
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.text import label

HEADER_PX = 52


class RangePicker(Segments):
    """The ranges; Custom asks for a beginning and an end each time it is chosen."""

    def __init__(self, on_pick: Callable[[int], object]) -> None:
        super().__init__([*(title for title, _ in RANGES), "Custom"], on_pick, current=USUAL, title="Time range")
        self._tell = on_pick
        self.setFont(theme.current().font("dense"))
        self.setProperty(theme.FACE, "dense")

    def show_index(self, index: int) -> None:
        """Mark another range; tells nobody."""
        self._current = index
        self._say()
        self.update()

    def pick(self, index: int) -> None:
        if index == CUSTOM == self._current:
            self._tell(index)
        else:
            super().pick(index)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width() + 2, theme.grown(28))


class Chips(QWidget):
    """The terms of the filter `query`; those that do not fit stand behind a count. `changed(query)`, `edit_wanted()`."""

    changed = Signal(object)
    edit_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.query = TraceQuery()
        self._chips: list[Chip] = []
        self.add = of_command(Button("Filter", self.edit_wanted.emit, role="ghost", icon="plus", key="/"), "metrics.filter")
        self.rest = Button("", self.edit_wanted.emit, role="ghost")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addWidget(self.rest)
        self._row.addWidget(self.add)
        self._row.addStretch(1)
        self.rest.hide()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_query(self, query: TraceQuery) -> None:
        """Another filter."""
        self.query = query
        for chip in self._chips:
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for index, term in enumerate(query.terms):
            chip = Chip(term)
            chip.removed.connect(lambda index=index: self.changed.emit(self.query.without(index)))
            chip.menu_wanted.connect(lambda spot, index=index: self._menu(index, spot))
            self._row.insertWidget(index, chip)
            self._chips.append(chip)
        self._fit()

    def _menu(self, index: int, spot: QPoint) -> None:
        menu = Menu(self)
        fill_chip_menu(menu, self.query, index, self.changed.emit)
        menu.popup(spot)

    def texts(self) -> list[str]:
        """The chips as text."""
        return [chip.text for chip in self._chips]

    def _fit(self) -> None:
        room = self.width() - self.add.sizeHint().width() - 50
        shown = 0
        for chip in self._chips:
            room -= chip.sizeHint().width() + 6
            chip.setVisible(room >= 0)
            shown += room >= 0
        hidden = len(self._chips) - shown
        self.rest.set_text(f"+{hidden}")
        self.rest.setVisible(hidden > 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class Header(QFrame):
    """`query_picked(query)`, `span_picked(TimeSpan)`, `all_wanted()`, `before_flipped(on)`, `export_wanted()`. The filter opens
    as a field in `filter_popup`, a chosen time in `time_popup`."""

    query_picked = Signal(object)
    span_picked = Signal(object)
    all_wanted = Signal()
    before_flipped = Signal(bool)
    export_wanted = Signal()

    def __init__(self, completions: Callable[[], Mapping[str, Sequence[tuple[str, int]]]]) -> None:
        super().__init__()
        self.setProperty("edge", "bottom")
        theme.hold(self, HEADER_PX)
        self.span = TimeSpan()
        self.chips = Chips()
        self.chips.changed.connect(self.query_picked)
        self.chips.edit_wanted.connect(self.edit_filter)
        self.filter_popup = FilterPopup(self, completions)
        self.filter_popup.changed.connect(self.query_picked)
        self.time_popup = TimePopup(self)
        self.time_popup.picked.connect(self.span_picked)
        self.time_popup.all_wanted.connect(self.all_wanted)
        self.time_popup.closed.connect(lambda: self.show_span(self.span))
        self._compare_words = label("", "dense", "secondary")
        self.compare = Switch("Compare with the time before", on=True)
        self.compare.toggled.connect(self.before_flipped)
        self._span_words = label("", "dense", "secondary")
        self.ranges = RangePicker(self._picked)
        self.export = Button("Export", self.export_wanted.emit, icon="job")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(10)
        row.addWidget(label("Metrics", "title"))
        row.addWidget(self.chips, 1)
        row.addWidget(self._compare_words)
        row.addWidget(self.compare)
        row.addSpacing(4)
        row.addWidget(self._span_words)
        row.addWidget(self.ranges)
        row.addWidget(self.export)
        self._short = False
        self.show_span(self.span)

    def show_query(self, query: TraceQuery) -> None:
        """Another filter."""
        self.chips.show_query(query)

    def show_span(self, span: TimeSpan) -> None:
        """Another time."""
        self.span = span
        self.ranges.show_index(span.index)
        self._span_words.setText(span.words() if span.index == CUSTOM else "")
        self._span_words.setVisible(span.index == CUSTOM)
        self._say_compare()

    def set_short(self, short: bool) -> None:
        """Fewer words in a narrow window."""
        self._short = short
        self._say_compare()

    def _say_compare(self) -> None:
        self._compare_words.setText("vs before" if self._short else f"Compare with {self.span.before_words()}")

    def edit_filter(self) -> None:
        """Open the field for the filter."""
        self.filter_popup.open_with(self.chips.query, self.chips.add)

    def pick_time(self) -> None:
        """Open the fields for a beginning and an end."""
        self.time_popup.open_below(self.ranges, TIME_PX)
        self.time_popup.since.setFocus(Qt.FocusReason.PopupFocusReason)

    def _picked(self, index: int) -> None:
        if index == CUSTOM:
            self.pick_time()
        else:
            self.span_picked.emit(TimeSpan(RANGES[index][1]))
