"""Larger text: things that belong together are shown whole or left out, nothing is cut through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QScrollArea

from tests.ui.conftest import Desk
from tracedesk.base.clock import NARROW
from tracedesk.ui import theme
from tracedesk.ui.waterfall.paired_paint import ALL, columns_for
from tracedesk.ui.whatif.ranking import Ranking
from tracedesk.ui.whatif.side import Side

SCALES = [0.8, 1.0, 1.5, 2.0]


@pytest.mark.parametrize("scale", SCALES)
def test_the_keys_and_kinds_at_the_foot_are_whole(new_desk: Callable[..., Desk], sample: Path, scale: float) -> None:
    desk = new_desk(sample)
    theme.choose("dark", scale=scale)
    side = desk.window.status._left
    for width in (1600, 1280):
        desk.window.resize(width, 900)
        desk.settle()
        shown = [group for group in side._groups if group.isVisible()]
        assert shown == side._groups[:len(shown)], "from the left"
        for group in shown:
            assert group.width() >= group.sizeHint().width()
            assert group.geometry().right() - group.contentsMargins().right() <= side.width()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_perturbations_are_as_wide_as_their_text_needs(new_desk: Callable[..., Desk], sample: Path, scale: float) -> None:
    theme.choose("dark", scale=scale)
    desk = new_desk(sample)
    desk.window.resize(1600, 1000)
    desk.run("whatif.open")
    desk.settle()
    side = desk.window.findChild(Side)
    assert side.isVisible()
    for area in side.findChildren(QScrollArea):
        assert area.widget().minimumSizeHint().width() <= area.viewport().width()
    assert side.geometry().right() < desk.window.width()


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [640, 1400])
def test_what_a_faster_step_saves_is_said_in_full(qtbot, scale: float, width: int) -> None:
    theme.choose("dark", scale=scale)
    ranking = Ranking()
    qtbot.addWidget(ranking)
    ranking.resize(width, 300)
    left, right = ranking._columns()["sense"]
    words = f"10{NARROW}% faster saves 888{NARROW}ms"
    assert QFontMetricsF(theme.current().font("dense")).horizontalAdvance(words) <= right - left


@pytest.mark.parametrize("scale", SCALES)
def test_columns_of_differences_grow_with_the_text(scale: float) -> None:
    theme.choose("dark", scale=scale)
    found = columns_for(4_000)
    assert [column.title for column in found] == [column.title for column in ALL]
    metrics = QFontMetricsF(theme.current().font("label"))
    assert all(metrics.horizontalAdvance(column.title) <= column.px for column in found)
