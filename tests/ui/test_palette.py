"""The command palette: what it offers, how it chooses, what Enter and Tab do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import Desk
from tracedesk.ui.palette.entries import Entry, choose, match


def entry(title: str, group: str = "Do") -> Entry:
    return Entry(group, title, lambda: None)


def test_every_word_must_occur_and_word_starts_come_first() -> None:
    entries = [entry("What if: slow rerank"), entry("Preslow"), entry("Slow LLM"), entry("rerank", "Find")]
    assert [found.title for found in choose("slow", entries)] == ["Slow LLM", "What if: slow rerank", "Preslow"]
    assert [found.title for found in choose("re slow", entries)] == ["What if: slow rerank", "Preslow"]
    assert match("What if: slow rerank", ["slow", "re"]) is not None
    assert match("Quit", ["slow"]) is None


def test_the_matched_letters_are_known() -> None:
    assert choose("slow re", [entry("slow rerank")])[0].spots == [(0, 4), (5, 7)]


def test_ctrl_k_opens_it_and_escape_gives_the_focus_back(desk: Desk) -> None:
    desk.page.list.setFocus()
    QTest.keyClick(desk.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.palette_.isVisible()
    assert desk.window.palette_.field.hasFocus()
    QTest.keyClick(desk.window.palette_.field, Qt.Key.Key_Escape)
    assert not desk.window.palette_.isVisible()
    assert desk.page.list.hasFocus()


def test_it_covers_the_window_also_when_its_field_is_laid_out_again(desk: Desk) -> None:
    palette = desk.window.palette_
    palette.open_with("comp")
    desk.qtbot.wait(20)
    palette.field.resize(palette.field.width() - 40, palette.field.height())
    desk.qtbot.wait(20)
    assert palette.geometry() == palette.parentWidget().rect()
    palette.close_overlay()


def test_enter_runs_what_is_current(desk: Desk) -> None:
    desk.run("palette.open")
    QTest.keyClicks(desk.window.palette_.field, "flame graph")
    QTest.keyClick(desk.window.palette_.field, Qt.Key.Key_Return)
    desk.settle()
    assert desk.page.centre.views.current == "flame"


def test_arrows_move_and_a_click_runs(desk: Desk) -> None:
    palette = desk.window.palette_
    palette.open_with("waterfall")
    first = palette.lines.entries[palette.lines.current]
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.lines.entries[palette.lines.current] is not first
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.lines.entries[palette.lines.current] is first
    palette.close_overlay()


def test_spans_of_the_open_trace_are_found_by_name(desk: Desk) -> None:
    desk.open_title("Help with my refund")
    desk.run("palette.open")
    QTest.keyClicks(desk.window.palette_.field, "rerank")
    spans = [found for found in desk.window.palette_.lines.entries if found.title == "rerank"]
    desk.window.palette_._run(spans[0])
    desk.settle()
    assert desk.selected() == "rerank"


def test_tab_puts_an_entry_into_the_filter(desk: Desk) -> None:
    desk.run("palette.open")
    QTest.keyClicks(desk.window.palette_.field, "status error")
    QTest.keyClick(desk.window.palette_.field, Qt.Key.Key_Tab)
    desk.settle()
    assert str(desk.window.state.query) == "status = error"


def test_users_and_ids_have_prefixes(desk: Desk) -> None:
    source = desk.window.palette_source
    assert "user-4821" in [found.title for found in source.entries("@")]
    ids = [found.title for found in source.entries("#a91c7e40")]
    assert ids == ["a91c7e40c1cf2cac957293a938a45a27"]
    source.entries("#a91c7e40")[0].run()
    desk.settle()
    assert desk.window.state.trace_id is not None
    assert desk.window.state.trace_id.hex().startswith("a91c7e40")


def test_free_words_become_a_search(desk: Desk) -> None:
    found = [entry for entry in desk.window.palette_source.entries("kettle") if entry.title.startswith("Traces with")]
    found[0].run()
    desk.settle()
    assert str(desk.window.state.query) == "kettle"
    assert 0 < len(desk.titles()) < 24


def test_the_button_in_the_top_bar_opens_it_and_a_click_beside_closes_it(desk: Desk) -> None:
    desk.window.top_bar.search.click()
    palette = desk.window.palette_
    assert palette.isVisible()
    QTest.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomLeft() + QPoint(4, -4))
    assert not palette.isVisible()


def test_it_covers_the_window_whatever_is_resized(desk: Desk) -> None:
    desk.run("palette.open")
    palette = desk.window.palette_
    palette.field.resize(200, 17)
    assert palette.size() == palette.parentWidget().size()
    desk.window.resize(1400, 900)
    desk.settle()
    assert palette.size() == palette.parentWidget().size()
    assert palette.rect().contains(palette.panel.geometry())
