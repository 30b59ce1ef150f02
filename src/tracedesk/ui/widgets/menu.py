"""A menu that is opened once and goes when it closes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget


class Menu(QMenu):
    """A menu of `owner`; fill it, then `popup(at)` or `open_below(widget)`."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def open_below(self, widget: QWidget) -> None:
        """Show it under the left corner of a widget."""
        self.popup(widget.mapToGlobal(widget.rect().bottomLeft()))
