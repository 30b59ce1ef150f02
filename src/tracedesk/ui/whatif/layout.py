"""What stands where on the what-if page: head, figures, picture over ranking, words, and the column of perturbations."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.flame.view import FlameView
from tracedesk.ui.waterfall.view import WaterfallView
from tracedesk.ui.whatif.board import Board
from tracedesk.ui.whatif.figures import Figures
from tracedesk.ui.whatif.legend import Legend, SimulatedMark
from tracedesk.ui.whatif.many_panel import ManyPanel
from tracedesk.ui.whatif.notes import Notes
from tracedesk.ui.whatif.ranking import SIMULATED, Ranking
from tracedesk.ui.whatif.side import Side
from tracedesk.ui.widgets.bar import bar
from tracedesk.ui.widgets.buttons import Button, Segments, of_command
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.scroll import scrolled
from tracedesk.ui.widgets.text import Elided, label

SIDE_PX, SIDE_COMPACT_PX = 416, 360
SIDE_SHARE = 0.45
LOWER_SHARE = 0.42
LAST = 100
"""So many of the latest traces are asked the same at once."""


class WhatIfLayout(QWidget):
    """The widgets of the page and their places; what they do is `WhatIfPage`'s."""

    def __init__(self, desk: Any, board: Board) -> None:
        super().__init__()
        self._desk, self.board = desk, board
        self.setProperty("pane", "panel")
        self._split_moved = False
        self._build()

    def show_mode(self, mode: int) -> None:
        """Another ranking: measured, simulated or their difference; for the page."""

    def toggle_many(self) -> None:
        """The same over many traces, or back to the ranking; for the page."""

    def leave(self) -> None:
        """Back to the traces page."""
        self._desk.state.go("traces")

    def _build(self) -> None:
        self._title, self._id = Elided("", "title"), label("", "code", "tertiary")
        self._mark = SimulatedMark()
        self.figures, self.legend = Figures(), Legend()
        self.waterfall, self.flame = WaterfallView(), FlameView()
        self.waterfall.overview.hide()
        self._views = QStackedWidget()
        self._views.addWidget(self.waterfall)
        self._views.addWidget(self.flame)
        self.ranking, self.many = Ranking(), ManyPanel()
        self._below = QStackedWidget()
        self._below.addWidget(scrolled(self.ranking))
        self._below.addWidget(self.many)
        self.notes = Notes()
        self.side = Side(self.board)
        self._modes = Segments(["Measured", "Simulated", "Difference"], self.show_mode, current=SIMULATED, title="Ranking")
        self._over = Button(f"Over the last {LAST}", self.toggle_many, icon="traces", size="small")
        self._over.setCheckable(True)
        self._ranking_head = self._head_of_ranking()
        left = QFrame()
        left.setProperty("edge", "right")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        lower = QWidget()
        lower.setMinimumHeight(120)
        rows = QVBoxLayout(lower)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._ranking_head)
        rows.addWidget(self._below, 1)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._views)
        self._split.addWidget(lower)
        self._split.splitterMoved.connect(self._user_split)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        for widget in (self.figures, self.legend):
            column.addWidget(widget)
        column.addWidget(self._split, 1)
        column.addWidget(self.notes)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(left, 1)
        body.addWidget(self.side)
        whole = QWidget()
        self._empty = Empty("what_if")
        self._empty.say("No trace is open", "Open one on the traces page, then ask what would change it.", "To the traces",
                        self.leave, icon="what_if")
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._head())
        rows.addLayout(body, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(whole)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._whole)
        self._side_px = SIDE_PX
        theme.changed.connect(self._place_side)

    def _head(self) -> QFrame:
        head, row = bar(52, left_px=10)
        row.addWidget(Button("Traces", self.leave, role="ghost", icon="chevron_left", key="Esc"))
        row.addWidget(self._title)
        row.addWidget(self._id)
        row.addWidget(self._mark)
        row.addStretch(1)
        self._pick_view = Segments(["Waterfall", "Flame"], self._views.setCurrentIndex, title="View")
        row.addWidget(self._pick_view, 0, Qt.AlignmentFlag.AlignVCenter)
        reset = Button("Reset", lambda: self._desk.commands.run("whatif.reset"), icon="undo", key="0")
        row.addWidget(of_command(reset, "whatif.reset"))
        row.addWidget(Button("Save scenario", lambda: self._desk.commands.run("whatif.save"), icon="save_view"))
        return head

    def _head_of_ranking(self) -> QFrame:
        head, row = bar(40, edge="top")
        row.addWidget(label("Bottleneck ranking", "body_strong"))
        self._says = Elided("time on the critical path, and how much the total would move", "dense", "text.tertiary")
        row.addWidget(self._says, 1)
        row.addWidget(self._over)
        row.addWidget(self._modes, 0, Qt.AlignmentFlag.AlignVCenter)
        return head

    def fold(self, folds: Any) -> None:
        """Another window size."""
        self._side_px = SIDE_COMPACT_PX if folds.list_compact else SIDE_PX
        self._place_side()
        self._says.setVisible(not folds.words_off)
        self._id.setVisible(not folds.words_off)
        self.notes.set_narrow(folds.words_off)

    def _place_side(self) -> None:
        """As wide as its text needs, and never more than the share that the picture can do without."""
        self.side.setFixedWidth(max(self._side_px, min(theme.grown(self._side_px), int(self.width() * SIDE_SHARE))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_side()
        self._balance()

    def _balance(self) -> None:
        """The picture first: the ranking takes what it needs, at most four tenths of the height."""
        if self._split_moved:
            return
        whole = self._split.height()
        needed = self._ranking_head.height() + self.ranking.sizeHint().height()
        lower = min(needed, int(whole * LOWER_SHARE))
        self._split.setSizes([whole - lower, lower])

    def _user_split(self, _at: int, _index: int) -> None:
        self._split_moved = True
