"""The flame graph of the same trace."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from tracedesk.ui.traces.view import View


def _build(desk: Any) -> QWidget:
    from tracedesk.ui.flame.view import FlameView

    return FlameView()


PART = View("flame", "Flame", "flame", 2, _build)
