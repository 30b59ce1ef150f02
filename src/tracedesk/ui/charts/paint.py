"""Painting that all charts share: the card, small boxes with a word, dashes. Painters come in with antialiasing."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from tracedesk.ui import theme
from tracedesk.ui.charts.facts import Card

MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignCenter
PAD_PX, SWATCH_PX, AWAY_PX = 10, 9, 9


def line_px() -> int:
    """The height of a line of a card."""
    return theme.grown(17)


def text_px(text: str, face: str) -> float:
    """How wide a text is in a type style."""
    return QFontMetricsF(theme.current().font(face)).horizontalAdvance(text)


def card_size(card: Card) -> tuple[float, float]:
    """Width and height of a card."""
    wide = max([text_px(card.title, "caption"), *(SWATCH_PX + 31 + text_px(line.label, "caption")
                                                  + text_px(line.value, "dense_strong") for line in card.lines)])
    return wide + 2 * PAD_PX, line_px() * (1 + len(card.lines)) + 2 * PAD_PX - 5


def paint_card(painter: QPainter, card: Card, x: float, room: QRectF) -> QRectF:
    """The card beside a vertical line at `x`, inside of `room`; gives where it stands."""
    colors = theme.current()
    wide, high = card_size(card)
    left = x - AWAY_PX - wide if x - AWAY_PX - wide >= room.left() else x + AWAY_PX
    left = max(room.left(), min(left, room.right() - wide))
    box = QRectF(round(left) + 0.5, round(room.top()) + 0.5, wide, high)
    painter.setPen(QPen(colors.color("border.strong"), 1))
    painter.setBrush(colors.color("bg.overlay"))
    painter.drawRoundedRect(box, 6, 6)
    painter.setFont(colors.font("caption"))
    painter.setPen(colors.color("text.secondary"))
    line = QRectF(box.left() + PAD_PX, box.top() + PAD_PX - 4, wide - 2 * PAD_PX, line_px())
    painter.drawText(line, MIDDLE, card.title)
    for fact in card.lines:
        line.translate(0, line_px())
        shift = 0
        if fact.color is not None:
            swatch(painter, fact.color, line.left(), line.center().y())
            shift = SWATCH_PX + 7
        painter.setFont(colors.font("caption"))
        painter.setPen(colors.color("text.secondary"))
        painter.drawText(line.adjusted(shift, 0, 0, 0), MIDDLE, fact.label)
        painter.setFont(colors.font("dense_strong"))
        painter.setPen(colors.color("text.primary"))
        painter.drawText(line, RIGHT, fact.value)
    return box


def swatch(painter: QPainter, color: QColor, x: float, y: float) -> None:
    """The square that says which series is meant, centred at `y`."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(x, y - SWATCH_PX / 2, SWATCH_PX, SWATCH_PX), 2, 2)


def paint_box(painter: QPainter, box: QRectF, text: str) -> None:
    """A word in a small box."""
    colors = theme.current()
    painter.setPen(QPen(colors.color("border.default"), 1))
    painter.setBrush(colors.color("bg.raised"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setFont(colors.font("caption"))
    painter.setPen(colors.color("text.secondary"))
    painter.drawText(box, CENTRE, text)


def dashes(color: QColor, pattern: list[float], width: float = 1.0) -> QPen:
    """A dashed pen; the pattern is in pixels."""
    pen = QPen(color, width)
    pen.setDashPattern([px / width for px in pattern])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def diamond(painter: QPainter, at: QPointF, color: QColor, px: float = 5.0) -> None:
    """The sign of an outlier."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon([at + QPointF(0, -px), at + QPointF(px, 0), at + QPointF(0, px), at + QPointF(-px, 0)])
