"""Commands of the traces page: list, filter, panes, the open trace, its views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tracedesk.ui.command import Command
from tracedesk.ui.traces.views import flame, waterfall


def _here(desk: Any) -> bool:
    return bool(desk.state.page == "traces" and not _page(desk).in_first_run())


def _open(desk: Any) -> bool:
    return _here(desk) and desk.state.trace is not None


def _selected(desk: Any) -> bool:
    return _here(desk) and desk.state.span_id is not None


def _page(desk: Any) -> Any:
    return desk.page("traces")


def _key(key: str) -> Callable[[Any], object]:
    """A key of the view, pressed by a command."""
    return lambda desk: _page(desk).centre.key(key)


def _view(key: str) -> Callable[[Any], object]:
    return lambda desk: _page(desk).show_view(key)


def _shows(view: str) -> Callable[[Any], bool]:
    return lambda desk: _open(desk) and _page(desk).centre.views.current == view


def _column(key: str) -> Callable[[Any], object]:
    return lambda desk: waterfall.toggle_column(desk, key)


def _pane(name: str) -> Callable[[Any], object]:
    return lambda desk: _page(desk).toggle_pane(name)


def _next_error(by: int) -> Callable[[Any], object]:
    def run(desk: Any) -> None:
        if not _page(desk).reading.next_error(by):
            desk.toast.say("No span of this trace failed")
    return run


def _next_match(by: int) -> Callable[[Any], object]:
    return lambda desk: _page(desk).reading.step_match(by)


def _copy_trace_id(desk: Any) -> None:
    desk.copy(desk.state.trace_id.hex(), "the trace id")


def _copy_span_id(desk: Any) -> None:
    desk.copy(desk.state.span_id.hex(), "the span id")


WIDGET = "widget"

_COMMANDS = (
    # list and tree
    Command("row.next", "Next row", lambda desk: _page(desk).step(1), ("J",), "Trace", "arrow_down", _here, sheet="Move",
            words="next, previous row"),
    Command("row.previous", "Previous row", lambda desk: _page(desk).step(-1), ("K",), "Trace", "arrow_up", _here,
            sheet="Move", words="next, previous row"),
    Command("row.jump", "Jump to a name", lambda desk: _page(desk).jump(), ("'",), "Trace", "search", _here, sheet="Move",
            words="jump to a name"),
    Command("span.close", "Close the branch, or go to its parent", _key("Left"), ("Left",), "Trace", "chevron_left", _open,
            WIDGET, "Move", "close, open a branch"),
    Command("span.open", "Open the branch, or go to its child", _key("Right"), ("Right",), "Trace", "chevron_right", _open,
            WIDGET, "Move", "close, open a branch"),
    Command("span.inspect", "Inspect the span", lambda desk: _page(desk).inspect(), ("Return",), "Trace", "info", _selected,
            WIDGET, "Move", "inspect"),
    Command("trace.previous", "Previous trace", lambda desk: _page(desk).list.step(-1), ("[",), "Trace", "chevron_up", _here,
            sheet="Move", words="previous, next trace"),
    Command("trace.next", "Next trace", lambda desk: _page(desk).list.step(1), ("]",), "Trace", "chevron_down", _here,
            sheet="Move", words="previous, next trace"),
    # filter, finding
    Command("filter.edit", "Search in this view", lambda desk: _page(desk).edit_filter(), ("/",), "View", "filter", _here,
            sheet="Look", words="search in this view"),
    Command("filter.clear", "Drop all filters", lambda desk: _page(desk).set_filter(""), (), "View", "close", _here),
    Command("view.save", "Save this view", lambda desk: _page(desk).save_view(), ("Ctrl+S",), "View", "save_view", _here),
    Command("trace.find", "Find in this trace", lambda desk: _page(desk).find_in_trace(), ("Ctrl+F",), "Trace", "search",
            _open, sheet="Look", words="find in the trace"),
    Command("match.next", "Next match", _next_match(1), ("N",), "Trace", "chevron_down", _open, sheet="Look",
            words="next, previous match"),
    Command("match.previous", "Previous match", _next_match(-1), ("Shift+N",), "Trace", "chevron_up", _open, sheet="Look",
            words="next, previous match"),
    Command("error.next", "Next error", _next_error(1), ("E",), "Trace", "error", _open, sheet="Look",
            words="next, previous error"),
    Command("error.previous", "Previous error", _next_error(-1), ("Shift+E",), "Trace", "error", _open, sheet="Look",
            words="next, previous error"),
    # live
    Command("live.show", "Show the new traces", lambda desk: _page(desk).list.show_waiting(), ("L",), "View", "arrow_up",
            _here, sheet="Read", words="show what is new"),
    Command("live.toggle", "Pause or resume the live list", lambda desk: desk.state.set_live(not desk.state.live), ("T",),
            "View", "live", _here, sheet="Read", words="pause live tail"),
    # panes and views
    Command("pane.list", "Fold or unfold the list", _pane("list"), ("Ctrl+B",), "View", "", _here, sheet="Read",
            words="list, inspector, below"),
    Command("pane.inspector", "Fold or unfold the inspector", _pane("inspector"), ("Ctrl+I",), "View", "", _here,
            sheet="Read", words="list, inspector, below"),
    Command("pane.bottom", "Fold or unfold the bottom panel", _pane("bottom"), ("Ctrl+J",), "View", "expand", _here,
            sheet="Read", words="list, inspector, below"),
    Command("trace.copy_id", "Copy the trace id", _copy_trace_id, ("Ctrl+Shift+C",), "Trace", "copy", _open),
    Command("span.copy_id", "Copy the span id", _copy_span_id, (), "Trace", "copy", _selected),
    Command("view.waterfall", "Waterfall", _view("waterfall"), (), "Trace", "waterfall", _open),
    Command("view.flame", "Flame graph", _view("flame"), (), "Trace", "flame", _open),
    Command("column.cost", "Cost column, or not", _column("cost"), ("U",), "View", "token", _shows("waterfall"), sheet="Look",
            words="cost, token column"),
    Command("column.tokens", "Token column, or not", _column("tokens"), ("Shift+U",), "View", "token", _shows("waterfall"),
            sheet="Look", words="cost, token column"),
    Command("flame.side", "Figures beside the flame graph, or not", flame.toggle_side, ("H",), "View", "flame", _shows("flame"),
            sheet="Look", words="figures of the flame graph"),
    # time
    Command("canvas.zoom_in", "Zoom in", _key("W"), ("W",), "Trace", "plus", _open, sheet="Look", words="zoom in, out"),
    Command("canvas.zoom_out", "Zoom out", _key("S"), ("S",), "Trace", "minus", _open, sheet="Look", words="zoom in, out"),
    Command("canvas.left", "Pan left", _key("A"), ("A",), "Trace", "chevron_left", _open, sheet="Look",
            words="pan left, right"),
    Command("canvas.right", "Pan right", _key("D"), ("D",), "Trace", "chevron_right", _open, sheet="Look",
            words="pan left, right"),
    Command("canvas.fit", "Fit the span, then the trace", _key("F"), ("F",), "Trace", "expand", _open, sheet="Look",
            words="zoom to fit, or to the span"),
    Command("canvas.critical_path", "Critical path", _key("C"), ("C",), "Trace", "critical_path", _open, sheet="Look",
            words="critical path"),
    Command("canvas.measure", "Measure from here", _key("M"), ("M",), "Trace", "", _open, sheet="Look", words="measure"),
)

PART = tuple(replace(command, page="traces") for command in _COMMANDS)
