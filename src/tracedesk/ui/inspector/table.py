"""A two or three column table of texts for the inspector: searchable, copied by cell or whole, never rich."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QVBoxLayout, QWidget

from tracedesk.ui import theme
from tracedesk.ui.clipboard import copy_text
from tracedesk.ui.inspector.format import short
from tracedesk.ui.widgets.long_text import show_text
from tracedesk.ui.widgets.text import plain_tip, visible

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 28


class Rows(QAbstractTableModel):
    """Rows of texts. The cell shows one line; `Qt.UserRole` gives the whole text."""

    def __init__(self, heads: Sequence[str], rows: Sequence[Sequence[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heads, self.rows = list(heads), [list(row) for row in rows]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.heads[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        text = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(short(text))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(text)
        if role == Qt.ItemDataRole.UserRole:
            return text
        if role == Qt.ItemDataRole.FontRole:
            return theme.current().font("dense" if index.column() != 1 else "code")
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.current().color("text.primary" if index.column() < 2 else "text.tertiary")
        return None


class SearchTable(QWidget):
    """The table with a search field above it. `Enter` opens the whole value, `Ctrl C` copies it."""

    def __init__(self, heads: Sequence[str], rows: Sequence[Sequence[str]], *, search: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.field = QLineEdit()
        self.field.setPlaceholderText(search)
        self.field.setAccessibleName(search)
        self.field.setClearButtonEnabled(True)
        self.view = QTableView()
        self.view.setAccessibleName(heads[0] + " and " + heads[1].lower())
        self._source = Rows(heads, rows, self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._source)
        self._shown.setFilterKeyColumn(-1)
        self._shown.setFilterRole(Qt.ItemDataRole.UserRole)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view.setModel(self._shown)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.view.setShowGrid(False)
        self.view.setAlternatingRowColors(True)
        self.view.setWordWrap(False)
        self.view.setTabKeyNavigation(False)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for section, width in enumerate((132, 150)[: len(heads) - 1]):
            header.resizeSection(section, width)
        column.addWidget(self.field)
        column.addWidget(self.view, 1)
        self.field.textChanged.connect(self._shown.setFilterFixedString)
        self.view.activated.connect(self._open)
        shortcut = QShortcut(QKeySequence.StandardKey.Copy, self.view, self._copy)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)

    def _open(self, index: QModelIndex) -> None:
        """Show the whole value of a row."""
        show_text(str(index.siblingAtColumn(1).data(Qt.ItemDataRole.UserRole)), self)

    def _copy(self) -> None:
        """Copy the whole value of the current cell."""
        index = self.view.currentIndex()
        if index.isValid():
            copy_text(str(index.data(Qt.ItemDataRole.UserRole)))
