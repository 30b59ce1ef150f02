"""Predict first: guess the total and the bottleneck before anything moves; one line keeps the guess against the result."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tracedesk.base.clock import NS_PER_MS, format_duration
from tracedesk.model.trace import Trace
from tracedesk.scene.text import one_line, second_name, span_name
from tracedesk.ui.whatif.slider import KnobSlider
from tracedesk.ui.widgets.buttons import Button, Switch, of_command
from tracedesk.ui.widgets.text import Glyph, label
from tracedesk.whatif.outcome import Outcome
from tracedesk.whatif.perturbation import Knob, Unit

CANDIDATES = 4
CLOSE = 0.10
"""A guess within a tenth of the answer counts as close."""
NAME_CHARS = 20


@dataclass(frozen=True, slots=True)
class Guess:
    """What was guessed, and what it was about. `bottleneck` is a Trace index or None."""

    title: str
    total_ns: int
    bottleneck: int | None

    def is_close(self, outcome: Outcome) -> bool:
        """Whether the guessed total lies within a tenth of the predicted one."""
        return abs(self.total_ns - outcome.total_ns) <= CLOSE * outcome.total_ns

    def in_words(self, outcome: Outcome) -> str:
        """The guess against the result, in one line."""
        off = self.total_ns - outcome.total_ns
        how = "right" if abs(off) <= outcome.total_ns * 0.02 else (
            f"{format_duration(abs(off))} {'long' if off > 0 else 'short'}")
        words = f"{self.title}: you said {format_duration(self.total_ns)}, it is {format_duration(outcome.total_ns)}, {how}"
        if self.bottleneck is not None:
            top = next(iter(outcome.on_path_ns), None)
            name = outcome.baseline.trace.name
            if top is not None:
                words += f"; bottleneck {name[top]}" + (", as you said" if top == self.bottleneck else "")
        return words


class PredictCard(QFrame):
    """The question. `revealed(Guess or None)`: Enter answers, Esc skips."""

    revealed = Signal(object)
    always_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("pane", "pane_card")
        self.setAccessibleName("Predict first")
        self.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(Glyph("what_if", "text.link"))
        head.addWidget(label("Predict first", "dense_strong"))
        head.addStretch(1)
        head.addWidget(label("Always ask", "caption", "tertiary"))
        self._always = of_command(Switch("Always ask before a toggle acts", True, key="P"), "whatif.predict")
        self._always.clicked.connect(lambda on: self.always_changed.emit(bool(on)))
        head.addWidget(self._always)
        column.addLayout(head)
        self._question = label("", "body", wrap=True)
        column.addWidget(self._question)
        row = QHBoxLayout()
        self._slider_place = row
        self._slider: KnobSlider | None = None
        self._figure = label("", "dense_strong")
        row.addWidget(self._figure)
        column.addLayout(row)
        column.addWidget(label("And which span will be the bottleneck?", "dense", "secondary"))
        self._choices = QGridLayout()
        self._choices.setSpacing(6)
        column.addLayout(self._choices)
        self._buttons: list[tuple[QPushButton, int]] = []
        foot = QHBoxLayout()
        foot.addWidget(Button("Reveal", self.reveal, role="primary", key="Enter"))
        foot.addWidget(Button("Skip", self.skip, role="ghost", key="Esc"))
        foot.addStretch(1)
        foot.addWidget(label("arrow keys move the guess", "caption", "tertiary"))
        column.addLayout(foot)
        self._title = ""

    def ask(self, title: str, question: str, total_ns: int, trace: Trace, candidates: list[int]) -> None:
        """Put the question; the guess starts at the present total."""
        self._title = title
        self._question.setText(question)
        knob = Knob("total", "total", Unit.DURATION, default=total_ns, low=1, high=max(NS_PER_MS, total_ns * 5))
        if self._slider is not None:
            self._slider_place.removeWidget(self._slider)
            self._slider.deleteLater()
        self._slider = KnobSlider(knob, total_ns, "Your guess of the total")
        self._slider.set_range(max(1, total_ns // 4), max(2, total_ns * 5))
        self._slider.moved.connect(lambda value: self._figure.setText(format_duration(int(value))))
        self._slider_place.insertWidget(0, self._slider, 1)
        self._figure.setText(format_duration(total_ns))
        for button, _ in self._buttons:
            self._choices.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for index in candidates[:CANDIDATES]:
            button = Button(one_line(" ".join((span_name(trace, index), second_name(trace, index))), NAME_CHARS), size="small")
            button.setCheckable(True)
            button.setAutoExclusive(True)
            row, column = divmod(len(self._buttons), 2)
            self._choices.addWidget(button, row, column, Qt.AlignmentFlag.AlignLeft)
            self._buttons.append((button, index))
        self.show()
        self._slider.setFocus()

    def reveal(self) -> None:
        """Answer with what is set."""
        if self._slider is None:
            return
        chosen = next((index for button, index in self._buttons if button.isChecked()), None)
        self.hide()
        self.revealed.emit(Guess(self._title, int(self._slider.value), chosen))

    def skip(self) -> None:
        """Go on without a guess."""
        self.hide()
        self.revealed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.reveal()
        elif event.key() == Qt.Key.Key_Escape:
            self.skip()
        else:
            super().keyPressEvent(event)


class GuessLine(QWidget):
    """The last guess against its result, and how many of all guesses were close."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(Glyph("clock", "text.tertiary"))
        self._words = label("", "dense", "secondary", wrap=True)
        row.addWidget(self._words, 1)
        self._score = label("", "caption", "tertiary")
        row.addWidget(self._score)
        self.hide()

    def say(self, guess: Guess | None, outcome: Outcome | None, close: int = 0, asked: int = 0) -> None:
        """Show a guess, or nothing; `close` of `asked` guesses so far were close."""
        self._score.setText(f"{close} of {asked} close" if asked else "")
        self.setVisible(guess is not None and outcome is not None)
        if guess is not None and outcome is not None:
            self._words.setText(guess.in_words(outcome))
