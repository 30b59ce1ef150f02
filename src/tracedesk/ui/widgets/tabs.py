"""A strip of tabs: icon, name, count, an accent line under the current one; arrows move between them.

Tabs that do not fit stand behind `…` at the right end, a menu; the current one is always shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tracedesk.ui import icons, theme
from tracedesk.ui.widgets.menu import Menu

ICON_PX, PAD_PX, MORE_PX = 14, 2, 24


@dataclass
class Tab:
    """One tab: `key` for code, `title` for people, the count behind it, where there is one."""

    key: str
    title: str
    icon: str = ""
    count: int | None = None
    warn: bool = False


class TabStrip(QWidget):
    """Tabs by key. `picked(key)` when the user chooses one. `shrink`: may be narrower than its tabs."""

    picked = Signal(str)

    def __init__(self, tabs: list[Tab], title: str, *, face: str = "dense", height: int = 36, gap: int = 24,
                 shrink: bool = False) -> None:
        super().__init__()
        self._tabs, self._current, self._hover = tabs, 0, -1
        self._face, self._strong = face, "dense_name" if face == "dense" else face
        self._gap, self._shrink = gap, shrink
        self.setFont(theme.current().font(face))
        self.setProperty(theme.FACE, face)
        theme.hold(self, height)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self._say()

    @property
    def current(self) -> str:
        """Key of the current tab; nothing where there are no tabs."""
        return self._tabs[self._current].key if self._tabs else ""

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

    def set_tabs(self, tabs: list[Tab], current: str = "") -> None:
        """Other tabs; `current`, else the one that was current, stays so if it is still there. Tells nobody."""
        key = current or self.current
        self._tabs = tabs
        self._current = next((i for i, tab in enumerate(tabs) if tab.key == key), 0)
        self._hover = -1
        self._say()
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
        self.setAccessibleDescription(self._tabs[self._current].title if self._tabs else "")

    def _widths(self) -> list[int]:
        metrics = QFontMetrics(theme.current().font(self._strong))
        return [metrics.horizontalAdvance(tab.title) + (ICON_PX + 6 if tab.icon else 0)
                + (0 if tab.count is None else 6 + metrics.horizontalAdvance(f"{tab.count:,}")) for tab in self._tabs]

    def shown(self) -> list[tuple[int, float, float]]:
        """(index, left, right) of the tabs that fit; the current one takes the last place where it would not."""
        widths = self._widths()
        whole = sum(widths) + self._gap * max(0, len(widths) - 1) + 2 * PAD_PX
        if whole <= self.width() or not self._shrink:
            chosen = list(range(len(widths)))
        else:
            room = self.width() - 2 * PAD_PX - MORE_PX - self._gap
            chosen = []
            for index, width in enumerate(widths):
                if width + (self._gap if chosen else 0) > room:
                    break
                chosen.append(index)
                room -= width + (self._gap if len(chosen) > 1 else 0)
            if self._current not in chosen:
                while chosen and room < widths[self._current] + self._gap:
                    room += widths[chosen.pop()] + self._gap
                chosen.append(self._current)
        found, x = [], float(PAD_PX)
        for index in chosen:
            found.append((index, x, x + widths[index]))
            x += widths[index] + self._gap
        return found

    def hidden_tabs(self) -> list[Tab]:
        """The tabs behind `…`."""
        seen = {index for index, _, _ in self.shown()}
        return [tab for index, tab in enumerate(self._tabs) if index not in seen]

    def sizeHint(self) -> QSize:
        widths = self._widths()
        return QSize(sum(widths) + self._gap * max(0, len(widths) - 1) + 2 * PAD_PX, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120 if self._shrink else self.sizeHint().width(), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        shown = self.shown()
        for index, left, right in shown:
            tab, here = self._tabs[index], index == self._current
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
                painter.fillRect(QRectF(left - 2, self.height() - 2, right - left + 4, 2), colors.color("accent.base"))
                if self.hasFocus():
                    painter.setPen(QPen(colors.color("accent.focus"), 2))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRoundedRect(QRectF(max(1.0, left - 7), 5, right - left + 13, self.height() - 11), 5, 5)
        if len(shown) < len(self._tabs):
            at = self.width() - MORE_PX + 4
            icons.draw(painter, "more", colors.color("text.secondary"), at, (self.height() - 16) / 2, 16)

    def _at(self, x: float) -> int:
        return next((i for i, a, b in self.shown() if a - self._gap / 2 <= x < b + self._gap / 2), -1)

    def _on_more(self, x: float) -> bool:
        return x >= self.width() - MORE_PX and bool(self.hidden_tabs())

    def open_more(self) -> None:
        """The menu of the tabs that do not fit."""
        menu = Menu(self)
        for tab in self.hidden_tabs():
            words = tab.title if tab.count is None else f"{tab.title}  {tab.count:,}"
            menu.addAction(words.replace("&", "&&"), partial(self.show_tab, tab.key))
        menu.popup(self.mapToGlobal(QPoint(self.width() - MORE_PX, self.height())))

    def mousePressEvent(self, event) -> None:
        if self._on_more(event.position().x()):
            self.open_more()
            return
        index = self._at(event.position().x())
        if index >= 0:
            self.show_tab(self._tabs[index].key)

    def mouseMoveEvent(self, event) -> None:
        index = -1 if self._on_more(event.position().x()) else self._at(event.position().x())
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
