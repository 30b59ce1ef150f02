"""The commands of one window: run by id, by key, from the menu; and which key runs which (`ui/keymap.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from PySide6.QtCore import QKeyCombination, QObject, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

from tracedesk.base.errors import TraceDeskError
from tracedesk.base.registry import parts
from tracedesk.ui import commands
from tracedesk.ui.command import MENUS, Command, printed
from tracedesk.ui.keymap import Keymap, canonical
from tracedesk.ui.widgets.buttons import COMMAND

PRESS = ("Space", "Return")
"""Keys that press a button which has the focus, whatever command they belong to."""


class Commands(QObject):
    """All commands of one window, from the modules of `ui/commands`, as QActions of that window. `keys_changed()` when one has
    other keys; `problems` are sentences about keys of the user that were not taken."""

    keys_changed = Signal()

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self._desk = desk
        self._actions: dict[str, QAction] = {}
        self.problems: list[str] = []
        try:
            own = desk.settings.keys()
        except TraceDeskError as error:
            own, self.problems = {}, [error.message]
        self._keymap = Keymap(parts(commands, Command), own)
        self.problems += self._keymap.problems
        self._bind()

    def _bind(self) -> None:
        """One action per key that is taken; one that does nothing per key that was given up, so that no widget acts on it."""
        for action in self._actions.values():
            self._desk.removeAction(action)
            action.deleteLater()
        self._actions = {}
        self._by_id = self._keymap.now()
        by_key: dict[str, list[str]] = {key: [] for key in sorted(self._keymap.released())}
        for command in self._by_id.values():
            for key in command.keys if command.scope == "window" else ():
                by_key.setdefault(canonical(key), []).append(command.id)
        for key, ids in by_key.items():
            action = QAction(self._by_id[ids[0]].title if ids else "", self)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _checked=False, key=key, ids=tuple(ids): self._pressed(key, ids))
            self._desk.addAction(action)
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

    # keys

    def key(self, id: str) -> str:
        """The first key of a command as printed, or nothing."""
        command = self._by_id.get(id)
        return printed(command.keys[0]) if command is not None and command.keys else ""

    def fixed(self, id: str) -> bool:
        """Whether the keys of a command stay as they are."""
        return self._keymap.fixed(id)

    def has_own_keys(self, id: str) -> bool:
        """Whether the user gave it other keys."""
        return id in self._keymap.own()

    def give_keys(self, id: str, keys: tuple[str, ...] | None) -> None:
        """Give a command other keys, or with None those it was made with, and keep them.

        Raises:
            DataError: another command has one of them, or it is not free.
            WorldError: they cannot be kept.
        """
        self._keymap.give(id, keys)
        self._keep({id: self._keymap.own().get(id)})

    def forget_keys(self) -> None:
        """All keys as they were made.

        Raises:
            WorldError: that cannot be kept.
        """
        gone: dict[str, tuple[str, ...] | None] = dict.fromkeys(self._keymap.own())
        self._keymap.forget()
        self._keep(gone)

    def _keep(self, keys: dict[str, tuple[str, ...] | None]) -> None:
        self._bind()
        self.keys_changed.emit()
        self._desk.settings.put_keys(keys)

    def in_words(self, keys: str) -> str:
        """Printed keys as a page names them (`J K`), as they are now."""
        return self._keymap.translate(keys, self.here())

    def print_keys(self, widget: QWidget) -> None:
        """Show the keys of now on everything inside that shows the key of a command."""
        for found in widget.findChildren(QWidget):
            id = found.property(COMMAND)
            if id:
                found.set_key(self.key(id))  # type: ignore[attr-defined]

    @contextmanager
    def silent(self, key: str) -> Iterator[None]:
        """Inside, the key is an ordinary one, so that a command can hand it to the widget it is meant for."""
        action = self._actions.get(canonical(key))
        if action is not None:
            action.setEnabled(False)
        try:
            yield
        finally:
            if action is not None:
                action.setEnabled(True)

    def _pressed(self, key: str, ids: Sequence[str]) -> None:
        """Run the first command of a key that may be run now. A key that none wants, or that presses the button which has the
        focus, goes to the widget that has the focus, as if no command had it; one that was given up does nothing."""
        focus = QApplication.focusWidget()
        if not ids:
            return
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
