"""The replay page: a trace, or the session it belongs to, one step at a time. It shows what was recorded and sends nothing.

The player says where the replay stands; list, step, state, waterfall and scrubber show it. The page asks for the script
when it is shown for another trace.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.errors import TraceDeskError
from tracedesk.base.money import format_total
from tracedesk.base.words import counted
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Step
from tracedesk.store.notes import Verdict
from tracedesk.ui.folding import Folds
from tracedesk.ui.replay import reader
from tracedesk.ui.replay.keeping import Keeping
from tracedesk.ui.replay.player import Player
from tracedesk.ui.replay.reproduce import Reproduce
from tracedesk.ui.replay.so_far import SoFar
from tracedesk.ui.replay.step_list import StepList
from tracedesk.ui.replay.step_view import StepView
from tracedesk.ui.replay.transport import Transport
from tracedesk.ui.waterfall.view import WaterfallView
from tracedesk.ui.widgets.bar import bar
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.text import Elided, Glyph, label
from tracedesk.ui.widgets.timer import single_shot

LIST_PX, LIST_COMPACT_PX = 336, 288
UPPER_SHARE = 0.58
KEYS = [("Space", "play or pause"), ("← →", "step"), ("Home", "first"), ("Enter", "open span"), ("Esc", "leave replay")]
KEYS_SHORT = [("Space", "play"), ("← →", "step"), ("Esc", "leave")]
PROMISE = "Replay shows what was recorded. Nothing is sent to a model or a tool."


class ReplayPage(QWidget):
    """The page of `desk`; it tells the trace that is open there."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk, self._state = desk, desk.state
        self._loaded: reader.Loaded | None = None
        self._asked: bytes | None = None
        self._wanted: bytes | None = None                # a span to begin at
        self._turn = 0
        self._narrow = False
        self._keeping = Keeping(desk)
        self._soon, self._shown = single_shot(self, 0, self._begin), single_shot(self, 0, self._ask_if_shown)
        self.player = Player(self)
        self.list = StepList()
        self.view = StepView(self.go)
        self.so_far = SoFar()
        self.waterfall = WaterfallView()
        self.waterfall.overview.hide()
        self.reproduce = Reproduce(desk, lambda: (self._loaded.script if self._loaded else None, self.player.step))
        self.transport = Transport(self.player, desk.commands.run)
        self._lay_out()
        self._wire()

    # building

    def _lay_out(self) -> None:
        self._facts = Elided("", "dense", "text.tertiary")
        self._count = label("", "dense", "tertiary")
        self._steps = self._step_pane()
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self.view.setMinimumHeight(280)
        self.waterfall.setMinimumHeight(110)
        self._split.addWidget(self.view)
        self._split.addWidget(self.waterfall)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._steps)
        body.addWidget(self._split, 1)
        body.addWidget(self.so_far)
        whole = QFrame()
        whole.setProperty("pane", "panel")
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._head())
        rows.addLayout(body, 1)
        rows.addWidget(self.transport)
        self._empty = Empty("play")
        self._empty.say("No trace is open", "Open one on the traces page, then replay it step by step.", "To the traces",
                        self.leave, icon="play")
        self._whole = QStackedWidget()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(whole)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._whole)

    def _head(self) -> QFrame:
        head, row = bar(52, left_px=10)
        row.addWidget(Button("Traces", self.leave, role="ghost", icon="chevron_left", key="Esc"))
        row.addWidget(label("Replay", "title"))
        self._session = Button("", self._open_session, role="link")
        row.addWidget(self._session)
        row.addWidget(self._facts, 1)
        row.addWidget(self.reproduce.button)
        if "dataset.add" in {command.id for command in self._desk.commands.all()}:
            row.addWidget(Button("Add to dataset", lambda: self._desk.commands.run("dataset.add"), icon="dataset_add",
                                 key="Ctrl+D"))
        row.addWidget(Button("Open waterfall", lambda: self._desk.commands.run("replay.waterfall"), icon="waterfall"))
        return head

    def _step_pane(self) -> QFrame:
        pane = QFrame()
        pane.setProperty("edge", "right")
        pane.setFixedWidth(LIST_PX)
        head, row = bar(36, right_px=16)
        row.addWidget(label("Steps", "dense_strong"))
        row.addStretch(1)
        row.addWidget(self._count)
        foot = QFrame()
        foot.setProperty("edge", "top")
        below = QHBoxLayout(foot)
        below.setContentsMargins(16, 10, 16, 10)
        below.setSpacing(8)
        below.addWidget(Glyph("info", "text.tertiary", 14), 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(label(PROMISE, "dense", "tertiary", wrap=True), 1)
        column = QVBoxLayout(pane)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.list, 1)
        column.addWidget(foot)
        return pane

    def _wire(self) -> None:
        self.list.picked.connect(self.go)
        self.list.activated_step.connect(lambda _n: self._desk.commands.run("replay.waterfall"))
        self.player.moved.connect(self._moved)
        self.view.judging.judged.connect(self._judge)
        self.waterfall.span_selected.connect(self._span_picked)
        self.waterfall.span_activated.connect(self.open_span)
        self._state.trace_id_changed.connect(self._ask_if_shown)
        self._desk.live.changed.connect(self._store_changed)
        self.list.installEventFilter(self)
        self.waterfall.canvas.installEventFilter(self)

    # loading

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._shown.start()                                  # after the first picture: a reader slows it down

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self.player.pause()

    def start_at(self, span_id: bytes | None) -> None:
        """Begin at the step of a span, or at the first step of the open trace."""
        self._wanted = span_id
        if self._asked == self._state.trace_id and self._loaded is not None:
            self._begin()
        else:
            self._ask_if_shown()

    def _ask_if_shown(self) -> None:
        trace_id = self._state.trace_id
        if trace_id is None:
            self._loaded, self._asked = None, None
            self.player.load(None)
            self._whole.setCurrentIndex(0)
        elif self.isVisible() and trace_id != self._asked:
            self._asked = trace_id
            if self._loaded is None:
                self._facts.setText("Reading…")
                self._whole.setCurrentIndex(1)
            self._desk.tasks.ask("replay", lambda store: reader.loaded(store, trace_id), self._take, self._failed)

    def _store_changed(self) -> None:
        loaded = self._loaded
        if loaded is not None and self.isVisible() and not self.player.playing:
            self._desk.tasks.ask("replay.grown", lambda store: reader.grown(store, loaded), self._grew, lambda _error: None)

    def _grew(self, loaded: reader.Loaded | None) -> None:
        """The trace or its session went on: the same step stays in view."""
        step = self.player.step
        writing = self.view.judging.note.hasFocus()
        if loaded is None or loaded.opened != self._state.trace_id or step is None or writing:
            return
        if self._show(loaded):
            self.go(step.n)

    def _failed(self, error: TraceDeskError) -> None:
        self._asked = None
        self._empty.say("This trace cannot be told", f"{error.message} {error.hint}".strip(), "To the traces", self.leave)
        self._whole.setCurrentIndex(0)

    def _take(self, loaded: reader.Loaded) -> None:
        if loaded.opened == self._state.trace_id and self._show(loaded):
            self._soon.start()                               # so that no stretch of work is long

    def _show(self, loaded: reader.Loaded) -> bool:
        """Fill everything but the step; False where there is none to show."""
        script = loaded.script
        self._loaded = loaded
        self._turn = 0
        self.list.show_script(script)
        self.transport.scrubber.show_line(loaded.lines.skipped if loaded.lines is not None else None)
        self.player.load(loaded.lines)
        if not script.steps:
            self._empty.say("Nothing to tell", "This trace has no step that can be told.", "To the traces", self.leave)
            self._whole.setCurrentIndex(0)
            return False
        self._whole.setCurrentIndex(1)
        self._say_head(loaded)
        return True

    def _begin(self) -> None:
        """Go to the step that was asked for, else to the first one of the opened trace."""
        loaded = self._loaded
        if loaded is None or not loaded.script.steps:
            return
        step = loaded.script.step_of_span(self._wanted) if self._wanted is not None else None
        self._wanted = None
        first = next((turn.first for turn in loaded.script.turns if turn.trace_id == loaded.opened), 1)
        self.go(step.n if step is not None else first)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_head(self, loaded: reader.Loaded) -> None:
        script, figures = loaded.script, loaded.script.figures
        self._session.setVisible(loaded.session_id is not None)
        self._session.set_text(f"session {loaded.session_id}" if loaded.session_id else "")
        user = next((summary.user_id for summary in loaded.summaries if summary.user_id), None)
        parts = [user] if user else []
        if len(script.turns) > 1:
            parts.append(counted(len(script.turns), "turn"))
        parts += [counted(len(script.steps), "step"), f"{format_duration(script.work_ns)} of work",
                  format_total(figures.cost_nusd, figures.unpriced)]
        wrong = sum(1 for step in script.steps if step.problems)
        if wrong:
            parts.append(f"{wrong} look{'s' if wrong == 1 else ''} wrong")
        self._facts.setText(", ".join(parts))

    # showing

    @property
    def script(self) -> Script | None:
        """The story that is told."""
        return self._loaded.script if self._loaded is not None else None

    def go(self, n: int) -> None:
        """Show a step."""
        self.player.pause()
        self.player.go(n)

    def _moved(self, place_ns: int, step: Step) -> None:
        loaded = self._loaded
        if loaded is None or self.player.line is None:
            return
        script = loaded.script
        if step is not self.view.step:
            self._count.setText(f"{step.n} of {len(script.steps)}")
            self.list.show_now(step.n)
            self.view.show_step(script, step)
            self.view.judging.show_judgement(self._keeping.of(loaded, step), can=script.span_id(step) is not None)
            self.so_far.show_step(script, step)
            self.reproduce.show_step(step)
        if step.turn != self._turn:
            self._turn = step.turn
            self.waterfall.set_trace(script.material_of(step).trace)
        _, time_ns = self.player.line.time_at(place_ns)
        self.waterfall.set_replay(time_ns, np.array(sorted(_lit(script, step)), np.int64))
        self.waterfall.select(script.span_id(step))

    def _span_picked(self, span_id: bytes | None) -> None:
        script = self.script
        step = script.step_of_span(span_id) if script is not None and span_id is not None else None
        if step is not None and step is not self.player.step:
            self.go(step.n)

    def _judge(self, verdict: Verdict | None, text: str) -> None:
        if self._loaded is not None and self.player.step is not None:
            self._keeping.keep(self._loaded, self.player.step, verdict, text)

    # what commands call

    def play(self) -> None:
        """Play or pause."""
        self.player.toggle()

    def step(self, by: int) -> None:
        """So many steps on or back."""
        self.go((self.player.step.n if self.player.step is not None else 0) + by)

    def last(self) -> None:
        """The last step."""
        if self.script is not None:
            self.go(len(self.script.steps))

    def say(self, verdict: Verdict) -> None:
        """A verdict on this step."""
        if self.view.judging.buttons[verdict].isEnabled():
            self.view.judging.say(verdict)

    def note(self) -> None:
        """Write a note on this step."""
        self.view.judging.write_note()

    def open_span(self, span_id: bytes | None = None) -> None:
        """The span of this step on the traces page."""
        script, step = self.script, self.player.step
        if script is None or step is None:
            return
        wanted = span_id or script.span_id(step)
        self._state.go("traces")
        self._state.open_trace(script.turn_of(step).trace_id)
        if wanted is not None:
            self._state.select(wanted)

    def leave(self) -> None:
        """Back to the traces."""
        self._state.go("traces")

    def step_back(self) -> None:
        """Esc: stop playing or measuring, then leave."""
        if self.player.playing:
            self.player.pause()
        elif not self.waterfall.leave_mode():
            self.leave()

    def _open_session(self) -> None:
        if self._loaded is not None and self._loaded.session_id:
            self._desk.page("sessions").open_session(self._loaded.session_id)
            self._state.go("sessions")

    # frame

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Keys of the replay that the list and the waterfall would take for themselves."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not event.modifiers():
            command = {Qt.Key.Key_Left: "replay.back", Qt.Key.Key_Right: "replay.on", Qt.Key.Key_Space: "replay.play",
                       Qt.Key.Key_Home: "replay.first", Qt.Key.Key_End: "replay.last", Qt.Key.Key_Return: "replay.span",
                       Qt.Key.Key_Up: "replay.back", Qt.Key.Key_Down: "replay.on"}.get(Qt.Key(event.key()))
            if command is not None:
                self._desk.commands.run(command)
                return True
        return super().eventFilter(watched, event)

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        return [self.list, self.view.sides, self.waterfall.canvas, self.transport.scrubber]

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return KEYS_SHORT if self._narrow else KEYS

    def fold(self, now: Folds) -> None:
        """Narrower panes in a narrow window."""
        self._steps.setFixedWidth(LIST_COMPACT_PX if now.rail_narrow else LIST_PX)
        self.so_far.set_compact(now.rail_narrow)
        self._narrow = now.rail_narrow
        self.transport.set_narrow(now.rail_narrow)
        self._share()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        high = max(1, self._split.height())
        self._split.setSizes([round(high * UPPER_SHARE), round(high * (1 - UPPER_SHARE))])

    def prepare_shot(self, options: Any) -> None:
        """For pictures: the step that was asked for."""
        if options.step is not None:
            self.go(options.step)


def _lit(script: Script, step: Step) -> set[int]:
    """The spans of a step, and what lies below them."""
    ends = script.material_of(step).trace.subtree_end
    if step.span < 0 or not step.members:
        return set(step.members)
    return {span for member in step.members if member != step.span or step.encloses
            for span in range(member, int(ends[member]))}
