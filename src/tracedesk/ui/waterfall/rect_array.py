"""Many rectangles to Qt in one call: a pointer to numpy's memory, as QRectF is four doubles in a row.

Where a Qt does not take the pointer (tried once, at the first call) a list of QRectF does the same, three times slower.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, Qt

Rects = NDArray[np.float64]
_pointers_work: bool | None = None


def draw_rects(painter: QPainter, rects: Rects) -> None:
    """Draw rows of (x, y, width, height) with the painter's pen and brush."""
    global _pointers_work
    if not len(rects):
        return
    if _pointers_work is None:
        _pointers_work = _try_pointers()
    block = np.ascontiguousarray(rects, np.float64)
    if _pointers_work:
        painter.drawRects(_at(block), len(block))
    else:
        painter.drawRects([QRectF(*row) for row in block.tolist()])


def _at(block: Rects) -> QRectF:
    """The first rectangle of a block, in its own memory."""
    return cast(QRectF, shiboken6.wrapInstance(block.ctypes.data, QRectF))


def _try_pointers() -> bool:
    """Whether two rectangles given as a pointer arrive as two rectangles."""
    image = QImage(4, 1, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("white"))
    block = np.array([[0.0, 0.0, 1.0, 1.0], [3.0, 0.0, 1.0, 1.0]])
    try:
        painter.drawRects(_at(block), 2)
    except TypeError:
        return False
    finally:
        painter.end()
    return [image.pixelColor(x, 0).value() for x in range(4)] == [255, 0, 0, 255]
