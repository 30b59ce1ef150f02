"""The open trace's side of the traces page: asks for its columns, the detail of the selected span, and what stands below."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject

from tracedesk.base.errors import TraceDeskError
from tracedesk.model.kinds import Status
from tracedesk.ui.inspector.panel import InspectorPanel
from tracedesk.ui.traces import find, reader
from tracedesk.ui.traces.centre import Centre
from tracedesk.ui.widgets.timer import single_shot

LARGE_SPANS, LARGE_EVERY_MS = 20_000, 1000
"""A larger trace that grows is read anew once a second: its picture takes 60 to 100 ms of the window's time."""


class Reading(QObject):
    """`opened` is the trace on the screen, with its critical path; None while there is none."""

    def __init__(self, desk: Any, centre: Centre, inspector: InspectorPanel) -> None:
        super().__init__(centre)
        self._desk, self._state, self._centre, self._inspector = desk, desk.state, centre, inspector
        self.opened: reader.OpenedTrace | None = None
        self._found = find.Found("", [], True)
        self._at = -1
        self._place = ""
        self._grow_later = single_shot(self, LARGE_EVERY_MS, self._ask_grown)
        self._state.trace_id_changed.connect(self._open)
        self._state.span_changed.connect(self._selected)
        desk.live.changed.connect(self._store_changed)
        centre.bottom.wanted.connect(self._fill_bottom)
        centre.finder.sought.connect(self.seek)
        centre.finder.stepped.connect(self.step_match)
        centre.finder.closed.connect(self._forget)

    # the trace

    def _open(self) -> None:
        trace_id = self._state.trace_id
        if trace_id is None:
            self.opened = None
            self._centre.show_nothing("No trace is open", "Pick one in the list.")
            self._inspector.show_detail(None)
            return
        self._desk.tasks.ask("trace", lambda store: reader.opened(store, trace_id), self._show, self._failed)

    def _failed(self, error: TraceDeskError) -> None:
        self.opened = None
        self._centre.show_nothing("This trace cannot be shown", f"{error.message} {error.hint}".strip())
        self._inspector.show_detail(None)

    def _show(self, opened: reader.OpenedTrace) -> None:
        trace = opened.trace
        if trace.trace_id != self._state.trace_id:
            return
        other = self.opened is None or self.opened.trace.trace_id != trace.trace_id
        self.opened = opened
        self._state.set_trace(trace)
        self._centre.show_trace(opened)
        if self._state.span_id is None and other:
            self._state.select(reader.first_look(trace))
        else:
            self._selected()
        if not self._centre.finder.isHidden():
            self.seek(self._centre.finder.field.text())
        if reader.lacks_path(opened):
            self._desk.tasks.run("path", lambda: reader.with_path(opened), self._show_path)
        else:
            self._desk.tasks.drop("path")

    def _show_path(self, found: reader.OpenedTrace) -> None:
        if self.opened is not None and self.opened.trace is found.trace:
            self.opened = found
            self._centre.show_path(found)
            self._selected()

    def _store_changed(self) -> None:
        if self.opened is None or self.opened.trace.n <= LARGE_SPANS:
            self._ask_grown()
        elif not self._grow_later.isActive():
            self._grow_later.start()

    def _ask_grown(self) -> None:
        opened = self.opened
        if opened is None or opened.trace.trace_id != self._state.trace_id:
            return
        changed, trace_id = opened.summary.changed, opened.trace.trace_id
        self._desk.tasks.ask("grown", lambda store: reader.grown(store, trace_id, changed), self._grew, lambda _error: None)

    def _grew(self, opened: reader.OpenedTrace | None) -> None:
        if opened is not None:
            self._show(opened)

    # the span

    def _selected(self) -> None:
        opened, span_id = self.opened, self._state.span_id
        self._centre.refresh_buttons()
        if span_id is None:
            self._inspector.show_detail(None)
        if opened is None or opened.trace.trace_id != self._state.trace_id:
            return
        self._centre.select(span_id)
        self._centre.bottom.again("raw")
        if span_id is not None and span_id in opened.trace.index_of:
            self._desk.tasks.ask("detail", lambda store: reader.detail(store, opened, span_id), self._show_detail)

    def _show_detail(self, detail: Any) -> None:
        if detail.span.span_id == self._state.span_id:
            self._inspector.show_detail(detail)
            if self._place and 0 <= self._at < len(self._found.hits):
                self._inspector.show_place(self._found.text, self._place)
            self._place = ""

    def next_error(self, by: int) -> bool:
        """Select the next or previous failed span after the selected one, around the ends; False where none failed."""
        if self.opened is None:
            return False
        trace = self.opened.trace
        failed = np.flatnonzero(trace.status == Status.ERROR)
        if not len(failed):
            return False
        here = trace.index_of.get(self._state.span_id, -1) if self._state.span_id else -1 if by > 0 else trace.n
        at = np.searchsorted(failed, here, "right") if by > 0 else np.searchsorted(failed, here, "left") - 1
        self._state.select(trace.span_ids[int(failed[int(at) % len(failed)])])
        return True

    # finding

    def seek(self, text: str) -> None:
        """Find a text in the open trace."""
        if self.opened is None or not text:
            self._forget()
            return
        trace = self.opened.trace
        self._desk.tasks.ask("find", lambda store: find.find(store, trace, text), self._show_found)

    def _show_found(self, found: find.Found) -> None:
        if self.opened is None or self._centre.finder.isHidden():
            return
        same = found.text == self._found.text and found.hits == self._found.hits
        self._found = found
        self._centre.set_matches(sorted({hit.row for hit in found.hits}))
        if not same:
            self._at = -1
            self.step_match(1, around=False)
        self._say()

    def step_match(self, by: int, *, around: bool = True) -> None:
        """Go to the next or previous place; without `around` to the first at or after the selected span."""
        hits, opened = self._found.hits, self.opened
        if not hits or opened is None:
            return
        if around:
            self._at = (self._at + by) % len(hits)
        else:
            here = opened.trace.index_of.get(self._state.span_id, 0) if self._state.span_id else 0
            self._at = next((number for number, hit in enumerate(hits) if hit.row >= here), 0)
        hit = hits[self._at]
        self._place = hit.place
        span_id = opened.trace.span_ids[hit.row]
        if span_id == self._state.span_id and self._inspector.detail is not None:
            self._show_detail(self._inspector.detail)
        else:
            self._state.select(span_id)
        self._say()

    def _say(self) -> None:
        found = self._found
        if not found.text:
            self._centre.finder.say("")
        elif not found.hits:
            self._centre.finder.say("no match" if found.whole else "no name or error")
        else:
            self._centre.finder.say(f"{self._at + 1:,} / {len(found.hits):,}" + ("" if found.whole else " names"))

    def _forget(self) -> None:
        self._desk.tasks.drop("find")
        self._found, self._at, self._place = find.Found("", [], True), -1, ""
        self._centre.set_matches([])
        self._centre.finder.say("")

    # below

    def _fill_bottom(self, tab: str) -> None:
        opened, span_id = self.opened, self._state.span_id
        if opened is None:
            return
        trace_id, count, tasks, bottom = opened.trace.trace_id, opened.trace.n, self._desk.tasks, self._centre.bottom
        if tab == "raw":
            tasks.ask("raw", lambda store: reader.raw(store, trace_id, span_id, count), bottom.show_raw)
        elif tab in ("path", "peers"):
            tasks.ask("peers", lambda store: reader.peers(store, opened), bottom.show_peers, lambda _error: None)
        tasks.ask("logs", lambda store: reader.logs(store, trace_id), bottom.show_logs)
