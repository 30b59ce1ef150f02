"""`'` and letters: jumps to a name in the waterfall and in the list, shown until Esc; no letter is a command meanwhile."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.helpers.drawn import drawn
from tests.ui.conftest import Desk
from tracedesk.scene.jump import Landing, land, named, named_rows
from tracedesk.scene.rows import rows_of

REFUND = "Help with my refund"


@pytest.mark.parametrize(("name", "letters", "found"), [
    ("search_docs", "se", True), ("search_docs", "docs", True), ("search_docs", "ocs", False), ("GET /v1/orders", "v1", True),
    ("chat gpt-4o", "GPT", True), ("chat gpt-4o", "4", True), (None, "a", False), ("a.b", "a.b", True), ("axb", "a.b", False),
    ("Grüße", "grüß", True), ("(no", "(", True)])
def test_a_name_is_found_by_the_beginning_of_a_word(name: str | None, letters: str, found: bool) -> None:
    assert named([name], letters).tolist() == [found]


def test_landing_goes_round_the_ends() -> None:
    places = np.array([2, 5, 9])
    assert land(places, 5, 0) == land(places, 3, 0) == Landing(5, 2, 3)
    assert land(places, 5, 1) == land(places, 5, -1)._replace(place=9, number=3)
    assert land(places, 9, 1) == land(places, 10, 0) == Landing(2, 1, 3)
    assert land(places, 2, -1) == Landing(9, 3, 3)
    assert land(np.array([], np.int64), 0, 0) is None


def test_rows_that_are_hidden_are_not_landed_on() -> None:
    trace = drawn("""
        agent   |------------|
          one    |---|
            own    |-|
          other       |--|
    """)
    assert named_rows(trace, rows_of(trace, set()), "o").tolist() == [1, 2, 3]
    assert named_rows(trace, rows_of(trace, {1}), "o").tolist() == [1, 2]


def typed(widget: QWidget, text: str, desk: Desk) -> None:
    QTest.keyClicks(widget, text)
    desk.settle()


def test_letters_jump_in_the_waterfall_and_are_shown(desk: Desk) -> None:
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    view.canvas.setFocus()
    typed(view.canvas, "'", desk)
    assert view.jump.active
    typed(view.canvas, "se", desk)
    assert desk.selected() == "search_docs"
    assert view.jump.text() == "'se 1 of 3"
    typed(view.canvas, "'", desk)
    assert desk.selected() == "SELECT kb_chunks"
    QTest.keyClick(view.canvas, Qt.Key.Key_Up)
    assert desk.selected() == "search_docs"
    QTest.keyClick(view.canvas, Qt.Key.Key_Up)
    assert desk.selected() == "search_orders", "round the ends"
    typed(view.canvas, "q", desk)
    assert view.jump.text() == "'seq no match"
    assert desk.selected() == "search_orders"
    QTest.keyClick(view.canvas, Qt.Key.Key_Backspace)
    assert view.jump.text() == "'se 3 of 3"
    QTest.keyClick(view.canvas, Qt.Key.Key_Escape)
    desk.settle()
    assert not view.jump.active
    assert view.jump.text() == ""
    assert desk.selected() == "search_orders", "Esc leaves the letters, not the span"
    typed(view.canvas, "j", desk)
    assert desk.selected() == "GET /v1/orders", "letters are commands again"


def test_one_letter_again_is_the_next_match(desk: Desk) -> None:
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    view.canvas.setFocus()
    typed(view.canvas, "'r", desk)
    first = desk.selected()
    typed(view.canvas, "rr", desk)
    assert view.jump.text().startswith("'r ")
    assert first != desk.selected()


def test_the_step_of_a_model_call_is_part_of_its_name(desk: Desk) -> None:
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    view.canvas.setFocus()
    typed(view.canvas, "'plan", desk)
    trace = desk.window.state.trace
    assert trace.label[trace.index_of[desk.window.state.span_id]] == "plan"


def test_letters_jump_in_the_list(desk: Desk) -> None:
    desk.open_title(REFUND)
    listed = desk.page.list
    listed.setFocus()
    typed(listed, "'ord-", desk)
    titles = desk.titles()
    row = titles[listed.currentIndex().row()]
    assert "ORD-" in row
    assert desk.window.state.trace_id == listed.current_id()
    assert listed.jump.text().startswith("'ord- ")
    assert not desk.page.centre.view("waterfall").jump.active
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 20))
    assert not listed.jump.active, "a click ends it"


def test_another_key_or_another_trace_ends_it(desk: Desk) -> None:
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    view.canvas.setFocus()
    desk.run("row.jump")
    QTest.keyClick(view.canvas, Qt.Key.Key_Home)
    assert not view.jump.active
    assert desk.selected() == "refund_agent", "and does what it does"
    desk.run("row.jump", "trace.next")
    assert not view.jump.active
