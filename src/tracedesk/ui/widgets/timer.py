"""A timer that fires once after its last start."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def single_shot(owner: QObject, ms: int, then: Callable[[], object]) -> QTimer:
    """A stopped timer of `owner`: `then()` runs once, `ms` after `start()` was called last."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(ms)
    timer.timeout.connect(then)
    return timer
