"""Exporting the open trace: the format, and for what is passed on to people first a look at what is private in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tracedesk.exporters.exporter import Exporter, exporters
from tracedesk.privacy.redact import rules
from tracedesk.ui.child import Child
from tracedesk.ui.widgets.buttons import Button, Switch
from tracedesk.ui.widgets.combo import Combo
from tracedesk.ui.widgets.dialog_buttons import dialog_buttons
from tracedesk.ui.widgets.text import label, set_tone, visible

TOPIC = "export"
WIDE_PX = 460


def export_trace(desk: Any) -> ExportDialog | None:
    """Ask how to export the trace that is open."""
    trace = desk.state.trace_id
    if trace is None:
        return None
    dialog = ExportDialog(desk, trace.hex())
    dialog.open()
    return dialog


class ExportDialog(QDialog):
    """`run(path)` writes; `Save` asks for the path before. What each rule finds is counted by a process of its own."""

    def __init__(self, desk: Any, trace_id: str) -> None:
        super().__init__(desk)
        self._desk, self._trace_id = desk, trace_id
        self.setWindowTitle("Export this trace")
        self.setModal(True)
        self.formats = Combo("Format")
        for form in sorted(exporters(), key=lambda form: (not form.for_people, form.title)):
            self.formats.addItem(f"{form.title} (*{form.suffix})", form.key)
        self.formats.currentIndexChanged.connect(self._show)
        self.rules: dict[str, Switch] = {}
        self._words: dict[str, QLabel] = {}
        private = QVBoxLayout()
        private.setContentsMargins(0, 0, 0, 0)
        private.setSpacing(6)
        self._says = label("Looking for what is private…", "dense", "secondary", wrap=True)
        for rule in rules():
            switch, words = Switch(f"Hide: {rule.title}"), label(rule.title, "dense")
            self.rules[rule.key], self._words[rule.key] = switch, words
            row = QHBoxLayout()
            row.setSpacing(10)
            row.addWidget(switch)
            row.addWidget(words, 1)
            private.addLayout(row)
        self._private = QWidget()
        self._private.setLayout(private)
        self._hint = label("", "dense", "tertiary", wrap=True)
        self._save = Button("Save…", self._ask, role="primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.formats)
        column.addWidget(label("Hide before it is written", "dense_strong"))
        column.addWidget(self._says)
        column.addWidget(self._private)
        column.addWidget(self._hint)
        column.addLayout(dialog_buttons(self, self._save))
        self.setFixedWidth(WIDE_PX)
        self._looking: Child | None = Child(self, ["export", trace_id, "--preview", "--json", "--store", str(desk.store_path)],
                                            self._found, self._not_found)
        self._show()

    @property
    def form(self) -> Exporter:
        """The format that is picked."""
        key = self.formats.currentData()
        return next(form for form in exporters() if form.key == key)

    def _show(self) -> None:
        people = self.form.for_people
        self._hint.setText("It is made to be passed on: whoever gets it sees every prompt and answer in it." if people else
                           "Every attribute goes along.")
        self._save.setEnabled(not people or self._looking is None)

    def _found(self, answer: Any) -> None:
        self._looking = None
        found = answer.get("found", ()) if isinstance(answer, dict) else ()
        total = 0
        for one in found:
            key, count = str(one.get("rule")), int(one.get("count", 0))
            total += count
            if key in self.rules:
                first = f", first: {visible(str(one.get('first')))}" if count else ""
                self._words[key].setText(f"{one.get('title')}: {count:,}{first}")
                set_tone(self._words[key], "primary" if count else "tertiary")
                self.rules[key].setChecked(count > 0)
        self._says.setText(f"{total:,} places look private; what is switched on is hidden." if total else
                           "Nothing looks private. The rules know what has a form; a name they do not know.")
        set_tone(self._says, "warn" if total else "secondary")
        self._show()
        self.adjustSize()

    def _not_found(self, said: str) -> None:
        self._looking = None
        self._says.setText(said)
        set_tone(self._says, "error")

    def _ask(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export this trace", self._trace_id[:8] + self.form.suffix,
                                              f"{self.form.title} (*{self.form.suffix})")
        if name:
            self.run(Path(name))

    def run(self, path: Path) -> None:
        """Write to `path`; the desk says when it is done."""
        desk, hidden = self._desk, [key for key, box in self.rules.items() if box.isChecked()]
        command = ["export", self._trace_id, "--format", self.form.key, "--out", str(path), "--store", str(desk.store_path)]
        if hidden:
            command += ["--redact", ",".join(hidden)]
        Child(desk, command, lambda _: desk.toast.say(f"Exported to {path.name}"),
              lambda said: desk.banner.say("error", "The trace could not be exported.", said.replace("\n", " "), topic=TOPIC))
        self.accept()

    def done(self, result: int) -> None:
        """Stop looking when the dialog closes."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        super().done(result)
        self.deleteLater()
