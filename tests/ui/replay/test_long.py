"""A replay of thousands of steps: what is built does not grow with them, and what takes long is done by a reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.helpers.long_loop import LOOP, write_loop
from tracedesk.replay.folding import HEAD, TAIL
from tracedesk.store.connect import open_store
from tracedesk.ui.main_window import MainWindow
from tracedesk.ui.replay import reader
from tracedesk.ui.replay.curve import POINTS_AT_MOST

SHORT, LONG = 200, 3_000
WIDGETS_MORE = 20
"""A step may show some more rows than another."""


def opened(qtbot: Any, path: Path, size: int) -> Iterator[Any]:
    window = MainWindow(write_loop(path, size), read_only=True)
    window.resize(1600, 1000)
    window.show()
    window.state.open_trace(LOOP)
    qtbot.waitUntil(lambda: window.state.trace is not None and not window.tasks.busy, timeout=20_000)
    window.commands.run("trace.replay")
    page: Any = window.page("replay")
    qtbot.waitUntil(lambda: page.player.step is not None, timeout=20_000)
    yield page
    window.close()
    window.deleteLater()


@pytest.fixture
def short(qapp: Any, qtbot: Any, tmp_path: Path) -> Iterator[Any]:
    yield from opened(qtbot, tmp_path / "short.db", SHORT)


@pytest.fixture
def long(qapp: Any, qtbot: Any, tmp_path: Path) -> Iterator[Any]:
    yield from opened(qtbot, tmp_path / "long.db", LONG)


def widgets(page: Any) -> int:
    """How many widgets the page has, those that are to be deleted not counted."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return len(page.findChildren(QWidget))


def test_a_long_replay_is_built_of_no_more_than_a_short_one(short: Any, long: Any) -> None:
    steps = len(long.script.steps)
    assert steps >= LONG - 1
    for page in (short, long):
        page.go(len(page.script.steps))                          # the fold stays shut: the last steps are told
    built = [widgets(page) for page in (short, long)]
    assert built[1] <= built[0] + WIDGETS_MORE
    assert len(long.list.steps.items) == 1 + HEAD + 1 + TAIL
    long.go(steps // 2)
    assert len(long.list.steps.items) == 1 + steps
    assert long.list.steps.items[long.list.steps.row_of(steps // 2)].n == steps // 2
    assert widgets(long) <= built[1] + WIDGETS_MORE
    curves = [figure.curve for figure in (long.so_far._time, long.so_far._cost, long.so_far._tokens)]
    assert all(2 <= len(curve._values) <= 2 * POINTS_AT_MOST + 1 for curve in curves)
    assert long.so_far._tokens.curve._values[-1] == long.player.step.so_far.tokens


def test_every_step_has_its_part_of_the_bar(long: Any) -> None:
    scrubber = long.transport.scrubber
    timed = [step for step in long.script.steps if step.end_ns > step.start_ns]
    assert len(scrubber.line.stretches) == len(timed) > scrubber.width() / 6
    image = scrubber._many(scrubber.line, scrubber.line.stretches)
    kinds = {image.pixelColor(x, 0).name() for x in range(10, scrubber.width() - 10)}
    assert (image.width(), image.height()) == (scrubber.width(), 1)
    assert len(kinds) > 1
    assert "#000000" not in kinds


def test_lines_are_laid_out_before_the_page_gets_them(tmp_path: Path) -> None:
    with open_store(write_loop(tmp_path / "store.db", SHORT), role="read") as store:
        lines = reader.loaded(store, LOOP).lines
    assert lines is not None
    assert len(vars(lines.skipped)["stretches"]) >= SHORT - 1
    assert lines.skipped.length_ns == lines.kept.length_ns
