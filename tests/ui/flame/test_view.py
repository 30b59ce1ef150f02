"""The flame graph by keys, mouse and calls."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.helpers.drawn import at, drawn
from tests.helpers.random_traces import any_trace, flat, span_row
from tracedesk.model.trace import Trace, build_trace
from tracedesk.scene.heat import HUGE
from tracedesk.ui import theme
from tracedesk.ui.flame.canvas import PAD_PX
from tracedesk.ui.flame.source import CALLERS, MERGED, TIME
from tracedesk.ui.flame.view import FlameView

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("This plugin does not support")]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

STORY = """
    agent     |----------------------------------------|  kind=agent
      step     |-----------|                              kind=chain
        call    |---------|                               kind=llm
      step                  |------------------------|    kind=chain
        call                 |---------|                  kind=llm
        tool                             |-----------x    kind=tool error=Timeout
"""


@pytest.fixture
def trace() -> Trace:
    return drawn(STORY)


@pytest.fixture
def view(qtbot, trace: Trace) -> FlameView:
    theme.choose("dark")
    made = FlameView()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    qtbot.waitExposed(made)
    made.set_trace(trace)
    return made


def spot(view: FlameView, name: str, nth: int = 0) -> QPoint:
    """The middle of the frame of a span."""
    row, left, right = view.canvas.source.shapes().of(at(view.canvas.source.trace, name, nth))
    low, high = view.canvas.view
    plot = view.canvas.width() - 2 * PAD_PX
    x = PAD_PX + ((left + right) / 2 - low) / (high - low) * plot
    return QPoint(round(x), round(view.canvas.plot().top()) + row * view.canvas.row_px + view.canvas.row_px // 2 - 2)


def click(view: FlameView, name: str, nth: int = 0) -> None:
    QTest.mouseClick(view.canvas, LEFT, NONE, spot(view, name, nth))
    view.canvas._glide.finish()


def key(view: FlameView, code: Qt.Key) -> None:
    QTest.keyClick(view.canvas, code)
    view.canvas._glide.finish()


@pytest.mark.parametrize("mode", [MERGED, TIME, CALLERS])
def test_says_how_many_spans_stand_behind(view: FlameView, mode: str) -> None:
    view.set_mode(mode)
    spans, ns = view.canvas.behind()
    assert spans == {MERGED: 6, TIME: 6, CALLERS: 2}[mode]
    assert ns > 0
    assert view.words.text().startswith(f"{spans} spans, ")
    view.grab()


def test_a_click_zooms_and_backspace_goes_back(view: FlameView, trace: Trace, qtbot) -> None:
    with qtbot.waitSignal(view.span_selected) as told:
        click(view, "step", 1)
    assert told.args == [trace.span_ids[at(trace, "step", 1)]]
    zoomed = view.canvas.view
    assert zoomed != (0.0, 1.0)
    click(view, "tool")
    assert view.canvas.view != zoomed
    key(view, Qt.Key.Key_Backspace)
    assert view.canvas.view == pytest.approx(zoomed)
    key(view, Qt.Key.Key_Backspace)
    assert view.canvas.view == (0.0, 1.0)
    key(view, Qt.Key.Key_Backspace)
    assert view.canvas.view == (0.0, 1.0)


def test_search_counts_and_dims(view: FlameView) -> None:
    before = view.canvas.grab().toImage().pixelColor(spot(view, "tool") + QPoint(0, 8))
    view.search.setText("CALL")
    assert view.canvas.source.matching() == 2
    assert "2 match" in view.words.text()
    after = view.canvas.grab().toImage().pixelColor(spot(view, "tool") + QPoint(0, 8))
    assert after != before
    key(view, Qt.Key.Key_N)
    first = view.canvas.source.selected
    key(view, Qt.Key.Key_N)
    assert view.canvas.source.selected != first
    QTest.keyClick(view.search, Qt.Key.Key_Escape)
    assert view.search.text() == ""
    assert view.canvas.source.matching() == 0


def test_arrows_walk_frames(view: FlameView, trace: Trace) -> None:
    view.set_mode(TIME)
    seen: list[str | None] = []
    view.span_selected.connect(lambda span_id: seen.append(trace.name[trace.index_of[span_id]]))
    down, right = Qt.Key.Key_Down, Qt.Key.Key_Right
    for code in (down, down, right, down, right, Qt.Key.Key_Up, Qt.Key.Key_Left):
        key(view, code)
    assert seen == ["agent", "step", "step", "call", "tool", "step", "step"]
    key(view, Qt.Key.Key_Return)
    assert view.canvas.view != (0.0, 1.0)
    key(view, Qt.Key.Key_F)
    assert view.canvas.view == (0.0, 1.0)


def test_selecting_from_outside_chooses_whose_callers_are_shown(view: FlameView, trace: Trace) -> None:
    view.set_mode(CALLERS)
    view.select(trace.span_ids[at(trace, "tool")])
    assert view.canvas.source.focus_name() == "tool"
    assert "around tool" in view.words.text()
    assert view.canvas.source.shapes().rows == 3, "agent, step, tool"


def test_zoom_and_pan_by_key_stay_inside(view: FlameView) -> None:
    key(view, Qt.Key.Key_W)
    left, right = view.canvas.view
    assert right - left == pytest.approx(1 / 1.44)
    key(view, Qt.Key.Key_D)
    assert view.canvas.view[0] > left
    for _ in range(30):
        key(view, Qt.Key.Key_D)
    assert view.canvas.view[1] == pytest.approx(1.0)
    for _ in range(9):
        key(view, Qt.Key.Key_S)
    assert view.canvas.view == (0.0, 1.0)


def test_what_is_drawn_is_hit(view: FlameView, trace: Trace) -> None:
    view.set_mode(TIME)
    for index in range(trace.n):
        row, left, right = view.canvas.source.shapes().of(index)
        found = view.canvas.source.shapes().at((left + right) / 2, row, 0.0)
        assert found is not None
        assert found[0] == index


@pytest.mark.parametrize("mode", [MERGED, TIME, CALLERS])
@pytest.mark.parametrize("made", [
    lambda: build_trace([span_row(0, None, "x" * 5_000, 0, 0)]),
    lambda: build_trace([span_row(0, None, None, 0, 9), span_row(1, 0, "\u202e\x00", 3, 3)]),
    lambda: any_trace(7, 300),
], ids=["one span", "names", "any"])
def test_ugly_traces_are_drawn(view: FlameView, made, mode: str) -> None:
    view.set_trace(made())
    view.set_mode(mode)
    view.grab()
    key(view, Qt.Key.Key_Down)
    key(view, Qt.Key.Key_Return)
    view.grab()
    assert view.canvas.behind()[0] >= 1


def test_a_huge_trace_is_shown_as_heat_and_a_drag_selects(qtbot) -> None:
    view = FlameView()
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    view.set_trace(flat(HUGE))
    assert view.heat.isVisible()
    view.heat.grab()
    assert "per cell" in view.heat.words()
    everything = view.canvas.behind()[0]
    left, width = 120, view.heat.width() - 136
    with qtbot.waitSignal(view.heat.selected):
        QTest.mousePress(view.heat, LEFT, NONE, QPoint(left + width // 4, 35))
        QTest.mouseMove(view.heat, QPoint(left + width // 3, 35))
        QTest.mouseRelease(view.heat, LEFT, NONE, QPoint(left + width // 2, 35))
    some = view.canvas.behind()[0]
    assert everything * 0.2 < some < everything * 0.3
    assert view.words.text().startswith(f"{some:,} spans")
    view.heat.grab()
    before = view.heat.stretch
    QTest.keyClick(view.heat, Qt.Key.Key_Right)
    assert view.heat.stretch[0] > before[0]
    view.set_mode(TIME)
    assert view.canvas.view[0] > 0.2, "in time order the stretch is what is in view"
    QTest.keyClick(view.heat, Qt.Key.Key_Escape)
    assert view.heat.stretch is None
    assert view.canvas.behind()[0] == everything


def test_no_trace(view: FlameView) -> None:
    view.set_trace(None)
    view.grab()
    key(view, Qt.Key.Key_Down)
    key(view, Qt.Key.Key_Return)
    assert view.words.text() == ""


def test_a_grown_trace_keeps_its_window(view: FlameView, trace: Trace) -> None:
    click(view, "step", 1)
    before = view.canvas.view
    view.set_trace(drawn(STORY))
    assert view.canvas.view == before


# time order: the ruler and measuring

def drag(view: FlameView, begin: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(view.canvas, LEFT, modifiers, begin)
    QTest.mouseMove(view.canvas, (begin + end) / 2)
    QTest.mouseMove(view.canvas, end)
    view.canvas.grab()
    QTest.mouseRelease(view.canvas, LEFT, modifiers, end)
    view.canvas._glide.finish()


def test_a_drag_on_the_ruler_zooms_to_the_range(view: FlameView) -> None:
    view.set_mode(TIME)
    plot = view.canvas.plot()
    quarter = round(plot.width() / 4)
    left = round(plot.left())
    drag(view, QPoint(left + quarter, 8), QPoint(left + 2 * quarter, 8))
    assert view.canvas.view == pytest.approx((0.25, 0.5), abs=0.01)
    view.canvas.back()
    view.canvas._glide.finish()
    assert view.canvas.view == (0.0, 1.0)
    drag(view, QPoint(left + quarter, 8), QPoint(left + quarter + 2, 8))
    assert view.canvas.view == (0.0, 1.0), "a click is no range"


def test_shift_and_a_drag_measures_in_time_order_only(view: FlameView, trace: Trace) -> None:
    begin, end = QPoint(PAD_PX + 1, 60), QPoint(PAD_PX + round(view.canvas.plot().width() / 2), 90)
    drag(view, begin, end, Qt.KeyboardModifier.ShiftModifier)
    assert view.canvas.tools.measured is None
    view.set_mode(TIME)
    drag(view, begin, end, Qt.KeyboardModifier.ShiftModifier)
    low, high = view.canvas.tools.measured
    assert low - trace.t0_ns < 0.01 * (trace.t1_ns - trace.t0_ns)
    assert (high - trace.t0_ns) / (trace.t1_ns - trace.t0_ns) == pytest.approx(0.5, abs=0.01)
    assert view.canvas.view == (0.0, 1.0), "it does not pan"
    assert view.leave_mode()
    assert view.canvas.tools.measured is None
    assert not view.leave_mode()


def test_the_key_measures_the_selected_span(view: FlameView, trace: Trace) -> None:
    view.set_mode(TIME)
    span = at(trace, "tool")
    view.select(trace.span_ids[span])
    QTest.keyClick(view.canvas, Qt.Key.Key_M)
    assert view.canvas.tools.measured == (int(trace.start_ns[span]), int(trace.end_ns[span]))
    view.set_mode(MERGED)
    assert view.canvas.tools.measured is None
