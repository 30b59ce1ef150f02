"""Buttons that are views of commands: a command says where its button stands (`Command.button`)."""

from __future__ import annotations

from typing import Any

from tracedesk.ui.command import Command, printed
from tracedesk.ui.widgets.buttons import Button, of_command


class CommandButton(Button):
    """Runs a command; grey while the command cannot be run."""

    def __init__(self, desk: Any, command: Command) -> None:
        super().__init__(command.short or command.title, lambda: desk.commands.run(command.id),
                         role="primary" if "primary" in command.button else "", icon=command.icon,
                         key=printed(command.keys[0]) if command.keys else "")
        self.command = command
        self._desk = desk
        of_command(self, command.id)
        self.setAccessibleName(command.title)

    def refresh(self) -> None:
        """Look again whether it can be run."""
        self.setEnabled(self._desk.commands.can(self.command.id))


def command_buttons(desk: Any, place: str) -> list[CommandButton]:
    """The buttons of one place, the primary one last."""
    found = [command for command in desk.commands.all() if command.button.split(" ")[0] == place]
    return [CommandButton(desk, command) for command in sorted(found, key=lambda command: "primary" in command.button)]
