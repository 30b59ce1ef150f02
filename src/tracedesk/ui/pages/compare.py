"""The Compare page. What it is made of is loaded when it is first shown."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from tracedesk.ui.page import Page


def _build(desk: Any) -> QWidget:
    from tracedesk.ui.compare.page import ComparePage

    return ComparePage(desk)


PART = Page("compare", "Compare", "compare", 3, _build)
