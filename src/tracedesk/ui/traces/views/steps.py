"""The same trace told as steps; Enter or a double click replays from there."""

from __future__ import annotations

from tracedesk.ui.replay.steps_view import StepsView
from tracedesk.ui.traces.view import View

PART = View("steps", "Steps", "steps", 3, StepsView, bottom=False)
