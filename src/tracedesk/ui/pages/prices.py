"""The prices page, under the traces. What it is made of is loaded when it is first shown."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from tracedesk.ui.page import Page


def _build(desk: Any) -> QWidget:
    from tracedesk.ui.prices.page import PricesPage

    return PricesPage(desk)


PART = Page("prices", "Prices", "token", 8, _build, under="traces")
