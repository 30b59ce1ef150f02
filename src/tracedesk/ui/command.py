"""A command is data; menu, key, palette, key sheet and button are views of it, and a test runs the same command.

Ids read noun-verb, as one would say them: `trace.next`, `theme.toggle`. A button runs a command; it never contains the
work. `scope` says who listens for the key: the window, or the widget that has the focus (canvas, list). One key may stand
for different commands on different pages: the first that can be run now is run (`ui/dispatch.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MENUS = ("File", "View", "Trace", "Settings", "Help")


def always(desk: Any) -> bool:
    """A command that can be run at any time."""
    return True


@dataclass(frozen=True)
class Command:
    """One thing the user can do.

    `run` and `enabled` get the desk (the main window). `keys` are Qt key texts; the first is printed; the user may give
    others (`ui/keymap.py`). `menu` is one of
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
