"""`Where the +1.18 s comes from`: one bar whose pieces add up to the difference of the totals. Painted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from tracedesk.compare.differences import Comparison, Part
from tracedesk.compare.words import name_of, signed
from tracedesk.model.kinds import Kind
from tracedesk.scene.text import second_name
from tracedesk.ui import icons, theme
from tracedesk.ui.widgets.text import plain_tip

PAD_PX, BAR_PX, GAP_PX, LEAST_PX = 16, 24, 2, 20
SHOWN, LEAST_SHARE = 8, 0.02


class PartsBar(QWidget):
    """Pieces in the direction of the difference, the largest first; the rest in one. `picked(pair)` on a click."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._found: Comparison | None = None
        self._pieces: list[tuple[Part | None, int]] = []
        self._boxes: list[tuple[QRectF, Part | None, int]] = []
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_comparison(self, found: Comparison) -> None:
        """Another difference."""
        self._found = found
        delta = found.total_b_ns - found.total_a_ns
        same_way = [part for part in found.parts if (part.ns > 0) == (delta > 0)]
        self._pieces = [(part, part.ns) for part in same_way[:SHOWN] if abs(part.ns) >= LEAST_SHARE * abs(delta)]
        rest = delta - sum(ns for _, ns in self._pieces)
        if rest:
            self._pieces.append((None, rest))
        self.setAccessibleName(self.title())
        self.setAccessibleDescription(", ".join(self._words(part, ns) for part, ns in self._pieces))
        self.update()

    def title(self) -> str:
        """`Where the +1.18 s comes from`."""
        if self._found is None:
            return ""
        delta = self._found.total_b_ns - self._found.total_a_ns
        return f"Where the {signed(delta)} comes from" if delta else "Both take equally long"

    def _words(self, part: Part | None, ns: int) -> str:
        return f"{'the rest' if part is None or self._found is None else name_of(self._found, part.pair)} {signed(ns)}"

    def sizeHint(self) -> QSize:
        return QSize(600, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._found is None:
            return
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(colors.font("dense_strong"))
        painter.setPen(colors.color("text.primary"))
        title = self.title()
        wide = QFontMetrics(painter.font()).horizontalAdvance(title)
        painter.drawText(QRectF(PAD_PX, 0, wide + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, title)
        left = max(252.0, PAD_PX + wide + 24)
        room = self.width() - left - PAD_PX - GAP_PX * len(self._pieces)
        whole = sum(abs(ns) for _, ns in self._pieces) or 1
        self._boxes = []
        spare = max(0.0, room - LEAST_PX * len(self._pieces))
        for part, ns in self._pieces:
            px = LEAST_PX + spare * abs(ns) / whole
            box = QRectF(left, (self.height() - BAR_PX) / 2, px, BAR_PX)
            self._boxes.append((box, part, ns))
            self._paint_piece(painter, box, part, ns)
            left += px + GAP_PX

    def _paint_piece(self, painter: QPainter, box: QRectF, part: Part | None, ns: int) -> None:
        colors, found = theme.current(), self._found
        assert found is not None
        kind = Kind.OTHER
        name = ""
        if part is not None:
            trace, index = (found.b, part.pair.b) if part.pair.b is not None else (found.a, part.pair.a)
            kind = Kind(int(trace.kind[index or 0]))
            name = " ".join(filter(None, (name_of(found, part.pair), second_name(trace, index or 0))))
        tones = colors.kind(kind)
        painter.setPen(tones.line)
        painter.setBrush(tones.soft)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if part is None:
            return
        x = box.left() + 8
        if box.width() >= 30:
            icons.draw(painter, kind.label, tones.text, x, box.center().y() - 6, 12)
            x += 18
        painter.setFont(colors.font("label"))
        metrics = QFontMetrics(painter.font())
        figure = signed(ns)
        figure_px = metrics.horizontalAdvance(figure)
        name_px = box.right() - x - figure_px - 14
        if name_px > 24:
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(name_px))
            painter.setPen(colors.color("text.primary"))
            painter.drawText(QRectF(x, box.top(), name_px, box.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            x += metrics.horizontalAdvance(shown) + 8
        if box.right() - x >= figure_px:
            painter.setPen(colors.color("diff.worse" if ns > 0 else "diff.better"))
            painter.drawText(QRectF(x, box.top(), figure_px + 2, box.height()), Qt.AlignmentFlag.AlignVCenter, figure)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hit = next(((part, ns) for box, part, ns in self._boxes if box.contains(event.position())), None)
        if hit is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(self._words(*hit)), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hit = next((part for box, part, _ in self._boxes if box.contains(event.position())), None)
        if hit is not None:
            self.picked.emit(hit.pair)
