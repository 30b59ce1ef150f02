"""Naming the columns of a table that no format knows: which is the trace, the span, the start, and in what unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout

from tracedesk.base.errors import DataError
from tracedesk.importers.formats.span_table import ROLES
from tracedesk.importers.importer import Report
from tracedesk.importers.rows import csv_rows, is_parquet, parquet_rows
from tracedesk.importers.source import Source
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.combo import Combo
from tracedesk.ui.widgets.dialog_buttons import dialog_buttons
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.text import label, visible

TITLES = {"trace": "Trace id", "span": "Span id", "parent": "Parent span id", "name": "Name", "start": "Start", "end": "End",
          "duration": "Duration", "service": "Service", "status": "Status", "message": "Status message", "kind": "Span kind"}
HINTS = {"trace": "without it: one trace", "span": "without it: made up", "start": "needed", "name": "needed",
         "duration": "where there is no end"}
UNITS = (("", "by its size"), ("ns", "ns"), ("us", "µs"), ("ms", "ms"), ("s", "s"))
WITH_UNIT = ("start", "end", "duration")
ROWS = 5


class ColumnsDialog(QDialog):
    """Asks for role → column; `chosen` gives the mapping as `import --map` takes it."""

    chosen = Signal(dict)

    def __init__(self, desk: Any, path: Path, columns: Sequence[str], known: Mapping[str, str]) -> None:
        super().__init__(desk)
        self.setWindowTitle(f"Columns of {path.name}")
        self.setModal(True)
        self._picks: dict[str, Combo] = {}
        self._units: dict[str, Combo] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        for row, role in enumerate(ROLES):
            grid.addWidget(label(TITLES[role], "dense", "secondary"), row, 0)
            pick = self._picks[role] = Combo(TITLES[role])
            pick.addItem("—", "")
            for name in columns:
                pick.addItem(visible(name), name)
            pick.setCurrentIndex(max(0, pick.findData(known.get(role, ""))))
            pick.currentIndexChanged.connect(self._check)
            grid.addWidget(pick, row, 1)
            if role in WITH_UNIT:
                unit = self._units[role] = Combo(f"Unit of {TITLES[role]}")
                for key, title in UNITS:
                    unit.addItem(title, key)
                grid.addWidget(unit, row, 2)
            grid.addWidget(label(HINTS.get(role, ""), "dense", "tertiary"), row, 3)
        self._open = Button("Open", self._choose, role="primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label("Which column is what? The others become attributes.", "body"))
        column.addLayout(grid)
        column.addWidget(self._preview(path, columns))
        column.addLayout(dialog_buttons(self, self._open))
        self._check()

    @staticmethod
    def _preview(path: Path, columns: Sequence[str]) -> Table:
        """The first rows as they are."""
        table = Table([Column(visible(name), 130) for name in columns], "The first rows")
        source = Source(path)
        try:
            rows = parquet_rows(source) if is_parquet(source.head) else csv_rows(source, Report(""))
            found = [record.value for record in islice(rows, ROWS)]
        except DataError:
            found = []
        table.show_rows([(tuple(Cell("" if row.get(name) is None else visible(str(row[name]))) for name in columns), row)
                         for row in found])
        table.setMinimumSize(620, 150)
        return table

    def mapping(self) -> dict[str, str]:
        """Role → column as picked, with units."""
        found = {role: str(pick.currentData()) for role, pick in self._picks.items() if pick.currentData()}
        units = {f"{role}_unit": str(unit.currentData()) for role, unit in self._units.items()
                 if unit.currentData() and role in found}
        return {**found, **units}

    def _check(self) -> None:
        found = self.mapping()
        self._open.setEnabled("start" in found and "name" in found)

    def _choose(self) -> None:
        self.accept()
        self.chosen.emit(self.mapping())
