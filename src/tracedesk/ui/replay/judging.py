"""“Was this step right?”: good, bad or unsure, and a note. What was said stays until it is said otherwise."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from tracedesk.store.notes import Judgement, Verdict
from tracedesk.ui.widgets.buttons import Button, of_command
from tracedesk.ui.widgets.text import label

VERDICTS: tuple[tuple[Verdict, str, str, str], ...] = (("good", "Good", "good", "G"), ("bad", "Bad", "bad", "B"),
                                                       ("unsure", "Unsure", "unsure", "U"))


class Judging(QWidget):
    """`judged(verdict or None, note)` when the user says something."""

    judged = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._verdict: Verdict | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(label("Was this step right?", "dense", "secondary"))
        self.buttons: dict[Verdict, Button] = {}
        for verdict, title, icon, key in VERDICTS:
            button = Button(title, partial(self.say, verdict), icon=icon, key=key)
            of_command(button, f"replay.{verdict}").setCheckable(True)
            self.buttons[verdict] = button
            row.addWidget(button)
        self.note = QLineEdit()
        self.note.setPlaceholderText("A note on this step")
        self.note.setAccessibleName("Note on this step")
        self.note.editingFinished.connect(self._noted)
        self.note.hide()
        row.addWidget(self.note, 1)
        self._gap = QWidget()
        row.addWidget(self._gap, 1)
        self._open = Button("Note", self.write_note, role="ghost", icon="note", key="N")
        row.addWidget(of_command(self._open, "replay.note"))
        self._written = ""

    def show_judgement(self, found: Judgement | None, *, can: bool) -> None:
        """What was said of the step before."""
        self._verdict, self._written = (found.verdict, found.text) if found is not None else (None, "")
        for verdict, button in self.buttons.items():
            button.setChecked(verdict == self._verdict)
            button.setEnabled(can)
        self._open.setEnabled(can)
        self.note.setText(self._written)
        self._show_note(bool(self._written))

    def say(self, verdict: Verdict) -> None:
        """A verdict; the same one again takes it back."""
        self._verdict = None if verdict == self._verdict else verdict
        for known, button in self.buttons.items():
            button.setChecked(known == self._verdict)
        self.judged.emit(self._verdict, self.note.text().strip())

    def write_note(self) -> None:
        """The cursor into the note."""
        self._show_note(True)
        self.note.setFocus()

    def _show_note(self, on: bool) -> None:
        self.note.setVisible(on)
        self._gap.setVisible(not on)

    def _noted(self) -> None:
        text = self.note.text().strip()
        if text != self._written:
            self._written = text
            self.judged.emit(self._verdict, text)
        if not text:
            self._show_note(False)
