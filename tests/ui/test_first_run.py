"""The first-run page: stands while the store is empty, says what is true, and turns into the list with the first span."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import Desk
from tracedesk.ui.first_run.page import answers, shown
from tracedesk.ui.first_run.snippets import SHELLS, SNIPPETS, text


def test_an_empty_store_shows_the_first_run_page_and_no_list(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "nothing.db")
    assert desk.page.in_first_run()
    assert desk.page.first_run().isVisible()
    assert not desk.page.list.isVisible()
    assert not desk.window.commands.can("row.next")
    assert desk.window.status.text().endswith("no store yet · 0 received")


def test_the_first_trace_turns_it_into_the_list_by_itself(new_desk: Callable[..., Desk], tmp_path: Path, sample: Path) -> None:
    store = tmp_path / "later.db"
    desk = new_desk(store)
    assert desk.page.in_first_run()
    shutil.copy(sample.with_name(sample.name + ".key"), store.with_name(store.name + ".key"))
    shutil.copy(sample, store)
    desk.qtbot.waitUntil(lambda: not desk.page.in_first_run(), timeout=5000)
    desk.settle()
    assert len(desk.titles()) == 24
    assert desk.window.state.trace is not None


def test_a_file_window_never_shows_it(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "nothing.db", read_only=True)
    assert not desk.page.in_first_run()
    assert "No traces yet" in desk.page.pane.empty.text()


def test_after_half_a_minute_help_opens(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    page = new_desk(tmp_path / "nothing.db").page.first_run()
    assert page.help.isHidden()
    page.waited_long()
    assert not page.help.isHidden()


def test_the_dots_are_real_connections() -> None:
    assert answers(["127.0.0.1:1", "nonsense"]) == [False, False]
    assert shown("127.0.0.1:4317") == "localhost:4317"


def test_copy_gives_the_snippet_for_the_shell_that_is_chosen(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    card = new_desk(tmp_path / "nothing.db").page.first_run().snippets
    card.pick("openai", SHELLS.index("PowerShell"))
    card.copy.click()
    copied = QApplication.clipboard().text()
    assert '$env:OTEL_EXPORTER_OTLP_ENDPOINT' in copied
    assert "http://localhost:4318" in copied


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.key)
def test_every_snippet_points_here_in_every_shell(snippet: object, shell: str) -> None:
    made = text(snippet, shell, "http://localhost:4318", "http://localhost:4317")
    assert "localhost:431" in made
    assert "{http}" not in made
    assert "{grpc}" not in made


def test_the_sample_is_drawn_with_its_slow_trace(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "nothing.db")
    words = desk.page.first_run().sample._words
    desk.qtbot.waitUntil(lambda: words.text().startswith("24 traces"), timeout=5000)
