"""The three pointers at the first trace: beside what they speak of, each gone at a click, never shown again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import NARROW, WIDE, Desk
from tracedesk.ui import theme
from tracedesk.ui.first_run.pointers import SETTING, WORDS

NewDesk = Callable[..., Desk]


def first_trace(new_desk: NewDesk, tmp_path: Path, sample: Path, size: tuple[int, int] = WIDE) -> Desk:
    """A desk on an empty store to which the first traces have just come."""
    store = tmp_path / "later.db"
    desk = new_desk(store, size)
    assert desk.page.in_first_run()
    shutil.copy(sample.with_name(sample.name + ".key"), store.with_name(store.name + ".key"))
    shutil.copy(sample, store)
    desk.qtbot.waitUntil(lambda: len(desk.page.pointers.shown()) == 3, timeout=5000)
    desk.settle()
    return desk


def names(desk: Desk) -> list[str]:
    """The pointers on the screen."""
    return [card.name for card in desk.page.pointers.shown()]


def on_window(widget: object) -> QRect:
    """Where a widget stands in its window."""
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_they_stand_beside_what_they_speak_of_and_nothing_is_cut_off(new_desk: NewDesk, tmp_path: Path, sample: Path,
                                                                    size: tuple[int, int], scale: float) -> None:
    desk = first_trace(new_desk, tmp_path, sample, size)
    theme.choose(theme.LIGHT, scale=scale)
    desk.settle()
    page = on_window(desk.page)
    cards = {card.name: card for card in desk.page.pointers.shown()}
    room = ("what_if",) if scale == 1.0 else ()
    assert tuple(cards) == ("fingerprint", "critical_path", *room)
    boxes = {name: on_window(card) for name, card in cards.items()}
    for name, card in cards.items():
        assert page.contains(boxes[name])
        assert card.height() >= card.heightForWidth(card.width())
        assert WORDS[name].text in card.accessibleName()
    assert not any(boxes["critical_path"].intersects(boxes[name]) for name in room)
    buttons = {"critical_path": desk.page.centre.critical, "what_if": desk.page.centre.button("whatif.open")}
    for name, button in ((name, buttons[name]) for name in ("critical_path", *room)):
        assert 0 <= boxes[name].top() - on_window(button).bottom() < 8
        assert boxes[name].left() < on_window(button).center().x() < boxes[name].right()
    desk.page.pointers.shown()[1].go()
    desk.settle()
    assert names(desk) == ["fingerprint", "what_if"]


def test_each_goes_at_a_click_and_none_comes_again(new_desk: NewDesk, tmp_path: Path, sample: Path) -> None:
    desk = first_trace(new_desk, tmp_path, sample)
    fingerprint, path, _ = desk.page.pointers.shown()
    QTest.mouseClick(fingerprint, Qt.MouseButton.LeftButton)
    assert names(desk) == ["critical_path", "what_if"]
    path.close_button.click()
    assert names(desk) == ["what_if"]
    again = new_desk(tmp_path / "later.db")
    again.settle(60)
    assert names(again) == ["what_if"]
    again.run("whatif.open", "page.traces")
    again.page.centre.button("whatif.open").click()
    again.run("page.traces")
    assert names(again) == []
    assert again.window.settings.data(SETTING, None) == []
    again.page.pointers.begin()
    again.settle()
    assert names(new_desk(tmp_path / "later.db")) == names(again) == []


def test_esc_takes_one_at_a_time_before_anything_else(new_desk: NewDesk, tmp_path: Path, sample: Path) -> None:
    desk = first_trace(new_desk, tmp_path, sample)
    desk.window.state.select(desk.window.state.trace.span_ids[0])
    desk.page.pointers.shown()[1].close_button.setFocus()
    desk.run("desk.back")
    assert names(desk) == ["fingerprint", "what_if"]
    assert desk.page.pointers.shown()[0].close_button.hasFocus()
    desk.run("desk.back", "desk.back")
    assert names(desk) == []
    assert desk.page.list.hasFocus()
    assert desk.window.state.span_id is not None
    desk.run("desk.back")
    assert desk.window.state.span_id is None


def test_one_waits_while_its_thing_is_not_to_be_seen(new_desk: NewDesk, tmp_path: Path, sample: Path) -> None:
    desk = first_trace(new_desk, tmp_path, sample)
    desk.run("pane.list")
    assert names(desk) == ["critical_path", "what_if"]
    desk.run("view.flame")
    assert names(desk) == ["what_if"]
    desk.run("pane.list", "view.waterfall")
    assert len(names(desk)) == 3


def test_who_had_traces_before_sees_none(desk: Desk, new_desk: NewDesk, sample: Path) -> None:
    assert names(desk) == []
    desk.window.settings.put(SETTING, list(WORDS))
    assert names(new_desk(sample, read_only=True)) == []
