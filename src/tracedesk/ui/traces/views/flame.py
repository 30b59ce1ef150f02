"""The flame graph of the same trace."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from tracedesk.ui.traces.view import View

SETTING = "flame/side"


def _build(desk: Any) -> QWidget:
    from tracedesk.ui.flame.view import FlameView

    return FlameView(with_side=bool(desk.settings.data(SETTING, True)))


def toggle_side(desk: Any) -> None:
    """Show or hide the figures beside the flame graph, and remember it."""
    view = desk.page("traces").centre.view(PART.key)
    view.set_side(not view.with_side)
    desk.settings.put(SETTING, view.with_side)
    if view.with_side and not view.has_room():
        desk.toast.say("The figures are shown once the flame graph is higher or wider")


PART = View("flame", "Flame", "flame", 2, _build)
