"""Tree and bars over time."""

from __future__ import annotations

from typing import Any

from tracedesk.scene.columns import COLUMNS
from tracedesk.ui.settings import Settings
from tracedesk.ui.traces.view import View
from tracedesk.ui.waterfall.view import WaterfallView

SETTING = "waterfall/columns"


def _shown(settings: Settings) -> list[str]:
    """The optional columns that the user switched on."""
    kept = settings.data(SETTING, [])
    return [key for key in COLUMNS if isinstance(kept, list) and key in kept]


def _build(desk: Any) -> WaterfallView:
    view = WaterfallView()
    view.offer_columns(_shown(desk.settings))
    return view


def toggle_column(desk: Any, key: str) -> None:
    """Show or hide an optional column of the open waterfall, and remember it."""
    shown = set(_shown(desk.settings)) ^ {key}
    desk.settings.put(SETTING, sorted(shown))
    view = desk.page("traces").centre.view(PART.key)
    view.offer_columns(shown)
    if key in shown and key not in dict(view.geometry_now().columns):
        desk.toast.say(f"The column “{COLUMNS[key].title}” is shown once the waterfall is wider")


PART = View("waterfall", "Waterfall", "waterfall", 1, _build)
