"""Commands of comparing: the open trace with another run, with the pinned baseline, with the usual run."""

from __future__ import annotations

from typing import Any

from tracedesk.ui.command import Command


def _open(desk: Any) -> bool:
    return desk.state.page in ("traces", "compare") and desk.state.trace_id is not None


def _here(desk: Any) -> bool:
    return bool(desk.state.page == "compare" and desk.page("compare").compared is not None)


def _with(desk: Any, other: bytes | None) -> None:
    desk.state.go("compare")
    desk.page("compare").with_(other)


def _with_median(desk: Any) -> None:
    from tracedesk.ui.compare.reader import MEDIAN

    _with(desk, MEDIAN)


PART = (
    Command("page.compare", "Go to Compare", lambda desk: desk.state.go("compare"), ("Ctrl+3",), "View", "compare"),
    Command("trace.compare", "Compare with the baseline, else the run before", lambda desk: _with(desk, None), ("B",), "Trace",
            "compare", _open, sheet="Look", words="compare", button="header", short="Compare"),
    Command("compare.median", "Compare with the usual run", _with_median, ("Shift+B",), "Trace", "compare", _open),
    Command("compare.groups", "Compare groups of runs, or traces again", lambda desk: desk.page("compare").groups(), ("G",),
            "Trace", "groups", _here, page="compare"),
    Command("compare.swap", "Swap A and B", lambda desk: desk.page("compare").swap(), ("X",), "Trace", "swap", _here,
            page="compare"),
    Command("compare.only", "Show only what changed", lambda desk: desk.page("compare").toggle_only(), ("O",), "View", "filter",
            _here, page="compare"),
    Command("compare.pin", "Pin A as the baseline of its program", lambda desk: desk.page("compare").pin_baseline(), ("P",),
            "Trace", "pin", _here, page="compare"),
)
