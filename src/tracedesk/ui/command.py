"""A command is data; menu, key, palette, key sheet and button are views of it, and a test runs the same command.

Ids read noun-verb, as one would say them: `trace.next`, `theme.toggle`. A button runs a command; it never contains the
work. `scope` says who listens for the key: the window, or the widget that has the focus (canvas, list). One key may stand
for different commands on different pages: the first that can be run now is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtCore import QKeyCombination, QObject
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu

from tracedesk.base.registry import parts

PRESS = ("Space", "Return")
"""Keys that press a button which has the focus, whatever command they belong to."""
MENUS = ("File", "View", "Trace", "Settings", "Help")


def always(desk: Any) -> bool:
    """A command that can be run at any time."""
    return True


@dataclass(frozen=True)
class Command:
    """One thing the user can do.

    `run` and `enabled` get the desk (the main window). `keys` are Qt key texts; the first is printed. `menu` is one of
    `MENUS`. `sheet` is the column of the key sheet with `words` as its text; commands with equal words share a line.
    `button` gives it a button with the word `short`: `header` beside the title of the open trace, `header primary`, or
    `tools` in the row of its views. `page` is the only page on which it does something, empty for all.
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
    button: str = ""
    short: str = ""
    page: str = ""


def printed(key: str) -> str:
    """A key as people write it: `Ctrl+K`, `Esc`, `↑`."""
    return {"Escape": "Esc", "Return": "Enter", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}.get(key, key)


class Commands(QObject):
    """All commands of one window, from the modules of `ui/commands`, as QActions of that window."""

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        from tracedesk.ui import commands  # the parts import this module

        self._desk = desk
        self._by_id = {command.id: command for command in parts(commands, Command)}
        self._actions: dict[str, QAction] = {}
        by_key: dict[str, list[str]] = {}
        for command in self._by_id.values():
            for key in command.keys if command.scope == "window" else ():
                by_key.setdefault(key, []).append(command.id)
        for key, ids in by_key.items():
            action = QAction(self._by_id[ids[0]].title, self)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _checked=False, key=key, ids=tuple(ids): self._pressed(key, ids))
            desk.addAction(action)
            self._actions[key] = action

    def all(self) -> list[Command]:
        """Every command, in the order of modules."""
        return list(self._by_id.values())

    def get(self, id: str) -> Command:
        """The command of that id."""
        return self._by_id[id]

    def can(self, id: str) -> bool:
        """Whether it may be run now."""
        command = self._by_id[id]
        return command.page in ("", self._desk.state.page) and command.enabled(self._desk)

    def here(self) -> list[Command]:
        """The commands that have a meaning on the present page."""
        return [command for command in self.all() if command.page in ("", self._desk.state.page)]

    def run(self, id: str) -> bool:
        """Run it, if it may be run now."""
        if not self.can(id):
            return False
        self._by_id[id].run(self._desk)
        return True

    @contextmanager
    def silent(self, key: str) -> Iterator[None]:
        """Inside, the key is an ordinary one, so that a command can hand it to the widget it is meant for."""
        action = self._actions.get(key)
        if action is not None:
            action.setEnabled(False)
        try:
            yield
        finally:
            if action is not None:
                action.setEnabled(True)

    def _pressed(self, key: str, ids: Sequence[str]) -> None:
        """Run the first command of a key that may be run now. A key that none wants, or that presses the button which has the
        focus, goes to the widget that has the focus, as if no command had it."""
        focus = QApplication.focusWidget()
        if not (key in PRESS and isinstance(focus, QAbstractButton)):
            for id in ids:
                if self.run(id):
                    return
        if focus is None:
            return
        pressed: QKeyCombination = cast("Any", QKeySequence(key))[0]      # the stubs do not know that it can be indexed
        text = key.lower() if len(key) == 1 else " " if key == "Space" else ""
        with self.silent(key):
            for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
                QApplication.sendEvent(focus, QKeyEvent(kind, pressed.key(), pressed.keyboardModifiers(), text))

    def fill_menu(self, menu: QMenu) -> None:
        """One submenu per name in `MENUS`; what cannot be run now is grey."""
        menu.clear()
        for name in MENUS:
            members = [command for command in self.here() if command.menu == name]
            if not members:
                continue
            self.add_to(menu.addMenu(name), [command.id for command in members])

    def add_to(self, menu: QMenu, ids: Iterable[str]) -> dict[str, QAction]:
        """Entries for these commands at the end of a menu; what cannot be run now is grey."""
        made = {}
        for id in ids:
            command = self._by_id[id]
            key = "   " + printed(command.keys[0]) if command.keys and command.scope != "window" else ""
            action = made[id] = menu.addAction(command.title + key)
            if command.keys and command.scope == "window":
                action.setText(f"{command.title}\t{printed(command.keys[0])}")
            action.setEnabled(self.can(id))
            action.triggered.connect(lambda _checked=False, id=id: self.run(id))
        return made
