"""A command is data; menu, key, palette, key sheet and button are views of it, and a test runs the same command.

Ids read noun-verb, as one would say them: `trace.next`, `theme.toggle`. A button runs a command; it never contains the
work. `scope` says who listens for the key: the window, or the widget that has the focus (canvas, list).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from tracedesk.base.registry import parts

MENUS = ("File", "View", "Trace", "Settings", "Help")


def always(desk: Any) -> bool:
    """A command that can be run at any time."""
    return True


@dataclass(frozen=True)
class Command:
    """One thing the user can do.

    `run` and `enabled` get the desk (the main window). `keys` are Qt key texts; the first is printed. `menu` is one of
    `MENUS`. `sheet` is the column of the key sheet with `words` as its text; commands with equal words share a line.
    """

    id: str
    title: str
    run: Callable[[Any], object]
    keys: tuple[str, ...] = ()
    menu: str = "View"
    icon: str = ""
    enabled: Callable[[Any], bool] = always
    scope: str = "window"
    sheet: str = ""
    words: str = ""
    hint: str = ""


def printed(key: str) -> str:
    """A key as people write it: `Ctrl+K`, `Esc`, `↑`."""
    return {"Escape": "Esc", "Return": "Enter", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}.get(key, key)


class Commands(QObject):
    """All commands of one window, from the modules of `ui/commands`, as QActions of that window."""

    def __init__(self, desk: QMainWindow) -> None:
        super().__init__(desk)
        from tracedesk.ui import commands  # noqa: PLC0415 - the parts import this module

        self._desk = desk
        self._by_id: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        taken: dict[str, str] = {}
        for command in parts(commands, Command):
            if command.id in self._by_id:
                raise ValueError(f"two commands are called {command.id!r}")
            self._by_id[command.id] = command
            action = QAction(command.title, self)
            action.triggered.connect(lambda _checked=False, id=command.id: self.run(id))
            if command.scope == "window":
                for key in command.keys:
                    if key in taken:
                        raise ValueError(f"{key} belongs to {taken[key]}; {command.id} cannot have it")
                    taken[key] = command.id
                action.setShortcuts([QKeySequence(key) for key in command.keys])
                desk.addAction(action)
            self._actions[command.id] = action

    def all(self) -> list[Command]:
        """Every command, in the order of modules."""
        return list(self._by_id.values())

    def get(self, id: str) -> Command:
        """The command of that id."""
        return self._by_id[id]

    def can(self, id: str) -> bool:
        """Whether it may be run now."""
        return self._by_id[id].enabled(self._desk)

    def run(self, id: str) -> bool:
        """Run it, if it may be run now."""
        command = self._by_id[id]
        if not command.enabled(self._desk):
            return False
        command.run(self._desk)
        return True

    def fill_menu(self, menu: QMenu) -> None:
        """One submenu per name in `MENUS`; what cannot be run now is grey."""
        menu.clear()
        for name in MENUS:
            members = [command for command in self.all() if command.menu == name]
            if not members:
                continue
            part = menu.addMenu(name)
            for command in members:
                key = "   " + printed(command.keys[0]) if command.keys and command.scope != "window" else ""
                action = part.addAction(command.title + key)
                if command.keys and command.scope == "window":
                    action.setText(f"{command.title}\t{printed(command.keys[0])}")
                action.setEnabled(command.enabled(self._desk))
                action.triggered.connect(lambda _checked=False, id=command.id: self.run(id))
