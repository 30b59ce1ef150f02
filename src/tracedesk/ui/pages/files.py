"""The page that says what was read of the files of this window. What it is made of is loaded when it is first shown."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from tracedesk.ui.page import Page


def _build(desk: Any) -> QWidget:
    from tracedesk.ui.files.report_page import FilesPage

    return FilesPage(desk)


PART = Page("files", "Files", "open", 9, _build, under="traces")
