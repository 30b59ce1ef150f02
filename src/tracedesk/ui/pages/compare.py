"""The Compare page."""

from __future__ import annotations

from tracedesk.ui.compare.page import ComparePage
from tracedesk.ui.page import Page

PART = Page("compare", "Compare", "compare", 3, ComparePage)
