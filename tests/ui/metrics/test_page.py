"""The Metrics page on the refund bot's traces: time, filter, what is opened, what is different, what is saved, live data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from tests.helpers.filled import write
from tests.helpers.metrics_store import Maker
from tests.ui.conftest import NARROW, Desk
from tests.ui.metrics.made_up import latency
from tests.ui.test_theme import clipped
from tracedesk.analytics.catalogue import all_panels
from tracedesk.analytics.panel import Stat
from tracedesk.base import clock
from tracedesk.base.clock import NS_PER_S
from tracedesk.store import questions
from tracedesk.store.connect import open_store
from tracedesk.ui import theme
from tracedesk.ui.charts.chart import Chart
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.metrics.reader import same
from tracedesk.ui.metrics.span_of_time import CUSTOM, TimeSpan

REFUND = "Help with my refund"


@pytest.fixture
def sample(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample store, two seconds after its latest trace began."""
    with open_store(sample, role="read") as store:
        newest = questions.stats(store).newest_ns
    assert newest is not None
    monkeypatch.setattr(clock, "now_ns", lambda: newest + 2 * NS_PER_S)
    return sample


def opened(desk: Desk) -> Any:
    desk.run("page.metrics")
    return desk.window.page("metrics")


def figure(page: Any, key: str) -> Any:
    result = page.board.tiles[key].result
    assert isinstance(result, Stat)
    return result.figure.value


def titles(desk: Desk) -> set[str]:
    return set(desk.titles())


def test_pyqtgraph_waits_for_the_page() -> None:
    code = ("import os, sys; os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
            "from tracedesk.base.registry import parts\n"
            "from tracedesk.ui import app, commands, main_window, pages\n"
            "from tracedesk.ui.command import Command\n"
            "from tracedesk.ui.page import Page\n"
            "parts(pages, Page), parts(commands, Command)\n"
            "sys.exit('pyqtgraph' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_panel_of_the_catalogue_is_on_the_page(desk: Desk) -> None:
    page = opened(desk)
    shown = {**page.board.tiles, **page.board.cards}
    assert set(shown) == {panel.key for panel in all_panels()}
    for widget in shown.values():
        assert widget.isVisible()
        assert widget.accessibleName()
    assert figure(page, "requests") == 24
    tops = [page.board.cards[key].y() for key in ("latency", "rates", "attribution", "latency_by_kind")]
    assert tops == sorted(tops)
    assert page.board.cards["latency"].y() == page.board.cards["cost_by_model"].y()
    assert page.board.cards["rates"].y() == page.board.cards["dearest"].y()


def test_nothing_lies_over_another(desk: Desk) -> None:
    page = opened(desk)
    boxes = [widget.geometry() for widget in (*page.board.tiles.values(), *page.board.cards.values())]
    for at, box in enumerate(boxes):
        assert page.board.body.rect().contains(box)
        assert not any(box.intersects(other) for other in boxes[at + 1:])


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_figure_is_cut_off(new_desk: Callable[..., Desk], sample: Path, scale: float) -> None:
    desk = new_desk(sample, NARROW)
    theme.choose(theme.DARK, scale=scale)
    opened(desk)
    assert not clipped(desk)


# time and filter


def test_keys_choose_the_time(desk: Desk) -> None:
    page = opened(desk)
    counts = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4):
        QTest.keyClick(desk.window, key, Qt.KeyboardModifier.AltModifier)
        desk.settle()
        counts.append(figure(page, "requests"))
        assert page.header.ranges.current() == len(counts) - 1
    assert counts[1:] == [24, 24, 24]
    assert 0 < counts[0] < 24
    QTest.keyClick(desk.window, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    assert page.header.time_popup.isVisible()
    page.header.time_popup.hide()
    assert page.header.ranges.current() == 3


def test_a_chosen_time_is_taken_or_the_mistake_is_said(desk: Desk) -> None:
    page = opened(desk)
    popup = page.header.time_popup
    page.header.pick_time()
    popup.since.setText("soon")
    popup.take()
    assert "“soon” is no time" in popup.problem()
    popup.since.setText("1h")
    popup.until.setText("2h")
    popup.take()
    assert popup.problem() == "The end lies before the beginning."
    popup.since.setText("26h")
    popup.until.setText("25h")
    popup.take()
    desk.settle()
    assert page.span.index == CUSTOM
    assert page.empty.text().startswith("No requests in this time")
    assert page.empty.isVisible()
    page.empty._action.click()
    desk.settle()
    assert figure(page, "requests") == 24
    assert page.board.isVisible()


def test_all_time_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(desk)
    desk.run("metrics.everything")
    assert figure(page, "requests") == 24
    later = clock.now_ns() + 40 * 86_400 * NS_PER_S
    monkeypatch.setattr(clock, "now_ns", lambda: later)
    maker = Maker(seed=3, end_ns=later)
    write(desk.window.store_path, [maker.trace(later - NS_PER_S)])
    desk.qtbot.waitUntil(lambda: figure(page, "requests") == 25, timeout=10_000)


def test_files_that_were_opened_are_shown_whole(new_desk: Callable[..., Desk], sample: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    page = opened(new_desk(sample, read_only=True))
    assert figure(page, "requests") == 24
    assert page.header.ranges.current() == CUSTOM
    assert not page.zoom_back()


def test_the_filter_is_that_of_the_trace_list(desk: Desk) -> None:
    page = opened(desk)
    desk.page.set_filter("prompt = refund-v14")
    desk.settle()
    assert page.header.chips.texts() == ["prompt = refund-v14"]
    narrowed = figure(page, "requests")
    assert 0 < narrowed < 24
    page.header.chips._chips[0].removed.emit()
    desk.settle()
    assert (desk.page.filter.text(), figure(page, "requests")) == ("", 24)
    page.header.edit_filter()
    popup = page.header.filter_popup
    popup.bar.field.setText("status = error")
    popup.bar.commit()
    popup.hide()
    desk.settle()
    assert desk.page.filter.text() == "status = error"
    assert figure(page, "requests") == 2


def test_a_filter_that_nothing_matches_can_be_dropped(desk: Desk) -> None:
    page = opened(desk)
    desk.page.set_filter("user = nobody")
    desk.settle()
    assert page.empty.text() == "No request matches · user = nobody"
    page.empty._action.click()
    desk.settle()
    assert figure(page, "requests") == 24


def test_without_comparison_nothing_changed(desk: Desk) -> None:
    page = opened(desk)
    assert page.board.tiles["requests"].change()[0] == "new"
    page.header.compare.click()
    desk.settle()
    assert page.board.tiles["requests"].change()[0] == ""


# opening


def test_what_stands_behind_a_tile_is_shown_and_the_filter_comes_back(desk: Desk) -> None:
    page = opened(desk)
    page.board.tiles["error_rate"].click()
    desk.settle()
    assert desk.window.state.page == "traces"
    assert desk.page.filter.text() == "status = error"
    assert len(desk.titles()) == 2
    desk.run("page.metrics")
    assert desk.page.filter.text() == ""
    assert figure(page, "requests") == 24


def test_a_filter_changed_meanwhile_stays(desk: Desk) -> None:
    page = opened(desk)
    page.board.tiles["error_rate"].click()
    desk.settle()
    desk.page.set_filter("service = support-bot")
    desk.run("page.metrics")
    assert desk.page.filter.text() == "service = support-bot"


def test_a_click_on_a_curve_opens_exactly_its_traces(desk: Desk) -> None:
    page = opened(desk)
    chart = page.board.cards["latency"].chart
    assert isinstance(chart, Chart)
    counts = chart.result.series[0].counts
    for slot in range(chart.slots()):
        if counts[slot]:
            page.open_behind(chart.behind(slot))
            desk.settle()
            assert len(desk.titles()) >= counts[slot]
            desk.run("page.metrics")
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.keyClick(chart, Qt.Key.Key_Return)
    desk.settle()
    assert desk.window.state.page == "traces"
    assert "since" in desk.page.filter.text()


def test_a_row_of_the_dearest_opens_its_trace(desk: Desk) -> None:
    page = opened(desk)
    table = page.board.cards["dearest"].content
    table.open_row(0)
    desk.settle()
    assert len(desk.titles()) == 1
    assert desk.page.filter.text().startswith("id = ")


def test_every_query_of_every_panel_can_be_opened(desk: Desk) -> None:
    page = opened(desk)
    queries = {tile.result.query for tile in page.board.tiles.values() if isinstance(tile.result, Stat)}
    for card in page.board.cards.values():
        queries |= {row.query for row in getattr(card.result, "rows", ())}
        queries |= {series.query for series in getattr(card.result, "series", ())}
        queries |= {mark.query for mark in getattr(card.result, "marks", ())}
    assert len(queries) > 20
    for query in sorted(queries):
        page.open_behind(Behind(query))
        desk.settle()
        desk.run("page.metrics")
        assert desk.page.filter.text() == ""


def test_two_versions_of_a_prompt_are_compared(desk: Desk) -> None:
    page = opened(desk)
    page.follow_link(("Show prompt diff", "compare.prompts", ("refund-v13", "refund-v14")))
    desk.settle()
    assert desk.window.state.page == "compare"
    assert desk.window.state.trace_id is not None
    page.follow_link(("Show prompt diff", "compare.prompts", ("refund-v13", "gone")))
    desk.settle()
    assert desk.window.toast.text() == "One of the two versions has no trace any more"


# zooming and what is different


def test_a_drag_zooms_and_esc_goes_back(desk: Desk) -> None:
    page = opened(desk)
    chart = page.board.cards["latency"].chart
    last = chart.slots() - 1
    chart.zoomed.emit(*chart.stretch(chart.slot_x(last - 2), chart.slot_x(last)))
    desk.settle()
    assert page.header.ranges.current() == CUSTOM
    assert 0 < figure(page, "requests") <= 24
    assert chart.can_go_back
    desk.run("desk.back")
    assert page.span == TimeSpan()
    assert figure(page, "requests") == 24
    assert not page.zoom_back()


def test_what_is_different_about_a_stretch(desk: Desk) -> None:
    page = opened(desk)
    chart = page.board.cards["latency"].chart
    desk.run("metrics.differ")
    assert "Mark a time on a chart first" in desk.window.toast.text()
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_End)
    for _ in range(3):
        QTest.keyClick(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    desk.run("metrics.differ")
    assert page.pane.isVisible()
    assert "requests against" in page.pane.text()
    rows = page.pane.table.texts()
    assert rows[0] == ["What", "These", "Others", "Difference"]
    page.pane.table.open_row(next(at for at, row in enumerate(page.pane.table.model_.table.rows) if row.query))
    desk.settle()
    assert desk.window.state.page == "traces"
    assert "before" in desk.page.filter.text()
    desk.run("page.metrics")
    desk.run("desk.back")
    desk.run("desk.back")
    assert not page.pane.isVisible()


# groups


def test_costs_are_attributed_by_any_tag(desk: Desk) -> None:
    page = opened(desk)
    card = page.board.cards["attribution"]
    assert card.content.texts()[0][0] == "Prompt version"
    page.grouping.segments.pick(4)
    desk.settle()
    assert card.content.texts()[0][0] == "Model"
    assert "gpt-4o" in card.content.texts()[1][0]
    assert ("prompt_name", "tag.prompt_name") in page.grouping.choices()
    page.grouping.group_by("tag.prompt_name")
    desk.settle()
    assert any(row[0] == "refund" for row in card.content.texts())
    assert page.grouping.other.text() == "prompt_name"
    assert page.grouping.segments.current() == -1
    assert card._count.text().endswith("24 requests")


def test_the_change_of_a_prompt_stands_alone_in_the_histogram(desk: Desk) -> None:
    page = opened(desk)
    card = page.board.cards["tokens_per_request"]
    assert [group.label for group in card.content.result.groups] == ["refund-v13", "refund-v14"]
    assert card._chip.isVisible()


# saving


def test_all_tables_are_saved(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(desk)
    folder = tmp_path / "tables"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(folder))
    page.saving.ask_folder()
    assert {path.stem for path in folder.iterdir()} == {panel.key.replace("_", "-") for panel in all_panels()}
    assert (folder / "attribution.csv").read_text(encoding="utf-8").startswith("Prompt version,Feature,Requests (count)")
    menu = QMenu(desk.window)
    page.saving.fill_menu(menu)
    assert [action.text() for action in menu.actions()][:3] == ["All tables as CSV…", "The page as PNG…", "The page as SVG…"]


def test_a_card_is_saved_or_copied(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(desk)
    card = page.board.cards["latency"]
    for form in ("csv", "png", "svg"):
        path = tmp_path / f"latency.{form}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, path=path: (str(path), ""))
        card.export_wanted.emit(form)
        assert path.stat().st_size > 500
        assert desk.window.toast.text() == f"Saved latency.{form}"
    assert QImage(str(tmp_path / "latency.png")).width() == card.width()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "no" / "x.csv"), ""))
    card.export_wanted.emit("csv")
    assert "cannot be written" in desk.window.banner.text()
    card.export_wanted.emit("copy")
    assert QApplication.clipboard().text().startswith("From,p99 (ns),p95 (ns),p50 (ns)")


# live


def test_new_traces_are_followed_and_only_what_changed_is_drawn(desk: Desk) -> None:
    page = opened(desk)
    before = {key: card.result for key, card in page.board.cards.items()}
    page.refresh()
    desk.settle()
    assert all(page.board.cards[key].result is result for key, result in before.items())
    maker = Maker(seed=1, end_ns=clock.now_ns())
    write(desk.window.store_path, [maker.trace(clock.now_ns() - NS_PER_S)])
    desk.qtbot.waitUntil(lambda: figure(page, "requests") == 25, timeout=10_000)


def test_a_chart_that_is_read_waits_and_the_others_go_on(desk: Desk) -> None:
    page = opened(desk)
    chart = page.board.cards["latency"].chart
    chart.read_at(chart.slots() - 1)
    shown = chart.result
    maker = Maker(seed=2, end_ns=clock.now_ns())
    write(desk.window.store_path, [maker.trace(clock.now_ns() - NS_PER_S)])
    desk.qtbot.waitUntil(lambda: figure(page, "requests") == 25, timeout=10_000)
    desk.settle()
    assert chart.result is shown
    chart.read_at(None)
    assert chart.result is not shown


def test_a_hidden_page_asks_nothing(desk: Desk) -> None:
    page = opened(desk)
    desk.run("page.traces")
    asked = page.asked
    page._store_changed()
    desk.page.set_filter("status = error")
    desk.settle()
    assert page.asked is asked
    assert not page._timer.isActive()
    assert not page._roll.isActive()
    desk.run("page.metrics")
    assert figure(page, "requests") == 2


def test_a_store_without_traces_says_what_would_be_here(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    with open_store(tmp_path / "empty.db", role="write"):
        pass
    for path in (tmp_path / "empty.db", tmp_path / "none.db"):
        desk = new_desk(path)
        page = opened(desk)
        assert page.empty.text() == "No requests yet · Costs, latencies and rates are shown here as traces arrive."
        assert page.empty._action.isHidden()


def test_a_panel_that_fails_costs_only_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracedesk.base.errors import DataError

    def broken(_store: object, _asked: object) -> Any:
        raise DataError("No such luck.", hint="Try again.")

    page = opened(desk)
    page._seen = [replace(panel, answer=broken) if panel.key == "latency" else panel for panel in page._seen]
    page.refresh()
    desk.settle()
    assert page.board.cards["latency"].says() == "No such luck. Try again."
    assert figure(page, "requests") == 24


def test_same_answers_are_the_same() -> None:
    assert same((latency(), None), (latency(), None))
    assert not same((latency(),), (latency(), None))
