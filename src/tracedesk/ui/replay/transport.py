"""The bar at the bottom: first, back, play, on, last; the scrubber; and how to play."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout

from tracedesk.ui import theme
from tracedesk.ui.replay.player import REAL, STEP, Player
from tracedesk.ui.replay.scrubber import Scrubber
from tracedesk.ui.widgets.buttons import Button, Segments

STEPS = (("first", "First step", "Home", "replay.first"), ("chevron_left", "Step back", "←", "replay.back"),
         ("chevron_right", "Step on", "→", "replay.on"), ("last", "Last step", "End", "replay.last"))


class Transport(QFrame):
    """Buttons run commands by id; the scrubber and the modes act on the player."""

    def __init__(self, player: Player, run: Callable[[str], object]) -> None:
        super().__init__()
        self.setProperty("edge", "top")
        theme.hold(self, 72)
        self._player = player
        self.scrubber = Scrubber()
        self.play = Button("", lambda: run("replay.play"), role="primary", icon="play", size="large")
        self.play.setFixedWidth(46)
        self.play.setAccessibleName("Play")
        self.play.setToolTip("Play   Space")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(6)
        for icon, title, key, id in STEPS[:2]:
            row.addWidget(_icon_only(icon, title, key, partial(run, id)))
        row.addWidget(self.play)
        for icon, title, key, id in STEPS[2:]:
            row.addWidget(_icon_only(icon, title, key, partial(run, id)))
        row.addSpacing(60)
        row.addWidget(self.scrubber, 1)
        row.addSpacing(8)
        self.modes = Segments(["1×", "Step", "4×"], self._pick, current=STEP, title="How to play")
        self.real = Button("Real time", self._real, icon="clock")
        self.real.setCheckable(True)
        self.real.setToolTip("At the recorded speed, with the pauses between turns")
        row.addWidget(self.modes, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.real)
        player.playing_changed.connect(self._show_playing)
        player.moved.connect(lambda place, step: self.scrubber.show_place(place, step.n))
        self.scrubber.sought.connect(player.seek)

    def set_narrow(self, narrow: bool) -> None:
        """In narrow windows the words of the modes go."""
        self.real.set_words(not narrow)

    def _pick(self, mode: int) -> None:
        self.real.setChecked(False)
        self._player.set_mode(mode)

    def _real(self) -> None:
        self._player.set_mode(REAL if self.real.isChecked() else self.modes.current())

    def _show_playing(self, on: bool) -> None:
        self.play.set_icon("pause" if on else "play")
        self.play.setAccessibleName("Pause" if on else "Play")
        self.play.setToolTip("Pause   Space" if on else "Play   Space")


def _icon_only(icon: str, title: str, key: str, run: Callable[[], object]) -> Button:
    made = Button("", run, icon=icon, size="large")
    made.setFixedWidth(38)
    made.setAccessibleName(title)
    made.setAccessibleDescription(key)
    made.setToolTip(f"{title}   {key}")
    return made
