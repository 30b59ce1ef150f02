"""Plays a script: step by step, at the recorded speed, four times as fast, or in real time with the pauses between turns."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from tracedesk.base.clock import NS_PER_MS
from tracedesk.replay.steps import Step
from tracedesk.ui.replay.clockwork import Line, Lines

ONE, STEP, FOUR, REAL = range(4)
"""Modes: the recorded speed without pauses, a step at a time, four times the speed, everything as it was."""
SPEEDS = {ONE: 1, FOUR: 4, REAL: 1}
STEP_MS, FRAME_MS = 900, 33


class Player(QObject):
    """`moved(place_ns, step)`: where it stands on the line without pauses; `playing_changed(on)`."""

    moved = Signal(object, object)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mode = STEP
        self.line: Line | None = None
        self.step: Step | None = None
        self._real: Line | None = None
        self._place_ns = 0                                   # on the line of the mode
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._clock = QElapsedTimer()

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    def load(self, lines: Lines | None) -> None:
        """Another script; stands before its first step."""
        self.pause()
        self.line, self._real = lines if lines is not None else (None, None)
        self.step = None

    def set_mode(self, mode: int) -> None:
        """Another way to play; goes on from the same step."""
        playing = self.playing
        self.pause()
        self.mode = mode
        if playing:
            self.play()

    def toggle(self) -> None:
        """Play or pause; at the end from the start."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Play from the current step; after the last from the first."""
        if self.line is None or self._real is None:
            return
        steps = self.line.script.steps
        if self.step is None or self.step.n == len(steps):
            self.go(1)
        if self.step is None:
            return
        self._place_ns = (self._real if self.mode == REAL else self.line).place(self.step.turn, self.step.start_ns)
        self._clock.start()
        self._timer.start(STEP_MS if self.mode == STEP else FRAME_MS)
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stand still."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def go(self, n: int) -> None:
        """Stand at the end of step `n`, as far as there is one."""
        if self.line is None:
            return
        steps = self.line.script.steps
        self.step = steps[min(max(n, 1), len(steps)) - 1]
        self.moved.emit(self.line.end_of(self.step), self.step)

    def seek(self, place_ns: int) -> None:
        """Stand at a place of the line without pauses."""
        if self.line is not None:
            self.pause()
            self.step = self.line.step_at(place_ns)
            self.moved.emit(place_ns, self.step)

    def _tick(self) -> None:
        line = self.line
        if line is None or self.step is None or self._real is None:
            return
        if self.mode == STEP:
            if self.step.n >= len(line.script.steps):
                self.pause()
            else:
                self.go(self.step.n + 1)
            return
        own = self._real if self.mode == REAL else line
        self._place_ns += self._clock.restart() * NS_PER_MS * SPEEDS[self.mode]
        if self._place_ns >= own.length_ns:
            self.pause()
            self.go(len(line.script.steps))
            return
        turn, time_ns = own.time_at(self._place_ns)
        self.step = own.step_at(self._place_ns)
        self.moved.emit(line.place(turn, time_ns), self.step)
