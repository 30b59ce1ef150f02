"""The plain table: rows that come while somebody reads do not take the reader's row or place away."""

from __future__ import annotations

import pytest

from tracedesk.ui.widgets.table import Cell, Column, Table


def rows(first: int, last: int) -> list[tuple[list[Cell], int]]:
    return [([Cell(f"row {number}")], number) for number in range(first, last)]


@pytest.fixture
def table(qtbot) -> Table:
    made = Table((Column("What"),), "Rows")
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    made.show_rows(rows(0, 100))
    return made


def test_rows_at_the_end_leave_place_and_choice(table: Table) -> None:
    picked: list[int] = []
    table.picked.connect(picked.append)
    table.selectRow(40)
    table.verticalScrollBar().setValue(30)
    place = table.verticalScrollBar().value()
    for last in (100, 101, 250):
        table.show_rows(rows(0, last))
        assert table.current() == 40
        assert table.verticalScrollBar().value() == place
    assert len(table.texts()) == 250
    assert picked == [40], "nobody chose anything else"


def test_other_rows_begin_anew(table: Table) -> None:
    table.selectRow(40)
    table.show_rows(rows(500, 600))
    assert table.current() is None
    assert table.texts()[0] == ["row 500"]
