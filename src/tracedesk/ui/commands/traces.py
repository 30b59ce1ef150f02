"""Commands of the traces page: list, filter, panes, the open trace, its views."""

from __future__ import annotations

from typing import Any

from tracedesk.ui.command import Command


def _here(desk: Any) -> bool:
    return bool(desk.state.page == "traces")


def _open(desk: Any) -> bool:
    return _here(desk) and desk.state.trace_id is not None


def _selected(desk: Any) -> bool:
    return _here(desk) and desk.state.span_id is not None


def _page(desk: Any) -> Any:
    return desk.page("traces")


def _copy_trace_id(desk: Any) -> None:
    desk.copy(desk.state.trace_id.hex(), "the trace id")


def _copy_span_id(desk: Any) -> None:
    desk.copy(desk.state.span_id.hex(), "the span id")


PART = (
    Command("row.next", "Next row", lambda desk: _page(desk).step(1), ("J",), "Trace", "arrow_down", _here, "widget",
            "Move", "next, previous row"),
    Command("row.previous", "Previous row", lambda desk: _page(desk).step(-1), ("K",), "Trace", "arrow_up", _here, "widget",
            "Move", "next, previous row"),
    Command("span.close", "Close the branch, or go to its parent", lambda desk: _page(desk).canvas_key("Left"), ("Left",), "Trace",
            "", _open, "widget", "Move", "close, open a branch"),
    Command("span.open", "Open the branch, or go to its child", lambda desk: _page(desk).canvas_key("Right"), ("Right",), "Trace",
            "", _open, "widget", "Move", "close, open a branch"),
    Command("span.inspect", "Inspect the span", lambda desk: _page(desk).inspect(), ("Return",), "Trace", "", _selected, "widget",
            "Move", "inspect"),
    Command("trace.previous", "Previous trace", lambda desk: _page(desk).list.step(-1), ("[",), "Trace", "chevron_up", _here,
            sheet="Move", words="previous, next trace"),
    Command("trace.next", "Next trace", lambda desk: _page(desk).list.step(1), ("]",), "Trace", "chevron_down", _here,
            sheet="Move", words="previous, next trace"),
    Command("filter.edit", "Search in this view", lambda desk: _page(desk).edit_filter(), ("/",), "View", "filter", _here,
            sheet="Look", words="search in this view"),
    Command("filter.clear", "Drop all filters", lambda desk: _page(desk).set_filter(""), (), "View", "close", _here),
    Command("view.save", "Save this view", lambda desk: _page(desk).save_view(), ("Ctrl+S",), "View", "save_view", _here),
    Command("live.show", "Show the new traces", lambda desk: _page(desk).list.show_waiting(), ("L",), "View", "arrow_up", _here,
            sheet="Read", words="show what is new"),
    Command("live.toggle", "Pause or resume the live list", lambda desk: desk.state.set_live(not desk.state.live), ("T",), "View",
            "live", _here, sheet="Read", words="pause live tail"),
    Command("pane.list", "Fold or unfold the list", lambda desk: _page(desk).toggle_pane("list"), ("Ctrl+B",), "View", "",
            _here),
    Command("pane.inspector", "Fold or unfold the inspector", lambda desk: _page(desk).toggle_pane("inspector"), ("Ctrl+I",),
            "View", "", _here),
    Command("pane.bottom", "Fold or unfold the bottom panel", lambda desk: _page(desk).toggle_pane("bottom"), ("Ctrl+J",), "View", "",
            _here),
    Command("trace.copy_id", "Copy the trace id", _copy_trace_id, ("Ctrl+Shift+C",), "Trace", "copy", _open),
    Command("span.copy_id", "Copy the span id", _copy_span_id, (), "Trace", "copy", _selected),
    Command("view.waterfall", "Waterfall", lambda desk: _page(desk).show_view("waterfall"), (), "Trace", "waterfall", _open),
    Command("view.flame", "Flame graph", lambda desk: _page(desk).show_view("flame"), (), "Trace", "flame", _open),
    Command("canvas.zoom_in", "Zoom in", lambda desk: _page(desk).canvas_key("W"), ("W",), "Trace", "plus", _open, "widget",
            "Look", "zoom in, out"),
    Command("canvas.zoom_out", "Zoom out", lambda desk: _page(desk).canvas_key("S"), ("S",), "Trace", "minus", _open, "widget",
            "Look", "zoom in, out"),
    Command("canvas.left", "Pan left", lambda desk: _page(desk).canvas_key("A"), ("A",), "Trace", "chevron_left", _open, "widget",
            "Look", "pan left, right"),
    Command("canvas.right", "Pan right", lambda desk: _page(desk).canvas_key("D"), ("D",), "Trace", "chevron_right", _open, "widget",
            "Look", "pan left, right"),
    Command("canvas.fit", "Fit the span, then the trace", lambda desk: _page(desk).canvas_key("F"), ("F",), "Trace", "expand", _open,
            "widget", "Look", "zoom to fit, or to the span"),
    Command("canvas.critical_path", "Critical path", lambda desk: _page(desk).canvas_key("C"), ("C",), "Trace", "critical_path",
            _open, "widget", "Look", "critical path"),
    Command("canvas.measure", "Measure from here", lambda desk: _page(desk).canvas_key("M"), ("M",), "Trace", "", _open, "widget",
            "Look", "measure"),
    Command("canvas.next_error", "Next error", lambda desk: _page(desk).canvas_key("E"), ("E",), "Trace", "error", _open, "widget",
            "Look", "next error"),
)
