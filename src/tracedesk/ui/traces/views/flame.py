"""The flame graph of the same trace."""

from __future__ import annotations

from tracedesk.ui.flame.view import FlameView
from tracedesk.ui.traces.view import View

PART = View("flame", "Flame", "flame", 2, lambda desk: FlameView())
