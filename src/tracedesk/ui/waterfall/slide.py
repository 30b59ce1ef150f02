"""Rows on their way when a branch opens or closes: what is below moves, what was hidden is uncovered (DESIGN section 16).

Two pictures of the canvas are made, before and after, and put together while one animation runs; no bar is drawn in between.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QPixmap

from tracedesk.scene.rows import Block
from tracedesk.ui.waterfall.motion import Glide

ROW_OPEN_MS = 150


class _Move(NamedTuple):
    """The pictures, where the block of rows begins, how high it is, and whether it opens."""

    before: QPixmap
    after: QPixmap
    top_px: int
    block_px: int
    opens: bool


class RowSlide(QObject):
    """`paint` draws the canvas under way; False: nothing is on its way."""

    def __init__(self, canvas: QObject, update) -> None:
        super().__init__(canvas)
        self._update = update
        self._glide = Glide(self)
        self._move: _Move | None = None
        self._share = 1.0

    def start(self, before: QPixmap, after: QPixmap, block: Block, scroll_px: int, row_px: int) -> None:
        """From one picture of the canvas to the other; at once where the block begins out of view."""
        top_px = block.first * row_px - scroll_px
        high_px = before.height() / before.devicePixelRatio()
        if before.size() != after.size() or not 0 <= top_px < high_px:
            self.finish()
            return
        self._move = _Move(before, after, top_px, block.rows * row_px, block.opens)
        self._glide.start(ROW_OPEN_MS, self._step)

    def finish(self) -> None:
        """Jump to the end."""
        self._glide.finish()

    def running(self) -> bool:
        """Whether rows are on their way."""
        return self._move is not None

    def _step(self, share: float) -> None:
        self._share = share
        if share >= 1.0:
            self._move = None
        self._update()

    def paint(self, painter: QPainter) -> bool:
        """Draw what stands where now."""
        move = self._move
        if move is None:
            return False
        shown = round(move.block_px * (self._share if move.opens else 1.0 - self._share))
        block, below = (move.after, move.before) if move.opens else (move.before, move.after)
        _copy(painter, move.after, 0, 0, move.top_px)
        _copy(painter, block, move.top_px, move.top_px, shown)
        _copy(painter, below, move.top_px, move.top_px + shown, round(below.height() / below.devicePixelRatio()))
        return True


def _copy(painter: QPainter, picture: QPixmap, from_px: int, to_px: int, high_px: int) -> None:
    """Put the rows of pixels from `from_px` on at `to_px`."""
    ratio, wide = picture.devicePixelRatio(), picture.width() / picture.devicePixelRatio()
    painter.drawPixmap(QRectF(0, to_px, wide, high_px), picture, QRectF(0, from_px * ratio, wide * ratio, high_px * ratio))
