"""Commands of prices: the unpriced list, and a price for the model of the selected call."""

from __future__ import annotations

from typing import Any

from tracedesk.ui.command import Command


def _selected_model(desk: Any) -> str | None:
    trace, span_id = desk.state.trace, desk.state.span_id
    if trace is None or span_id is None or span_id not in trace.index_of:
        return None
    found: str | None = trace.model[trace.index_of[span_id]]
    return found


def _set_price(desk: Any) -> None:
    model = _selected_model(desk)
    desk.state.go("prices")
    desk.page("prices").set_for(model or "")


def _open(desk: Any) -> None:
    desk.state.go("prices")
    desk.page("prices").refresh()


PART = (
    Command("price.list", "Unpriced calls and your prices", _open, ("Ctrl+P",), "Settings", "token"),
    Command("price.set", "Set a price for the model of this call", _set_price, (), "Trace", "token",
            lambda desk: _selected_model(desk) is not None),
    Command("price.again", "Price stored calls again", lambda desk: desk.page("prices").reprice(), (), "Settings", "undo",
            page="prices"),
)
