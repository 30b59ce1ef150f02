"""The right column: predict first, perturbations, rules of one's own, what the trace cannot tell, saved scenarios."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.errors import TraceDeskError
from tracedesk.ui.whatif.board import Board
from tracedesk.ui.whatif.predict import GuessLine, PredictCard
from tracedesk.ui.whatif.reader import SavedScenario
from tracedesk.ui.whatif.rows import ToggleRow, difference_tone
from tracedesk.ui.widgets.buttons import Button, IconButton
from tracedesk.ui.widgets.layouts import clear
from tracedesk.ui.widgets.text import Elided, Glyph, label, line, set_tone
from tracedesk.whatif.doubts import Doubt

EXAMPLE = "slow_anything:factor=2@name=search_orders"


class Section(QWidget):
    """A title, a hint at the right, and a place for rows."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__()
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title = label(title, "label", "tertiary")
        head.addWidget(self.title)
        head.addStretch(1)
        self.hint = label(hint, "caption", "tertiary")
        head.addWidget(self.hint)
        self.head = head
        self.body = QVBoxLayout()
        self.body.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self.body)

    def clear(self) -> None:
        """Take every row out."""
        clear(self.body)


class Side(QScrollArea):
    """The column over one board. Signals: `flip_asked(index)` a switch or a click; `scenario_picked(name)`,
    `scenario_dropped(name)`."""

    flip_asked = Signal(int, bool)
    scenario_picked = Signal(str)
    scenario_dropped = Signal(str)

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board
        self._rows: list[ToggleRow] = []
        self.predict, self.guessed = PredictCard(), GuessLine()
        self._ready, self._own = Section("Perturbations", "effect on this trace"), Section("Custom rules")
        self._doubts, self._saved = Section("What this trace cannot tell"), Section("Saved scenarios", "total on this trace")
        self._own.head.addWidget(Button("Add rule", self.add_rule, role="link", icon="plus"))
        self._field = QLineEdit()
        self._field.setPlaceholderText(EXAMPLE)
        self._field.setAccessibleName("A rule: perturbation, settings, condition")
        self._field.setFixedHeight(28)
        self._field.returnPressed.connect(self._typed)
        self._field.hide()
        self._problem = label("", "caption", "error", wrap=True)
        self._problem.hide()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 12, 8, 12)
        column.setSpacing(8)
        for widget in (self.predict, self.guessed, self._ready, self._own, self._field, self._problem, self._doubts,
                       self._saved):
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Perturbations")
        self.rebuild()

    # toggles

    def rebuild(self) -> None:
        """The rows anew, because one came or went."""
        for section in (self._ready, self._own):
            section.clear()
        self._rows = []
        for custom, section in ((False, self._ready), (True, self._own)):
            members = [(number, toggle) for number, toggle in enumerate(self._board.toggles) if toggle.custom is custom]
            if not members:
                continue
            card = QFrame()
            card.setProperty("pane", "card")
            column = QVBoxLayout(card)
            column.setContentsMargins(1, 1, 1, 1)
            column.setSpacing(0)
            for place, (number, toggle) in enumerate(members):
                if place:
                    column.addWidget(line())
                row = ToggleRow(number + 1, toggle)
                row.flipped.connect(lambda on, number=number: self.flip_asked.emit(number, on))
                row.turned.connect(lambda name, value, number=number: self._board.turn(number, name, value))
                row.removed.connect(lambda number=number: self._board.remove(number))
                column.addWidget(row)
                self._rows.append(row)
            section.body.addWidget(card)

    def refresh(self, *, guess_first: bool) -> None:
        """The rows as the board is now."""
        if [row.toggle for row in self._rows] != self._board.toggles:
            self.rebuild()
        trace = None if self._board.baseline is None else self._board.baseline.trace
        for row in self._rows:
            row.refresh(trace, guess_first=guess_first)

    def step(self, index: int, steps: int) -> None:
        """Move the slider of a toggle by the keyboard."""
        self._rows[index].step(steps)

    def show_row(self, index: int) -> None:
        """Scroll to a toggle."""
        self.ensureWidgetVisible(self._rows[index], 0, 12)

    # rules of one's own

    def add_rule(self) -> None:
        """Type a rule."""
        self._field.show()
        self._field.setFocus()

    def _typed(self) -> None:
        text = self._field.text().strip()
        self._problem.hide()
        if not text:
            self._field.hide()
            return
        try:
            self._board.add(text)
        except TraceDeskError as error:
            self._problem.setText(f"{error.message} {error.hint}".strip())
            self._problem.show()
            return
        self._field.clear()
        self._field.hide()

    # doubts and scenarios

    def show_doubts(self, doubts: Sequence[Doubt], notes: Sequence[str]) -> None:
        """Where two readings differ, and what had to be assumed; nothing where the trace is clear."""
        self._doubts.clear()
        self._doubts.setVisible(bool(doubts or notes))
        for text in (*(f"{doubt.text[0].upper()}{doubt.text[1:]}." for doubt in doubts), *notes):
            row = QWidget()
            columns = QHBoxLayout(row)
            columns.setContentsMargins(0, 2, 0, 2)
            columns.setSpacing(8)
            columns.addWidget(Glyph("warn", "status.warn", 14), 0, Qt.AlignmentFlag.AlignTop)
            columns.addWidget(label(text, "caption", "secondary", wrap=True), 1)
            self._doubts.body.addWidget(row)

    def show_scenarios(self, found: Sequence[SavedScenario], totals_ns: dict[str, int | None], baseline_ns: int) -> None:
        """The saved scenarios and what each would make of this trace."""
        self._saved.clear()
        self._saved.setVisible(bool(found))
        for scenario in found:
            self._saved.body.addWidget(_ScenarioRow(scenario, totals_ns.get(scenario.name), baseline_ns, self))


class _ScenarioRow(QWidget):
    """One scenario: glyph, name, rules, total; a click loads it."""

    def __init__(self, scenario: SavedScenario, total_ns: int | None, baseline_ns: int, side: Side) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph("what_if", "text.tertiary"))
        row.addWidget(Button(scenario.name, lambda: side.scenario_picked.emit(scenario.name), role="ghost", size="small"))
        row.addWidget(Elided(", ".join(scenario.rules), "caption", "text.tertiary"), 1)
        figure = label("" if total_ns is None else format_duration(total_ns), "dense_strong")
        if total_ns is not None:
            set_tone(figure, difference_tone(total_ns - baseline_ns))
        row.addWidget(figure)
        row.addWidget(IconButton("close", f"Delete the scenario {scenario.name}",
                                 lambda: side.scenario_dropped.emit(scenario.name), size=12, hit=24))
