"""The filter bar: chips, completions with counts, the error under the word it is about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tracedesk.model.query import parse
from tracedesk.ui.traces.filter_bar import FilterBar, parts_of

FACETS = {"model": [("gpt-4o", 17), ("gpt-4o-mini", 4)], "status": [("error", 2)]}


@pytest.fixture
def bar(qapp: object, qtbot: object) -> Iterator[FilterBar]:
    made = FilterBar(lambda: FACETS)
    qtbot.addWidget(made)  # type: ignore[attr-defined]
    made.resize(900, 44)
    made.show()
    yield made
    made.error.hide()


def asked(bar: FilterBar) -> list[str]:
    found: list[str] = []
    bar.changed.connect(lambda query: found.append(str(query)))
    return found


def test_enter_makes_chips_of_what_was_typed(bar: FilterBar) -> None:
    found = asked(bar)
    QTest.keyClicks(bar.field, "cost > $0.05 kettle")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert found == ["cost > $0.05 kettle"]
    assert bar.field.text() == ""
    assert len(bar._chips) == 2


def test_backspace_in_the_empty_field_edits_the_last_chip(bar: FilterBar) -> None:
    bar.set_text("status = error duration > 1s")
    QTest.keyClick(bar.field, Qt.Key.Key_Backspace)
    assert bar.text() == "status = error"
    assert bar.field.text() == "duration > 1s"


def test_an_error_stands_under_the_word_it_is_about_and_the_filter_stays(bar: FilterBar) -> None:
    bar.set_text("status = error")
    found = asked(bar)
    QTest.keyClicks(bar.field, "duration > fast")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert "needs a time" in bar.problem()
    assert found == []
    assert bar.text() == "status = error"
    left = bar.field.mapToGlobal(bar.field.rect().topLeft()).x()
    assert bar.error.x() > left + 20
    QTest.keyClicks(bar.field, "x")
    assert bar.problem() == ""


def test_an_unknown_word_is_answered_with_the_one_meant(bar: FilterBar) -> None:
    QTest.keyClicks(bar.field, "modle = gpt-4o")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert "model" in bar.problem()


def test_completions_come_from_the_facets_with_their_counts(bar: FilterBar) -> None:
    bar.field.setFocus()
    QTest.keyClicks(bar.field, "gpt")
    offered = bar.offered()
    assert ('model = "gpt-4o"', "17") in offered
    assert all("gpt" in text for text, _ in offered)


def test_a_chip_is_removed_by_its_cross_and_by_delete(bar: FilterBar) -> None:
    bar.set_text("status = error kettle")
    bar._chips[0].setFocus()
    QTest.keyClick(bar._chips[0], Qt.Key.Key_Delete)
    assert bar.text() == "kettle"


@pytest.mark.parametrize(("text", "words", "value"), [
    ("status = error", ["status", "="], "error"), ("status != error", ["status", "≠"], "error"),
    ("duration >= 2s", ["duration", "≥"], "2s"), ("not kettle", ["not"], "kettle"), ('"two words"', [], "“two words”"),
    ("since 1h", ["since"], "1h"), ("kind in (llm, tool)", ["kind", "in"], "llm, tool")])
def test_a_chip_says_key_operator_and_value(text: str, words: list[str], value: str) -> None:
    before, shown = parts_of(parse(text).terms[0])
    assert ([word for word, _ in before], shown) == (words, value)
