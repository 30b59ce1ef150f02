"""The canvas for screen readers: a table with a row per span, each row one sentence (DESIGN section 15).

Qt asks a factory for the interface of a widget and keeps bare pointers to what it got, so the rows that were asked for are
kept as long as the program runs; after their canvas is gone they say that they are not valid.
"""

from __future__ import annotations

from functools import cache
from typing import cast

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from tracedesk.ui.waterfall.canvas import Canvas

_kept: list[QAccessibleInterface] = []


class SpanRow(QAccessibleInterface):
    """One row. It knows its number only; what stands there is read from the canvas when asked."""

    def __init__(self, canvas: Canvas, row: int) -> None:
        super().__init__()
        self._canvas = canvas
        self.row = row

    def isValid(self) -> bool:
        return shiboken6.isValid(self._canvas) and self.row < self._canvas.row_count()

    def object(self) -> QObject:
        return cast(QObject, None)                           # a row is no QObject

    def window(self) -> QWindow:
        return cast(QWindow, self._canvas.window().windowHandle() if self.isValid() else None)

    def parent(self) -> QAccessibleInterface:
        return cast(QAccessibleInterface, QAccessible.queryAccessibleInterface(self._canvas) if self.isValid() else None)

    def child(self, index: int) -> QAccessibleInterface:
        return cast(QAccessibleInterface, None)

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return cast(QAccessibleInterface, None)

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def text(self, kind: QAccessible.Text) -> str:
        return self._canvas.row_text(self.row) if kind == QAccessible.Text.Name and self.isValid() else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Rows cannot be renamed."""

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        box = self._canvas.row_box(self.row)
        return QRect(self._canvas.mapToGlobal(box.topLeft()), box.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.Row

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        if self.isValid():
            state.selectable = state.focusable = True
            state.selected = self._canvas.is_selected(self.row)
            state.focused = state.selected and self._canvas.hasFocus()
            state.expandable, state.expanded = self._canvas.row_opens(self.row)
            state.collapsed = state.expandable and not state.expanded
        return state


class SpanTable(QAccessibleWidget):
    """The table of one canvas."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas, QAccessible.Role.Table, "Waterfall")
        self._canvas = canvas
        self._rows: dict[int, SpanRow] = {}

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return "Waterfall"
        return self._canvas.whole_text() if kind == QAccessible.Text.Description else ""

    def childCount(self) -> int:
        return self._canvas.row_count()

    def child(self, index: int) -> QAccessibleInterface:
        if not 0 <= index < self._canvas.row_count():
            return cast(QAccessibleInterface, None)
        row = self._rows.get(index)
        if row is None:
            row = self._rows[index] = SpanRow(self._canvas, index)
            _kept.append(row)
        return row

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return self.child(self._canvas.row_at(self._canvas.mapFromGlobal(QPoint(x, y)).y()))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return child.row if isinstance(child, SpanRow) else -1

    def focusChild(self) -> QAccessibleInterface:
        row = self._canvas.selected_row()
        return cast(QAccessibleInterface, None if row is None else self.child(row))


def _interface(key: str, widget: QObject) -> QAccessibleInterface | None:
    if not isinstance(widget, Canvas):
        return None
    table = SpanTable(widget)
    _kept.append(table)
    return table


@cache
def install() -> None:
    """Tell Qt, once, how canvases are read."""
    QAccessible.installFactory(_interface)


def say_row(canvas: Canvas) -> None:
    """The selected row is another one."""
    row = canvas.selected_row()
    if row is not None and QAccessible.isActive():
        event = QAccessibleEvent(canvas, QAccessible.Event.Focus)
        event.setChild(row)
        QAccessible.updateAccessibility(event)

