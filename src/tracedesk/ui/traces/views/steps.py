"""The same trace told as steps; Enter or a double click replays from there."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from tracedesk.ui.traces.view import View


def _build(desk: Any) -> QWidget:
    from tracedesk.ui.replay.steps_view import StepsView

    return StepsView(desk)


PART = View("steps", "Steps", "steps", 3, _build, bottom=False)
