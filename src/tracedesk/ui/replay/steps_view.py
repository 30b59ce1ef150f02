"""The steps of the open trace as a view of the traces page: what happened, beside when it happened."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout

from tracedesk.base.errors import TraceDeskError
from tracedesk.model.trace import Trace
from tracedesk.replay.markdown import headline
from tracedesk.replay.script import Script, tell
from tracedesk.ui.replay import reader
from tracedesk.ui.replay.step_list import StepList
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.text import Elided


class StepsView(QFrame):
    """`span_selected(span id)` when a step is picked, `span_activated(span id)` on Enter or a double click."""

    span_selected = Signal(object)
    span_activated = Signal(object)

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self._trace_id: bytes | None = None
        self.script: Script | None = None
        self.list = StepList()
        self.list.picked.connect(self._picked)
        self.list.activated_step.connect(lambda _n: desk.commands.run("trace.replay_span"))
        self._head = Elided("", "dense", "text.tertiary")
        self._empty = Empty("steps")
        told = QFrame()
        column = QVBoxLayout(told)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)
        head.addWidget(self._head)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(told)
        self._whole.addWidget(self._empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._whole)
        self.canvas = self.list                      # what takes the keys (ui/traces/view.py)

    def set_trace(self, trace: Trace) -> None:
        """Another trace, or the same one grown."""
        if trace.trace_id != self._trace_id:
            self.script = None
            self.list.show_script(None)
        self._trace_id = trace.trace_id
        trace_id = trace.trace_id
        self._desk.tasks.ask("steps", lambda store: tell([reader.material(store, trace_id)]), self._show, self._failed)

    def select(self, span_id: bytes | None) -> None:
        """Mark the step that tells a span."""
        step = self.script.step_of_span(span_id) if self.script is not None and span_id is not None else None
        if step is not None:
            self.list.show_now(step.n)

    def _show(self, script: Script) -> None:
        if not script.turns or script.turns[0].trace_id != self._trace_id:
            return
        self.script = script
        self.list.show_script(script)
        self._head.setText(headline(script))
        self._whole.setCurrentIndex(0 if script.steps else 1)
        self._empty.say("Nothing to tell", "This trace has no step that can be told.", icon="steps")
        self.select(self._desk.state.span_id)

    def _failed(self, error: TraceDeskError) -> None:
        self._empty.say("This trace cannot be told", f"{error.message} {error.hint}".strip(), icon="steps")
        self._whole.setCurrentIndex(1)

    def _picked(self, n: int) -> None:
        script = self.script
        if script is None:
            return
        self.list.show_now(n)
        span_id = script.span_id(script.steps[n - 1])
        if span_id is not None:
            self.span_selected.emit(span_id)
