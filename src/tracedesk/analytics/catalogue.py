"""The panels there are."""

from __future__ import annotations

from functools import cache

from tracedesk.analytics import panels as package
from tracedesk.analytics.panel import Panel
from tracedesk.base.errors import NotFound
from tracedesk.base.registry import parts

PLACES = ("tile", "wide", "side", "row", "foot", "more")
"""Where a panel stands on the page, from the top; `more` stands below all others."""


@cache
def all_panels() -> tuple[Panel, ...]:
    """Every panel, in the order of the page."""
    return tuple(sorted(parts(package, Panel), key=lambda panel: (PLACES.index(panel.place), panel.order, panel.key)))


def panel(key: str) -> Panel:
    """The panel of a key.

    Raises:
        NotFound: there is none.
    """
    for one in all_panels():
        if one.key == key:
            return one
    raise NotFound(f"There is no panel {key}.", hint="`tracedesk panel --list` lists them.")
