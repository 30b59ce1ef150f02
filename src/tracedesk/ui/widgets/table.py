"""A plain table of texts, 24 px rows: times, names, values. Long texts give way in the middle; nothing is markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from tracedesk.ui import icons, theme
from tracedesk.ui.widgets.text import plain_tip

Index = QModelIndex | QPersistentModelIndex


class Cell(NamedTuple):
    """Text with a colour role; an icon before it; `mono` for code; the whole text for the tooltip if it differs."""

    text: str
    tone: str = "text.primary"
    icon: str = ""
    icon_tone: str = "text.tertiary"
    mono: bool = False
    tip: str = ""


@dataclass(frozen=True)
class Column:
    """Title, width in px (0 takes the rest), whether numbers stand at the right."""

    title: str
    width_px: int = 0
    right: bool = False


class _Model(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = columns
        self.rows: list[tuple[Sequence[Cell], Any]] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _side(self.columns[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.rows[index.row()][0][index.column()]
        colors = theme.current()
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ForegroundRole:
            return colors.color(cell.tone)
        if role == Qt.ItemDataRole.FontRole:
            return colors.font("code" if cell.mono else "dense")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.columns[index.column()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(cell.tip or cell.text)
        if role == Qt.ItemDataRole.DecorationRole and cell.icon:
            return icons.pixmap(cell.icon, colors.color(cell.icon_tone), 14, 2.0)
        return None


def _side(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class Table(QTableView):
    """`picked(value)` gives what was handed in with the row."""

    picked = Signal(object)

    def __init__(self, columns: Sequence[Column], title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._model = _Model(columns)
        self.setModel(self._model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        for number, column in enumerate(columns):
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.Fixed if column.width_px else
                                        QHeaderView.ResizeMode.Stretch)
        theme.changed.connect(self._grow)
        self._grow()

    def _grow(self) -> None:
        """Rows, head and columns as high and wide as the text needs."""
        self.verticalHeader().setDefaultSectionSize(theme.current().size("row"))
        self.horizontalHeader().setFont(theme.current().font("label"))
        for number, column in enumerate(self._model.columns):
            if column.width_px:
                self.setColumnWidth(number, theme.grown(column.width_px))

    def show_rows(self, rows: Sequence[tuple[Sequence[Cell], Any]]) -> None:
        """`(cells, value)` a row. Rows that go on from those that are shown leave the reader's row and place as they are."""
        before, now = self._model.rows, list(rows)
        if now == before:
            return
        goes_on = bool(before) and now[:len(before)] == before
        index, place_px = self.currentIndex(), self.verticalScrollBar().value()
        self._model.beginResetModel()
        self._model.rows = now
        self._model.endResetModel()
        if goes_on:
            if index.isValid():
                self.blockSignals(True)
                self.selectRow(index.row())
                self.blockSignals(False)
            self.verticalScrollBar().setValue(place_px)

    def current(self) -> Any:
        """What was handed in with the current row, or None."""
        index = self.currentIndex()
        return self._model.rows[index.row()][1] if index.isValid() else None

    def texts(self) -> list[list[str]]:
        """What it shows; also what Copy gives."""
        return [[cell.text for cell in cells] for cells, _ in self._model.rows]

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.picked.emit(self._model.rows[current.row()][1])
