"""A scrim: a child widget over the whole window that dims it and closes at a click or Esc."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from tracedesk.ui import theme


class Scrim(QWidget):
    """Overlays put their panel inside; `closed` is emitted when it goes. The focus returns to where it was."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._back: QWidget | None = None
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Cover the window."""
        self._back = QApplication.focusWidget()
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.lay_out()
        self.show()
        self.raise_()

    def close_overlay(self) -> None:
        """Uncover it."""
        if self.isHidden():
            return
        self.hide()
        if self._back is not None and self._back.isVisible():
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._back = None
        self.closed.emit()

    def lay_out(self) -> None:
        """Place the panel; for subclasses."""

    def eventFilter(self, watched, event: QEvent) -> bool:
        parent = self.parentWidget()
        if parent is not None and watched is parent and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(parent.rect())
            self.lay_out()
        return False

    def mousePressEvent(self, event) -> None:
        self.close_overlay()

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        color = theme.current().color("bg.app")
        color.setAlphaF(theme.current().alpha("scrim"))
        painter = QPainter(self)
        painter.fillRect(self.rect(), color)
