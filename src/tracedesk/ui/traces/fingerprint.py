"""The fingerprint: a 72 × 12 picture of a trace, from the 216 bytes that the store keeps with it.

72 columns of the first lane, 72 of the second (kind codes; 255 is nothing), 72 error flags. First lane: what ran; second
lane: what ran beside it; red underline: where it failed.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from tracedesk.model.kinds import Kind
from tracedesk.ui import theme

COLUMNS = 72
NOTHING = 255
HEIGHT_PX = 12


def pixmap(data: bytes, width_px: int, dpr: float, *, grey: bool = False) -> QPixmap:
    """The picture at a width (72, or 44 where the list is narrow); kept per theme."""
    return _draw(bytes(data), width_px, dpr, theme.current().name, grey)


@lru_cache(maxsize=4096)
def _draw(data: bytes, width_px: int, dpr: float, theme_name: str, grey: bool) -> QPixmap:
    colors = theme.current()
    made = QPixmap(QSize(round(width_px * dpr), round(HEIGHT_PX * dpr)))
    made.setDevicePixelRatio(dpr)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.fillRect(QRectF(0, 1, width_px, 9), colors.color("bg.inset"))
    if len(data) == 3 * COLUMNS:
        step = width_px / COLUMNS
        for lane, top, height in ((0, 2.0, 4.0), (1, 7.0, 2.0)):
            for start, end, code in runs(data[lane * COLUMNS:(lane + 1) * COLUMNS]):
                if code != NOTHING:
                    solid = colors.kind(code).solid if code < len(Kind) else colors.kind(Kind.OTHER).solid
                    wide = (end - start) * step
                    painter.fillRect(QRectF(start * step, top, max(1.0, wide - (0.75 if end < COLUMNS else 0)), height),
                                     QColor(solid))
        for start, end, flag in runs(data[2 * COLUMNS:]):
            if flag:
                painter.fillRect(QRectF(start * step, 10, max(2.0, (end - start) * step), 2), colors.color("status.error"))
    painter.end()
    return made


def runs(codes: bytes) -> list[tuple[int, int, int]]:
    """(start, end, code) of stretches of equal bytes."""
    found: list[tuple[int, int, int]] = []
    start = 0
    for index in range(1, len(codes) + 1):
        if index == len(codes) or codes[index] != codes[start]:
            found.append((start, index, codes[start]))
            start = index
    return found
