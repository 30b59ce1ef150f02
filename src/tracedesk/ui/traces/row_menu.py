"""The menu of a row of the list: commands on its trace, which may still be on its way when the menu opens."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from tracedesk.ui.traces.centre import OF_TRACE
from tracedesk.ui.widgets.menu import Menu

OF_ROW = (*OF_TRACE, "trace.session", "compare.median")


class RowMenu(Menu):
    """Shown by `popup`, gone once closed."""

    def __init__(self, desk: Any, parent: QWidget) -> None:
        super().__init__(parent)
        self._commands = desk.commands
        self._entries = desk.commands.add_to(self, OF_ROW)
        desk.state.trace_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Grey what cannot be run now."""
        for id, action in self._entries.items():
            action.setEnabled(self._commands.can(id))
