"""Tiles, tables and cards: what they read, how they open what is behind them, what they offer."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.metrics.conftest import Shown
from tests.ui.metrics.made_up import attribution, costs, dearest, latency, panel, sizes, stat
from tracedesk.analytics.panel import Result, Table
from tracedesk.base.clock import NARROW
from tracedesk.base.errors import DataError, TooSlow, WorldError
from tracedesk.ui.charts.chart import Chart
from tracedesk.ui.charts.facts import Behind
from tracedesk.ui.metrics.card import Card
from tracedesk.ui.metrics.export import drawing, file_name, save_picture, save_text
from tracedesk.ui.metrics.table import FigureTable
from tracedesk.ui.metrics.tile import Tile

# tiles


@pytest.mark.parametrize(("given", "words", "tone"), [
    (stat(0.019, 0.013), "+0.6 pt", "diff.worse"), (stat(0.011, 0.019), "−0.8 pt", "diff.better"),
    (stat(0.0190, 0.0191), "0.0 pt", "text.secondary"), (stat(138, 100, "nusd"), "+38 %", "diff.worse"),
    (stat(138, 100, "count", good=0), "+38 %", "text.secondary"), (stat(0.9, 0.7, "score", good=1), "+0.20", "diff.better"),
    (stat(5, 0, "count"), "new", "text.secondary"), (stat(None, 3, "ns"), "", "text.secondary"),
    (stat(3, None, "ns"), "", "text.secondary")])
def test_a_tile_says_how_its_figure_changed(qapp: QApplication, given: Any, words: str, tone: str) -> None:
    tile = Tile(panel("tile"))
    tile.show_result(given)
    said, found = tile.change()
    assert (said.replace(NARROW, " "), found) == (words, tone)
    tile.deleteLater()


def test_a_tile_opens_its_traces_by_key_and_pointer_and_is_read_aloud(shown: Shown) -> None:
    tile: Tile = shown(Tile(panel("tile", "Error rate")), (180, 82))
    tile.show_result(stat())
    opened: list[Behind] = []
    tile.opened.connect(opened.append)
    QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    QTest.keyClick(tile, Qt.Key.Key_Return)
    QTest.keyClick(tile, Qt.Key.Key_Space)
    assert opened == [Behind("status = error")] * 3
    assert tile.accessibleName() == "Error rate"
    assert tile.accessibleDescription().replace(NARROW, " ") == "1.9 %, +0.6 pt, 244 of 12,840"


def test_a_tile_that_could_not_answer_says_why(shown: Shown) -> None:
    tile: Tile = shown(Tile(panel("tile")), (180, 82))
    tile.show_result(TooSlow("It took too long.", hint="Choose a shorter time."))
    assert tile.accessibleDescription() == "It took too long., Choose a shorter time."
    opened: list[Behind] = []
    tile.opened.connect(opened.append)
    tile.click()
    assert opened == []


def test_unpriced_is_a_word_and_not_zero(shown: Shown) -> None:
    tile: Tile = shown(Tile(panel("tile", "Cost")), (180, 82))
    tile.show_result(stat(None, None, "nusd", at_least=True))
    assert tile.accessibleDescription().startswith("unpriced")


# tables


def test_a_table_reads_rounded_and_opens_rows(shown: Shown) -> None:
    table: FigureTable = shown(FigureTable("Attribution"), (1_300, 200))
    table.show_table(attribution())
    opened: list[Behind] = []
    linked: list[Any] = []
    table.opened.connect(opened.append)
    table.linked.connect(linked.append)
    assert table.texts()[0][-1] == "Finding"
    assert table.texts()[2][4] == "unpriced"
    box = table.visualRect(table.model_.index(1, 0))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert opened == [Behind("prompt = refund-v13")]
    finding = table.visualRect(table.model_.index(0, 7))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=finding.center())
    assert linked == [("Show prompt diff", "compare.prompts", ("refund-v13", "refund-v14"))]
    table.setCurrentIndex(table.model_.index(0, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    QTest.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert (opened[-1], len(linked)) == (Behind("prompt = refund-v14"), 2)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.currentIndex().row() == 1


def test_the_current_row_stays_through_an_answer(shown: Shown) -> None:
    table: FigureTable = shown(FigureTable("x"), (900, 200))
    table.show_table(attribution())
    table.setCurrentIndex(table.model_.index(1, 0))
    turned = attribution()
    table.show_table(Table(turned.columns, (turned.rows[1], turned.rows[0], turned.rows[2])))
    assert table.currentIndex().row() == 0


@pytest.mark.parametrize("wide", [320, 480, 700, 1_300])
def test_no_number_is_cut_off(shown: Shown, wide: int) -> None:
    table: FigureTable = shown(FigureTable("x", heads=False), (wide, 200))
    table.show_table(dearest())
    visible = [at for at in range(table.model_.columnCount()) if not table.isColumnHidden(at)]
    assert sum(table.columnWidth(at) for at in visible) <= table.viewport().width()
    assert 4 in visible, "the cost is the last to go"
    for at in visible:
        if table.model_.columns[at].unit in ("tokens", "nusd"):
            widest = max(table.fontMetrics().horizontalAdvance(row[at]) for row in table.texts()[1:])
            assert table.columnWidth(at) >= widest


def test_texts_of_traces_are_no_markup(shown: Shown) -> None:
    table: FigureTable = shown(FigureTable("x", heads=False), (700, 200))
    evil = dearest()
    table.show_table(evil)
    tip = table.model_.data(table.model_.index(0, 2), Qt.ItemDataRole.ToolTipRole)
    assert "<script" not in str(tip)


# cards


@pytest.mark.parametrize(("result", "kind"), [
    (latency(), "LineChart"), (costs(), "BarChart"), (sizes(), "HistogramChart"), (attribution(), "FigureTable")])
def test_a_card_draws_each_shape_and_says_the_same_twice_only_once(shown: Shown, result: Result, kind: str) -> None:
    card: Card = shown(Card(panel()), (600, 280))
    card.show_result(result)
    assert type(card.content).__name__ == kind
    content = card.content
    card.show_result({"LineChart": latency, "BarChart": costs, "HistogramChart": sizes, "FigureTable": attribution}[kind]())
    assert card.content is content
    assert card.grab().toImage().pixelColor(300, 150).isValid()


def test_an_error_stands_in_its_own_card(shown: Shown) -> None:
    card: Card = shown(Card(panel()), (600, 280))
    card.show_result(DataError("The panel is broken.", hint="Try another time."))
    assert card.says() == "The panel is broken. Try another time."
    card.show_result(latency())
    assert card.says() == ""


def test_the_table_behind_a_chart_and_back(shown: Shown) -> None:
    card: Card = shown(Card(panel()), (600, 280))
    card.show_result(latency())
    card.toggle_table()
    assert isinstance(card.content, FigureTable)
    assert card.content.texts()[1][0] == "2025-11-24T16:00:00Z"
    card.toggle_table()
    assert isinstance(card.content, Chart)


def test_the_menu_offers_what_the_selection_allows(shown: Shown) -> None:
    card: Card = shown(Card(panel()), (600, 280))
    card.show_result(latency())
    words = [words for words, _ in card.entries() if words]
    assert words == ["Show as a table", "Copy as CSV", "Save CSV…", "Save PNG…", "Save SVG…"]
    assert card.chart is not None
    card.chart.read_at(2)
    assert [words for words, _ in card.entries()][:3] == ["Open these traces", "What is different about these?",
                                                          "Zoom to this time"]
    asked: list[tuple[int, int]] = []
    card.region.connect(lambda *found: asked.append(found))
    dict(card.entries())["What is different about these?"]()
    assert asked == [card.chart.bucket_ns(2)]  # type: ignore[attr-defined]


def test_the_dearest_offer_all_of_their_like_and_mark_what_is_odd(shown: Shown) -> None:
    card: Card = shown(Card(panel("row", "Most expensive requests"), heads=False), (560, 214))
    card.show_result(dearest())
    opened: list[Behind] = []
    card.opened.connect(opened.append)
    card._more.click()
    assert card._more.text() == "Open all from $0.0600"
    assert opened == [Behind("cost >= $0.06")]
    assert card._notice.text() == "1 more than 100k tokens"
    card.show_result(Table(dearest().columns, (), "3 requests without any price are not among them"))
    assert card.says() == "3 requests without any price are not among them"


def test_a_pair_of_versions_stands_alone_until_all_are_wanted(shown: Shown) -> None:
    card: Card = shown(Card(panel("row", "Tokens per request")), (400, 214))
    card.show_result(sizes())
    card.offer_pair(("refund-v13", "refund-v14"))
    assert card._chip.text() == "All 3"
    assert len(card.content.result.groups) == 2  # type: ignore[union-attr]
    card._chip.click()
    assert len(card.content.result.groups) == 3  # type: ignore[union-attr]
    card.offer_pair(None)
    assert card._chip.isHidden()


def test_a_name_in_the_legend_opens_its_traces(shown: Shown) -> None:
    card: Card = shown(Card(panel("side", "Cost by model")), (560, 268))
    card.show_result(costs())
    opened: list[Behind] = []
    card.opened.connect(opened.append)
    legend = card._legend
    assert legend is not None
    assert legend.accessibleName() == "Legend: gpt-4o $0.6000; mini ≥ $0.2500; guard unpriced"
    legend.grab()
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert opened == [Behind("model = gpt-4o")]


# export


def test_pictures_and_drawings_of_cards(shown: Shown, tmp_path: Path) -> None:
    card: Card = shown(Card(panel()), (600, 280))
    card.show_result(latency())
    save_picture(card, tmp_path / "a.png", "png")
    image = QImage(str(tmp_path / "a.png"))
    assert (image.width(), image.height()) == (600, 280)
    save_picture(card, tmp_path / "a.svg", "svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    assert root.get("viewBox") == "0 0 600 280"
    texts = "".join(root.itertext())
    assert "Latency" in texts
    assert f"4.00{NARROW}s" in texts
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) + len(list(root.iter(
        "{http://www.w3.org/2000/svg}polyline"))) > 5


def test_what_cannot_be_written_is_said(shown: Shown, tmp_path: Path) -> None:
    card: Card = shown(Card(panel()), (300, 200))
    for form in ("png", "svg"):
        with pytest.raises(WorldError, match="cannot be written"):
            save_picture(card, tmp_path / "no" / f"a.{form}", form)
    with pytest.raises(WorldError, match="cannot be written"):
        save_text("x", tmp_path)
    assert drawing(card).startswith("<?xml")
    assert file_name("Cost by model", "csv") == "cost-by-model.csv"
