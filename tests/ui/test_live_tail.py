"""Live data that does not jump (DESIGN section 11): what enters, what waits, what keeps its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest

from tests.store.making import send, span
from tests.ui.conftest import Desk
from tracedesk.model.summary import TraceSummary
from tracedesk.store import questions
from tracedesk.store.aside import move_aside
from tracedesk.store.connect import open_store
from tracedesk.ui.traces.tail import MOST_WAITING, Tail
from tracedesk.ui.traces.trace_list import MOST_ROWS, TraceList


def summary(number: int, **more: object) -> TraceSummary:
    base = TraceSummary(
        number.to_bytes(16, "big"), "agent", f"question {number}", ("bot",), number * 10**9, number * 10**9 + 5, 1, 0, 0,
        True, 1, 0, None, None, None, None, None, None, 0, 0, None, None, (), None, b"")
    return replace(base, **more)  # type: ignore[arg-type]


def numbers(shown: TraceList) -> list[int]:
    return [int.from_bytes(row.trace_id, "big") for row in shown.model_.tail.rows]


@pytest.fixture
def shown(qapp: object, qtbot: object) -> TraceList:
    made = TraceList()
    qtbot.addWidget(made)  # type: ignore[attr-defined]
    made.setGeometry(600, 400, 356, 300)
    QCursor.setPos(0, 0)
    made.show()
    made.show_rows([summary(number) for number in range(40, 0, -1)], more=False)
    return made


def test_at_rest_new_rows_enter_at_the_top(shown: TraceList) -> None:
    assert shown.take([summary(42), summary(41)]) == 2
    assert numbers(shown)[:3] == [42, 41, 40]
    assert shown.waiting == 0


def test_while_the_list_is_scrolled_new_rows_wait_and_nothing_moves(shown: TraceList) -> None:
    shown.verticalScrollBar().setValue(200)
    top = shown.indexAt(QPoint(5, 5)).row()
    held: list[int] = []
    shown.held.connect(held.append)
    shown.take([summary(41)])
    assert (shown.waiting, held) == (1, [1])
    assert shown.indexAt(QPoint(5, 5)).row() == top
    shown.show_waiting()
    assert numbers(shown)[0] == 41
    assert shown.verticalScrollBar().value() == 0


def test_after_a_row_was_picked_by_hand_new_rows_wait(shown: TraceList) -> None:
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 60))
    picked = shown.current_id()
    shown.take([summary(41)])
    assert shown.waiting == 1
    assert shown.current_id() == picked
    shown.show_waiting()
    assert shown.current_id() == picked


def test_a_row_that_changed_changes_in_its_place(shown: TraceList) -> None:
    shown.take([summary(20, span_count=9)])
    assert numbers(shown) == list(range(40, 0, -1))
    assert shown.model_.tail.rows[20].span_count == 9


def test_late_rows_are_not_pushed_between_others(shown: TraceList) -> None:
    tail = Tail()
    tail.reset([summary(10), summary(8)])
    changed, fresh = tail.split([summary(9), summary(10)])
    assert (changed, [row.start_ns for row in fresh]) == ([], [9 * 10**9])
    shown.model_.tail.remove({(39).to_bytes(16, "big")})
    shown.take([summary(39)])
    assert numbers(shown)[:3] == [40, 39, 38]                # at rest, sorted once, when nobody reads


def test_rows_that_leave_do_not_move_what_is_in_view(shown: TraceList) -> None:
    shown.verticalScrollBar().setValue(480)
    before = shown.model_.tail.rows[shown.indexAt(QPoint(5, 5)).row()].trace_id
    shown.remove({number.to_bytes(16, "big") for number in (40, 39, 38)})
    assert shown.model_.tail.rows[shown.indexAt(QPoint(5, 5)).row()].trace_id == before


def test_a_flood_waits(shown: TraceList) -> None:
    shown.take([summary(number) for number in range(41, 300)])
    shown.take([summary(300)])
    assert shown.waiting == 260
    assert numbers(shown)[0] == 40


def test_what_waits_enters_when_the_flood_is_over_and_nobody_reads(shown: TraceList) -> None:
    shown.take([summary(number) for number in range(300, 40, -1)])
    shown._new_second()
    assert shown.waiting == 260, "that was the flood"
    shown.verticalScrollBar().setValue(200)
    shown._new_second()
    assert shown.waiting == 260, "somebody reads"
    shown.verticalScrollBar().setValue(0)
    shown._new_second()
    assert numbers(shown) == list(range(300, 0, -1))


def test_pausing_holds_the_list_and_the_pill_counts(desk: Desk) -> None:
    desk.run("live.toggle")
    assert desk.page.pane._word.text() == "Paused"
    desk.page.list.take([summary(10**10)])
    assert desk.page.pane.new.isVisible()
    assert desk.page.pane.new.text() == "1 new"
    desk.run("live.show")
    assert not desk.page.pane.new.isVisible()
    assert len(desk.titles()) == 25


def test_what_another_process_writes_appears_by_itself(new_desk: Callable[..., Desk], sample: Path) -> None:
    desk = new_desk(sample)
    with open_store(sample, role="write") as store:
        trace_id = desk.page.list.model_.tail.rows[3].trace_id
        store._connection.execute("UPDATE traces SET error_count = error_count + 7 WHERE trace_id = ?", (trace_id,))
    desk.qtbot.waitUntil(lambda: desk.page.list.model_.tail.rows[3].error_count >= 7, timeout=3000)
    assert len(desk.titles()) == 24


def test_a_store_that_was_moved_aside_is_left_for_the_one_in_its_place(new_desk: Callable[..., Desk], sample: Path) -> None:
    desk = new_desk(sample)
    assert len(desk.titles()) == 24
    move_aside(sample)
    with open_store(sample, role="write") as store:
        send(store.writer(), [span(1, 1, name="the first in the new one", start_ms=1)])
    desk.qtbot.waitUntil(lambda: len(desk.titles()) == 1, timeout=5000)
    desk.settle()
    assert desk.titles() == ["the first in the new one"]


# -- more than a page at once ----------------------------------------------------------------------------------------------

def test_at_rest_a_page_of_nothing_but_new_rows_is_all_there_is_to_show(shown: TraceList) -> None:
    """Between it and the rows so far may be others that nobody read."""
    shown.take([summary(number) for number in range(240, 140, -1)], more=True)
    assert numbers(shown) == list(range(240, 140, -1))
    assert not shown.model_.exhausted, "who scrolls gets the others"
    assert shown.waiting == 0


def test_a_page_of_nothing_but_new_rows_waits_while_somebody_reads(shown: TraceList, qtbot) -> None:
    shown.verticalScrollBar().setValue(200)
    shown.take([summary(number) for number in range(240, 140, -1)], more=True)
    assert numbers(shown)[0] == 40
    assert (shown.waiting, shown.model_.tail.behind) == (100, True)
    with qtbot.waitSignal(shown.newest_wanted, timeout=100):
        shown.show_waiting()
    shown.show_rows([summary(number) for number in range(300, 200, -1)], more=True)
    assert not shown.model_.tail.behind


def test_a_page_that_goes_on_from_what_waits_is_no_gap(shown: TraceList) -> None:
    shown.verticalScrollBar().setValue(200)
    shown.take([summary(number) for number in range(60, 20, -1)], more=True)
    shown.take([summary(number) for number in range(90, 50, -1)], more=True)
    assert not shown.model_.tail.behind
    shown.show_waiting()
    assert numbers(shown) == list(range(90, 0, -1))


def test_a_list_at_rest_does_not_grow_without_end(shown: TraceList) -> None:
    rows = [summary(number) for number in range(2_000, 2_000 - MOST_ROWS - 1, -1)]
    shown.show_rows(rows, more=False)
    shown.take([summary(2_001), *rows[:99]], more=True)
    assert numbers(shown) == list(range(2_001, 1_901, -1))
    assert not shown.model_.exhausted


def test_of_what_waits_only_so_much_is_remembered() -> None:
    tail = Tail()
    tail.hold([summary(number) for number in range(MOST_WAITING)])
    assert not tail.behind
    tail.hold([summary(0), summary(MOST_WAITING)])
    assert tail.behind
    assert len(tail.waiting) == MOST_WAITING


@pytest.mark.parametrize("reading", [True, False])
def test_many_traces_at_once_leave_no_gap(new_desk: Callable[..., Desk], sample: Path, reading: bool) -> None:
    desk = new_desk(sample)
    if reading:
        QTest.mouseClick(desk.page.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 60))
    with open_store(sample, role="write") as store:
        send(store.writer(), [span(number, number, name=f"new {number}", start_ms=1000 * number) for number in range(1, 451)])
    if reading:
        desk.qtbot.waitUntil(lambda: desk.page.pane.new.text() == "200+ new", timeout=5000)
        assert len(desk.titles()) == 24
        desk.run("live.show")
    desk.qtbot.waitUntil(lambda: len(desk.titles()) == 200, timeout=5000)
    while not desk.page.list.model_.exhausted:
        desk.page.list.scrollToBottom()
        desk.settle()
    with open_store(sample, role="read") as store:
        assert [row.trace_id for row in desk.page.list.model_.tail.rows] == questions.ids(store)
