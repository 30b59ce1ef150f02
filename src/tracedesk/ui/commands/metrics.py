"""Commands of the Metrics page: time ranges, the traces behind a point, what is different, export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tracedesk.ui.command import Command


def _page(desk: Any) -> Any:
    return desk.page("metrics")


def _range(index: int) -> Callable[[Any], object]:
    return lambda desk: _page(desk).pick_range(index)


def _here(desk: Any) -> bool:
    return bool(desk.state.page == "metrics")


_COMMANDS = (
    Command("metrics.hour", "The last hour", _range(0), ("Alt+1",), "View", "clock", _here, sheet="Look", words="time range"),
    Command("metrics.day", "The last 24 hours", _range(1), ("Alt+2",), "View", "clock", _here, sheet="Look",
            words="time range"),
    Command("metrics.week", "The last 7 days", _range(2), ("Alt+3",), "View", "clock", _here, sheet="Look", words="time range"),
    Command("metrics.month", "The last 30 days", _range(3), ("Alt+4",), "View", "clock", _here, sheet="Look",
            words="time range"),
    Command("metrics.custom", "Choose a time", _range(4), ("Alt+5",), "View", "clock", _here, sheet="Look", words="time range"),
    Command("metrics.everything", "All time", lambda desk: _page(desk).show_everything(), (), "View", "clock", _here),
    Command("metrics.filter", "Filter the panels", lambda desk: _page(desk).header.edit_filter(), ("/",), "View", "filter",
            _here, sheet="Look", words="filter"),
    Command("metrics.before", "Compare with the time before, or not", lambda desk: _page(desk).header.compare.toggle(), ("B",),
            "View", "compare", _here, sheet="Look", words="compare with before"),
    Command("metrics.open", "Open the traces behind the point", lambda desk: _page(desk).open_here(), ("Return",), "Trace",
            "traces", _here, "widget", "Look", "the traces behind the point"),
    Command("metrics.differ", "What is different about these", lambda desk: _page(desk).difference_here(), ("D",), "Trace",
            "compare", _here, sheet="Look", words="what is different"),
    Command("metrics.table", "The table behind a chart", lambda desk: _page(desk).toggle_table(), ("Ctrl+Shift+T",), "View",
            "datasets", _here, sheet="Look", words="table behind the chart"),
    Command("metrics.export", "Export panels", lambda desk: _page(desk).export_menu(), ("Ctrl+Shift+E",), "File", "job", _here),
)

PART = (
    Command("page.metrics", "Go to Metrics", lambda desk: desk.state.go("metrics"), ("Ctrl+2",), "View", "metrics"),
    *(replace(command, page="metrics") for command in _COMMANDS),
)
