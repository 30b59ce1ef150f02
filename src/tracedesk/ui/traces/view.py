"""View: one way to look at the open trace, a tab of the traces page. A file in `traces/views` with a PART adds one.

The widget is built when its tab is first looked at. What it may have, all optional: `set_trace(trace)`,
`set_critical_path(pieces)`, `set_slack(slack_ns)`, `set_elsewhere(flags)`, `set_matches(indexes)`, `select(span_id)`,
`leave_mode()` (at Esc; whether there was a mode), `jump`, the signals `span_selected(span_id)` and `span_activated(span_id)`,
and `canvas`, the widget in it that takes the keys. (Not a focus proxy: with one inside, Qt 6.11 closes the ring of Tab within
the view.) More signals that are answered: see `Centre.view`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class View:
    """`key` for code, `title` and `icon` on the tab, `order` among them; `build(desk)` makes the widget.

    `bottom`: whether the panel below (critical path, events, logs) stands under it.
    """

    key: str
    title: str
    icon: str
    order: int
    build: Callable[[Any], QWidget]
    bottom: bool = True
