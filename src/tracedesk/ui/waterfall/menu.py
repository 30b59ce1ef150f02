"""The menu of the thing under the pointer: what the keys do, for the mouse."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from tracedesk.scene.columns import COLUMNS
from tracedesk.scene.rows import below
from tracedesk.ui.widgets.menu import Menu

if TYPE_CHECKING:
    from tracedesk.ui.waterfall.view import WaterfallView


def show_menu(view: WaterfallView, span: int | None, at: QPoint) -> Menu | None:
    """Open the menu of a span (None: of the empty part) at a point of the screen."""
    scene = view.scene
    if scene is None:
        return None
    menu = Menu(view)
    if span is not None:
        stretch = (int(scene.start_ns[span]), int(scene.end_ns[span]))
        menu.addAction("Inspect   Enter", lambda: view.span_activated.emit(scene.trace.span_ids[span]))
        menu.addAction("Zoom to the span   F", lambda: view.glide_to(scene.scale_of(span)))
        menu.addAction("Measure the span   M", lambda: view.set_measured(stretch))
        if scene.trace.child_count[span]:
            inside = set(below(scene.trace, span))
            menu.addAction("Open everything below", lambda: view.set_closed(scene.closed - inside))
            menu.addAction("Close everything below", lambda: view.set_closed(scene.closed | inside))
        menu.addSeparator()
    menu.addAction("Fit the trace   F", view.fit)
    path = menu.addAction("Critical path   C", lambda: view.show_critical_path(not view.path_shown))
    path.setCheckable(True)
    path.setChecked(view.path_shown)
    if view.columns.offered:
        for key, column in COLUMNS.items():
            shown = menu.addAction(f"Column “{column.title}”", partial(view.column_wanted.emit, key))
            shown.setCheckable(True)
            shown.setChecked(key in view.columns.shown)
    if scene.shift_ns is not None:
        clocks = menu.addAction("Put clocks right   Shift+C", lambda: view.set_clocks_corrected(not scene.corrected))
        clocks.setCheckable(True)
        clocks.setChecked(scene.corrected)
    if scene.trace.unfinished.any():
        follow = menu.addAction("Follow the end", lambda: view.set_follow(not view.growth.following))
        follow.setCheckable(True)
        follow.setChecked(view.growth.following)
    view.menu_opened.emit(menu, span is not None)
    menu.popup(at)
    return menu
