"""The Metrics page. What it is made of, pyqtgraph among it, is loaded when it is first shown."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from tracedesk.ui.page import Page


def _build(desk: Any) -> QWidget:
    from tracedesk.ui.metrics.page import MetricsPage

    return MetricsPage(desk)


PART = Page("metrics", "Metrics", "metrics", 2, _build)
