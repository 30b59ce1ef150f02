"""Charts: what is drawn where, what is read at a place, what a click, a drag and a key ask for."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.metrics.conftest import Shown
from tests.ui.metrics.made_up import NAN, STEP_NS, T0_NS, S, costs, latency, series, sizes
from tracedesk.analytics.panel import Figure, Histogram, Line
from tracedesk.base.clock import NARROW
from tracedesk.ui import theme
from tracedesk.ui.charts.bars import MOST_BARS, BarChart, joined
from tracedesk.ui.charts.chart import Chart
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.charts.histogram import HistogramChart
from tracedesk.ui.charts.line import LineChart

Show = Callable[..., Any]


@pytest.fixture
def show(shown: Shown) -> Show:
    """Makes a chart with a result, on the screen; it is closed at the end."""
    def make(kind: type[Chart], result: object, size: tuple[int, int] = (800, 240)) -> Chart:
        chart = kind("Latency")
        chart.resize(*size)
        chart.show_result(result)
        return shown(chart, size)

    return make


def mouse(chart: Chart, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton = Qt.MouseButton.LeftButton,
          keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    event = QMouseEvent(kind, at, chart.mapToGlobal(at), button, button, keys)
    QApplication.sendEvent(chart.viewport(), event)


def point(chart: Chart, slot: int, y: float | None = None) -> QPointF:
    return QPointF(chart.x_px(chart.slot_x(slot)), chart.area().center().y() if y is None else y)


def drag(chart: Chart, first: int, last: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    mouse(chart, QEvent.Type.MouseButtonPress, point(chart, first), keys=keys)
    mouse(chart, QEvent.Type.MouseMove, point(chart, last), keys=keys)
    mouse(chart, QEvent.Type.MouseButtonRelease, point(chart, last), keys=keys)


def click(chart: Chart, at: QPointF) -> None:
    mouse(chart, QEvent.Type.MouseButtonPress, at)
    mouse(chart, QEvent.Type.MouseButtonRelease, at)


def colours(chart: Chart) -> set[str]:
    image = chart.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def bucket(slot: int, last: int | None = None) -> tuple[int, int]:
    return T0_NS + slot * STEP_NS, T0_NS + ((slot if last is None else last) + 1) * STEP_NS


# lines


def test_a_line_says_what_it_shows_and_is_drawn_in_its_colours(show: Show) -> None:
    chart = show(LineChart, latency(limit=(5.0 * S, "SLO p95 5.0 s")))
    assert chart.accessibleDescription().replace(NARROW, " ").startswith("p99 8.00 s, p95 4.00 s, p50 2.00 s")
    assert "refund-v14 first seen" in chart.accessibleDescription()
    assert [tick.text.replace(NARROW, " ") for tick in chart.y_ticks] == ["0", "2 s", "4 s", "6 s", "8 s"]
    drawn = colours(chart)
    assert theme.current().series()[0].name() in drawn
    assert theme.current().color("trace.slo").name() in drawn


def test_gaps_are_gaps_and_a_bucket_alone_is_a_dot(show: Show) -> None:
    chart = show(LineChart, latency([2.0 * S, 2.0 * S, NAN, 2.0 * S, NAN, 2.0 * S]))
    image, blue = chart.grab().toImage(), theme.current().series()[0].name()
    y = round(chart.y_px(2.0 * S))

    def blue_near(slot: int) -> bool:
        x = round(chart.x_px(chart.slot_x(slot)))
        return any(image.pixelColor(x + dx, y + dy).name() == blue for dx in (-1, 0, 1) for dy in (-1, 0, 1))

    assert [blue_near(slot) for slot in range(6)] == [True, True, False, True, False, True]


def test_a_card_reads_every_curve_at_a_bucket(show: Show) -> None:
    chart = show(LineChart, latency())
    chart.read_at(1)
    card = chart.card(1)
    assert card.title.endswith(", 3 requests")
    assert [(line.label, line.value.replace(NARROW, " ")) for line in card.lines] == [
        ("p99", "5.00 s"), ("p95", "2.50 s"), ("p50", "1.25 s")]
    assert chart.card(2).lines[1].value == "—"
    assert chart.accessibleDescription() == card.text()
    assert theme.current().color("bg.overlay").name() in colours(chart)


def test_names_at_the_right_end_do_not_hide_each_other(show: Show) -> None:
    chart = show(LineChart, latency([1.0 * S, 1.01 * S, NAN, NAN, NAN, 1.0 * S]), (800, 120))
    tops = [top for top, _, _ in chart.ends()]
    assert all(after - before >= 15.9 for before, after in pairwise(tops))
    flat = Line(tuple(series(f"p{number}", [0.0] * 6, Figure(0, "ns")) for number in range(5)), T0_NS, STEP_NS, "ns")
    chart.show_result(flat)
    tops = [top for top, _, _ in chart.ends()]
    assert max(tops) <= chart.area().bottom()
    assert all(after - before >= 15.9 for before, after in pairwise(tops))


@pytest.mark.parametrize("kind", [LineChart, BarChart])
def test_nothing_is_said_in_words(show: Show, kind: type[Chart]) -> None:
    chart = show(kind, Line((), T0_NS, STEP_NS, "ns", stacked=kind is BarChart))
    assert chart.empty == chart.accessibleDescription() == "Nothing in this time"
    mouse(chart, QEvent.Type.MouseMove, QPointF(300, 100))
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.slot is None
    chart.show_result(Line((series("x", [NAN, NAN]),), T0_NS, STEP_NS, "nusd", stacked=kind is BarChart))
    assert chart.empty == "No known cost in this time"


def test_pointing_reads_and_leaving_stops(show: Show) -> None:
    chart = show(LineChart, latency())
    mouse(chart, QEvent.Type.MouseMove, point(chart, 3), Qt.MouseButton.NoButton)
    assert chart.slot == 3
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert chart.slot is None


def test_a_chart_that_is_read_keeps_still_until_it_is_left(show: Show) -> None:
    chart = show(LineChart, latency())
    before, newer = chart.result, latency([9.0 * S] * 6)
    chart.read_at(2)
    chart.show_result(newer)
    assert chart.result is before
    chart.read_at(None)
    assert chart.result is newer


def test_a_click_opens_the_bucket_and_near_a_curve_its_traces(show: Show) -> None:
    chart = show(LineChart, latency())
    opened: list[Behind] = []
    chart.opened.connect(opened.append)
    click(chart, point(chart, 1, chart.y_px(2.5 * S) + 2))
    click(chart, point(chart, 1, chart.area().top() + 2))
    assert opened == [Behind("duration >= 4s", *bucket(1)), Behind("", *bucket(1))]


def test_a_drag_zooms_on_whole_buckets_and_with_shift_it_marks(show: Show) -> None:
    chart = show(LineChart, latency())
    zoomed: list[tuple[int, int]] = []
    marked: list[tuple[int, int]] = []
    chart.zoomed.connect(lambda *found: zoomed.append(found))
    chart.region.connect(lambda *found: marked.append(found))
    drag(chart, 4, 1)
    assert (zoomed, marked) == ([bucket(1, 4)], [])
    assert chart.selected is None
    drag(chart, 2, 3, Qt.KeyboardModifier.ShiftModifier)
    assert marked == [bucket(2, 3)]
    assert chart.selected is not None
    assert chart.clear()
    assert not chart.clear()


def test_a_double_click_goes_back_and_opens_nothing(show: Show, qtbot: Any) -> None:
    chart = show(LineChart, latency())
    opened: list[Behind] = []
    back: list[bool] = []
    chart.opened.connect(opened.append)
    chart.back.connect(lambda: back.append(True))
    chart.can_go_back = True
    click(chart, point(chart, 2))
    mouse(chart, QEvent.Type.MouseButtonDblClick, point(chart, 2))
    mouse(chart, QEvent.Type.MouseButtonRelease, point(chart, 2))
    qtbot.wait(QApplication.doubleClickInterval() + 50)
    assert (opened, back) == ([], [True])
    click(chart, point(chart, 2))
    qtbot.waitUntil(lambda: len(opened) == 1)


def test_keys_do_what_the_pointer_does(show: Show) -> None:
    chart = show(LineChart, latency())
    opened: list[Behind] = []
    chart.opened.connect(opened.append)
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.slot == 5
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.keyClick(chart, Qt.Key.Key_Return)
    assert opened == [Behind("", *bucket(4))]
    QTest.keyClick(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert chart.chosen() == bucket(3, 4)
    QTest.keyClick(chart, Qt.Key.Key_Return)
    assert opened[-1] == Behind("", *bucket(3, 4))
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert (chart.slot, chart.selected) == (0, None)
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert chart.slot == 5


def test_the_theme_changes_what_is_drawn(show: Show) -> None:
    chart = show(LineChart, latency())
    theme.choose(theme.LIGHT)
    drawn = colours(chart)
    assert {theme.Theme(theme.LIGHT).series()[0].name(), "#ffffff"} <= drawn
    assert theme.Theme(theme.DARK).color("bg.panel").name() not in drawn


def test_another_result_leaves_nothing_of_the_one_before(show: Show) -> None:
    chart = show(LineChart, latency([2.0 * S] * 6))
    items = len(chart.plot.childGroup.childItems())
    for _ in range(3):
        chart.show_result(latency([3.0 * S] * 6))
    assert len(chart.plot.childGroup.childItems()) == items


# bars


def test_bars_stack_from_the_first_series_up_and_a_click_opens_the_part(show: Show) -> None:
    chart = show(BarChart, costs())
    opened: list[Behind] = []
    chart.opened.connect(opened.append)
    click(chart, point(chart, 2, chart.y_px(0.5e8)))
    click(chart, point(chart, 2, chart.y_px(1.2e8)))
    click(chart, point(chart, 0, chart.area().top() + 1))
    assert [found.query for found in opened] == ["model = gpt-4o", "model = mini", ""]
    assert [(line.label, line.value) for line in chart.card(0).lines] == [("guard", "—"), ("mini", "—"), ("gpt-4o", "$0.1000")]
    assert chart.card(1).lines[1].value == "≥ $0.0500"


def test_many_buckets_are_joined_on_whole_hours_and_their_sums_stay() -> None:
    whole = costs(144)
    made = joined(whole)
    assert made.step_ns == 3_600 * 10**9
    assert len(made.series[0].values) <= MOST_BARS
    assert [float(np.nansum(one.values)) for one in made.series] == [float(np.nansum(one.values)) for one in whole.series]
    assert np.isnan(made.series[2].values).all()
    assert int(made.series[0].counts.sum()) == int(whole.series[0].counts.sum())
    assert made.start_ns % made.step_ns == 0
    assert joined(costs(12)).step_ns == STEP_NS


# histogram


def test_a_histogram_of_several_groups_shows_all_and_of_a_pair_only_the_two(show: Show) -> None:
    chart = show(HistogramChart, sizes(), (420, 200))
    assert [line.label for line in chart.card(0).lines] == ["refund-v13", "refund-v14", "others"]
    chart.show_pair(("refund-v13", "refund-v14"))
    assert [line.label for line in chart.card(0).lines] == ["refund-v13", "refund-v14"]
    assert chart.summary() == "refund-v13 median 1,500, refund-v14 median 4,500, 1 far above"
    chart.show_pair(("refund-v13", "gone"))
    assert len(chart.card(0).lines) == 3


def test_a_click_on_a_bar_finds_its_sizes_and_on_a_diamond_its_trace(show: Show) -> None:
    chart = show(HistogramChart, sizes(), (420, 200))
    assert chart.behind(1) == Behind("tokens >= 2000 tokens < 4000")
    chart.show_pair(("refund-v13", "refund-v14"))
    assert chart.behind(1) == Behind("tokens >= 2000 tokens < 4000 prompt = refund-v14")
    opened: list[Behind] = []
    chart.opened.connect(opened.append)
    at = QPointF(chart.x_px(np.log10(112_400.0)), chart.area().bottom() - 9)
    click(chart, at)
    assert opened == [Behind("id = 0a")]
    assert theme.current().color("status.warn").name() in colours(chart)


@pytest.mark.parametrize("result", [
    Histogram(np.array([1.0, 10.0]), (), "tokens"),
    Histogram(np.array([1.0, 10.0]), (series("x", [0.0]),), "tokens", True, (None,))])
def test_an_empty_histogram_says_so(show: Show, result: Histogram) -> None:
    assert show(HistogramChart, result).empty == "Nothing in this time"


def test_one_bar_alone_is_drawn(show: Show) -> None:
    chart = show(HistogramChart, Histogram(np.array([100.0, 121.0]), (series("x", [4.0]),), "tokens", True, (121.0,)))
    assert theme.current().series()[0].name() in colours(chart)


def test_a_closed_chart_is_gone(qapp: QApplication) -> None:
    chart = LineChart("Latency")
    chart.show_result(latency())
    gone = weakref.ref(chart)
    chart.close()
    chart.deleteLater()
    del chart
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert gone() is None
