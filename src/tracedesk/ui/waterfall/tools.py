"""What the painters share: hatches, widths of texts, snapped boxes."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QNativeGestureEvent, QPainter, QPixmap, QTransform

HATCH_PX, PINCH_LEAST = 6, 0.2
MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
MIDDLE_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine
"""Where painters put one line of text: made once, as combining flags costs as much as drawing."""


@lru_cache(maxsize=64)
def _hatch(rgba: int, thick: int, angle: int) -> QBrush:
    tile = QPixmap(HATCH_PX, HATCH_PX)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.fillRect(0, 0, thick, HATCH_PX, QColor.fromRgba(rgba))
    painter.end()
    brush = QBrush(tile)
    brush.setTransform(QTransform().rotate(angle))
    return brush


def hatched(color: QColor, *, thick: int = 3, angle: int = 45) -> QBrush:
    """A brush of slanted stripes."""
    return _hatch(color.rgba(), thick, angle)


def hatch(painter: QPainter, box: QRectF, color: QColor, *, thick: int = 3, angle: int = 45) -> None:
    """Fill a box with slanted stripes that stay with the box when it moves."""
    painter.save()
    painter.setBrushOrigin(QPointF(box.left(), box.top()))
    painter.fillRect(box, hatched(color, thick=thick, angle=angle))
    painter.restore()


class Widths:
    """Widths of texts in one font, measured once each; `height` of a line, in pixels."""

    def __init__(self, font: QFont) -> None:
        self._metrics = QFontMetricsF(font)
        self.height = self._metrics.height()
        self._known: dict[str, float] = {}
        self._elided: dict[tuple[str, int, Qt.TextElideMode], str] = {}

    def of(self, text: str) -> float:
        """Pixels."""
        found = self._known.get(text)
        if found is None:
            if len(self._known) > 20_000:
                self._known.clear()
            found = self._known[text] = self._metrics.horizontalAdvance(text)
        return found

    def elided(self, text: str, room_px: float, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> str:
        """The text, shortened to fit: in the middle, where names differ least."""
        if self.of(text) <= room_px:
            return text
        key = (text, int(room_px), mode)
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) > 20_000:
                self._elided.clear()
            found = self._elided[key] = self._metrics.elidedText(text, mode, max(0.0, room_px))
        return found


def pinched(event: QNativeGestureEvent) -> float:
    """The factor by which a pinch zooms."""
    return min(max(1.0 + event.value(), PINCH_LEAST), 1.0 / PINCH_LEAST)


def faded(color: QColor, alpha: float) -> QColor:
    """The colour at an opacity of its own."""
    made = QColor(color)
    made.setAlphaF(color.alphaF() * alpha)
    return made
