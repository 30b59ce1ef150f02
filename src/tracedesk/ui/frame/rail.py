"""The rail: one item per page that stands for itself, 72 px with words or 48 px with tooltips."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QVBoxLayout

from tracedesk.ui import icons, theme
from tracedesk.ui.page import Page
from tracedesk.ui.widgets.buttons import of_command
from tracedesk.ui.widgets.text import plain_tip

ITEM_PX = 52


class RailItem(QAbstractButton):
    """One page; checked when it is shown."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self._key = ""
        self.wide = True
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(page.title)
        of_command(self, f"page.{page.key}")
        self.setFont(theme.current().font("caption"))
        self.setProperty(theme.FACE, "caption")

    def set_wide(self, wide: bool) -> None:
        """With or without the word."""
        self.wide = wide
        self.setToolTip("" if wide else plain_tip(f"{self.page.title}   {self._key}".rstrip()))
        self.updateGeometry()

    def set_key(self, key: str) -> None:
        """The key that goes there."""
        self._key = key
        self.setAccessibleDescription(key)
        self.set_wide(self.wide)

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(72), theme.grown(ITEM_PX)) if self.wide else QSize(48, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(6, 0, -6, 0) if self.wide else QRectF(4, 0, 40, 40)
        on = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen)
        if on or self.underMouse():
            painter.setBrush(colors.color("bg.selected" if on else "bg.hover"))
            painter.drawRoundedRect(box, 8, 8)
        if on:
            painter.setBrush(colors.color("accent.base"))
            painter.drawRoundedRect(QRectF(-2, box.center().y() - 12, 4, 24), 2, 2)
        if self.hasFocus():
            painter.setPen(QPen(colors.color("accent.focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        tone = colors.color("text.link" if on else "text.secondary")
        size = 18
        top = 9.0 if self.wide else 11.0
        icons.draw(painter, self.page.icon, tone, self.width() / 2 - size / 2, top, size)
        if self.wide:
            painter.setPen(colors.color("text.primary" if on else "text.secondary"))
            painter.drawText(QRectF(0, 30, self.width(), 16), Qt.AlignmentFlag.AlignCenter, self.page.title)


class Rail(QFrame):
    """All pages. `picked(key)` when the user chooses one."""

    picked = Signal(str)

    def __init__(self, pages: list[Page]) -> None:
        super().__init__()
        self.setProperty("pane", "app")
        self.setProperty("edge", "right")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(4)
        self._items: dict[str, RailItem] = {}
        self._under = {page.key: page.under or page.key for page in pages}
        stretched = False
        for page in sorted((page for page in pages if not page.under), key=lambda page: (page.bottom, page.order)):
            if page.bottom and not stretched:
                column.addStretch(1)
                stretched = True
            item = RailItem(page)
            item.clicked.connect(lambda _checked=False, key=page.key: self.picked.emit(key))
            column.addWidget(item)
            self._items[page.key] = item
        if not stretched:
            column.addStretch(1)
        self.set_wide(True)

    def set_wide(self, wide: bool) -> None:
        """72 px with words, or 48 px with tooltips."""
        self.setFixedWidth(theme.grown(72) if wide else 48)
        for item in self._items.values():
            item.set_wide(wide)

    def show_page(self, key: str) -> None:
        """Mark the page that is shown, or the one it is reached from."""
        self._items[self._under[key]].setChecked(True)
