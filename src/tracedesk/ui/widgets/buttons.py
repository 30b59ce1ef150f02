"""Buttons: text buttons with an icon and a printed key, icon buttons that always say what they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from tracedesk.ui import icons, theme
from tracedesk.ui.widgets.text import CAP_PX, cap_px, paint_cap, plain_tip

ICON_PX = 14
COMMAND = "command"
"""Dynamic property of a widget with `set_key`: id of the command whose key it shows, so that a change of keys finds it."""


W = TypeVar("W", bound=QWidget)


def of_command(widget: W, command: str) -> W:
    """The widget, which shows the key of that command from now on."""
    widget.setProperty(COMMAND, command)
    return widget


class Button(QPushButton):
    """A text button, painted: icon, words, key caps, and a caret where it opens a menu.

    `role`: "" (secondary), primary, ghost, danger, link, pill. `set_words(False)` leaves icon and key only.
    """

    def __init__(self, text: str, on_click: Callable[[], object] | None = None, *, role: str = "", icon: str = "",
                 key: str = "", size: str = "", face: str = "dense_name", caret: bool = False, dot: str = "") -> None:
        super().__init__()
        self._words, self._icon, self._role, self._caret, self._dot = text, icon, role, caret, dot
        self._caps = _caps(key)
        self._shown = True
        self.setProperty("role", role)
        if size:
            self.setProperty("size", size)
        face = "dense_strong" if role in ("primary", "pill") else "dense" if role == "link" else face
        self.setFont(theme.current().font(face))
        self.setProperty(theme.FACE, face)
        self.setAutoDefault(False)
        self.setAccessibleName(text)
        self.setAccessibleDescription(key)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if on_click is not None:
            self.clicked.connect(lambda: on_click())  # noqa: PLW0108 - `checked` is not handed on

    def text(self) -> str:
        """What it says, also while the words are hidden."""
        return self._words

    def set_words(self, shown: bool) -> None:
        """Show or hide the words (narrow windows keep icon and key); hidden words move to the tooltip."""
        self._shown = shown
        self.setToolTip("" if shown else plain_tip(self._words))
        self.updateGeometry()
        self.update()

    def set_text(self, text: str) -> None:
        """Other words."""
        if text != self._words:
            self._words = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def set_key(self, key: str) -> None:
        """Another key, or none."""
        self._caps = _caps(key)
        self.setAccessibleDescription(key)
        self.updateGeometry()
        self.update()

    def set_icon(self, icon: str) -> None:
        """Another icon before the words, or none."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    def set_dot(self, tone: str) -> None:
        """The small square before the words, in another colour role, or none."""
        self._dot = tone
        self.updateGeometry()
        self.update()

    def _pieces(self) -> list[tuple[str, str, int, int]]:
        """(kind, text, gap before, width in px) of what stands side by side."""
        metrics, small = QFontMetrics(self.font()), QFontMetrics(theme.current().font("caption"))
        found: list[tuple[str, str, int, int]] = []
        if self._dot:
            found.append(("dot", self._dot, 0, 9))
        if self._icon:
            found.append(("icon", self._icon, 8, ICON_PX))
        if self._shown and self._words:
            found.append(("words", self._words, 5 if self._role == "pill" else 8, metrics.horizontalAdvance(self._words)))
        for number, cap in enumerate(self._caps):
            found.append(("cap", cap, 5 if number else 9, cap_px(small, cap)))
        if self._caret:
            found.append(("icon", "chevron_down", 7, 12))
        return [(kind, text, 0 if not number else gap, px) for number, (kind, text, gap, px) in enumerate(found)]

    def sizeHint(self) -> QSize:
        pad = {"link": 2, "pill": 9}.get(self._role, 10 if self.property("size") in (None, "", "small") else 14)
        text_px = QFontMetrics(self.font()).height()
        height = {"small": 24, "large": 32}.get(str(self.property("size")), 28)
        height = max({"link": 24, "pill": 22}.get(self._role, height), text_px + (4 if self._role in ("link", "pill") else 8))
        return QSize(sum(gap + px for _, _, gap, px in self._pieces()) + 2 * pad + 2, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme.current()
        ink = colors.color(self._tone())
        pieces = self._pieces()
        wide = sum(gap + px for _, _, gap, px in pieces)
        x = 10.0 if self._role == "field" else (self.width() - wide) / 2
        for kind, text, gap, px in pieces:
            x += gap
            if kind == "dot":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colors.color(text))
                painter.drawRoundedRect(QRectF(x, (self.height() - 9) / 2, 9, 9), 2, 2)
            elif kind == "icon":
                icons.draw(painter, text, ink, round(x), (self.height() - px) / 2, px)
            elif kind == "words":
                painter.setFont(self.font())
                painter.setPen(ink)
                painter.drawText(QRectF(x, 0, px + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            else:
                paint_cap(painter, QRectF(x, (self.height() - CAP_PX) / 2, px, CAP_PX), text,
                          tone=self._tone() if self._role == "primary" or self.isChecked() else "text.secondary",
                          on_accent=self._role == "primary")
            x += px

    def _tone(self) -> str:
        hot = self.underMouse() and self.isEnabled()
        if not self.isEnabled():
            return "text.disabled"
        if self.isChecked():
            return "text.link"
        return {"primary": "accent.on", "pill": "accent.on", "danger": "status.error",
                "link": "accent.hover" if hot else "text.link",
                "ghost": "text.primary" if hot else "text.secondary"}.get(self._role, "text.primary")


def _caps(key: str) -> list[str]:
    """`Ctrl+K` → Ctrl, K; `Ctrl++` → Ctrl, +."""
    return [*key[:-1].replace("+", " ").split(), "+"] if key.endswith("+") else key.replace("+", " ").split()


class IconButton(QToolButton):
    """An icon alone; its tooltip and accessible name say what it does, its description which key does the same."""

    def __init__(self, icon: str, title: str, on_click: Callable[[], object] | None = None, *, key: str = "", size: int = 16,
                 hit: int = 28, checkable: bool = False) -> None:
        super().__init__()
        self._icon, self._size = icon, size
        self.setFixedSize(hit, hit)
        self.setCheckable(checkable)
        self.setAccessibleName(title)
        self.set_key(key)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if on_click is not None:
            self.clicked.connect(lambda: on_click())  # noqa: PLW0108 - `checked` is not handed on

    def show_icon(self, icon: str, title: str) -> None:
        """Another icon and meaning."""
        self._icon = icon
        self.setAccessibleName(title)
        self.set_key(self.accessibleDescription())
        self.update()

    def set_key(self, key: str) -> None:
        """The key that does the same, or none."""
        _say_key(self, key)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        colors = theme.current()
        tone = "text.disabled" if not self.isEnabled() else (
            "text.link" if self.isChecked() else "text.primary" if self.underMouse() else "text.secondary")
        painter = QPainter(self)
        at = (self.width() - self._size) / 2
        icons.draw(painter, self._icon, colors.color(tone), at, (self.height() - self._size) / 2, self._size)


def _say_key(button: QAbstractButton, key: str) -> None:
    title = button.accessibleName()
    button.setAccessibleDescription(key)
    button.setToolTip(plain_tip(f"{title}   {key}" if key else title))


class Switch(QAbstractButton):
    """On or off, 26 × 15, drawn; Space or a click flips it."""

    def __init__(self, title: str, on: bool = False, *, key: str = "") -> None:
        super().__init__()
        self.setCheckable(True)
        self.setChecked(on)
        self.setAccessibleName(title)
        self.set_key(key)
        self.setFixedSize(32, 24)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_key(self, key: str) -> None:
        """The key that does the same, or none."""
        _say_key(self, key)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(3, 4.5, 26, 15)
        if self.hasFocus():
            painter.setPen(QPen(colors.color("accent.focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), 9, 9)
        on = self.isChecked()
        painter.setPen(colors.color("accent.base") if on else colors.color("border.control"))
        painter.setBrush(colors.color("accent.base") if on else colors.color("bg.inset"))
        painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("accent.on") if on else colors.color("border.control"))
        painter.drawEllipse(QRectF(17 if on else 5.5, 7, 10, 10))


class Segments(QWidget):
    """One of a few choices, side by side; arrows move. `on_pick(index)`."""

    def __init__(self, titles: list[str], on_pick: Callable[[int], object], *, current: int = 0, title: str = "") -> None:
        super().__init__()
        self._titles, self._on_pick, self._current = titles, on_pick, current
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(theme.current().font("caption"))
        self.setProperty(theme.FACE, "caption")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(title)
        self._say()

    def current(self) -> int:
        """Index of the choice."""
        return self._current

    def pick(self, index: int) -> None:
        """Choose and tell."""
        if 0 <= index < len(self._titles) and index != self._current:
            self._current = index
            self._say()
            self.update()
            self._on_pick(index)

    def _say(self) -> None:
        self.setAccessibleDescription(self._titles[self._current])

    def _edges(self) -> list[int]:
        metrics = QFontMetrics(self.font())
        edges = [2]
        for title in self._titles:
            edges.append(edges[-1] + metrics.horizontalAdvance(title) + 14)
        return edges

    def sizeHint(self) -> QSize:
        return QSize(self._edges()[-1] + 2, theme.grown(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.color("accent.focus"), 2) if self.hasFocus() else colors.color("border.default"))
        painter.setBrush(colors.color("bg.inset"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        edges = self._edges()
        for index, title in enumerate(self._titles):
            box = QRectF(edges[index], 2.5, edges[index + 1] - edges[index], self.height() - 5)
            if index == self._current:
                painter.setPen(colors.color("border.strong"))
                painter.setBrush(colors.color("bg.overlay"))
                painter.drawRoundedRect(box.adjusted(0.5, 0, -0.5, 0), 4, 4)
            painter.setPen(colors.color("text.primary" if index == self._current else "text.secondary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, title)

    def mousePressEvent(self, event) -> None:
        edges = self._edges()
        for index in range(len(self._titles)):
            if edges[index] <= event.position().x() < edges[index + 1]:
                self.pick(index)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Left:
            self.pick(self._current - 1)
        elif event.key() == Qt.Key.Key_Right:
            self.pick(self._current + 1)
        else:
            super().keyPressEvent(event)
