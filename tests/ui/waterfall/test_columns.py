"""The optional columns of the waterfall: switched by commands, remembered, hidden as a whole where there is no room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from tests.helpers.drawn import at
from tests.ui.conftest import NARROW, Desk
from tracedesk.model.llm import CostStatus
from tracedesk.ui import theme
from tracedesk.ui.waterfall.geometry import COLUMNS_TIMELINE_PX, Geometry
from tracedesk.ui.waterfall.view import WaterfallView

REFUND = "Help with my refund"


def shown(view: WaterfallView) -> list[str]:
    return [key for key, _ in view.geometry_now().columns]


def test_columns_are_off_until_switched_on_and_are_remembered(new_desk: Callable[..., Desk], sample: Path) -> None:
    desk = new_desk(sample)
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    before = view.geometry_now()
    assert before.columns == ()
    desk.run("column.tokens", "column.cost")
    assert shown(view) == ["cost", "tokens"]
    assert view.geometry_now().tree_right == before.tree_right
    again = new_desk(sample)
    again.open_title(REFUND)
    assert shown(again.page.centre.view("waterfall")) == ["cost", "tokens"]
    again.run("column.cost")
    assert shown(again.page.centre.view("waterfall")) == ["tokens"]


def test_keys_switch_columns_and_other_views_do_not_offer_them(desk: Desk) -> None:
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    QTest.keyClick(view.canvas, Qt.Key.Key_U)
    QTest.keyClick(view.canvas, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    assert shown(view) == ["cost", "tokens"]
    desk.run("view.flame")
    assert not desk.window.commands.can("column.cost")


def test_a_column_without_room_is_left_out_and_said(new_desk: Callable[..., Desk], sample: Path) -> None:
    desk = new_desk(sample, NARROW)
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    desk.run("column.cost", "column.tokens")
    assert shown(view) == ["cost"]
    assert "Tokens" in desk.window.toast.text()
    desk.run("pane.list")
    assert shown(view) == ["cost", "tokens"]


def test_columns_never_take_what_the_timeline_needs() -> None:
    wanted = [("cost", 60.0), ("tokens", 80.0)]
    for width in range(300, 1200, 7):
        bare = Geometry.of(width, 196, 50.0, theme.current())
        found = Geometry.of(width, 196, 50.0, theme.current(), wanted)
        assert [key for key, _ in found.columns] == [key for key, _ in wanted[:len(found.columns)]]
        assert found.tree_right == bare.tree_right
        assert found.timeline_px >= COLUMNS_TIMELINE_PX or not found.columns


def test_the_menu_at_the_heads_offers_the_columns(desk: Desk) -> None:
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    view.ruler.customContextMenuRequested.emit(QPoint(20, 10))
    menu = next(menu for menu in view.findChildren(QMenu) if menu.isVisible())
    actions = {action.text(): action for action in menu.actions()}
    assert not actions["Column “Cost”"].isChecked()
    actions["Column “Cost”"].trigger()
    menu.close()
    assert shown(view) == ["cost"]


def test_a_click_on_unpriced_sets_a_price(desk: Desk) -> None:
    desk.open_title(REFUND)
    desk.run("column.cost")
    view = desk.page.centre.view("waterfall")
    scene = view.scene
    span = at(scene.trace, "input_guard")
    assert scene.trace.cost_status[span] == CostStatus.UNKNOWN_MODEL
    right = dict(view.geometry_now().columns)["cost"]
    y = int(scene.rows.row_of[span]) * view.geometry_now().row_px + 12
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(right - 60, y))
    desk.settle()
    assert desk.window.state.page == "traces", "beside the word only the row is selected"
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(right - 5, y))
    desk.settle()
    assert desk.window.state.page == "prices"
