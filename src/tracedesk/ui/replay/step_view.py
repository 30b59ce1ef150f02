"""The step in the middle: what it is, why it ran, its inside, what it led to, and the verdict on it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Act, Step
from tracedesk.ui import icons, theme
from tracedesk.ui.replay.bodies import as_json, readable
from tracedesk.ui.replay.came_back import Bodies
from tracedesk.ui.replay.judging import Judging
from tracedesk.ui.replay.looks import colors_of, icon_of, place_words
from tracedesk.ui.replay.reasons import Reason
from tracedesk.ui.traces.header import StatusPill
from tracedesk.ui.widgets.buttons import Segments
from tracedesk.ui.widgets.text import Elided, label, plain_tip

READABLE, JSON = 0, 1


class Badge(QWidget):
    """The icon of a step on the tint of its kind, 36 px square."""

    def __init__(self) -> None:
        super().__init__()
        self._step: Step | None = None
        self.setFixedSize(36, 36)

    def show_step(self, step: Step) -> None:
        """Another step."""
        self._step = step
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._step is None:
            return
        look = colors_of(self._step)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.line)
        painter.setBrush(look.soft)
        painter.drawRoundedRect(QRectF(0.5, 0.5, 35, 35), 6, 6)
        icons.draw(painter, icon_of(self._step), look.text, 9, 9, 18)


class TimedPill(StatusPill):
    """How the step ended, and how long it took."""

    def __init__(self) -> None:
        super().__init__()
        self._took = label("", "dense", "secondary")
        row = self.layout()
        if row is not None:
            row.addWidget(self._took)

    def show_step(self, status: str, took: str) -> None:
        """Status word and duration."""
        self.say(status)
        self._took.setText(took)
        self._took.setVisible(bool(took))


class StepView(QWidget):
    """`go(n)` shows another step."""

    def __init__(self, go: Callable[[int], object]) -> None:
        super().__init__()
        self._script: Script | None = None
        self.step: Step | None = None
        self._side = READABLE
        self.badge, self.pill = Badge(), TimedPill()
        self.title, self.place = Elided("", "heading"), Elided("", "dense", "text.tertiary")
        self.sides = Segments(["Readable", "JSON"], self._pick_side, title="How to show the step")
        self.why = Reason("Why it ran", go, back=True)
        self.led = Reason("What it led to", go)
        self.bodies = Bodies()
        self.bodies.setMinimumHeight(96)
        self.judging = Judging()
        self.judging.show_judgement(None, can=False)
        for widget in (self.badge, self.pill, self.why, self.led):
            widget.hide()                                    # until there is a step
        head = QHBoxLayout()
        head.setSpacing(12)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.place)
        head.addWidget(self.badge)
        head.addLayout(names, 1)
        head.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.sides, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 10, 16, 10)
        self._column.setSpacing(10)
        self._column.addLayout(head)
        self._column.addWidget(self.why)
        self._column.addWidget(self.bodies, 1)
        self._column.addWidget(self.led)
        self._column.addWidget(self.judging)
        theme.changed.connect(self._again)

    def show_step(self, script: Script, step: Step) -> None:
        """Another step."""
        self._script, self.step = script, step
        told = script.material_of(step)
        for widget in (self.badge, self.pill, self.why, self.led):
            widget.show()
        self.badge.show_step(step)
        self.title.setText(step.title if step.act in (Act.USER, Act.WAITED, Act.ROUTED) else step.actor or step.title)
        self.place.setText(place_words(script, step))
        failed = any(told.failed(span) for span in step.members)
        took = format_duration(step.duration_ns) if step.duration_ns else "event"
        self.pill.show_step("error" if failed else "running" if step.unfinished else "warn" if step.problems else "ok",
                            took if not step.unfinished else "")
        self.pill.setToolTip(plain_tip(step.problem or ""))
        self.why.say([step.cause] if step.cause is not None else [], script.steps, _no_cause(step))
        self.led.say(step.led_to, script.steps, _no_effect(script, step))
        self.bodies.show_pair(readable(told, step), as_json(told, step), self._side)

    def _again(self) -> None:
        if self._script is not None and self.step is not None:
            self.show_step(self._script, self.step)

    def _pick_side(self, side: int) -> None:
        self._side = side
        self.bodies.setCurrentIndex(side)


def _no_cause(step: Step) -> str:
    return "the user asked" if step.act is Act.USER else "it is where the trace begins"


def _no_effect(script: Script, step: Step) -> str:
    if step.shown and step.act is not Act.USER:
        return "the user has the answer"
    if step.n == script.turn_of(step).last:
        return "the turn ended here"
    return "nothing that the trace can tell"
