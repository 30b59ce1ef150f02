"""A page of the desk: one entry of the rail, one screen. A module in `ui/pages` with a PART adds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Page:
    """`key` for code, `title` and `icon` in the rail, `order` among them; `build(desk)` makes the widget when first shown.

    `bottom` puts it at the lower end of the rail. A page that looks at what another page opened has no item of its own:
    `under` is the key of the page whose item is marked while it is shown. A widget that shows no kinds of spans says
    `kinds_shown = False`, and their legend leaves the status bar.
    """

    key: str
    title: str
    icon: str
    order: int
    build: Callable[[Any], QWidget]
    bottom: bool = False
    under: str = ""
