"""Keys of the user's own: taken in Settings, refused where they clash, at work and shown everywhere at once, kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from tests.ui.conftest import NARROW, Desk
from tests.ui.test_theme import clipped
from tracedesk.base.errors import DataError
from tracedesk.base.registry import parts
from tracedesk.ui import commands, theme
from tracedesk.ui.command import Command
from tracedesk.ui.keymap import Keymap, canonical
from tracedesk.ui.palette.key_sheet import sheet_lines
from tracedesk.ui.settings_keys import KeysPane

REFUND = "Help with my refund"
MADE = parts(commands, Command)


def settings_of(desk: Desk) -> KeysPane:
    """The keys on the settings page."""
    desk.run("page.settings")
    page: Any = desk.window.page("settings")
    pane: KeysPane = page.keys
    return pane


def press(pane: KeysPane, id: str, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Choose a command and press another key for it."""
    pane.choose(id)
    pane.change.click()
    QTest.keyClick(pane.change, key, modifier)


def test_a_key_given_in_settings_works_and_is_shown_everywhere(desk: Desk) -> None:
    desk.open_title(REFUND)
    pane = settings_of(desk)
    press(pane, "canvas.critical_path", Qt.Key.Key_F7)
    press(pane, "live.toggle", Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert pane.says.text() == "“Pause or resume the live list” is now Ctrl+Shift+P."
    desk.run("page.traces")
    path = desk.page.centre.critical
    assert path.accessibleDescription() == "F7"
    assert path.isChecked()
    QTest.keyClick(desk.window, Qt.Key.Key_F7)
    assert not path.isChecked()
    assert desk.page.pane.switch.toolTip().count("Ctrl+Shift+P") == 1
    entries = {entry.title: entry.key for entry in desk.window.palette_source.entries(">")}
    assert entries["Critical path"] == "F7"
    menu = QMenu(desk.window)
    desk.window.commands.fill_menu(menu)
    shown = [action.text() for part in menu.findChildren(QMenu) for action in part.actions()]
    assert "Critical path\tF7" in shown
    assert (["F7"], "critical path") in sheet_lines(desk.window.commands.here())["Look"]
    assert ("F7", "critical path") in desk.window.status.keys
    menu.deleteLater()


def test_the_key_that_was_given_up_does_nothing_and_can_be_given_again(desk: Desk) -> None:
    desk.open_title(REFUND)
    desk.window.commands.give_keys("canvas.critical_path", ("F7",))
    desk.page.centre.canvas().setFocus()
    QTest.keyClick(desk.page.centre.canvas(), Qt.Key.Key_C)
    assert desk.page.centre.critical.isChecked()
    desk.window.commands.give_keys("canvas.fit", ("C",))
    desk.window.commands.give_keys("canvas.critical_path", ("F",))
    QTest.keyClick(desk.page.centre.canvas(), Qt.Key.Key_F)
    assert not desk.page.centre.critical.isChecked()


def test_a_clash_is_refused_with_the_name_of_the_other_command(desk: Desk) -> None:
    desk.open_title(REFUND)
    pane = settings_of(desk)
    press(pane, "canvas.critical_path", Qt.Key.Key_J)
    assert pane.says.text() == "J belongs to “Next row”. Give that one another key first."
    press(pane, "canvas.critical_path", Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert "belongs to “Search or run a command”" in pane.says.text()
    press(pane, "canvas.critical_path", Qt.Key.Key_Home)
    assert "needed by lists" in pane.says.text()
    assert desk.window.commands.get("canvas.critical_path").keys == ("C",)
    assert not desk.window.palette_.isVisible()
    press(pane, "canvas.critical_path", Qt.Key.Key_O)             # Compare has it, and never at the same time
    assert desk.window.commands.get("canvas.critical_path").keys == ("O",)
    pane.choose("row.next")
    pane.none.click()
    press(pane, "error.next", Qt.Key.Key_J)
    pane.choose("row.next")
    desk.window.commands.give_keys("row.next", ("F8",))
    pane.reset.click()
    assert pane.says.text().startswith("J belongs to “Next error”.")


def test_esc_or_another_focus_leaves_the_key_as_it_was(desk: Desk) -> None:
    pane = settings_of(desk)
    press(pane, "row.next", Qt.Key.Key_Escape)
    assert not pane.change.waits()
    assert desk.window.commands.get("row.next").keys == ("J",)
    pane.change.click()
    QTest.keyClick(pane.change, Qt.Key.Key_Shift)
    assert pane.change.waits()
    pane.search.setFocus()
    assert not pane.change.waits()
    pane.choose("desk.back")
    assert not pane.change.isEnabled()


def test_signs_are_taken_without_the_shift_that_a_keyboard_needs(desk: Desk) -> None:
    pane = settings_of(desk)
    press(pane, "row.next", Qt.Key.Key_Exclam, Qt.KeyboardModifier.ShiftModifier)
    assert desk.window.commands.get("row.next").keys == ("!",)
    press(pane, "page.settings", Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    assert desk.window.commands.get("page.settings").keys == ("Shift+F9", "Ctrl+,")


def test_search_finds_by_words_and_by_key_and_keys_are_reset(desk: Desk) -> None:
    pane = settings_of(desk)
    press(pane, "row.next", Qt.Key.Key_F8)
    pane.search.setText("row traces")
    assert [row[0] for row in pane.table.texts()] == ["Next row", "Previous row"]
    pane.search.setText("f8")
    assert pane.table.texts() == [["Next row", "F8", "Traces", "changed"]]
    pane.choose("row.next")
    pane.reset.click()
    assert desk.window.commands.get("row.next").keys == ("J",)
    press(pane, "row.previous", Qt.Key.Key_F8)
    pane.search.clear()
    pane.reset_all.click()
    assert desk.window.commands.get("row.previous").keys == ("K",)
    assert not pane.reset_all.isEnabled()


def test_they_are_kept_for_the_next_window_and_its_pages(desk: Desk, new_desk: Callable[..., Desk], sample: Path) -> None:
    desk.window.commands.give_keys("compare.swap", ("F8",))
    desk.window.commands.give_keys("trace.next", ())
    again = new_desk(sample)
    again.open_title(REFUND)
    again.run("page.compare")
    assert ("F8", "swap A and B") in again.window.status.keys
    assert again.window.commands.get("trace.next").keys == ()
    again.window.commands.forget_keys()
    assert ("X", "swap A and B") in again.window.status.keys
    assert new_desk(sample).window.commands.get("trace.next").keys == ("]",)


def test_keys_in_the_file_that_cannot_be_are_said(new_desk: Callable[..., Desk], sample: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[keys]\n"row.next" = ["K"]\n"no.such" = ["Y"]\n"trace.find" = ["F7"]\n', "utf-8")
    desk = new_desk(sample)
    assert desk.window.banner.text() == ("Some of your keys were not taken. `no.such` cannot have Y. "
                                         "K belongs to “Previous row”.")
    assert desk.window.commands.get("row.next").keys == ("J",)
    assert desk.window.commands.get("trace.find").keys == ("F7",)


def test_two_commands_may_change_their_keys_with_one_another() -> None:
    keymap = Keymap(MADE, {"row.next": ("K",), "row.previous": ("J",)})
    assert keymap.problems == []
    assert keymap.keys("row.next") == ("K",)
    with pytest.raises(DataError, match="Next row"):
        keymap.give("error.next", ("K",))


@pytest.mark.parametrize("command", MADE, ids=lambda command: command.id)
def test_every_command_can_be_reset_to_the_keys_it_was_made_with(command: Command) -> None:
    keymap = Keymap(MADE, {})
    for key in command.keys:
        assert canonical(key)
        assert keymap.clash(command.id, key) is None
    if not keymap.fixed(command.id):
        keymap.give(command.id, ("Ctrl+Alt+F12",))
        assert keymap.now()[command.id].keys == ("Ctrl+Alt+F12",)
        keymap.give(command.id, None)
        assert keymap.now()[command.id] is command


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_text_is_cut_off_in_a_small_window(new_desk: Callable[..., Desk], sample: Path, scale: float) -> None:
    desk = new_desk(sample, NARROW)
    theme.choose(theme.LIGHT, scale=scale)
    settings_of(desk)
    assert not clipped(desk)
