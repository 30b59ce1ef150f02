"""Tree and bars over time."""

from __future__ import annotations

from tracedesk.ui.traces.view import View
from tracedesk.ui.waterfall.view import WaterfallView

PART = View("waterfall", "Waterfall", "waterfall", 1, lambda desk: WaterfallView())
