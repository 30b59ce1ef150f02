"""Facets: what the present result is made of. Two columns, the top three values, a 26 px bar and the count.

Click = only this, Alt click = not this. Painted as one widget; arrows move, Enter and Alt Enter act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from tracedesk.ui import icons, theme
from tracedesk.ui.widgets.text import plain_tip

TOP, ROW_PX, HEAD_PX, BAR_PX, PAD_PX, GAP_PX = 3, 20, 22, 26, 12, 18
TITLES = {"status": "Status", "prompt_version": "Prompt version", "model": "Model", "experiment": "Experiment",
          "service": "Service", "environment": "Environment", "release": "Release", "kind": "Kind", "provider": "Provider",
          "env": "Environment",
          "user": "User", "prompt": "Prompt version", "tool": "Tool", "name": "Name"}
ORDER = ("status", "prompt_version", "prompt", "model", "experiment", "service", "env", "environment", "release", "name")
STATUS_ICON = {"ok": "ok", "error": "error", "unset": "unset", "unfinished": "running", "blocked": "blocked"}
GROUPS = 4


class Facets(QWidget):
    """`only(key, value)` and `without(key, value)`."""

    only = Signal(str, str)
    without = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._groups: list[tuple[str, list[tuple[str, int]]]] = []
        self._most = 1
        self._spots: list[tuple[QRectF, str, str, int]] = []
        self._hover = self._current = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Facets")
        theme.changed.connect(self._grown)

    def show_facets(self, facets: Mapping[str, Sequence[tuple[str, int]]], total: int) -> None:
        """Counts of the present result: key → (value, count), most frequent first."""
        known = [key for key in ORDER if facets.get(key)] + sorted(key for key in facets if key not in ORDER and facets[key])
        several = [key for key in known if key == "status" or len(facets[key]) > 1]
        chosen = (several + [key for key in known if key not in several])[:GROUPS]
        self._groups = [(key, list(facets[key])[:TOP]) for key in sorted(chosen, key=known.index)]
        self._most = max(1, total)
        self._hover = self._current = -1
        self._place()
        self.updateGeometry()
        self.update()

    def values(self) -> dict[str, list[tuple[str, int]]]:
        """What it shows."""
        return dict(self._groups)

    def _grown(self) -> None:
        self._place()
        self.updateGeometry()

    def _place(self) -> None:
        """Boxes of all values, for painting, hits and keys."""
        self._spots = []
        wide = (self.width() - 2 * PAD_PX - GAP_PX) / 2
        tops = [10.0, 10.0]
        for number, (key, values) in enumerate(self._groups):
            column = number % 2
            left = PAD_PX + column * (wide + GAP_PX)
            top = tops[column] + theme.grown(HEAD_PX)
            for value, count in values:
                self._spots.append((QRectF(left, top, wide, theme.grown(ROW_PX)), key, value, count))
                top += theme.grown(ROW_PX)
            tops[column] = top + 10
        self._height = int(max(tops)) - 2 if self._groups else 0

    def resizeEvent(self, event) -> None:
        self._place()

    def sizeHint(self) -> QSize:
        rows = -(-len(self._groups) // 2)
        head_px, row_px = theme.grown(HEAD_PX) + 10, theme.grown(ROW_PX)
        height = sum(head_px + row_px * max(len(values) for _, values in self._groups[2 * i:2 * i + 2]) for i in range(rows))
        return QSize(300, height + 8 if self._groups else 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        last = ""
        for number, (box, key, value, count) in enumerate(self._spots):
            if key != last:
                painter.setFont(colors.font("label"))
                painter.setPen(colors.color("text.tertiary"))
                painter.drawText(QRectF(box.left(), box.top() - theme.grown(HEAD_PX), box.width(), theme.grown(HEAD_PX) - 2),
                                 Qt.AlignmentFlag.AlignVCenter, TITLES.get(key, key))
                last = key
            if number in (self._hover, self._current if self.hasFocus() else -1):
                painter.setPen(QPen(colors.color("accent.focus"), 2) if number == self._current and self.hasFocus()
                               else Qt.PenStyle.NoPen)
                painter.setBrush(colors.color("bg.hover"))
                painter.drawRoundedRect(box.adjusted(-4, 0, 4, 0), 4, 4)
            self._paint_value(painter, box, key, value, count)

    def _paint_value(self, painter: QPainter, box: QRectF, key: str, value: str, count: int) -> None:
        colors = theme.current()
        left = box.left()
        tone = "text.tertiary"
        if key == "status" and value in STATUS_ICON:
            tone = "status." + {"unfinished": "running", "blocked": "warn"}.get(value, value)
            icons.draw(painter, STATUS_ICON[value], colors.color(tone), left, box.center().y() - 7, 14)
            left += 20
        painter.setFont(colors.font("dense"))
        metrics = QFontMetrics(painter.font())
        number = f"{count:,}"
        number_px = max(theme.grown(28), metrics.horizontalAdvance(number))
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        bar = QRectF(box.right() - number_px - 6 - BAR_PX, box.center().y() - 1.5, BAR_PX, 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("bg.inset"))
        painter.drawRect(bar)
        painter.setBrush(colors.color(tone if key == "status" and value in STATUS_ICON else "border.control"))
        painter.drawRect(QRectF(bar.left(), bar.top(), max(1.5, bar.width() * count / self._most), bar.height()))
        painter.setPen(colors.color("text.primary"))
        room = bar.left() - 6 - left
        painter.drawText(QRectF(left, box.top(), room, box.height()), Qt.AlignmentFlag.AlignVCenter,
                         metrics.elidedText(value or "none", Qt.TextElideMode.ElideRight, int(room)))

    def _at(self, spot) -> int:
        return next((i for i, (box, *_) in enumerate(self._spots) if box.adjusted(-4, 0, 4, 0).contains(spot)), -1)

    def mouseMoveEvent(self, event) -> None:
        index = self._at(event.position())
        if index != self._hover:
            self._hover = index
            self.update()
            if index >= 0:
                _, key, value, count = self._spots[index]
                words = f"{TITLES.get(key, key)} = {value}\n{count:,} traces\nClick: only this.  Alt click: not this."
                QToolTip.showText(event.globalPosition().toPoint(), plain_tip(words), self)

    def leaveEvent(self, event) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event) -> None:
        index = self._at(event.position())
        if index >= 0:
            self._act(index, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if step is not None and self._spots:
            self._current = (self._current + step) % len(self._spots)
            _, key, value, count = self._spots[self._current]
            self.setAccessibleDescription(f"{TITLES.get(key, key)}: {value}, {count:,} traces")
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self._act(self._current, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        else:
            super().keyPressEvent(event)

    def _act(self, index: int, negate: bool) -> None:
        _, key, value, _ = self._spots[index]
        (self.without if negate else self.only).emit(key, value)
