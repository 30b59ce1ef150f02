"""Widgets of the Metrics page on the screen, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

Shown = Callable[[QWidget, tuple[int, int]], Any]


@pytest.fixture
def shown(qapp: QApplication, qtbot: Any) -> Iterator[Shown]:
    """Puts a widget on the screen; it is closed at the end."""
    made: list[QWidget] = []

    def show(widget: QWidget, size: tuple[int, int]) -> Any:
        made.append(widget)
        widget.resize(*size)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    yield show
    for widget in made:
        widget.close()
        widget.deleteLater()
