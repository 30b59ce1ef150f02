"""Motion: one animation per change, driving one value; none where the system asks for less motion (DESIGN section 16)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation
from PySide6.QtWidgets import QApplication, QStyle


def moves() -> bool:
    """Whether things may move: the system's setting for animations."""
    return QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0


class Glide(QObject):
    """A value from 0 to 1 along OutCubic, given to `step`. Starting again cuts what was under way."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._step: Callable[[float], object] | None = None
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._moved)

    def start(self, ms: int, step: Callable[[float], object], *, cut: bool = False) -> None:
        """Run `step` with values up to exactly 1; at once with 1 where nothing may move or `cut` is set."""
        self.stop()
        if cut or ms <= 0 or not moves():
            step(1.0)
            return
        self._step = step
        self._animation.setDuration(ms)
        self._animation.start()

    def stop(self) -> None:
        """Leave everything where it is."""
        self._step = None
        self._animation.stop()

    def running(self) -> bool:
        """Whether something moves now."""
        return self._animation.state() == QVariantAnimation.State.Running

    def finish(self) -> None:
        """Jump to the end."""
        step = self._step
        self.stop()
        if step is not None:
            step(1.0)

    def _moved(self, value: float) -> None:
        if self._step is not None:
            self._step(float(value))
