"""Every page there is, in both themes and at both sizes of the mock-ups: drawn without a Qt warning, in the theme's colours,
with no figure cut off, and the same when drawn again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.ui.conftest import NARROW, WIDE, Desk
from tests.ui.test_theme import clipped
from tracedesk.base.registry import parts
from tracedesk.ui import pages, theme
from tracedesk.ui.page import Page

REFUND = "Help with my refund"
KEYS = [page.key for page in parts(pages, Page)]


def grabbed(desk: Desk) -> QImage:
    """The window as it is now."""
    desk.settle(250)
    return desk.window.grab().toImage()


def colours(image: QImage) -> int:
    """How many colours a picture has, on a coarse grid."""
    return len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)})


@pytest.mark.parametrize("key", KEYS)
def test_a_page_is_drawn_in_both_themes(desk: Desk, key: str) -> None:
    desk.open_title(REFUND)
    desk.window.state.go(key)
    for name in (theme.LIGHT, theme.DARK):
        desk.run(f"theme.{name}")
        image = grabbed(desk)
        assert colours(image) > 12, name
        assert image.pixelColor(20, 600).name() == theme.current().color("bg.app").name()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_no_figure_of_the_traces_page_is_cut_off(new_desk: Callable[..., Desk], sample: Path, size: tuple[int, int]) -> None:
    desk = new_desk(sample, size)
    for title in (REFUND, "I was charged twice for the same order", "What is your return window?"):
        desk.open_title(title)
        assert not clipped(desk)


def test_the_same_page_gives_the_same_picture(new_desk: Callable[..., Desk], sample: Path) -> None:
    pictures = []
    for _ in range(2):
        desk = new_desk(sample)
        desk.open_title(REFUND)
        pictures.append(grabbed(desk))
    first, second = pictures
    differing = sum(first.pixel(x, y) != second.pixel(x, y) for x in range(0, 1600, 3) for y in range(0, 970, 3))
    assert differing == 0


def test_a_row_of_the_list_shows_its_state_in_colour_and_shape(desk: Desk) -> None:
    desk.open_title(REFUND)
    image = grabbed(desk)
    rows = {row.title: number for number, row in reversed(list(enumerate(desk.page.list.model_.tail.rows)))}
    origin = desk.page.list.viewport().mapTo(desk.window, desk.page.list.viewport().rect().topLeft())

    def tints(title: str) -> set[str]:
        box = desk.page.list.visualRect(desk.page.list.model_.index(rows[title]))
        return {image.pixelColor(origin.x() + x, origin.y() + box.y() + y).name() for x in range(10, 32) for y in range(2, 40)}

    colors = theme.current()
    assert colors.status("ok").text.name() in tints("What is your return window?")
    assert colors.status("error").text.name() in tints("I was charged twice for the same order")
    assert colors.color("bg.selected").name() in tints(REFUND)
