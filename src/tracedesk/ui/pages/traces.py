"""The Traces page."""

from __future__ import annotations

from tracedesk.ui.page import Page
from tracedesk.ui.traces.page import TracesPage

PART = Page("traces", "Traces", "traces", 1, TracesPage)
