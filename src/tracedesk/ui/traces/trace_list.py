"""The list of traces: model over a `Tail`, and a view that never moves what is being read.

Rows are accessible as text: title, duration, status, who or why, cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from tracedesk.base.clock import iso_time
from tracedesk.base.money import format_total
from tracedesk.base.words import counted
from tracedesk.model.summary import TraceSummary
from tracedesk.scene.jump import Landing, land, named
from tracedesk.ui.traces.row_delegate import RowDelegate, duration_text, figures_line, second_line, status_of, title_of
from tracedesk.ui.traces.tail import Tail
from tracedesk.ui.widgets.jump import Jump
from tracedesk.ui.widgets.text import plain_tip

Index = QModelIndex | QPersistentModelIndex
MAX_ROWS_A_SECOND = 200
MOST_ROWS = 1_000
"""A list at rest at its top that has more is cut to the newest page; who scrolls gets the others again. Qt asks the model for
each row whenever one is added."""


class TraceListModel(QAbstractListModel):
    """One row per trace, newest first. `wants_more` asks for older rows."""

    wants_more = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tail = Tail()
        self.exhausted = True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self.tail.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.tail.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return title_of(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            figures = " · ".join(filter(None, (counted(row.span_count, "span"), figures_line(row))))
            return plain_tip("\n".join(filter(None, (
                title_of(row), figures, row.user_id and f"user {row.user_id}", row.session_id and f"session {row.session_id}",
                iso_time(row.start_ns), f"{row.duration_ns:,} ns", row.trace_id.hex()))))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (title_of(row), duration_text(row), status_of(row), second_line(row)[0],
                                           figures_line(row), format_total(row.cost_nusd, row.unpriced_calls))))
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return not self.exhausted

    def fetchMore(self, parent: Index) -> None:
        self.exhausted = True                       # until the answer says otherwise
        self.wants_more.emit()

    def reset_rows(self, rows: Sequence[TraceSummary], *, more: bool) -> None:
        """The answer to a new question."""
        self.beginResetModel()
        self.tail.reset(rows)
        self.exhausted = not more
        self.endResetModel()

    def append_rows(self, rows: Sequence[TraceSummary], *, more: bool) -> None:
        """Older rows."""
        fresh = [row for row in rows if self.tail.position(row.trace_id) < 0]
        if fresh:
            first = len(self.tail.rows)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self.tail.append(fresh)
            self.endInsertRows()
        self.exhausted = not more

    def insert_top(self, rows: Sequence[TraceSummary]) -> None:
        """Newer rows at the top."""
        if rows:
            self.beginInsertRows(QModelIndex(), 0, len(rows) - 1)
            self.tail.insert_top(rows)
            self.endInsertRows()

    def changed(self, rows: Sequence[int]) -> None:
        """These rows have new values in their old places."""
        for row in rows:
            self.dataChanged.emit(self.index(row), self.index(row))

    def remove(self, trace_ids: set[bytes]) -> list[int]:
        """Rows that the store no longer has."""
        gone = [index for index, row in enumerate(self.tail.rows) if row.trace_id in trace_ids]
        for index in reversed(gone):
            self.beginRemoveRows(QModelIndex(), index, index)
            self.tail.remove({self.tail.rows[index].trace_id})
            self.endRemoveRows()
        return gone


class TraceList(QListView):
    """The view. `opened(trace_id)` when a row becomes current, `held(count)` when rows wait, or none any more,
    `compare_wanted(trace_id)` after Ctrl and a click, `menu_wanted(point of the screen)` for the current row,
    `newest_wanted()` when so much came that the newest page has to be asked for anew."""

    opened = Signal(object)
    compare_wanted = Signal(object)
    menu_wanted = Signal(QPoint)
    held = Signal(int)
    newest_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model_ = TraceListModel()
        self.delegate = RowDelegate()
        self.setModel(self.model_)
        self.setItemDelegate(self.delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAccessibleName("Traces")
        self.verticalScrollBar().setSingleStep(24)
        self.jump = Jump(self, self._seek, self.viewport())
        self.live = True
        self.picked_by_hand = False
        self._rate = 0
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._new_second)
        self._second.start()

    @property
    def waiting(self) -> int:
        """How many traces wait."""
        return len(self.model_.tail.waiting)

    def may_insert(self) -> bool:
        """Whether new rows may enter now: live, at the top, nothing picked by hand, pointer elsewhere, not a flood."""
        return (self.live and self.verticalScrollBar().value() == 0 and not self.picked_by_hand
                and not self.viewport().underMouse() and self._rate <= MAX_ROWS_A_SECOND)

    def show_rows(self, rows: Sequence[TraceSummary], *, more: bool) -> None:
        """The answer to a new question; the current trace stays current if it is among them."""
        current = self.current_id()
        self.model_.reset_rows(rows, more=more)
        self.picked_by_hand = False
        if current is not None:
            self.set_current(current, scroll=False)
        self.held.emit(0)

    def take(self, newest: Sequence[TraceSummary], *, more: bool = False) -> int:
        """A refresh with the newest page: changed rows change in place, new ones enter or wait. How many are new."""
        tail = self.model_.tail
        changed, fresh = tail.split(newest)
        self.model_.changed(changed)
        fresh_new = [row for row in fresh if row.trace_id not in tail.waiting]
        self._rate += len(fresh_new)
        if not fresh:
            return 0
        tail.behind = tail.behind or (more and len(fresh_new) == len(newest))      # no row of the page was seen before
        if self.may_insert() and (tail.behind or len(tail.rows) > MOST_ROWS):
            self.show_rows(newest, more=more)
            return len(fresh_new)
        above = not tail.rows or all((row.start_ns, row.trace_id) > (tail.rows[0].start_ns, tail.rows[0].trace_id)
                                     for row in fresh)
        if self.may_insert() and above and not tail.waiting:
            self.model_.insert_top(fresh)
        else:
            tail.hold(fresh)
            if self.may_insert():
                self.show_waiting()
            else:
                self.held.emit(self.waiting)
        return len(fresh_new)

    def show_waiting(self) -> None:
        """Let in what waits, sort once, go to the top; the current trace stays current."""
        tail = self.model_.tail
        if tail.behind:
            self.newest_wanted.emit()
        elif tail.waiting:
            current = self.current_id()
            self.model_.beginResetModel()
            tail.reset(sorted([*tail.release(), *tail.rows], key=lambda row: (row.start_ns, row.trace_id), reverse=True))
            self.model_.endResetModel()
            if current is not None:
                self.set_current(current, scroll=False)
        self.picked_by_hand = False
        self.scrollToTop()
        self.held.emit(0)

    def remove(self, trace_ids: set[bytes]) -> None:
        """Rows that are gone; what is in view keeps its place on the screen."""
        bar = self.verticalScrollBar()
        top = self.indexAt(self.viewport().rect().topLeft()).row()
        offset = bar.value()
        gone = self.model_.remove(trace_ids)
        above = sum(1 for index in gone if index < top)
        if above:
            bar.setValue(offset - above * self.sizeHintForRow(0))

    def current_id(self) -> bytes | None:
        """The trace of the current row."""
        index = self.currentIndex()
        return self.model_.tail.rows[index.row()].trace_id if index.isValid() else None

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first row current when the focus comes to a list that has none; that would open another trace."""
        if self.currentIndex().isValid():
            super().focusInEvent(event)
            return
        self.selectionModel().blockSignals(True)
        super().focusInEvent(event)
        self.selectionModel().clearCurrentIndex()
        self.selectionModel().blockSignals(False)

    def set_current(self, trace_id: bytes, *, scroll: bool = True) -> bool:
        """Make the row of a trace current, without telling."""
        row = self.model_.tail.position(trace_id)
        if row < 0:
            return False
        index, selection = self.model_.index(row), self.selectionModel()
        if self.currentIndex() != index or not selection.isSelected(index):
            self.blockSignals(True)
            selection.blockSignals(True)
            self.setCurrentIndex(index)
            selection.blockSignals(False)
            self.blockSignals(False)
            self.viewport().update()
        if scroll:
            self.scrollTo(index)
        return True

    def step(self, by: int) -> None:
        """Open the next or previous row."""
        count = self.model_.rowCount()
        if count:
            self._open(min(max(self.currentIndex().row() + by, 0), count - 1))

    def _open(self, row: int) -> None:
        """Open a row as the user does."""
        self.picked_by_hand = True
        self.setCurrentIndex(self.model_.index(row))
        self.scrollTo(self.model_.index(row))

    def _seek(self, letters: str, by: int) -> Landing | None:
        """Open the row whose title the letters begin."""
        titles = [title_of(row) for row in self.model_.tail.rows]
        found = land(np.flatnonzero(named(titles, letters)), max(self.currentIndex().row(), 0), by)
        if found is not None:
            self._open(found.place)
        return found

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self.signalsBlocked():
            self.opened.emit(self.model_.tail.rows[current.row()].trace_id)

    def mousePressEvent(self, event) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.picked_by_hand = True
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                if event.button() == Qt.MouseButton.LeftButton:
                    self.compare_wanted.emit(self.model_.tail.rows[index.row()].trace_id)
                return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self._open(index.row())
            self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.modifiers() == Qt.KeyboardModifier.NoModifier and key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.step(1 if key == Qt.Key.Key_J else -1)
            return
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.picked_by_hand = True
            super().keyPressEvent(event)
            return
        event.ignore()                               # letters are commands, not a search in the list

    def _new_second(self) -> None:
        """Let in what waits where nobody reads any more, and the flood is over."""
        calm, self._rate = self._rate <= MAX_ROWS_A_SECOND, 0
        if calm and self.waiting and self.may_insert():
            self.show_waiting()
