"""The left pane: density strip, facets, the head of the list with its live switch, the list in its four states."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.words import counted
from tracedesk.ui.state import AppState
from tracedesk.ui.traces.density import DensityStrip
from tracedesk.ui.traces.facets import Facets
from tracedesk.ui.traces.trace_list import TraceList
from tracedesk.ui.widgets.bar import bar
from tracedesk.ui.widgets.buttons import Button, IconButton, Switch, of_command
from tracedesk.ui.widgets.messages import Empty, Skeleton
from tracedesk.ui.widgets.text import Glyph, label

HEAD_PX = 34


class ListPane(QFrame):
    """`show_new` when the user wants the rows that wait."""

    show_new = Signal()

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.setProperty("pane", "panel")
        self._state = state
        self.density = DensityStrip()
        self.facets = Facets()
        self.list = TraceList()
        self.empty = Empty()
        self._skeleton = Skeleton()
        self._stack = QStackedWidget()
        for page in (self.list, self.empty, self._skeleton):
            self._stack.addWidget(page)
        self._count = label("", "dense_strong")
        self._order = label("newest first", "dense", "tertiary")
        self.new = Button("", self.show_new.emit, role="pill", icon="arrow_up")
        self.new.hide()
        self._more = IconButton("filter", "Strip and facets", self._toggle_above, size=14, hit=24, checkable=True)
        self._word = label("Live", "dense", "secondary")
        self.switch = of_command(Switch("Live", state.live, key="T"), "live.toggle")
        self.switch.toggled.connect(state.set_live)
        state.live_changed.connect(self._live_changed)
        head, row = bar(HEAD_PX, left_px=12, right_px=9)
        row.setSpacing(7)
        row.addWidget(self._count)
        row.addWidget(self._order)
        row.addStretch(1)
        row.addWidget(self.new)
        row.addWidget(self._more)
        row.addWidget(Glyph("live", "text.secondary", 14))
        row.addWidget(self._word)
        row.addWidget(self.switch)
        self._above = QWidget()
        above = QVBoxLayout(self._above)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        for widget in (self.density, self.facets):
            box = QFrame()
            box.setProperty("edge", "bottom")
            inside = QVBoxLayout(box)
            inside.setContentsMargins(0, 0, 0, 1)
            inside.addWidget(widget)
            above.addWidget(box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._above)
        column.addWidget(head)
        column.addWidget(self._stack, 1)
        self._compact = False
        self._loaded = False
        self.list.held.connect(self._held)
        self._stack.setCurrentWidget(self._skeleton)

    def show_count(self, count: int) -> None:
        """How many traces match."""
        self._count.setText(counted(count, "trace"))

    def show_list(self) -> None:
        """The list has rows."""
        self._loaded = True
        self._stack.setCurrentWidget(self.list)

    def show_empty(self) -> None:
        """The list has none; `empty` says why."""
        self._loaded = True
        self._stack.setCurrentWidget(self.empty)

    def showing(self) -> str:
        """`list`, `empty` or `loading`."""
        shown = self._stack.currentWidget()
        return "list" if shown is self.list else "empty" if shown is self.empty else "loading"

    def fold(self, compact: bool) -> None:
        """Narrow windows: strip and facets behind the button, shorter rows and head."""
        self._compact = compact
        self._more.setVisible(compact)
        self._order.setVisible(not compact)
        self._word.setVisible(not compact)
        self._above.setVisible(not compact or self._more.isChecked())
        self.list.delegate.narrow = compact
        self.list.viewport().update()

    def _toggle_above(self) -> None:
        self._above.setVisible(self._more.isChecked())

    def _held(self, count: int) -> None:
        self.new.setVisible(count > 0)
        self.new.set_text(f"{count:,}{'+' if self.list.model_.tail.behind else ''} new")
        self.new.setAccessibleDescription("L")

    def _live_changed(self, live: bool) -> None:
        self.switch.setChecked(live)
        self.list.live = live
        self._word.setText("Live" if live else "Paused")
