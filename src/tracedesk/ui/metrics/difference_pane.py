"""“What is different about these?”: the pane at the right with what tells a stretch of time from the rest of the page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout

from tracedesk.analytics.panel import Table
from tracedesk.ui import theme
from tracedesk.ui.charts.words import stretch_text
from tracedesk.ui.metrics.table import FigureTable
from tracedesk.ui.widgets.buttons import Button, IconButton
from tracedesk.ui.widgets.text import label

PANE_PX = 500


class DifferencePane(QFrame):
    """`opened(Behind)` for a row, `all_opened()` for all requests of the stretch, `closed()`."""

    opened = Signal(object)
    all_opened = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("edge", "left")
        self.stretch_ns: tuple[int, int] | None = None
        theme.changed.connect(self._size)
        self._when = label("", "dense", "secondary")
        self._says = label("", "dense", "tertiary", wrap=True)
        self.table = FigureTable("What is different about these")
        self.table.opened.connect(self.opened)
        head = QHBoxLayout()
        head.setContentsMargins(14, 12, 8, 0)
        head.addWidget(label("What is different about these?", "dense_strong"))
        head.addStretch(1)
        head.addWidget(IconButton("close", "Close", self.closed.emit, key="Esc", size=14, hit=24))
        where = QHBoxLayout()
        where.setContentsMargins(14, 0, 12, 0)
        where.addWidget(self._when)
        where.addStretch(1)
        where.addWidget(Button("Open them", self.all_opened.emit, role="link"))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.table)
        self._says.setContentsMargins(14, 0, 12, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(where)
        column.addWidget(self._says)
        column.addWidget(scroll, 1)
        self._size()
        self.hide()

    def _size(self) -> None:
        self.setFixedWidth(theme.grown(PANE_PX))

    def ask_about(self, start_ns: int, end_ns: int) -> None:
        """A stretch of which the answer is on its way."""
        if self.stretch_ns != (start_ns, end_ns):
            self._says.setText("")
        self.stretch_ns = (start_ns, end_ns)
        self._when.setText(stretch_text(start_ns, end_ns))
        self.show()

    def show_table(self, table: Table) -> None:
        """The answer."""
        self._says.setText(table.left_out)
        self.table.show_table(table)
        self.table.setMinimumHeight(self.table.content_px())

    def text(self) -> str:
        """What it says above the table."""
        return self._says.text()
