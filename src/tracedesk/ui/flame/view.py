"""The flame graph of a trace: merged, in time order, or the callers and callees of one name, with search and zoom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.words import counted
from tracedesk.model.trace import Trace
from tracedesk.ui import theme
from tracedesk.ui.flame.canvas import FlameCanvas
from tracedesk.ui.flame.heat_strip import HeatStrip
from tracedesk.ui.flame.side import FlameSide
from tracedesk.ui.flame.source import CALLERS, MERGED, TIME
from tracedesk.ui.widgets.buttons import Segments
from tracedesk.ui.widgets.text import Elided

WIDE_PX, LOW_PX = 940, 384
"""From so wide on the figures stand beside the graph; lower than so much there is no room for them below it."""
MODES = {MERGED: "Merged", TIME: "Time order", CALLERS: "Callers and callees"}


class FlameView(QWidget):
    """`span_selected(span id or None)` when the user picks a frame: the longest span behind it. `with_side`: with the
    figures of the selected frame and the hot spans."""

    span_selected = Signal(object)
    menu_opened = Signal(object, bool)

    def __init__(self, *, with_side: bool = False) -> None:
        super().__init__()
        self.with_side = with_side
        self.canvas = FlameCanvas()
        self.setFocusProxy(self.canvas)
        self.canvas.picked.connect(self.span_selected)
        self.canvas.menu_opened.connect(self.menu_opened)
        self.canvas.changed.connect(self._say)
        self.heat = HeatStrip()
        self.heat.hide()
        self.heat.selected.connect(self._select_stretch)
        self.side = FlameSide()
        self.side.picked.connect(self.canvas.go)
        self.canvas.picked.connect(lambda _span_id: self._show_selected())
        self.words = Elided("", "dense", "text.tertiary")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a name")
        self.search.setAccessibleName("Find frames by name")
        self.search.setMaximumWidth(200)
        self.search.textChanged.connect(self.canvas.search)
        self.modes = Segments(list(MODES.values()), lambda index: self.set_mode(list(MODES)[index]), title="Flame graph")
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 12, 8)
        head.setSpacing(8)
        head.addWidget(self.words, 1)
        head.addWidget(self.search)
        head.addWidget(self.modes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heat)
        column.addLayout(head)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(0)
        self._body.addWidget(self.canvas, 1)
        self._body.addWidget(self.side)
        self.side.hide()
        column.addLayout(self._body, 1)
        theme.changed.connect(self._place)
        leave = QShortcut(Qt.Key.Key_Escape, self.search, context=Qt.ShortcutContext.WidgetShortcut)
        leave.activated.connect(self._leave_search)

    def set_trace(self, trace: Trace | None) -> None:
        """Another trace, or the same one grown."""
        before = self.canvas.source.trace
        self.canvas.set_trace(trace)
        if before is None or trace is None or before.trace_id != trace.trace_id:
            self.heat.set_trace(trace)
        self._show_side()
        self._say()

    def set_elsewhere(self, flags: NDArray[np.bool_] | None) -> None:
        """Which calls have figures that are counted on another span."""
        if flags is not None:
            self.canvas.source.elsewhere = flags
            self._show_side()

    def leave_mode(self) -> bool:
        """Stop measuring; whether there was anything to stop."""
        measured = self.canvas.tools.measured is not None
        self.canvas.tools.forget()
        return measured

    def _select_stretch(self, stretch: tuple[int, int] | None) -> None:
        self.canvas.set_stretch(stretch)
        self._show_side()

    # figures beside the graph

    def set_side(self, on: bool) -> None:
        """Show the figures of the selected frame and the hot spans, where there is room."""
        self.with_side = on
        self._place()

    def has_room(self) -> bool:
        """Whether the figures fit beside or below the graph."""
        return self._beside() or self.height() >= theme.grown(LOW_PX)

    def _beside(self) -> bool:
        return self.width() >= theme.grown(WIDE_PX)

    def _place(self) -> None:
        on, beside = self.with_side and self.has_room(), self._beside()
        self._body.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self.side.place(beside=beside)
        if on != self.side.isVisibleTo(self):
            self.side.setVisible(on)
            self._show_side()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._place()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._show_side()                                    # nothing is worked out while nobody sees it

    def _show_side(self) -> None:
        source = self.canvas.source
        self.side.show_trace(source.trace, source.stretch, source.elsewhere)
        self._show_selected()

    def _show_selected(self) -> None:
        self.side.show_span(self.canvas.source.selected)

    def select(self, span_id: bytes | None) -> None:
        """Show which span is selected. Emits nothing."""
        self.canvas.select(span_id)
        self._show_selected()

    def set_matches(self, indexes: Sequence[int] | NDArray[np.int64] | None) -> None:
        """Spans that a search found elsewhere; the others are dimmed. None or no span: nothing is dimmed."""
        self.canvas.set_matches(indexes)
        self._say()

    def set_mode(self, mode: str) -> None:
        """`merged`, `time` or `callers`."""
        self.canvas.set_mode(mode)
        self._say()

    def _leave_search(self) -> None:
        self.search.clear()
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self) -> None:
        """How many spans stand behind what is drawn, and how many match."""
        source = self.canvas.source
        if source.trace is None:
            self.words.setText("")
            return
        spans, ns = self.canvas.behind()
        said = [f"{counted(spans, 'span')}, {format_duration(ns)} of span time"]
        if source.match is not None:
            found = source.matching()
            said.append(f"{found:,} match" if found != 1 else "1 matches")
        elif source.mode == CALLERS and source.focus_name():
            said.append(f"around {source.focus_name()}")
        self.words.setText(" · ".join(said))
        self.canvas.setAccessibleDescription(self.words.text())
