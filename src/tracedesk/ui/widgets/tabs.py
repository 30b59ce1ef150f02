"""A strip of tabs, 36 px: icon, name, count, an accent line under the current one; arrows move between them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.ui import icons, theme

GAP_PX, ICON_PX, PAD_PX = 24, 14, 2


@dataclass
class Tab:
    """One tab: `key` for code, `title` for people, the count behind it, where there is one."""

    key: str
    title: str
    icon: str = ""
    count: int | None = None
    warn: bool = False


class TabStrip(QWidget):
    """Tabs by key. `picked(key)` when the user chooses one."""

    picked = Signal(str)

    def __init__(self, tabs: list[Tab], title: str, *, face: str = "dense", height: int = 36) -> None:
        super().__init__()
        self._tabs, self._current, self._hover = tabs, 0, -1
        self._face, self._strong = face, "dense_strong" if face == "dense" else face
        self.setFont(theme.current().font(face))
        self.setProperty(theme.FACE, face)
        self.setFixedHeight(height)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self._say()

    @property
    def current(self) -> str:
        """Key of the current tab."""
        return self._tabs[self._current].key

    def keys(self) -> list[str]:
        """Keys of the tabs, in order."""
        return [tab.key for tab in self._tabs]

    def show_tab(self, key: str) -> None:
        """Make a tab current and tell."""
        for index, tab in enumerate(self._tabs):
            if tab.key == key and index != self._current:
                self._current = index
                self._say()
                self.update()
                self.picked.emit(key)

    def set_tabs(self, tabs: list[Tab]) -> None:
        """Other tabs; the current one stays if it is still there."""
        key = self.current
        self._tabs = tabs
        self._current = next((i for i, tab in enumerate(tabs) if tab.key == key), 0)
        self.updateGeometry()
        self.update()

    def set_count(self, key: str, count: int | None, *, warn: bool = False) -> None:
        """The number behind a tab."""
        for tab in self._tabs:
            if tab.key == key and (tab.count, tab.warn) != (count, warn):
                tab.count, tab.warn = count, warn
                self.updateGeometry()
                self.update()

    def _say(self) -> None:
        self.setAccessibleDescription(self._tabs[self._current].title)

    def _edges(self) -> list[tuple[float, float]]:
        metrics = QFontMetrics(theme.current().font(self._strong))
        edges, x = [], float(PAD_PX)
        for tab in self._tabs:
            width = metrics.horizontalAdvance(tab.title) + (ICON_PX + 6 if tab.icon else 0)
            if tab.count is not None:
                width += 6 + metrics.horizontalAdvance(f"{tab.count:,}")
            edges.append((x, x + width))
            x += width + GAP_PX
        return edges

    def sizeHint(self) -> QSize:
        return QSize(int(self._edges()[-1][1]) + PAD_PX, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() if len(self._tabs) < 5 else 120, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        for index, (tab, (left, right)) in enumerate(zip(self._tabs, self._edges(), strict=True)):
            here = index == self._current
            tone = colors.color("text.primary" if here or index == self._hover else "text.secondary")
            x = left
            if tab.icon:
                icons.draw(painter, tab.icon, tone, x, (self.height() - ICON_PX) / 2, ICON_PX)
                x += ICON_PX + 6
            font = colors.font(self._strong if here else self._face)
            painter.setFont(font)
            painter.setPen(tone)
            painter.drawText(QRectF(x, 0, right - x + 8, self.height()), Qt.AlignmentFlag.AlignVCenter, tab.title)
            if tab.count is not None:
                x += QFontMetrics(font).horizontalAdvance(tab.title) + 6
                painter.setFont(colors.font(self._face))
                painter.setPen(colors.color("status.error" if tab.warn else "text.tertiary"))
                painter.drawText(QRectF(x, 0, 80, self.height()), Qt.AlignmentFlag.AlignVCenter, f"{tab.count:,}")
            if here:
                edge = QRectF(left - 2, self.height() - 2, right - left + 4, 2)
                painter.fillRect(edge, colors.color("accent.base"))
                if self.hasFocus():
                    painter.setPen(colors.color("accent.focus"))
                    painter.drawRoundedRect(QRectF(left - 6, 4.5, right - left + 12, self.height() - 10), 5, 5)

    def _at(self, x: float) -> int:
        return next((i for i, (a, b) in enumerate(self._edges()) if a - GAP_PX / 2 <= x < b + GAP_PX / 2), -1)

    def mousePressEvent(self, event) -> None:
        index = self._at(event.position().x())
        if index >= 0:
            self.show_tab(self._tabs[index].key)

    def mouseMoveEvent(self, event) -> None:
        index = self._at(event.position().x())
        if index != self._hover:
            self._hover = index
            self.update()

    def leaveEvent(self, event) -> None:
        self._hover = -1
        self.update()

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        at = self._current + step
        if 0 <= at < len(self._tabs):
            self.show_tab(self._tabs[at].key)
