"""The waterfall by keys, mouse and calls: what is selected, in view and told."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.helpers.drawn import at
from tests.helpers.random_traces import T0_NS, flat, span_row
from tracedesk.base import clock
from tracedesk.model.trace import Trace, build_trace
from tracedesk.scene.simulation import Simulation
from tracedesk.ui import theme
from tracedesk.ui.waterfall.growth import FRESH_NS
from tracedesk.ui.waterfall.view import WaterfallView

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("This plugin does not support")]
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton


def settle(view: WaterfallView) -> None:
    """Let every motion end."""
    view.glide.finish()
    view.tween.finish()


def key(view: WaterfallView, code: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(view.canvas, code, modifiers)
    settle(view)


def spot(view: WaterfallView, name: str, x: float | None = None) -> QPoint:
    """The middle of a span's bar (or a pixel of the timeline in its row)."""
    scene, geometry = view.scene, view.geometry_now()
    span = at(scene.trace, name)
    middle = (scene.scale.x(int(scene.start_ns[span])) + scene.scale.x(int(scene.end_ns[span]))) / 2
    row = int(scene.rows.row_of[span])
    y = round((row + 0.5) * geometry.row_px) - view.canvas.scroll_px
    return QPoint(round(geometry.left + (middle if x is None else x)), y)


def chevron(view: WaterfallView, name: str) -> QPoint:
    scene = view.scene
    row = int(scene.rows.row_of[at(scene.trace, name)])
    return QPoint(16 + 14 * scene.rows.depth(scene.trace, row), spot(view, name).y())


def selected(view: WaterfallView) -> str | None:
    return None if view.scene.selected is None else view.scene.trace.name[view.scene.selected]


def wheel(view: WaterfallView, where: QPoint, turns: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    event = QWheelEvent(QPointF(where), QPointF(view.canvas.mapToGlobal(where)), QPoint(), QPoint(0, 120 * turns),
                        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(view.canvas, event)


# selecting

def test_rows_by_key(view: WaterfallView) -> None:
    seen: list[bytes | None] = []
    view.span_selected.connect(seen.append)
    for code, expected in ((Qt.Key.Key_J, "agent"), (Qt.Key.Key_Down, "guard"), (Qt.Key.Key_K, "agent"),
                           (Qt.Key.Key_End, "reply"), (Qt.Key.Key_Up, "get"), (Qt.Key.Key_Home, "agent")):
        key(view, code)
        assert selected(view) == expected
    trace = view.scene.trace
    assert seen == [trace.span_ids[at(trace, name)] for name in ("agent", "guard", "agent", "reply", "get", "agent")]


def test_selecting_from_outside_tells_nobody_and_opens_what_hides(view: WaterfallView) -> None:
    seen: list[bytes | None] = []
    view.span_selected.connect(seen.append)
    view.set_closed({0})
    trace = view.scene.trace
    view.select(trace.span_ids[at(trace, "rerank")])
    assert selected(view) == "rerank"
    assert view.scene.rows.n == trace.n
    view.select(b"nobody")
    assert selected(view) is None
    assert seen == []


def test_a_click_selects_and_a_click_below_the_rows_clears(view: WaterfallView) -> None:
    QTest.mouseClick(view.canvas, LEFT, NONE, spot(view, "rerank"))
    assert selected(view) == "rerank"
    with_nothing = QPoint(500, view.canvas.height() - 3)
    QTest.mouseClick(view.canvas, LEFT, NONE, with_nothing)
    assert selected(view) is None


def test_enter_activates(view: WaterfallView, qtbot) -> None:
    key(view, Qt.Key.Key_End)
    with qtbot.waitSignal(view.span_activated) as told:
        key(view, Qt.Key.Key_Return)
    assert told.args == [view.scene.trace.span_ids[at(view.scene.trace, "reply")]]


def test_errors_and_matches_by_key(view: WaterfallView) -> None:
    key(view, Qt.Key.Key_E)
    assert selected(view) == "orders"
    trace = view.scene.trace
    view.set_matches([at(trace, "guard"), at(trace, "reply")])
    key(view, Qt.Key.Key_N)
    assert selected(view) == "reply"
    key(view, Qt.Key.Key_N)
    assert selected(view) == "guard"
    key(view, Qt.Key.Key_N, SHIFT)
    assert selected(view) == "reply"


# opening and closing

def test_left_and_right_walk_the_tree(view: WaterfallView) -> None:
    view.pick(at(view.scene.trace, "rerank"))
    key(view, Qt.Key.Key_Left)
    assert selected(view) == "context"
    key(view, Qt.Key.Key_Left)
    assert view.scene.closed == {at(view.scene.trace, "context")}
    key(view, Qt.Key.Key_Left)
    assert selected(view) == "agent"
    view.pick(at(view.scene.trace, "context"))
    key(view, Qt.Key.Key_Right)
    assert view.scene.closed == set()
    key(view, Qt.Key.Key_Right)
    assert selected(view) == "embed"


def test_chevrons_close_one_or_with_alt_everything_below(view: WaterfallView) -> None:
    QTest.mouseClick(view.canvas, LEFT, NONE, chevron(view, "context"))
    assert view.scene.closed == {at(view.scene.trace, "context")}
    assert selected(view) is None, "a chevron selects nothing"
    QTest.mouseClick(view.canvas, LEFT, ALT, chevron(view, "agent"))
    assert view.scene.closed == {at(view.scene.trace, name) for name in ("agent", "context", "orders")}
    QTest.mouseClick(view.canvas, LEFT, ALT, chevron(view, "agent"))
    assert view.scene.closed == set()


# time

def test_fit_shows_first_the_span_then_the_trace(view: WaterfallView) -> None:
    whole = view.scene.scale
    view.pick(at(view.scene.trace, "rerank"))
    key(view, Qt.Key.Key_F)
    span = view.scene.scale
    assert span.left_ns < view.scene.start_ns[at(view.scene.trace, "rerank")] < span.right_ns
    assert span.span_ns < whole.span_ns / 2
    key(view, Qt.Key.Key_F)
    assert view.scene.scale == whole


def test_zoom_and_pan_by_key(view: WaterfallView) -> None:
    whole = view.scene.scale
    key(view, Qt.Key.Key_W)
    assert view.scene.scale.span_ns == pytest.approx(whole.span_ns / 1.44)
    before = view.scene.scale.left_ns
    key(view, Qt.Key.Key_A)
    assert view.scene.scale.left_ns < before
    key(view, Qt.Key.Key_D, SHIFT)
    assert view.scene.scale.left_ns > before
    for _ in range(9):
        key(view, Qt.Key.Key_S)
    assert view.scene.scale.span_ns == pytest.approx(view.scene.most_ns)


def test_ctrl_wheel_zooms_at_the_pointer_and_shift_wheel_pans(view: WaterfallView) -> None:
    where = spot(view, "plan")
    moment = view.scene.scale.ns(where.x() - view.geometry_now().left)
    wheel(view, where, 3, CONTROL)
    assert view.scene.scale.ns(where.x() - view.geometry_now().left) == pytest.approx(moment, abs=10)
    before = view.scene.scale
    wheel(view, where, -1, SHIFT)
    assert view.scene.scale.left_ns > before.left_ns
    assert view.scene.scale.span_ns == before.span_ns


def test_double_click_zooms_to_the_span(view: WaterfallView) -> None:
    QTest.mouseDClick(view.canvas, LEFT, NONE, spot(view, "orders"))
    settle(view)
    orders = at(view.scene.trace, "orders")
    assert view.scene.scale == view.scene.held(view.scene.scale_of(orders))


def test_dragging_pans(view: WaterfallView) -> None:
    wheel(view, spot(view, "plan"), 5, CONTROL)
    before = view.scene.scale
    where = spot(view, "plan")
    QTest.mousePress(view.canvas, LEFT, NONE, where)
    QTest.mouseMove(view.canvas, where + QPoint(-20, 0))
    QTest.mouseMove(view.canvas, where + QPoint(-60, 0))
    QTest.mouseRelease(view.canvas, LEFT, NONE, where + QPoint(-60, 0))
    assert view.scene.scale.left_ns == pytest.approx(before.panned(60).left_ns, abs=before.ns_per_px * 21)
    assert view.scene.scale.left_ns > before.left_ns
    assert selected(view) is None, "a drag is no click"


def test_a_drag_on_the_ruler_zooms_to_the_range(view: WaterfallView) -> None:
    left = view.geometry_now().left
    before = view.scene.scale
    QTest.mousePress(view.ruler, LEFT, NONE, QPoint(left + 100, 10))
    QTest.mouseMove(view.ruler, QPoint(left + 180, 10))
    QTest.mouseRelease(view.ruler, LEFT, NONE, QPoint(left + 200, 10))
    QTest.mousePress(view.ruler, LEFT, NONE, QPoint(left + 5, 10))
    QTest.mouseRelease(view.ruler, LEFT, NONE, QPoint(left + 6, 10))
    settle(view)
    assert view.scene.scale.left_ns == pytest.approx(before.ns(100), abs=2)
    assert view.scene.scale.span_ns == pytest.approx(80 * before.ns_per_px)


def test_the_brush_of_the_overview(view: WaterfallView) -> None:
    geometry, overview = view.geometry_now(), view.overview
    left, width = geometry.left, geometry.timeline_px
    whole = view.scene.scale

    def drag(begin: float, end: float) -> None:
        QTest.mousePress(overview, LEFT, NONE, QPoint(round(begin), 20))
        QTest.mouseMove(overview, QPoint(round(end), 20))
        QTest.mouseRelease(overview, LEFT, NONE, QPoint(round(end), 20))

    drag(left + width * 0.25, left + width * 0.5)
    fresh = view.scene.scale
    assert fresh.left_ns == pytest.approx(whole.ns(width * 0.25), abs=whole.ns_per_px)
    assert fresh.span_ns == pytest.approx(whole.span_ns / 4, rel=0.02)
    drag(left + width * 0.375, left + width * 0.375 + 40)
    moved = view.scene.scale
    assert moved.span_ns == fresh.span_ns
    assert moved.left_ns == pytest.approx(fresh.left_ns + 40 * whole.ns_per_px, abs=whole.ns_per_px)
    drag(left + whole.x(moved.right_ns), left + whole.x(moved.right_ns) + 30)
    assert view.scene.scale.left_ns == moved.left_ns
    assert view.scene.scale.span_ns > moved.span_ns
    QTest.mouseDClick(overview, LEFT, NONE, QPoint(round(left + 3), 20))
    settle(view)
    assert view.scene.is_fitted()


def test_measuring_by_shift_drag_and_by_key(view: WaterfallView) -> None:
    where = spot(view, "plan")
    QTest.mousePress(view.canvas, LEFT, SHIFT, where)
    QTest.mouseMove(view.canvas, where + QPoint(80, 0))
    QTest.mouseRelease(view.canvas, LEFT, SHIFT, where + QPoint(80, 0))
    begin, end = view.measured
    assert end - begin == pytest.approx(80 * view.scene.scale.ns_per_px, rel=0.02)
    key(view, Qt.Key.Key_Escape)
    assert view.measured is None
    view.interaction._pointer = None
    view.pick(at(view.scene.trace, "rerank"))
    key(view, Qt.Key.Key_M)
    rerank = view.scene.selected
    assert view.measured == (int(view.scene.start_ns[rerank]), int(view.scene.end_ns[rerank]))
    key(view, Qt.Key.Key_M)
    assert view.measured is None


def test_letters_with_ctrl_are_left_to_others(view: WaterfallView) -> None:
    before = view.scene.scale
    key(view, Qt.Key.Key_W, CONTROL)
    assert view.scene.scale == before


# what is drawn

def pixel(view: WaterfallView, where: QPoint) -> QColor:
    return view.canvas.grab().toImage().pixelColor(where)


def test_bars_have_the_colour_of_their_kind_and_off_path_ones_are_paler(view: WaterfallView) -> None:
    colors = theme.current()
    assert pixel(view, spot(view, "rerank")) == colors.kind("reranker").solid
    assert pixel(view, spot(view, "plan", 345.0)) == colors.kind("llm").solid
    assert pixel(view, spot(view, "load")) != colors.kind("db").solid
    key(view, Qt.Key.Key_C)
    assert not view.path_shown
    assert pixel(view, spot(view, "load")) == colors.kind("db").solid


def test_the_path_button_is_told(view: WaterfallView, qtbot) -> None:
    with qtbot.waitSignal(view.path_toggled) as told:
        key(view, Qt.Key.Key_C)
    assert told.args == [False]


def test_another_theme_is_drawn_at_once(view: WaterfallView) -> None:
    theme.choose("light")
    assert pixel(view, spot(view, "rerank")) == theme.current().kind("reranker").solid
    theme.choose("dark")


def test_replay_dims_everything_else(view: WaterfallView) -> None:
    trace = view.scene.trace
    view.set_replay(int(trace.end_ns[at(trace, "rerank")]), [at(trace, "rerank")])
    assert pixel(view, spot(view, "rerank")) == theme.current().kind("reranker").solid
    assert pixel(view, spot(view, "reply", view.scene.scale.x(int(trace.end_ns[at(trace, "reply")])) - 6)) \
        != theme.current().kind("llm").solid
    assert view.scene.path is None, "the stair is not part of a replay"
    view.set_replay(None)
    assert view.scene.path is not None


def test_an_empty_view_and_a_trace_taken_away(view: WaterfallView) -> None:
    view.set_trace(None)
    for code in (Qt.Key.Key_J, Qt.Key.Key_F, Qt.Key.Key_W):
        key(view, code)
    view.grab()
    assert view.canvas.row_count() == 0


# simulations

def later(trace: Trace, ns: int = 500_000_000) -> Simulation:
    """Everything after rerank comes later, and rerank takes longer."""
    moved = np.where(trace.start_ns >= trace.end_ns[at(trace, "rerank")], ns, 0)
    end = trace.end_ns + moved
    for name in ("rerank", "context", "agent"):
        end[at(trace, name)] = trace.end_ns[at(trace, name)] + ns
    return Simulation(trace.start_ns + moved, end, budget_ns=4_000_000_000)


def test_a_simulation_moves_bars_and_going_back_restores_them(view: WaterfallView, story: Trace) -> None:
    wanted = later(story)
    view.set_simulation(wanted)
    settle(view)
    assert (view.scene.end_ns == wanted.end_ns).all()
    assert view.scene.is_fitted(), "a fitted window stays fitted"
    view.grab()
    view.set_simulation(None)
    settle(view)
    assert view.scene.simulation is None
    assert (view.scene.start_ns == story.start_ns).all()
    assert (view.scene.end_ns == story.end_ns).all()


def test_flipping_again_starts_from_where_the_bars_are(view: WaterfallView, story: Trace, monkeypatch) -> None:
    monkeypatch.setattr("tracedesk.ui.waterfall.motion.moves", lambda: True)
    view.set_simulation(later(story, 800_000_000))
    view.tween._glide._moved(0.5)
    half = view.scene.end_ns.copy()
    assert (half >= story.end_ns).all()
    assert half[0] == pytest.approx(story.end_ns[0] + 400_000_000, abs=2)
    view.set_simulation(None)
    view.tween._glide._moved(0.0)
    assert np.abs(view.scene.end_ns - half).max() <= 1
    settle(view)
    assert (view.scene.end_ns == story.end_ns).all()


def test_a_zoomed_window_stays_when_a_simulation_comes(view: WaterfallView, story: Trace) -> None:
    wheel(view, spot(view, "plan"), 4, CONTROL)
    before = view.scene.scale
    view.set_simulation(later(story))
    settle(view)
    assert view.scene.scale == before


def test_zooming_while_bars_move_neither_stops_them_nor_is_undone(view: WaterfallView, story: Trace, monkeypatch) -> None:
    monkeypatch.setattr("tracedesk.ui.waterfall.motion.moves", lambda: True)
    wanted = later(story)
    view.set_simulation(wanted)
    view.tween._glide._moved(0.3)
    wheel(view, spot(view, "plan"), 3, CONTROL)
    zoomed = view.scene.scale
    settle(view)
    assert view.scene.scale == zoomed
    assert (view.scene.end_ns == wanted.end_ns).all()


def test_added_and_removed_spans_have_rows(view: WaterfallView, story: Trace) -> None:
    removed = np.zeros(story.n, np.bool_)
    removed[at(story, "guard")] = True
    view.set_simulation(Simulation(story.start_ns, story.end_ns, removed,
                                   [("plan again", 0, int(story.end_ns[6]), int(story.end_ns[6]) + 10**9, 1)]))
    settle(view)
    assert view.scene.rows.n == story.n + 1
    view.grab()
    key(view, Qt.Key.Key_End)
    assert selected(view) == "reply", "a span that never was cannot be selected"
    key(view, Qt.Key.Key_J)
    assert selected(view) == "reply"


# live

def grown(view: WaterfallView, more: int) -> Trace:
    rows = [span_row(0, None, "root", 0, None)]
    rows += [span_row(1 + k, 0, f"step {k}", k * 1_000_000, k * 1_000_000 + 900_000) for k in range(5 + more)]
    return build_trace(rows)


def test_a_growing_trace_keeps_window_selection_and_what_is_closed(view: WaterfallView, monkeypatch) -> None:
    monkeypatch.setattr(clock, "now_ns", lambda: T0_NS + 10 * FRESH_NS)
    view.set_trace(grown(view, 0))
    view.pick(at(view.scene.trace, "step 2"))
    key(view, Qt.Key.Key_W)
    before = view.scene.scale
    view.set_trace(grown(view, 3))
    assert view.scene.scale == before
    assert selected(view) == "step 2"
    assert not view.growth.more.isHidden()
    assert view.growth.more.text() == "+3 spans →"
    view.growth.more.click()
    settle(view)
    assert view.growth.following
    assert view.growth.more.isHidden()
    view.set_trace(grown(view, 6))
    assert view.scene.is_fitted()
    wheel(view, spot(view, "step 1"), 1, SHIFT)
    assert not view.growth.following, "the first pan ends following"


@pytest.mark.parametrize("gesture", ["minimap", "ruler", "double click", "key"])
def test_whatever_moves_the_window_ends_following(view: WaterfallView, monkeypatch, gesture: str) -> None:
    monkeypatch.setattr(clock, "now_ns", lambda: T0_NS + 10 * FRESH_NS)
    view.set_trace(grown(view, 0))
    view.set_follow(True)
    settle(view)
    assert view.growth.following
    left, middle = view.geometry_now().left, view.overview.height() // 2
    if gesture == "minimap":
        QTest.mousePress(view.overview, LEFT, pos=QPoint(left + view.geometry_now().timeline_px, middle))
        QTest.mouseMove(view.overview, QPoint(left + 200, middle))
        QTest.mouseRelease(view.overview, LEFT, pos=QPoint(left + 200, middle))
    elif gesture == "ruler":
        QTest.mousePress(view.ruler, LEFT, pos=QPoint(left + 50, 12))
        QTest.mouseMove(view.ruler, QPoint(left + 200, 12))
        QTest.mouseRelease(view.ruler, LEFT, pos=QPoint(left + 200, 12))
    elif gesture == "double click":
        QTest.mouseDClick(view.canvas, LEFT, pos=spot(view, "step 1"))
    else:
        view.select(view.scene.trace.span_ids[at(view.scene.trace, "step 1")])
        key(view, Qt.Key.Key_F)
    settle(view)
    assert not view.scene.is_fitted()
    assert not view.growth.following


def test_an_unfinished_span_grows_while_it_is_fresh(view: WaterfallView, monkeypatch) -> None:
    trace = grown(view, 0)
    monkeypatch.setattr(clock, "now_ns", lambda: trace.t1_ns + 3_000_000_000)
    view.set_trace(trace)
    assert view.scene.end_ns[0] == trace.t1_ns + 3_000_000_000
    assert view.growth.timer.isActive()
    monkeypatch.setattr(clock, "now_ns", lambda: trace.t1_ns + 2 * FRESH_NS)
    view.growth.tick()
    assert not view.growth.timer.isActive()


def test_rows_above_do_not_push_the_selected_row(qtbot) -> None:
    view = WaterfallView()
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    view.set_trace(flat(200))
    view.pick(150)
    y = int(view.scene.rows.row_of[150]) * 24 - view.canvas.scroll_px
    before = view.scene.trace
    view.set_trace(build_trace([*_rows_of(before), span_row(500, None, "earlier", -5_000, -1_000)]))
    assert view.scene.trace.span_ids[view.scene.selected] == before.span_ids[150]
    assert int(view.scene.rows.row_of[view.scene.selected]) * 24 - view.canvas.scroll_px == y


def _rows_of(trace: Trace):
    """The spans of a trace as rows again, as far as the picture needs them."""
    for index, span_id in enumerate(trace.span_ids):
        parent = int(trace.parent[index])
        start, end = int(trace.start_ns[index]) - T0_NS, int(trace.end_ns[index]) - T0_NS
        yield span_row(0, None, trace.name[index] or "", start, end)._replace(
            trace_id=trace.trace_id, span_id=span_id, parent_id=trace.span_ids[parent] if parent >= 0 else None)


# card, menu, screen readers

def test_the_card_comes_after_a_while_and_goes_with_a_key(view: WaterfallView, qtbot) -> None:
    QTest.mouseMove(view.canvas, spot(view, "plan"))
    assert view.card.isHidden()
    qtbot.waitUntil(view.card.isVisible, timeout=2_000)
    assert "plan" in view.card.text()
    assert "1,842 in · 24 out" in view.card.text()
    view.card.grab()
    key(view, Qt.Key.Key_J)
    assert view.card.isHidden()


def test_the_menu_of_a_span(view: WaterfallView) -> None:
    from tracedesk.ui.waterfall.menu import show_menu

    span = at(view.scene.trace, "context")
    menu = show_menu(view, span, view.mapToGlobal(QPoint(20, 20)))
    words = [action.text() for action in menu.actions()]
    next(action for action in menu.actions() if action.text().startswith("Close everything")).trigger()
    menu.close()
    assert words[0].startswith("Inspect")
    assert view.scene.closed == {span}


def test_screen_readers_get_a_row_per_span(view: WaterfallView) -> None:
    table = QAccessible.queryAccessibleInterface(view.canvas)
    assert table.role() == QAccessible.Role.Table
    assert table.text(QAccessible.Text.Name) == "Waterfall"
    assert table.childCount() == view.scene.rows.n
    view.pick(at(view.scene.trace, "plan"))
    row = table.child(int(view.scene.rows.row_of[view.scene.selected]))
    assert row.text(QAccessible.Text.Name).startswith("plan, LLM call, ")
    assert row.state().selected
    assert row.rect().height() == view.geometry_now().row_px
    assert table.indexOfChild(row) == view.canvas.selected_row()
    assert table.child(10_000) is None
    view.set_trace(None)
    assert not row.isValid()


# hostile pictures

YEAR_NS = 365 * 86_400 * 10**9


@pytest.mark.parametrize("rows", [
    [span_row(0, None, "one", 0, 0)],
    [span_row(0, None, "x" * 10_000, 0, 10), span_row(1, 0, "مرحبا \u202e👩‍👩‍👧 \x00\n", 0, 10, label="\x1b" * 200)],
    [span_row(0, None, "ten years", 0, 10 * YEAR_NS), span_row(1, 0, "1 µs", 5 * YEAR_NS, 5 * YEAR_NS + 1_000)],
    [span_row(0, None, "d0", 0, 10**6), *(span_row(k, k - 1, f"d{k}", k, 10**6 - k) for k in range(1, 500))],
    [span_row(k, 900 + k, "orphan", k, k + 5, status=2) for k in range(3)],
    [span_row(0, None, "errors", 0, 100, status=2),
     *(span_row(k, 0, "e", 5, 5, status=2, error_type="E" * 500) for k in range(1, 50))],
], ids=["one span", "names", "ten years", "500 deep", "orphans", "errors"])
@pytest.mark.parametrize("width", [320, 900])
def test_ugly_traces_are_drawn(qtbot, rows, width: int) -> None:
    view = WaterfallView()
    qtbot.addWidget(view)
    view.resize(width, 300)
    view.show()
    trace = build_trace(rows)
    view.set_trace(trace)
    view.set_critical_path([(trace.n - 1, trace.t0_ns, trace.t1_ns)])
    view.set_slack(np.full(trace.n, 5, np.int64))
    for code in (Qt.Key.Key_End, Qt.Key.Key_F, Qt.Key.Key_W, Qt.Key.Key_D, Qt.Key.Key_E, Qt.Key.Key_Left, Qt.Key.Key_M):
        key(view, code)
        view.grab()
    assert view.canvas.bars_drawn > 0 or view.scene.rows.header is not None


def test_events_after_the_view_is_hidden_do_nothing(view: WaterfallView) -> None:
    view.hide()
    QApplication.sendEvent(view.canvas, QEvent(QEvent.Type.Leave))
    assert view.scene.hovered is None
