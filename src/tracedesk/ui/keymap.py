"""Which keys belong to which command: those it was made with, or those the user gave it.

Two commands may share a key where no page has both. Keys that lists, fields and overlays need, and keys that a widget listens
for itself, stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from PySide6.QtGui import QKeySequence

from tracedesk.base.errors import DataError
from tracedesk.ui.command import Command, printed

NEEDED = frozenset({"Esc", "Tab", "Backtab", "Shift+Tab", "Return", "Enter", "Left", "Right", "Up", "Down", "Home", "End",
                    "PgUp", "PgDown", "Backspace", "Del"})
"""Keys of lists, fields and overlays; with a modifier they are free."""


@cache
def canonical(key: str) -> str:
    """A key text in Qt's own spelling (`Escape` → `Esc`); empty where it is no key."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


class Keymap:
    """Commands with the keys that they have now. `problems` are sentences about keys of the user that were not taken."""

    def __init__(self, commands: Sequence[Command], own: Mapping[str, tuple[str, ...]]) -> None:
        self._made = {command.id: command for command in commands}
        self._own: dict[str, tuple[str, ...]] = {}
        self.problems: list[str] = []
        for id, keys in own.items():
            command = self._made.get(id)
            if command is None or self.fixed(id) or not all(canonical(key) and canonical(key) not in NEEDED for key in keys):
                self.problems.append(f"`{id}` cannot have {' '.join(keys) or 'no key'}.")
            else:
                self._own[id] = tuple(map(canonical, keys))
        while (wrong := next(((id, other) for id in self._own for key in self._own[id]
                              if (other := self.clash(id, key)) is not None), None)) is not None:
            self.problems.append(f"{printed(self._own.pop(wrong[0])[0])} belongs to “{wrong[1].title}”.")

    def made(self, id: str) -> Command:
        """A command with the keys it was made with."""
        return self._made[id]

    def keys(self, id: str) -> tuple[str, ...]:
        """The keys of a command now."""
        return self._own.get(id, self._made[id].keys)

    def now(self) -> dict[str, Command]:
        """All commands with their keys of now, by id."""
        return {id: replace(command, keys=self.keys(id)) if id in self._own else command for id, command in self._made.items()}

    def own(self) -> dict[str, tuple[str, ...]]:
        """The keys that the user gave, by command id."""
        return dict(self._own)

    def fixed(self, id: str) -> bool:
        """Whether its keys stay as they are."""
        command = self._made[id]
        return command.scope != "window" or any(canonical(key) in NEEDED for key in command.keys)

    def clash(self, id: str, key: str) -> Command | None:
        """The other command that has this key on one of the pages of this one."""
        command, key = self._made[id], canonical(key)
        for other in self._made.values():
            if other.id == id or not (command.page == other.page or "" in (command.page, other.page)):
                continue
            meant = all(key in map(canonical, one.keys) for one in (command, other))      # made so: never both at once
            if not meant and key in map(canonical, self.keys(other.id)):
                return other
        return None

    def check(self, id: str, keys: Iterable[str]) -> None:
        """Whether a command may have these keys.

        Raises:
            DataError: it may not, and why.
        """
        if self.fixed(id):
            raise DataError(f"The keys of “{self._made[id].title}” stay as they are.")
        for key in keys:
            if canonical(key) in NEEDED or not canonical(key):
                raise DataError(f"{printed(key)} is needed by lists and fields.", hint="Take it with Ctrl, Alt or Shift.")
            other = self.clash(id, key)
            if other is not None:
                raise DataError(f"{printed(key)} belongs to “{other.title}”.", hint="Give that one another key first.")

    def give(self, id: str, keys: tuple[str, ...] | None) -> None:
        """Give a command other keys, or those it was made with.

        Raises:
            DataError: as `check`.
        """
        self.check(id, self._made[id].keys if keys is None else keys)
        if keys is None or tuple(map(canonical, keys)) == tuple(map(canonical, self._made[id].keys)):
            self._own.pop(id, None)
        else:
            self._own[id] = tuple(map(canonical, keys))

    def forget(self) -> None:
        """All keys as they were made."""
        self._own.clear()

    def released(self) -> set[str]:
        """Letters and combinations that commands were made with and that none has now."""
        taken = {canonical(key) for command in self.now().values() for key in command.keys}
        return {canonical(key) for command in self._made.values() if command.scope == "window"
                for key in command.keys} - taken - NEEDED - {"Space"}

    def translate(self, keys: str, here: Sequence[Command]) -> str:
        """A text of printed keys (`J K`), each as the commands of the page have it now; what is no command's stays."""
        made = [self._made[command.id] for command in here]
        now = {printed(command.keys[0]): self.keys(command.id) for command in made if command.keys}
        words = [now.get(word, (word,)) for word in keys.split(" ")]
        return " ".join(printed(found[0]) for found in words if found)
