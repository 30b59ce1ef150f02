"""Mouse and touch pad: pinches, menus of what is under the pointer, Ctrl and a click (DESIGN section 10)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tests.helpers.drawn import at
from tests.ui.conftest import Desk

REFUND = "Help with my refund"


def pinch(widget: QWidget, spot: QPointF, value: float) -> None:
    event = QNativeGestureEvent(Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, spot, spot,
                                spot, value, QPointF())
    QApplication.sendEvent(widget, event)


def menu_at(widget: QWidget, spot: QPoint, desk: Desk) -> QMenu:
    """The menu that a right click there opens."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, widget.mapToGlobal(spot))
    QApplication.sendEvent(widget, event)
    desk.settle()
    return next(menu for menu in desk.window.findChildren(QMenu) if menu.isVisible())


def entries(menu: QMenu) -> dict[str, bool]:
    return {action.text().split("\t")[0].split("   ")[0]: action.isEnabled() for action in menu.actions() if action.text()}


def test_a_pinch_zooms_at_the_pointer(desk: Desk) -> None:
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    before, x = view.scene.scale, 200.0
    moment = before.ns(x)
    pinch(view.canvas, QPointF(view.geometry_now().left + x, 50), 0.25)
    assert view.scene.scale.ns_per_px == pytest.approx(before.ns_per_px / 1.25)
    assert view.scene.scale.ns(x) == pytest.approx(moment, abs=2 * before.ns_per_px)
    pinch(view.canvas, QPointF(view.geometry_now().left + x, 50), -5.0)
    assert view.scene.scale.span_ns <= view.scene.most_ns, "never further than the trace"


def test_a_pinch_zooms_the_flame_graph(desk: Desk) -> None:
    desk.open_title(REFUND)
    desk.run("view.flame")
    canvas = desk.page.centre.view("flame").canvas
    pinch(canvas, QPointF(canvas.width() / 2, 50), 1.0)
    left, right = canvas.view
    assert right - left == pytest.approx(0.5, abs=0.01)
    assert (left + right) / 2 == pytest.approx(0.5, abs=0.02)


def test_the_menu_of_a_span_offers_its_commands(desk: Desk) -> None:
    desk.open_title(REFUND)
    view = desk.page.centre.view("waterfall")
    row = int(view.scene.rows.row_of[at(view.scene.trace, "search_docs")])
    menu = menu_at(view.canvas, QPoint(80, row * view.geometry_now().row_px + 10), desk)
    found = entries(menu)
    assert desk.selected() == "search_docs"
    assert found["Zoom to the span"]
    assert found["Replay from the selected span"]
    assert not found["Set a price for the model of this call"], "it is no call"
    next(action for action in menu.actions() if action.text().startswith("Copy the span id")).trigger()
    menu.close()
    assert QApplication.clipboard().text() == desk.window.state.span_id.hex()


def test_the_menu_of_a_frame(desk: Desk) -> None:
    desk.open_title(REFUND)
    desk.run("view.flame")
    view = desk.page.centre.view("flame")
    _, left, right = view.canvas.source.shapes().of(at(desk.window.state.trace, "retrieve_context"))
    plot = view.canvas.plot()
    spot = QPoint(round(plot.left() + (left + right) / 2 * plot.width()), round(plot.top()) + view.canvas.row_px + 8)
    menu = menu_at(view.canvas, spot, desk)
    assert desk.selected() == "retrieve_context"
    assert entries(menu)["Copy the span id"]
    next(action for action in menu.actions() if action.text().startswith("Zoom to the frame")).trigger()
    menu.close()
    view.canvas._glide.finish()
    assert view.canvas.view == pytest.approx((left, right))


def test_the_menu_of_a_row_is_of_its_trace(desk: Desk) -> None:
    desk.open_title(REFUND)
    listed = desk.page.list
    other = next(number for number, title in enumerate(desk.titles()) if title == "What is your return window?")
    menu = menu_at(listed.viewport(), listed.visualRect(listed.model_.index(other)).center(), desk)
    assert desk.window.state.trace_id == listed.model_.tail.rows[other].trace_id
    found = entries(menu)
    assert found["Replay"]
    assert found["Export this trace"]
    menu.close()


def test_ctrl_and_a_click_compares_with_the_open_trace(desk: Desk) -> None:
    desk.open_title(REFUND)
    here, listed = desk.window.state.trace_id, desk.page.list
    row = next(number for number, row in enumerate(listed.model_.tail.rows) if row.title == "the latest")
    spot = listed.visualRect(listed.model_.index(row)).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, spot)
    desk.settle()
    assert desk.window.state.page == "compare"
    compared = desk.window.page("compare").compared
    assert {compared.a.summary.trace_id, compared.b.summary.trace_id} == {here, listed.model_.tail.rows[row].trace_id}
    assert desk.window.state.trace_id == here, "the open trace stays open"


@pytest.mark.parametrize("view", ["waterfall", "flame"])
def test_esc_stops_measuring_first_and_clears_the_selection_then(desk: Desk, view: str) -> None:
    desk.open_title(REFUND)
    desk.run(f"view.{view}")
    shown = desk.page.centre.view(view)
    if view == "flame":
        shown.set_mode("time")
    desk.run("canvas.measure")
    measured = shown if view == "waterfall" else shown.canvas.tools
    assert measured.measured is not None
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    assert measured.measured is None
    assert desk.window.state.span_id is not None
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.window.state.span_id is None
