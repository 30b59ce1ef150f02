"""Commands are complete: each has a title, a menu, an icon that exists, a place in the palette and a line in the help."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu

from tests.ui.conftest import Desk
from tracedesk.base.paths import resources
from tracedesk.base.registry import parts
from tracedesk.ui import commands, icons
from tracedesk.ui.command import MENUS, Command, printed
from tracedesk.ui.palette.key_sheet import sheet_lines

HELP = resources() / "help" / "commands.md"
COMMANDS = parts(commands, Command)


def written_help() -> str:
    """The page of the help about commands, made from them."""
    lines = ["# Commands and keys", "", "Every command is also in the palette (`Ctrl+K`) and in the menu (`Alt+M`). "
             "`?` shows the keys of the present page.", ""]
    for menu in MENUS:
        lines += [f"## {menu}", "", "| command | key | id |", "|---|---|---|"]
        for command in sorted((c for c in COMMANDS if c.menu == menu), key=lambda c: (c.page, c.title, c.id)):
            keys = " ".join(f"`{printed(key)}`" for key in command.keys)
            lines.append(f"| {command.title} | {keys} | `{command.id}` |")
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_a_command_is_whole(command: Command) -> None:
    assert re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", command.id)
    assert command.title
    assert command.title[0].isupper()
    assert not command.title.endswith((".", "!"))
    assert command.menu in MENUS
    assert not command.icon or command.icon in icons.GLYPHS
    assert all(not QKeySequence(key).isEmpty() for key in command.keys)


def test_every_command_stands_in_the_help_with_its_keys(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        HELP.write_text(written_help(), encoding="utf-8")
    assert HELP.read_text(encoding="utf-8") == written_help(), "run pytest tests/ui/test_commands.py --update"


def test_no_key_means_two_things_at_once(desk: Desk) -> None:
    desk.open_title("Help with my refund")
    for page in desk.window.page_keys():
        desk.window.state.page = page                        # only said, so that no page need be built
        meanings: dict[str, list[str]] = {}
        for command in COMMANDS:
            if command.scope == "window" and desk.window.commands.can(command.id):
                for key in command.keys:
                    meanings.setdefault(key, []).append(command.id)
        twice = {key: ids for key, ids in meanings.items() if len(ids) > 1}
        assert not twice, f"on {page}: {twice}"


def test_every_command_that_can_be_run_is_in_the_palette(desk: Desk) -> None:
    desk.open_title("Help with my refund")
    offered = {entry.title for entry in desk.window.palette_source.entries(">")}
    possible = {c.title for c in COMMANDS if desk.window.commands.can(c.id) and c.id != "palette.open"}
    assert offered == possible
    assert len(offered) > 40


def test_the_menu_holds_every_command_of_the_page_and_greys_what_cannot_be_run(desk: Desk) -> None:
    menu = QMenu(desk.window)
    desk.window.commands.fill_menu(menu)
    actions = [action for part in menu.findChildren(QMenu) for action in part.actions()]
    shown = {action.text().split("\t")[0].split("   ")[0]: action.isEnabled() for action in actions}
    for command in desk.window.commands.here():
        assert shown[command.title] is desk.window.commands.can(command.id)


def test_the_key_sheet_opens_with_a_question_mark_and_shows_every_sheet_command(desk: Desk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_Question)
    assert desk.window.key_sheet.isVisible()
    said = desk.window.key_sheet.texts()
    for lines in sheet_lines(desk.window.commands.here()).values():
        for _, words in lines:
            assert words in said
    QTest.keyClick(desk.window.key_sheet, Qt.Key.Key_Escape)
    assert not desk.window.key_sheet.isVisible()


@pytest.mark.parametrize("size", [(1100, 680), (1280, 800), (1600, 1000)])
def test_the_key_sheet_stays_inside_the_window(new_desk: Callable[..., Desk], sample: Path, size: tuple[int, int]) -> None:
    desk = new_desk(sample, size)
    desk.open_title("Help with my refund")
    desk.window.key_sheet.open()
    desk.settle()
    sheet = desk.window.key_sheet
    assert sheet.rect().contains(sheet.panel.geometry())
    for found in sheet.panel.findChildren(QLabel):
        assert found.width() >= found.sizeHint().width(), found.text()
        assert sheet.panel.rect().contains(found.geometry().translated(found.parentWidget().mapTo(sheet.panel, QPoint())))
    desk.window.resize(1280, 800)
    desk.settle()
    assert sheet.rect().contains(sheet.panel.geometry())
    sheet.close_overlay()


def test_the_readme_names_no_key_that_does_not_exist() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    keys = {printed(key) for command in COMMANDS for key in command.keys}
    for key in re.findall(r"`((?:Ctrl|Alt|Shift)\+[^`]+)`", readme):
        assert key in keys
