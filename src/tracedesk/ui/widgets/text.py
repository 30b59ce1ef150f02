"""Labels that never read their text as markup: what a prompt says is shown, not rendered (and nothing is fetched)."""

from __future__ import annotations

import html

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from tracedesk.ui import icons, theme
from tracedesk.ui.stylesheet import repolish

TIP_MOST = 1_000
"""Characters of a tooltip."""

_SHOWN_AS: dict[int, int | str] = {code: 0x2400 + code for code in range(32) if code not in (9, 10)}
_SHOWN_AS[0x7F] = 0x2421
for _mark in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F):
    _SHOWN_AS[_mark] = f"⟨U+{_mark:04X}⟩"


def visible(text: str) -> str:
    """Text with control characters and direction marks made visible, so that data cannot pretend to be something else."""
    return text.replace("\r\n", "\n").translate(_SHOWN_AS)


def label(text: str = "", face: str = "dense", tone: str = "primary", *, wrap: bool = False,
          selectable: bool = False, missing: bool = False) -> QLabel:
    """A plain-text label; `face` is a type style, `tone` a text role, a status, or `kind.llm` and `kind.tool`. A word that
    stands for a `missing` figure has a dotted line below it."""
    made = _Missing() if missing else QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setFont(theme.current().font(face))
    made.setProperty(theme.FACE, face)
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
    return made


class _Missing(QLabel):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QPen(theme.current().color("text.tertiary"), 1, Qt.PenStyle.DotLine))
        metrics = self.fontMetrics()
        below = (self.height() + metrics.height()) // 2 - metrics.descent() + 2
        painter.drawLine(0, below, min(self.width(), metrics.horizontalAdvance(self.text())), below)
        painter.end()


def set_tone(widget: QLabel, tone: str) -> None:
    """Give a label another tone."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        repolish(widget)


def plain_tip(text: str) -> str:
    """Text for a tooltip that Qt will not take for markup of its own accord: at most `TIP_MOST` characters, made visible,
    escaped, lines kept.
    """
    short = visible(text if len(text) <= TIP_MOST else text[:TIP_MOST] + "…")
    return f'<div style="white-space: pre-wrap">{html.escape(short)}</div>' if short else ""


def shortened(name: str, most: int = 32) -> str:
    """A name that fits on a button."""
    return name if len(name) <= most else name[:most - 1] + "…"


class Elided(QWidget):
    """One line of text, made visible, that gives way at its end or in the middle; the whole text is then its tooltip.
    `least_px` keeps lines of different faces equally high.
    """

    def __init__(self, text: str = "", face: str = "dense", tone: str = "text.primary",
                 mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, *, least_px: int = 0) -> None:
        super().__init__()
        self._tone, self._mode, self._least_px = tone, mode, least_px
        self._text = self._line = ""
        self.setFont(theme.current().font(face))
        self.setProperty(theme.FACE, face)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        """The whole text, as it was given."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text, self._line = text, visible(text).replace("\n", " ")
            self.setAccessibleName(self._line)
            self.updateGeometry()
            self.update()

    def set_tone(self, tone: str) -> None:
        """Show it in another colour."""
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._line) + 1, max(self._least_px, metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(12, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.current().color(self._tone))
        shown = QFontMetrics(self.font()).elidedText(self._line, self._mode, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        tip = plain_tip(self._text) if shown != self._text else ""
        if self.toolTip() != tip:
            self.setToolTip(tip)


class Glyph(QWidget):
    """An icon by our name in a colour role; decoration only, so it has no accessible name of its own."""

    def __init__(self, name: str, tone: str = "text.secondary", size: int = 14) -> None:
        super().__init__()
        self._name, self._tone, self._size = name, tone, size
        self.setFixedSize(size, size)

    def show_icon(self, name: str, tone: str | None = None) -> None:
        """Another icon, and another colour if given."""
        self._name, self._tone = name, tone or self._tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.draw(painter, self._name, theme.current().color(self._tone), 0, 0, self._size)


CAP_PX = 18
"""Height of a key cap."""


def cap_px(metrics: QFontMetrics, key: str) -> int:
    """Width of the cap of a key in the caption font."""
    return max(CAP_PX, metrics.horizontalAdvance(key) + 10)


def paint_cap(painter: QPainter, box: QRectF, key: str, tone: str = "text.secondary", *, on_accent: bool = False) -> None:
    """A key as printed on a button or in the key sheet."""
    colors = theme.current()
    edge = colors.color("accent.on" if on_accent else "border.default")
    if on_accent:
        edge.setAlphaF(0.45)
    painter.setPen(edge)
    painter.setBrush(Qt.BrushStyle.NoBrush if on_accent else colors.color("bg.raised"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setFont(colors.font("caption"))
    painter.setPen(colors.color(tone))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)


class KeyCap(QWidget):
    """A key cap as a widget."""

    def __init__(self, text: str, tone: str = "text.secondary") -> None:
        super().__init__()
        self._text, self._tone = text, tone
        self.setFont(theme.current().font("caption"))
        self.setProperty(theme.FACE, "caption")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_key(self, key: str) -> None:
        """Another key, or none."""
        self._text = key or "·"
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(cap_px(metrics, self._text), max(CAP_PX, metrics.height() + 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_cap(painter, self.rect().toRectF(), self._text, self._tone)


def key_caps(keys: str) -> list[KeyCap]:
    """Caps of a key sequence as we write it: `Ctrl+K` → Ctrl, K; `J K` → J, K."""
    parts = [part for word in keys.split(" ") for part in ([*word[:-2].split("+"), "+"] if word.endswith("++") else
                                                           [word] if word == "+" else word.split("+"))]
    return [KeyCap(part) for part in parts if part]


def line(direction: Qt.Orientation = Qt.Orientation.Horizontal) -> QFrame:
    """A hairline."""
    made = QFrame()
    if direction == Qt.Orientation.Horizontal:
        made.setFixedHeight(1)
        made.setProperty("edge", "top")
    else:
        made.setFixedWidth(1)
        made.setProperty("edge", "left")
    return made
