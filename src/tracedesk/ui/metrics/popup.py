"""What opens below a button of the header: the field for another filter, and the beginning and end of a chosen time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tracedesk.base import clock
from tracedesk.model.query_keys import moment_ns
from tracedesk.ui.metrics.span_of_time import TimeSpan
from tracedesk.ui.traces.filter_bar import FilterBar
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.text import label

FILTER_PX, TIME_PX = 560, 320


class Popup(QFrame):
    """A frame below a button; a click elsewhere or Esc closes it. `closed()` then."""

    closed = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setProperty("pane", "float")

    def open_below(self, button: QWidget, wide_px: int) -> None:
        """Show it."""
        self.setFixedWidth(wide_px)
        self.adjustSize()
        spot = button.mapToGlobal(QPoint(0, button.height() + 4))
        screen = button.screen().availableGeometry()
        self.move(max(screen.left(), min(spot.x(), screen.right() - self.width())), spot.y())
        self.show()

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self.closed.emit()


class FilterPopup(Popup):
    """The filter as a field. `changed(query)` when it is another one."""

    changed = Signal(object)

    def __init__(self, owner: QWidget, completions: Callable[[], Mapping[str, Sequence[tuple[str, int]]]]) -> None:
        super().__init__(owner)
        self.bar = FilterBar(completions)
        self.bar.changed.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.addWidget(self.bar)

    def open_with(self, query: object, button: QWidget) -> None:
        """Show it with a filter and the cursor in the field."""
        self.bar.blockSignals(True)
        self.bar.set_query(query)  # type: ignore[arg-type]
        self.bar.blockSignals(False)
        self.open_below(button, FILTER_PX)
        self.bar.field.setFocus(Qt.FocusReason.PopupFocusReason)


class TimePopup(Popup):
    """From and to, in the words of the filter language. `picked(TimeSpan)`; `all_wanted()` for all that is stored."""

    picked = Signal(object)
    all_wanted = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.since, self.until = QLineEdit(), QLineEdit()
        self._problem = label("", "caption", "error", wrap=True)
        self._problem.hide()
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        for row, (title, field, hint) in enumerate((("From", self.since, "3h, 14:00, 2026-11-24"),
                                                    ("To", self.until, "now"))):
            grid.addWidget(label(title, "dense", "secondary"), row, 0)
            field.setPlaceholderText(hint)
            field.setAccessibleName(title)
            field.returnPressed.connect(self.take)
            grid.addWidget(field, row, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(Button("Show this time", self.take, role="primary"))
        buttons.addWidget(Button("All time", self._all, role="ghost"))
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(10)
        column.addLayout(grid)
        column.addWidget(self._problem)
        column.addLayout(buttons)

    def take(self) -> None:
        """Take what is written; say what is wrong with it."""
        start = moment_ns(self.since.text().strip())
        until = self.until.text().strip()
        open_end = until in ("", "now")
        end = clock.now_ns() + 1 if open_end else moment_ns(until)
        wrong = (f"“{self.since.text()}” is no time, like 3h, 14:00 or 2026-11-24." if start is None else
                 f"“{self.until.text()}” is no time, like 14:00 or 2026-11-24." if end is None else
                 "The end lies before the beginning." if end <= start else "")
        self._problem.setText(wrong)
        self._problem.setVisible(bool(wrong))
        self.adjustSize()
        if start is not None and end is not None and not wrong:
            self.hide()
            self.picked.emit(TimeSpan(0, start, 0 if open_end else end))

    def _all(self) -> None:
        self.hide()
        self.all_wanted.emit()

    def problem(self) -> str:
        """What is wrong with what was written."""
        return self._problem.text()
