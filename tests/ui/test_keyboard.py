"""Everything can be reached by the keyboard and has a name for a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from tests.ui.conftest import Desk


def stops(root: QWidget) -> list[QWidget]:
    """Visible widgets that Tab stops at."""
    return [widget for widget in root.findChildren(QWidget) if widget.isVisible() and widget.isEnabled()
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None]


def unnamed(root: QWidget) -> list[str]:
    """Tab stops without an accessible name."""
    return [f"{type(widget).__name__} in {type(widget.parent()).__name__}"
            for widget in stops(root) if not widget.accessibleName()]


def test_every_stop_has_a_name(desk: Desk) -> None:
    desk.open_title("Help with my refund")
    for key in desk.page.inspector.tabs.keys():  # noqa: SIM118 - a method, not a dict
        desk.page.inspector.choose(key)
        desk.settle()
        assert not unnamed(desk.window), key
    desk.window.state.go("settings")
    assert not unnamed(desk.window)


def test_the_first_run_page_has_names_too(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    assert not unnamed(new_desk(tmp_path / "nothing.db").window)


def test_tab_reaches_every_stop_and_comes_round(desk: Desk) -> None:
    desk.open_title("Help with my refund")
    desk.page.list.setFocus()
    wanted, seen = {id(widget) for widget in stops(desk.window)}, []
    for _ in range(len(wanted) + 20):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
        if seen[-1] is desk.page.list:
            break
    assert seen[-1] is desk.page.list, [f"{type(w).__name__} {w.accessibleName()}" for w in seen[-30:]]
    missed = [f"{type(widget).__name__} {widget.accessibleName()}" for widget in stops(desk.window)
              if id(widget) in wanted and widget not in seen]
    assert not missed


def test_icon_buttons_say_what_they_do(desk: Desk) -> None:
    for button in desk.window.findChildren(QAbstractButton):
        if button.isVisible() and not button.text():
            assert button.accessibleName(), type(button.parent()).__name__
            assert button.toolTip() or type(button).__name__ in ("RailItem", "SearchField"), button.accessibleName()


@pytest.mark.parametrize(("key", "page"), [("1", "traces"), ("6", "settings")])
def test_ctrl_and_a_number_go_to_a_screen(desk: Desk, key: str, page: str) -> None:
    QTest.keyClick(desk.window, Qt.Key(ord(key)), Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert desk.window.state.page == page


def test_letters_type_in_a_text_field_and_act_elsewhere(desk: Desk) -> None:
    desk.page.filter.field.setFocus()
    QTest.keyClicks(desk.page.filter.field, "tle")
    assert desk.page.filter.field.text() == "tle"
    assert desk.window.state.live
    desk.page.filter.field.clear()
    desk.page.list.setFocus()
    QTest.keyClick(desk.page.list, Qt.Key.Key_T)
    assert not desk.window.state.live
