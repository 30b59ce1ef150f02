"""Settings, the keys: every command with its keys; choose one, press another, or take them away; what clashes is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tracedesk.base.errors import TraceDeskError
from tracedesk.ui import theme
from tracedesk.ui.command import Command, printed
from tracedesk.ui.keymap import canonical
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.text import label, set_tone

COLUMNS = (Column("Command"), Column("Keys", 190), Column("Where", 110), Column("", 90))
WIDE_PX, LEAST_PX = 860, 170
HINT = ("Enter changes the chosen one. Arrows, Enter, Esc, Home and End stay as they are, and so do keys that only one view "
        "knows.")
MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock)


def pressed_key(event: QKeyEvent) -> str:
    """A pressed key in Qt's spelling; signs without the Shift that some keyboards need for them. Empty for a modifier alone."""
    key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key in MODIFIERS or key == Qt.Key.Key_unknown:
        return ""
    if 0x20 < key < 0x7F and not chr(key).isalnum():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return canonical(QKeySequence(QKeyCombination(modifiers, key)).toString(QKeySequence.SequenceFormat.PortableText))


class KeyButton(Button):
    """Waits for a key after a click; `pressed_key(text)` when one came. Esc, or another focus, and it waits no longer."""

    key_came = Signal(str)

    def __init__(self) -> None:
        super().__init__("Change", self.wait, icon="keyboard", size="small")
        self.setCheckable(True)

    def wait(self) -> None:
        """Listen for a key."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say(True)

    def waits(self) -> bool:
        """Whether the next key is taken."""
        return self.isChecked()

    def _say(self, waiting: bool) -> None:
        self.setChecked(waiting)
        self.set_text("Press a key, Esc to leave it" if waiting else "Change")

    def event(self, event: QEvent) -> bool:
        if self.waits() and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:        # no command runs meanwhile
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                key = pressed_key(event)
                if key:
                    self._say(False)
                    if key != "Esc":
                        self.key_came.emit(key)
                return True
        return super().event(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self._say(False)


class KeysPane(QWidget):
    """The keys of the commands of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self._chosen: str | None = None
        self.table = Table(COLUMNS, "Keys of commands")
        self.table.setMinimumHeight(LEAST_PX)
        self.table.picked.connect(self._choose)
        self.table.activated.connect(self._change)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a command or a key")
        self.search.setAccessibleName("Find a command or a key")
        theme.hold(self.search, 28, 260)
        self.search.textChanged.connect(lambda _text: self.refresh())
        self.change = KeyButton()
        self.change.key_came.connect(self._came)
        self.none = Button("No key", lambda: self._try(lambda id: desk.commands.give_keys(id, ())), size="small")
        self.reset = Button("Reset", lambda: self._try(lambda id: desk.commands.give_keys(id, None)), icon="undo", size="small")
        self.reset_all = Button("Reset all keys", self._reset_all, icon="undo")
        self.says = label("", "dense", "tertiary")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(label("Keys", "title"))
        head.addStretch(1)
        head.addWidget(self.search)
        head.addWidget(self.reset_all)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.change, self.none, self.reset):
            foot.addWidget(button)
        foot.addSpacing(4)
        foot.addWidget(self.says, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(label(HINT, "dense", "tertiary", wrap=True))
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        theme.changed.connect(self._bound)
        self._bound()
        desk.commands.keys_changed.connect(self.refresh)
        self.refresh()

    def _bound(self) -> None:
        self.setMaximumWidth(theme.grown(WIDE_PX))

    def refresh(self) -> None:
        """Show the commands that the search finds, with their keys of now."""
        words = self.search.text().lower().split()
        chosen = self._chosen
        found = [command for command in self._desk.commands.all() if self._matches(command, words)]
        self.table.show_rows([(self._cells(command), command.id) for command in found])
        at = next((row for row, command in enumerate(found) if command.id == chosen), -1)
        self._chosen = chosen if at >= 0 else None
        if at >= 0:
            self.table.selectRow(at)
        self._show_buttons()

    def choose(self, id: str) -> None:
        """Choose a command that is shown."""
        self._chosen = id
        self.refresh()

    def _matches(self, command: Command, words: list[str]) -> bool:
        text = f"{command.title} {self._where(command)}".lower()
        keys = {printed(key).lower() for key in command.keys}
        return all(word in text or word in keys for word in words)

    def _where(self, command: Command) -> str:
        return self._desk.page_title(command.page) if command.page else "Everywhere"

    def _cells(self, command: Command) -> list[Cell]:
        commands = self._desk.commands
        state = "fixed" if commands.fixed(command.id) else "changed" if commands.has_own_keys(command.id) else ""
        keys = "   ".join(map(printed, command.keys)) or "—"
        return [Cell(command.title), Cell(keys, "text.primary" if command.keys else "text.tertiary"),
                Cell(self._where(command), "text.tertiary"),
                Cell(state, "text.link" if state == "changed" else "text.tertiary")]

    def _change(self) -> None:
        if self.change.isEnabled():
            self.change.wait()

    def _choose(self, id: str) -> None:
        if id != self._chosen:
            self._say("")
        self._chosen = id
        self._show_buttons()

    def _show_buttons(self) -> None:
        commands, id = self._desk.commands, self._chosen
        free = id is not None and not commands.fixed(id)
        self.change.setEnabled(free)
        self.none.setEnabled(free and bool(commands.get(id).keys))
        self.reset.setEnabled(free and commands.has_own_keys(id))
        self.reset_all.setEnabled(any(commands.has_own_keys(command.id) for command in commands.all()))

    def _came(self, key: str) -> None:
        """The key takes the place of the first one; others that a command has stay."""
        self._try(lambda id: self._desk.commands.give_keys(id, (key, *self._desk.commands.get(id).keys[1:])))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _try(self, change: Callable[[str], object]) -> None:
        id = self._chosen
        if id is None:
            return
        try:
            change(id)
        except TraceDeskError as error:
            self._say(f"{error.message} {error.hint}".strip(), "error")
        else:
            command = self._desk.commands.get(id)
            self._say(f"“{command.title}” is now {' or '.join(map(printed, command.keys)) or 'without a key'}.")

    def _reset_all(self) -> None:
        try:
            self._desk.commands.forget_keys()
        except TraceDeskError as error:
            self._say(f"{error.message} {error.hint}".strip(), "error")
        else:
            self._say("All keys are as they were made.")

    def _say(self, text: str, tone: str = "secondary") -> None:
        set_tone(self.says, tone)
        self.says.setText(text)
