"""The middle pane: header of the open trace, its views, and the bottom panel under a splitter that remembers its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.registry import parts
from tracedesk.ui import theme
from tracedesk.ui.folding import Folds
from tracedesk.ui.traces import views
from tracedesk.ui.traces.bottom_panel import HEAD_PX, BottomPanel
from tracedesk.ui.traces.find_box import FindBox
from tracedesk.ui.traces.header import TraceHeader
from tracedesk.ui.traces.reader import OpenedTrace
from tracedesk.ui.traces.view import View
from tracedesk.ui.widgets.buttons import Button, IconButton, of_command
from tracedesk.ui.widgets.command_button import CommandButton, command_buttons
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.tabs import Tab, TabStrip

SHARE, LOW_ROWS = 0.45, 4
TOOLS_PX = 40
HEADS_PX = 64 + TOOLS_PX
"""The header and the row of tools above the splitter."""
LOW_PX = HEAD_PX + 42 + LOW_ROWS * 24 + 6
"""Height of the bottom panel in low windows: its tabs, the bar, and four rows."""
OF_SPAN = ("trace.replay_span", "price.set", "span.copy_id")
OF_TRACE = ("trace.replay", "trace.compare", "whatif.open", "trace.export", "trace.copy_id")
"""Commands in the menu of a span, and of a trace."""
QT_KEYS = {"Left": Qt.Key.Key_Left, "Right": Qt.Key.Key_Right}


class Centre(QFrame):
    """Header, views and bottom panel of one trace."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self.setProperty("pane", "panel")
        self._desk = desk
        self._opened: OpenedTrace | None = None
        self._selected: bytes | None = None
        self._unfolded_px = 0
        self._hand_placed = self._low = False
        self.header = TraceHeader(lambda text: desk.copy(text, "the trace id"), lambda: desk.commands.run("trace.session"),
                                  lambda: desk.commands.run("price.list"))
        self._views = {view.key: view for view in sorted(parts(views, View), key=lambda view: view.order)}
        self._widgets: dict[str, QWidget] = {}
        self._fresh: set[str] = set()
        self.views = TabStrip([Tab(view.key, view.title, view.icon) for view in self._views.values()], "Views of the trace")
        self.views.picked.connect(self._show_view)
        self.finder = FindBox()
        self.critical = Button("Critical path", lambda: desk.commands.run("canvas.critical_path"), icon="critical_path",
                               key="C")
        of_command(self.critical, "canvas.critical_path").setCheckable(True)
        self.critical.setChecked(True)
        self.full = IconButton("expand", "Waterfall alone", lambda: desk.commands.run("pane.bottom"), key="Ctrl+J")
        of_command(self.full, "pane.bottom")
        self.bottom = BottomPanel()
        self.bottom.picked.connect(desk.state.select)
        self.empty = Empty("traces")
        self.empty.say("No trace is open", "Pick one in the list.", icon="traces")
        self._buttons: list[CommandButton] = command_buttons(desk, "tools")
        for button in command_buttons(desk, "header"):
            self.header.tools.addWidget(button)
            self._buttons.append(button)
        self._lay_out()

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setProperty("edge", "bottom")
        theme.hold(bar, TOOLS_PX)
        tools = QHBoxLayout(bar)
        tools.setContentsMargins(14, 0, 10, 1)
        tools.setSpacing(8)
        tools.addWidget(self.views, 0, Qt.AlignmentFlag.AlignBottom)
        tools.addStretch(1)
        in_row: list[QWidget] = [button for button in self._buttons if button.command.button == "tools"]
        for widget in (self.finder, self.critical, *in_row, self.full):
            tools.addWidget(widget)
        self._stack = QStackedWidget()
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._stack)
        self.split.addWidget(self.bottom)
        self.split.setStretchFactor(0, 1)
        self._stack.setMinimumHeight(120)
        self.split.splitterMoved.connect(self._moved_by_hand)
        self.bottom.setMinimumHeight(theme.grown(HEAD_PX))
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

    # views

    def view(self, key: str) -> QWidget:
        """The widget of a view, built when first asked for."""
        if key not in self._widgets:
            widget = self._views[key].build(self._desk)
            self._widgets[key] = widget
            self._stack.addWidget(widget)
            for name in ("span_selected", "span_activated"):
                signal = getattr(widget, name, None)
                if signal is not None:
                    signal.connect(self._desk.state.select if name == "span_selected" else self._activated)
            for name, asked in (("path_toggled", self.critical.setChecked),
                                ("column_wanted", lambda key: self._desk.commands.run(f"column.{key}")),
                                ("price_wanted", lambda: self._desk.commands.run("price.set")),
                                ("menu_opened", self._offer_more)):
                signal = getattr(widget, name, None)
                if signal is not None:
                    signal.connect(asked)
        return self._widgets[key]

    def leave_mode(self) -> bool:
        """Leave what the view shown is in the middle of; whether there was anything."""
        leave = getattr(self.view(self.views.current), "leave_mode", None)
        return bool(leave is not None and self._opened is not None and leave())

    def _offer_more(self, menu: QMenu, of_span: bool) -> None:
        """Add the commands that mean what is under the pointer."""
        menu.addSeparator()
        self._desk.commands.add_to(menu, OF_SPAN if of_span else OF_TRACE)

    def canvas(self) -> QWidget:
        """The widget that takes the keys of the view shown."""
        view = self.view(self.views.current)
        found: QWidget = getattr(view, "canvas", view)
        return found

    def _show_view(self, key: str) -> None:
        self._feed(key)
        self._stack.setCurrentWidget(self.view(key))
        self.critical.setVisible(key == "waterfall")
        self.bottom.setVisible(self._views[key].bottom)

    def _feed(self, key: str) -> None:
        """Give a view the open trace, unless it has it."""
        opened, widget = self._opened, self.view(key)
        if opened is None or key in self._fresh:
            return
        self._fresh.add(key)
        _give(widget, "set_trace", opened.trace)
        _give(widget, "set_elsewhere", opened.elsewhere)
        _give(widget, "set_critical_path", opened.path)
        _give(widget, "set_slack", opened.slack_ns)
        _give(widget, "select", self._selected)

    def _activated(self, span_id: bytes | None) -> None:
        self._desk.state.select(span_id)
        self._desk.commands.run("span.inspect")

    # the trace

    def show_trace(self, opened: OpenedTrace) -> None:
        """Another trace, or the same one grown."""
        self._opened = opened
        self._fresh.clear()
        self._whole.setCurrentIndex(1)
        self.header.show_trace(opened.summary)
        self._show_view(self.views.current)
        self.bottom.show_trace(opened.trace)
        self.bottom.show_path(opened.bar)
        self.refresh_buttons()

    def show_path(self, opened: OpenedTrace) -> None:
        """The critical path of the trace that is shown, where it came later than the trace."""
        self._opened = opened
        for key in self._fresh:
            _give(self._widgets[key], "set_critical_path", opened.path)
            _give(self._widgets[key], "set_slack", opened.slack_ns)
        self.bottom.show_path(opened.bar)
        self.bottom.again("path")

    def show_nothing(self, title: str, why: str) -> None:
        """No trace is open, and why."""
        self._opened = None
        self._fresh.clear()
        self.bottom.clear()
        self.empty.say(title, why, icon="traces")
        self._whole.setCurrentIndex(0)
        self.refresh_buttons()

    def button(self, id: str) -> CommandButton | None:
        """The button of a command, where it has one here."""
        return next((button for button in self._buttons if button.command.id == id), None)

    def refresh_buttons(self) -> None:
        """Grey what cannot be run now."""
        for button in self._buttons:
            button.refresh()

    def select(self, span_id: bytes | None) -> None:
        """Show which span is selected."""
        self._selected = span_id
        for key in self._fresh:
            _give(self._widgets[key], "select", span_id)

    def set_matches(self, indexes: Sequence[int]) -> None:
        """Which spans match what is sought."""
        for key in self._fresh:
            _give(self._widgets[key], "set_matches", indexes)

    def key(self, key: str) -> None:
        """Give a key to the canvas, as if it had been typed there."""
        code = QT_KEYS.get(key) or Qt.Key(ord(key))
        with self._desk.commands.silent(key):
            for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
                QApplication.sendEvent(self.canvas(), QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, key.lower()[:1]))

    # layout

    def toggle_bottom(self) -> None:
        """Fold the bottom panel to its tabs, or back."""
        top, bottom = self.split.sizes()
        self._hand_placed = True
        head_px = theme.grown(HEAD_PX)
        if bottom > head_px + 8:
            self._unfolded_px = bottom
            self.split.setSizes([top + bottom - head_px, head_px])
        else:
            wanted = self._unfolded_px or int((top + bottom) * SHARE)
            self.split.setSizes([top + bottom - wanted, wanted])

    def fold(self, folds: Folds) -> None:
        """Another window size."""
        self.critical.set_words(not folds.words_off)
        for button in self._buttons:
            button.set_words(not folds.words_off or "primary" in button.command.button or button.command.button == "tools")
        self.header.fold(folds.words_off)
        self.bottom.fold(folds.words_off)
        if folds.low != self._low:
            self._low, self._hand_placed = folds.low, False
            self._place()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._place()

    def _moved_by_hand(self) -> None:
        self._hand_placed = True

    def _place(self) -> None:
        """Until the user moves it: 45 % for the bottom panel, or in low windows its first four rows."""
        room = self.height() - theme.grown(HEADS_PX)
        if not self._hand_placed and room > 200:
            wanted = theme.grown(LOW_PX) if self._low else int(room * SHARE)
            self.split.setSizes([room - wanted, wanted])


def _give(widget: QWidget, method: str, value: Any) -> None:
    """Call a method that a view may have."""
    found = getattr(widget, method, None)
    if found is not None:
        found(value)
