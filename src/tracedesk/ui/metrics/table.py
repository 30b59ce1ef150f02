"""FigureTable: a table of figures with bars, small curves, changes and findings; a row opens the traces behind it.

What is read off it (display, Copy, CSV, screen readers) is the same text. Numbers stand at the right in tabular figures.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from tracedesk.analytics.panel import Column, Figure, Row, Series, Table
from tracedesk.ui import theme
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.charts.words import UNKNOWN, change_text, figure_text
from tracedesk.ui.metrics.columns import Need, widths
from tracedesk.ui.widgets.text import plain_tip

Index = QModelIndex | QPersistentModelIndex
ROW_PX, HEAD_PX = 28, 30
FINDING = Column("finding", "Finding")
TEXTS = ("text", "id")
RELATIVE, POINTS = ("moved",), ("change", "difference")
"""Columns of shares that say how something changed: relative to what it was, or in points."""
ID_CHARS = 8
NAMED = {"Errors": "error", "Timeouts": "clock", "Retries": "retried", "Refusals": "session", "Guardrail blocks": "guardrail",
         "Jailbreak attempts": "blocked"}
"""Rows that have a sign of their own."""
NAME_PX, FINDING_PX = 150, 190
"""What a name and a finding have at least."""
ICON_PX = 24
"""A sign and the gap behind it."""
ROW_ROLE = Qt.ItemDataRole.UserRole + 1


def cell_text(value: Any, column: Column) -> str:
    """A cell as it is read."""
    if isinstance(value, Series):
        return figure_text(value.total) if value.total is not None else ""
    if isinstance(value, Figure):
        if column.unit == "change" and value.value is not None:
            return change_text(float(value.value))
        if column.key in RELATIVE and value.unit == "share" and value.value is not None:
            return change_text(1 + float(value.value))
        if column.key in POINTS and value.unit == "share" and value.value is not None:
            points = round(float(value.value) * 100, 1)
            return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points):.1f}\u202fpt"
        return figure_text(value)
    if isinstance(value, float | int):
        return change_text(value) if column.unit == "change" else figure_text(Figure(value, column.unit))
    if value is None:
        return UNKNOWN
    return str(value).replace("\n", " ")


def fraction(row: Row, at: int, table: Table) -> float:
    """How long the bar of a cell is: its value among those of all bars of its unit, 0 to 1."""
    alike = [other for other, column in enumerate(table.columns) if column.bar and column.unit == table.columns[at].unit]
    values = [_number(one.cells[other]) for one in table.rows if not one.total for other in alike]
    most = max((value for value in values if value > 0), default=0.0)
    return max(0.0, _number(row.cells[at])) / most if most else 0.0


def _number(cell: Any) -> float:
    value = cell.value if isinstance(cell, Figure) else cell
    return float(value) if isinstance(value, float | int) and math.isfinite(value) else 0.0


class Model(QAbstractTableModel):
    """A `Table`, with its findings as a last column where there are any."""

    def __init__(self, *, findings: bool) -> None:
        super().__init__()
        self.findings = findings
        self.table = Table((), ())
        self.columns: tuple[Column, ...] = ()

    def show(self, table: Table) -> None:
        """Another table."""
        self.beginResetModel()
        self.table = table
        found = self.findings and any(row.finding or row.link for row in table.rows)
        self.columns = (*table.columns, FINDING) if found else table.columns
        self.endResetModel()

    def cell(self, row: int, column: int) -> Any:
        """What stands there."""
        found = self.table.rows[row]
        return found.finding if column >= len(self.table.columns) else found.cells[column]

    def text(self, row: int, column: int) -> str:
        """What is read there."""
        if column >= len(self.table.columns):
            return self.table.rows[row].finding
        cell = self.cell(row, column)
        return "" if cell is None and self.table.rows[row].total else cell_text(cell, self.columns[column])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and section < len(self.columns):
            column = self.columns[section]
            if role == Qt.ItemDataRole.DisplayRole:
                return column.title
            if role == Qt.ItemDataRole.FontRole:
                return theme.current().font("label")
            if role == Qt.ItemDataRole.TextAlignmentRole:
                right = column.unit not in (*TEXTS, "spark") and not column.bar
                return (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == ROW_ROLE:
            return self.table.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            cell = self.cell(index.row(), index.column())
            link = self.table.rows[index.row()].link
            if index.column() >= len(self.table.columns) and link is not None:
                return plain_tip(f"{cell}\n{link[0]}   Shift+Enter")
            if isinstance(cell, Figure) and cell.value is not None:
                return plain_tip(f"{self.text(index.row(), index.column())}\n{cell.value:,} {cell.unit}")
            return plain_tip(self.text(index.row(), index.column()))
        return None


class FigureTable(QTableView):
    """`opened(Behind)` for a row, `linked(link)` for the link of its finding. It is as high as its rows."""

    opened = Signal(object)
    linked = Signal(object)

    def __init__(self, title: str, *, heads: bool = True, most_rows: int = 0) -> None:
        super().__init__()
        from tracedesk.ui.metrics.cells import CellDelegate  # cells paint what this module names

        self._most_rows = most_rows
        self.setAccessibleName(title)
        self.model_ = Model(findings=heads)
        self.setModel(self.model_)
        self.setItemDelegate(CellDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff if not most_rows
                                        else Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(16)
        header = self.horizontalHeader()
        header.setVisible(heads)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(0)
        header.setStyleSheet("QHeaderView::section { padding: 4px 12px; }")
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._size()
        theme.changed.connect(self._size)

    def _size(self) -> None:
        self.horizontalHeader().setFont(theme.current().font("label"))
        self.horizontalHeader().setFixedHeight(theme.grown(HEAD_PX))
        self.verticalHeader().setDefaultSectionSize(theme.grown(ROW_PX))
        self._place()

    def show_table(self, table: Table) -> None:
        """Another table; the row that was current stays so where it is still there."""
        current = self.currentIndex().row()
        key = self.model_.table.rows[current].query if 0 <= current < len(self.model_.table.rows) else None
        self.model_.show(table)
        if key is not None:
            for number, row in enumerate(table.rows):
                if row.query == key:
                    self.setCurrentIndex(self.model_.index(number, 0))
                    break
        self._place()

    def content_px(self) -> int:
        """How high all rows are together."""
        rows = len(self.model_.table.rows)
        rows = min(rows, self._most_rows) if self._most_rows else rows
        head = theme.grown(HEAD_PX) if not self.horizontalHeader().isHidden() else 0
        return head + rows * theme.grown(ROW_PX) + 2

    def _place(self) -> None:
        columns = self.model_.columns
        if not columns:
            return
        dense, strong = (QFontMetrics(theme.current().font(face)) for face in ("dense", "dense_strong"))
        label = QFontMetrics(theme.current().font("label"))
        needs = []
        for at, column in enumerate(columns):
            finding = column is FINDING
            texts = [self._shown(row, at) for row in range(len(self.model_.table.rows))]
            number = column.unit not in (*TEXTS, "spark") and not finding
            metrics = strong if number or at == 0 else dense
            signed = finding or (at == 0 and any(text in NAMED for text in texts))
            wide = max([metrics.horizontalAdvance(text) for text in texts], default=0) + (ICON_PX if signed else 0)
            links = [row.link[0] for row in self.model_.table.rows if row.link] if finding else []
            links_px = max([dense.horizontalAdvance(words) + 24 for words in links], default=0)
            wide += links_px
            head = label.horizontalAdvance(column.title) if not self.horizontalHeader().isHidden() and not column.bar else 0
            least = FINDING_PX + links_px if finding else NAME_PX if at == 0 else 0
            needs.append(Need(max(wide, head), number, column.bar, column.unit == "spark", finding, finding or at == 0, least))
        if not any(need.flows for need in needs):
            spark = next((at for at, need in enumerate(needs) if need.spark), None)
            texts_at = [at for at, column in enumerate(columns) if column.unit == "text"]
            flows = spark if spark is not None else texts_at[-1] if texts_at else 0
            needs[flows] = replace(needs[flows], flows=True)
        for at, px in enumerate(widths(needs, self.viewport().width(), theme.grown)):
            self.setColumnHidden(at, px == 0)
            if px:
                self.setColumnWidth(at, px)

    def _shown(self, row: int, column: int) -> str:
        text = self.model_.text(row, column)
        return text[:ID_CHARS] if self.model_.columns[column].unit == "id" else text

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def texts(self) -> list[list[str]]:
        """What it shows, its heads first."""
        heads = [column.title for column in self.model_.columns]
        return [heads, *([self.model_.text(row, column) for column in range(len(heads))]
                         for row in range(len(self.model_.table.rows)))]

    # opening

    def open_row(self, row: int) -> None:
        """Open the traces of a row."""
        if 0 <= row < len(self.model_.table.rows):
            self.opened.emit(Behind(self.model_.table.rows[row].query))

    def follow(self, row: int) -> None:
        """Follow the link of a row's finding."""
        if 0 <= row < len(self.model_.table.rows) and self.model_.table.rows[row].link is not None:
            self.linked.emit(self.model_.table.rows[row].link)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            row = self.model_.table.rows[index.row()]
            if row.link is not None and index.column() == len(self.model_.table.columns):
                self.follow(index.row())
            else:
                self.open_row(index.row())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = self.indexAt(event.position().toPoint()).isValid()
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.follow(row)
            else:
                self.open_row(row)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event) -> None:
        if self._most_rows and len(self.model_.table.rows) > self._most_rows:
            super().wheelEvent(event)
        else:
            event.ignore()                               # the page scrolls
