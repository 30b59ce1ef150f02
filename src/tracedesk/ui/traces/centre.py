"""The middle pane: header of the open trace, its views, and the bottom panel under a splitter that remembers its place."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.ui.flame.view import FlameView
from tracedesk.ui.folding import Folds
from tracedesk.ui.traces.bottom_panel import HEAD_PX, BottomPanel
from tracedesk.ui.traces.header import TraceHeader
from tracedesk.ui.traces.reader import OpenedTrace
from tracedesk.ui.waterfall.view import WaterfallView
from tracedesk.ui.widgets.buttons import Button, IconButton
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.tabs import Tab, TabStrip

VIEWS = [Tab("waterfall", "Waterfall", "waterfall"), Tab("flame", "Flame", "flame")]
SHARE, MOST_SHARE, LOW_ROWS = 0.45, 0.70, 4
QT_KEYS = {"Left": Qt.Key.Key_Left, "Right": Qt.Key.Key_Right}


class Centre(QFrame):
    """Header, views and bottom panel of one trace."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self.setProperty("pane", "panel")
        self._desk = desk
        self._folded: int | None = None
        self.header = TraceHeader(lambda text: desk.copy(text, "the trace id"))
        self.views = TabStrip(VIEWS, "Views of the trace")
        self.views.picked.connect(self._show_view)
        self.critical = Button("Critical path", lambda: self.key("C"), icon="critical_path", key="C")
        self.critical.setCheckable(True)
        self.critical.setChecked(True)
        self.full = IconButton("expand", "Waterfall alone", lambda: desk.commands.run("pane.bottom"), key="Ctrl+J", size=16)
        self.waterfall = WaterfallView()
        self.flame = FlameView()
        self.bottom = BottomPanel()
        self.bottom.picked.connect(desk.state.select)
        self.empty = Empty("traces")
        self.empty.say("No trace is open", "Pick one in the list.")
        tools = QHBoxLayout()
        tools.setContentsMargins(14, 0, 12, 0)
        tools.setSpacing(8)
        tools.addWidget(self.views)
        tools.addStretch(1)
        tools.addWidget(self.critical)
        tools.addWidget(self.full)
        bar = QFrame()
        bar.setProperty("edge", "bottom")
        bar.setFixedHeight(40)
        bar.setLayout(tools)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.waterfall)
        self._stack.addWidget(self.flame)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._stack)
        self.split.addWidget(self.bottom)
        self.split.setStretchFactor(0, 1)
        self.bottom.setMinimumHeight(HEAD_PX)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.header)
        rows.addWidget(bar)
        rows.addWidget(self.split, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self.empty)
        self._whole.addWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._whole)
        for view in (self.waterfall, self.flame):
            view.span_selected.connect(desk.state.select)

    def canvas(self) -> QWidget:
        """The widget that takes the keys of the view shown."""
        view = self._stack.currentWidget()
        return view.focusProxy() or view

    def show_trace(self, opened: OpenedTrace) -> None:
        """Another trace, or the same one grown."""
        self._whole.setCurrentIndex(1)
        self.header.show_trace(opened.summary)
        self.waterfall.set_trace(opened.trace)
        self.waterfall.set_critical_path(opened.path)
        self.flame.set_trace(opened.trace)
        self.bottom.show_trace(opened.trace)
        self.bottom.show_path(opened.bar)

    def select(self, span_id: bytes | None) -> None:
        """Show which span is selected."""
        self.waterfall.select(span_id)
        self.flame.select(span_id)

    def key(self, key: str) -> None:
        """Give a key to the canvas, as if it had been typed there."""
        code = QT_KEYS.get(key) or Qt.Key(ord(key))
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(self.canvas(), QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, key.lower()[:1]))

    def toggle_bottom(self) -> None:
        """Fold the bottom panel to its tabs, or back."""
        top, bottom = self.split.sizes()
        if bottom > HEAD_PX + 8:
            self._folded = bottom
            self.split.setSizes([top + bottom - HEAD_PX, HEAD_PX])
        else:
            wanted = self._folded or int((top + bottom) * SHARE)
            self.split.setSizes([top + bottom - wanted, wanted])

    def fold(self, folds: Folds) -> None:
        """Another window size."""
        self.critical.set_words(not folds.words_off)
        self.header.fold(folds.words_off)

    def _show_view(self, key: str) -> None:
        self._stack.setCurrentIndex(0 if key == "waterfall" else 1)
        self.critical.setVisible(key == "waterfall")
