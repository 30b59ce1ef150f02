"""A slider for one knob: logarithmic for factors and durations, whole steps for counts. Drawn, keyboard and mouse."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from tracedesk.base.clock import NS_PER_MS, NS_PER_S, format_duration
from tracedesk.ui import theme
from tracedesk.whatif.perturbation import Knob, Unit, Value

HANDLE_PX = 10
RANGES: dict[Unit, tuple[float, float]] = {
    Unit.FACTOR: (0.1, 20.0), Unit.DURATION: (10 * NS_PER_MS, 120 * NS_PER_S), Unit.COUNT: (0, 10)}
"""What the slider reaches; the value field and rules reach all that the knob allows."""


def value_text(knob: Knob, value: Value) -> str:
    """A knob's value in words: `× 4.0`, `5.00 s`, `1 retry`."""
    if knob.unit is Unit.FACTOR:
        return f"× {float(value):.1f}" if float(value) >= 0.1 else f"× {float(value):.2g}"
    if knob.unit is Unit.DURATION:
        return format_duration(int(value))
    if knob.name == "count":
        return f"{value} retry" if value == 1 else f"{value} retries"
    return str(value)


class KnobSlider(QWidget):
    """The slider. `moved(value)` while it is dragged or stepped."""

    moved = Signal(object)

    def __init__(self, knob: Knob, value: Value, title: str) -> None:
        super().__init__()
        self.knob = knob
        self._value = float(value) if not isinstance(value, str) else 0.0
        low, high = RANGES[knob.unit]
        self._low, self._high = max(low, knob.low), min(high, knob.high)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self._say()

    @property
    def value(self) -> Value:
        """The value, of the type that its unit has."""
        return self._value if self.knob.unit is Unit.FACTOR else round(self._value)

    def set_value(self, value: Value) -> None:
        """Show a value without telling."""
        self._value = float(value) if not isinstance(value, str) else 0.0
        self._say()
        self.update()

    def set_range(self, low: float, high: float) -> None:
        """Reach from `low` to `high` (both above 0) instead of the unit's usual range."""
        self._low, self._high = low, high
        self.update()

    def step(self, steps: int) -> None:
        """Move by keyboard steps and tell: a tenth of a doubling, or one."""
        if self.knob.unit is Unit.COUNT:
            self._move(self._value + steps)
        else:
            position = self._position() + steps * 0.02
            self._move(self._at(min(1.0, max(0.0, position))))

    def sizeHint(self) -> QSize:
        return QSize(160, 24)

    def _say(self) -> None:
        self.setAccessibleDescription(value_text(self.knob, self.value))

    def _position(self) -> float:
        """Where the handle stands, 0 to 1."""
        value = min(max(self._value, self._low), self._high)
        if self.knob.unit is Unit.COUNT:
            return (value - self._low) / max(1, self._high - self._low)
        return math.log(value / self._low) / math.log(self._high / self._low)

    def _at(self, position: float) -> float:
        """The value at a place, 0 to 1; rounded so that neighbours read differently."""
        if self.knob.unit is Unit.COUNT:
            return float(round(self._low + position * (self._high - self._low)))
        value = self._low * (self._high / self._low) ** position
        if self.knob.unit is Unit.FACTOR:
            return round(value, 1)
        step = 10 ** max(0, math.floor(math.log10(value)) - 1)
        return float(round(value / step) * step)

    def _move(self, value: float) -> None:
        value = min(max(value, self._low), self._high)
        if value != self._value:
            self._value = value
            self._say()
            self.update()
            self.moved.emit(self.value)

    def _drag(self, event: QMouseEvent) -> None:
        room = self.width() - HANDLE_PX
        self._move(self._at(min(1.0, max(0.0, (event.position().x() - HANDLE_PX / 2) / max(1, room)))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_PageUp: 10,
                 Qt.Key.Key_PageDown: -10}.get(Qt.Key(event.key()))
        if steps is None:
            super().keyPressEvent(event)
        else:
            self.step(steps)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, room = self.height() / 2, self.width() - HANDLE_PX
        x = HANDLE_PX / 2 + room * self._position()
        painter.setBrush(colors.color("border.strong"))
        painter.drawRoundedRect(QRectF(HANDLE_PX / 2, middle - 2, room, 4), 2, 2)
        painter.setBrush(colors.color("accent.base" if self.isEnabled() else "border.control"))
        painter.drawRoundedRect(QRectF(HANDLE_PX / 2, middle - 2, x - HANDLE_PX / 2, 4), 2, 2)
        painter.setBrush(colors.color("border.control"))
        for tick in range(5):
            painter.drawRect(QRectF(HANDLE_PX / 2 + room * tick / 4 - 0.5, middle + 6, 1, 3))
        if self.hasFocus():
            painter.setPen(QPen(colors.color("accent.focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(x - HANDLE_PX / 2 - 2, middle - HANDLE_PX / 2 - 2, HANDLE_PX + 4, HANDLE_PX + 4))
        painter.setPen(QPen(colors.color("bg.panel"), 1))
        painter.setBrush(colors.color("text.primary"))
        painter.drawEllipse(QRectF(x - HANDLE_PX / 2, middle - HANDLE_PX / 2, HANDLE_PX, HANDLE_PX))
        painter.end()
