"""Two traces in one waterfall: rows, verdict colours, keys, what is told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.helpers.drawn import drawn
from tests.helpers.random_traces import any_trace
from tracedesk.model.trace import Trace
from tracedesk.scene.paired import SHARE
from tracedesk.ui import theme
from tracedesk.ui.waterfall.paired import PairedView
from tracedesk.ui.waterfall.paired_paint import B_PX, B_TOP_PX, HEAD_PX, ROW_PX

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("This plugin does not support")]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

BEFORE = """
    agent      |--------------------|        kind=agent
      context   |--------|                   kind=chain
        rerank   |----|                      kind=reranker
      chat                |---------|        kind=llm in=100 cost=1000
"""
AFTER = """
    agent      |------------------------------|        kind=agent
      context   |------------------|                   kind=chain
        rerank   |--------------|                      kind=reranker
      chat                          |---------|        kind=llm in=160 cost=1000
"""


@pytest.fixture
def view(qtbot) -> PairedView:
    theme.choose("dark")
    made = PairedView()
    qtbot.addWidget(made)
    made.resize(1300, 300)
    made.show()
    qtbot.waitExposed(made)
    made.set_pair(drawn(BEFORE), drawn(AFTER), [(i, i) for i in range(4)])
    return made


def key(view: PairedView, code: Qt.Key) -> None:
    QTest.keyClick(view, code)
    view._glide.finish()


def row_middle(row: int) -> int:
    return HEAD_PX + row * ROW_PX + ROW_PX // 2


def test_changes_by_key_and_rows_by_arrow(view: PairedView) -> None:
    seen: list[object] = []
    view.pair_selected.connect(seen.append)
    for code in (Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_K, Qt.Key.Key_Down, Qt.Key.Key_Down):
        key(view, code)
    assert seen == [(0, 0), (1, 1), (2, 2), (1, 1), (2, 2), (3, 3)], "the fourth change does not exist"


def test_a_click_tells_both_sides_and_unmatched_ones_have_none(view: PairedView, qtbot) -> None:
    view.set_pair(drawn(BEFORE), drawn(AFTER), [(0, 0), (1, 1), (2, None), (None, 2), (3, 3)])
    with qtbot.waitSignal(view.pair_selected) as told:
        QTest.mouseClick(view, LEFT, NONE, QPoint(600, row_middle(3)))
    assert told.args == [(None, 2)]
    view.select(2, None)
    assert view._current == 2
    view.grab()


def test_slower_is_orange_and_its_growth_is_hatched(view: PairedView) -> None:
    picture = view.grab().toImage()
    place = view._place()
    worse = theme.current().diff("worse").text
    start = view.paired.bar_b(2).start
    measured = round(place.left + view._scale.x(start) + 10)
    y = HEAD_PX + 2 * ROW_PX + B_TOP_PX + B_PX // 2
    assert picture.pixelColor(measured, y) == worse
    grown = [picture.pixelColor(round(place.left + view._scale.x(start + 100_000_000)) + dx, y) for dx in range(12)]
    assert len({color.rgb() for color in grown}) > 1, "stripes"


def test_closing_hides_rows_and_only_changed_too(view: PairedView) -> None:
    view.select(1, 1)
    key(view, Qt.Key.Key_Left)
    assert view._rows == [0, 1, 3]
    key(view, Qt.Key.Key_Right)
    QTest.mouseClick(view, LEFT, NONE, QPoint(16, row_middle(0)))
    assert view._rows == [0]
    QTest.mouseClick(view, LEFT, NONE, QPoint(16, row_middle(0)))
    view.set_only_changed(True)
    assert view._rows == [0, 1, 2]


def test_zoom_pan_fit_and_axis(view: PairedView) -> None:
    whole = view._scale
    key(view, Qt.Key.Key_W)
    key(view, Qt.Key.Key_D)
    assert view._scale.span_ns < whole.span_ns
    assert view._scale.left_ns > 0
    key(view, Qt.Key.Key_F)
    assert view._scale == whole
    view.set_axis(SHARE)
    assert view._scale.span_ns == pytest.approx(1.02e9)
    view.grab()


@pytest.mark.parametrize("width", [440, 800, 1300])
def test_any_two_traces_are_drawn_at_any_width(view: PairedView, width: int) -> None:
    first, second = any_trace(3, 40), any_trace(4, 60)
    some = min(first.n, second.n) // 2
    matches: list[tuple[int | None, int | None]] = [(i, i) for i in range(some)]
    matches += [(i, None) for i in range(some, first.n)] + [(None, i) for i in range(some, second.n)]
    view.resize(width, 300)
    view.set_pair(first, second, matches)
    view.grab()
    assert len(view._rows) == len(matches)


def test_the_same_trace_twice_has_no_change(view: PairedView) -> None:
    trace: Trace = drawn(BEFORE)
    view.set_pair(trace, trace, [(i, i) for i in range(4)])
    key(view, Qt.Key.Key_J)
    assert view._current == -1
    assert "0 differ" in view.accessibleDescription()
