"""Buttons: text buttons with an icon and a printed key, icon buttons that always say what they are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QToolButton, QWidget

from tracedesk.ui import icons, theme
from tracedesk.ui.widgets.text import key_caps, plain_tip


class Button(QPushButton):
    """A text button. `role`: "" (secondary), primary, ghost, danger, link, pill. The key is printed inside."""

    def __init__(self, text: str, on_click: Callable[[], object] | None = None, *, role: str = "", icon: str = "",
                 key: str = "", size: str = "", face: str = "dense") -> None:
        super().__init__(text)
        self._icon, self._role, self._words = icon, role, text
        self.setProperty("role", role)
        if size:
            self.setProperty("size", size)
        self._face = "dense_strong" if role in ("primary", "pill") else face
        self.setFont(theme.current().font(self._face))
        self.setProperty(theme.FACE, self._face)
        self.setAutoDefault(False)
        self.setIconSize(QSize(14, 14))
        self.setAccessibleName(text)
        self._caps: list[QWidget] = []
        if key:
            self._print_key(key)
        self._tint()
        if on_click is not None:
            self.clicked.connect(lambda: on_click())

    def set_words(self, shown: bool) -> None:
        """Show or hide the words (narrow windows keep icon and key); hidden words move to the tooltip."""
        self.setText(self._words if shown else "")
        self.setToolTip("" if shown else plain_tip(self._words))
        self.updateGeometry()

    def set_text(self, text: str) -> None:
        """Other words."""
        self._words = text
        self.setAccessibleName(text)
        self.setText(text)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + sum(cap.sizeHint().width() + 4 for cap in self._caps), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _print_key(self, key: str) -> None:
        self.setAccessibleDescription(key)
        self._caps = list(key_caps(key, on_accent=self._role == "primary"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(4)
        row.addStretch(1)
        for cap in self._caps:
            cap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(cap)
        self.setStyleSheet("text-align: left;")

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._tint()
        super().changeEvent(event)

    def _tint(self) -> None:
        if self._icon:
            tone = {"primary": "accent.on", "pill": "accent.on", "link": "text.link"}.get(self._role)
            self.setIcon(icons.icon(self._icon, theme.current().color(tone) if tone else None, 14))


class IconButton(QToolButton):
    """An icon alone; its tooltip and accessible name say what it does, its description which key does the same."""

    def __init__(self, icon: str, title: str, on_click: Callable[[], object] | None = None, *, key: str = "", size: int = 16,
                 hit: int = 28, checkable: bool = False) -> None:
        super().__init__()
        self._icon, self._size = icon, size
        self.setFixedSize(hit, hit)
        self.setCheckable(checkable)
        self.setAccessibleName(title)
        self.setAccessibleDescription(key)
        self.setToolTip(plain_tip(f"{title}   {key}" if key else title))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if on_click is not None:
            self.clicked.connect(lambda: on_click())

    def show_icon(self, icon: str, title: str) -> None:
        """Another icon and meaning."""
        self._icon = icon
        self.setAccessibleName(title)
        key = self.accessibleDescription()
        self.setToolTip(plain_tip(f"{title}   {key}" if key else title))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        colors = theme.current()
        tone = "text.disabled" if not self.isEnabled() else (
            "text.link" if self.isChecked() else "text.primary" if self.underMouse() else "text.secondary")
        painter = QPainter(self)
        at = (self.width() - self._size) / 2
        icons.draw(painter, self._icon, colors.color(tone), at, (self.height() - self._size) / 2, self._size)


class Switch(QAbstractButton):
    """On or off, 26 × 15, drawn; Space or a click flips it."""

    def __init__(self, title: str, on: bool = False, *, key: str = "") -> None:
        super().__init__()
        self.setCheckable(True)
        self.setChecked(on)
        self.setAccessibleName(title)
        self.setAccessibleDescription(key)
        self.setToolTip(plain_tip(f"{title}   {key}" if key else title))
        self.setFixedSize(32, 24)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

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
        return QSize(self._edges()[-1] + 2, 24)

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
